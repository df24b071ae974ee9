import json
import os
import subprocess
import sys

import pytest

import rsa_edu as rsa
from rsa_edu.lessons.answers import EXERCISES, PREDICTIONS, Answers


@pytest.fixture
def path(folder):
    return folder / "answers" / "04_relevancy_screening.json"


def test_nothing_is_written_before_something_is_committed(path):
    """Opening a notebook would leave files behind."""
    Answers(path)
    assert not path.parent.exists()


def test_answers_come_back_in_another_process(path):
    """A restart of the kernel would lose what the student committed."""
    Answers(path).keep(PREDICTIONS, "who", {"value": "the first ρ states"})
    read = "import sys, json; print(json.dumps(json.load(open(sys.argv[1], encoding='utf-8'))))"
    found = subprocess.run(
        [sys.executable, "-c", read, path], capture_output=True, text=True, check=True
    )
    assert json.loads(found.stdout)[PREDICTIONS]["who"]["value"] == "the first ρ states"


def test_two_open_kernels_do_not_overwrite_one_another(path):
    """The second kernel would write back the file as it was when it started."""
    one, two = Answers(path), Answers(path)
    one.keep(PREDICTIONS, "a", {"value": 1})
    two.keep(PREDICTIONS, "b", {"value": 2})
    two.keep(EXERCISES, "c", {"passed": True})
    one.keep(PREDICTIONS, "a", {"value": 3})
    assert Answers(path).all() == {
        PREDICTIONS: {"a": {"value": 3}, "b": {"value": 2}},
        EXERCISES: {"c": {"passed": True}},
    }


def test_a_crash_while_writing_leaves_the_old_file(path, monkeypatch):
    """Half a file would be all that is left of a term's answers."""
    answers = Answers(path)
    answers.keep(PREDICTIONS, "a", {"value": 1})
    before = path.read_text(encoding="utf-8")

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        answers.keep(PREDICTIONS, "b", {"value": 2})
    assert path.read_text(encoding="utf-8") == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [b"", b'{"predictions": {"a"', b"[1, 2]", b'{"predictions": {"a": 3}}', b"\xff\xfe"]
)
def test_a_damaged_file_is_set_aside_and_said(path, content):
    """The notebook would crash, or the student's file be overwritten."""
    path.parent.mkdir()
    path.write_bytes(content)
    answers = Answers(path)
    aside = path.with_name("04_relevancy_screening.damaged.json")
    assert aside.read_bytes() == content
    assert not path.exists()
    assert aside.name in answers.problem
    assert "were damaged" in answers.problem
    answers.keep(PREDICTIONS, "a", {"value": 1})
    assert answers.get(PREDICTIONS, "a") == {"value": 1}


def test_a_second_damaged_file_does_not_replace_the_first(path):
    """What was set aside would be lost the next time."""
    path.parent.mkdir()
    for content in ("first", "second"):
        path.write_text(content)
        Answers(path)
    kept = {file.name: file.read_text() for file in path.parent.iterdir()}
    assert kept == {
        "04_relevancy_screening.damaged.json": "first",
        "04_relevancy_screening.damaged-2.json": "second",
    }


def test_a_read_only_file_is_left_alone_and_the_answer_kept_in_memory(path):
    """A file the teacher froze would be replaced, or the student's answer lost."""
    Answers(path).keep(PREDICTIONS, "a", {"value": 1})
    path.chmod(0o444)
    before = path.read_text(encoding="utf-8")
    answers = Answers(path)
    answers.keep(PREDICTIONS, "b", {"value": 2})
    assert "could not be saved in answers/04_relevancy_screening.json" in answers.problem
    assert "read-only" in answers.problem
    assert path.read_text(encoding="utf-8") == before
    assert answers.all()[PREDICTIONS] == {"a": {"value": 1}, "b": {"value": 2}}


def test_what_could_not_be_written_is_written_with_the_next_answer(path):
    """An answer given while the disk was full would be lost at the end of the session."""
    path.parent.write_text("a file where the folder should be")
    answers = Answers(path)
    answers.keep(PREDICTIONS, "a", {"value": 1})
    assert "could not be" in answers.problem
    path.parent.unlink()
    answers.keep(PREDICTIONS, "b", {"value": 2})
    assert answers.problem == ""
    assert Answers(path).all()[PREDICTIONS] == {"a": {"value": 1}, "b": {"value": 2}}


def test_a_folder_that_may_not_be_written_gives_a_sentence(path, monkeypatch):
    """On a shared, read-only course folder the commit button would do nothing."""

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "mkdir", refuse)
    answers = Answers(path)
    answers.keep(PREDICTIONS, "a", {"value": 1})
    assert "could not be saved" in answers.problem
    assert "Permission denied" in answers.problem


def test_a_damaged_file_that_cannot_be_set_aside_is_not_overwritten(path, monkeypatch):
    """The only copy of the student's answers would be lost."""
    path.parent.mkdir()
    path.write_text("{half")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "rename", refuse)
    answers = Answers(path)
    answers.keep(PREDICTIONS, "a", {"value": 1})
    assert "could not be set aside" in answers.problem
    assert path.read_text() == "{half"
    assert answers.get(PREDICTIONS, "a") == {"value": 1}


def test_a_lesson_says_that_its_file_was_damaged(path, capsys):
    """The student would wonder where the answers have gone."""
    path.parent.mkdir()
    path.write_text("{half")
    rsa.lesson("04_relevancy_screening")
    assert "were damaged" in capsys.readouterr().out
