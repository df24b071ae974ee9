from pathlib import Path

import pytest
import torch

import rsa_edu as rsa

RIGHT = """
def relevance_score(attention, buffer_size):
    T = len(attention)
    return [attention[i + 1 : i + 1 + buffer_size, i].sum() for i in range(T)]
"""
WRONG = """
def relevance_score(attention, buffer_size):
    return attention.sum(axis=0)
"""


@pytest.fixture
def lesson(folder):
    return rsa.lesson("04_relevancy_screening")


def typed(code, folder, name="relevance_score"):
    """A function as a notebook cell defines it: with a source that Python can find."""
    file = folder / f"cell{abs(hash(code))}.py"
    file.write_text(code.lstrip(), encoding="utf-8")
    names = {}
    exec(compile(code.lstrip(), str(file), "exec"), names)
    return names[name]


def stub(attention, buffer_size):
    raise NotImplementedError("your turn")


def test_running_the_first_cell_twice_gives_the_same_lesson(lesson):
    """The second run would forget which predictions were asked."""
    assert rsa.lesson("04_relevancy_screening") is lesson


def test_two_folders_are_two_lessons(lesson, folder, monkeypatch):
    """A second course folder would write into the answers of the first."""
    other = folder / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    assert rsa.lesson("04_relevancy_screening") is not lesson


@pytest.mark.parametrize("name", ["../secret", "a/b", "04.json", ""])
def test_a_name_that_is_no_notebook_is_refused(folder, name):
    """Answers would be written outside their folder."""
    with pytest.raises(ValueError, match="name of its notebook"):
        rsa.lesson(name)


def test_a_notebook_without_exercises_has_none(folder):
    """The first notebook, which has none, could not be opened."""
    assert rsa.lesson("00_start_here").exercises == {}


def test_an_unknown_exercise_is_named_with_those_there_are(lesson):
    """A typing error would end in a bare KeyError."""
    with pytest.raises(ValueError, match=r"no exercise “replace”; .*replacement_rule"):
        lesson.check("replace", stub)


def test_the_untouched_stub_is_not_an_error_and_is_not_kept(lesson, folder):
    """A notebook run from top to bottom would fail, or leave a mark in the answers."""
    outcome = lesson.check("relevance_score", stub)
    assert not outcome.passed
    assert outcome.message.startswith("not done yet:")
    assert not (folder / "answers").exists()


def test_what_was_typed_comes_back_in_a_new_session(lesson, folder, monkeypatch):
    """A restart would lose the student's code."""
    lesson.check("relevance_score", typed(RIGHT, folder))
    monkeypatch.setattr("rsa_edu.lessons.notebook._lessons", {})
    again = rsa.lesson("04_relevancy_screening")
    assert again is not lesson
    shown = again.saved("relevance_score").text
    assert "return [attention[i + 1" in shown
    assert shown.split("\n")[0].endswith(": right")


def test_the_untouched_stub_does_not_replace_what_was_kept(lesson, folder):
    """Running a fresh copy of the notebook would erase the student's solution."""
    lesson.check("relevance_score", typed(RIGHT, folder))
    lesson.check("relevance_score", stub)
    assert "return [attention[i + 1" in lesson.saved("relevance_score").text


def test_a_right_answer_is_kept_beside_a_later_wrong_one(lesson, folder):
    """An experiment would erase the solution and the mark."""
    lesson.check("relevance_score", typed(RIGHT, folder))
    lesson.check("relevance_score", typed(WRONG, folder))
    shown = lesson.saved("relevance_score").text
    assert "attention.sum(axis=0)" in shown
    assert "your last right answer" in shown
    assert "✓ Exercise “The relevance score”: done" in lesson.progress().text


def test_without_a_source_the_result_is_kept_and_this_is_said(lesson):
    """A function that was not typed in a cell would break the check."""
    names = {}
    exec(WRONG, names)
    outcome = lesson.check("relevance_score", names["relevance_score"])
    assert "no text of this function" in outcome.message
    assert "could not be read" in lesson.saved("relevance_score").text


def test_nothing_saved_is_said_in_words(lesson):
    """The cell would fail in a notebook that is run untouched."""
    assert lesson.saved("relevance_score").text.startswith("Nothing is saved for “The relevance")


def test_progress_says_what_is_done_and_what_is_left(lesson, folder):
    """The student would not know what is missing, or where the answers are."""
    box = lesson.predict("who", "Who stays?", options=["a", "b"])
    lesson.predict("share", "How much?", unit="%")
    box.input.value = "b"
    box.button.click()
    lesson.check("relevance_score", typed(RIGHT, folder))
    assert lesson.progress().text.split("\n") == [
        "04_relevancy_screening: 2 of 4 done",
        "  ✓ Prediction “Who stays?”: you predicted “b”",
        "  ○ Prediction “How much?”: not committed yet",
        "  ✓ Exercise “The relevance score”: done",
        "  ○ Exercise “The replacement rule”: not begun (difficulty 2 of 3, about 10 minutes)",
        "Kept in answers/04_relevancy_screening.json, beside this notebook.",
    ]


def test_progress_remembers_predictions_whose_cells_were_not_run(lesson, folder, monkeypatch):
    """After a restart, running the last cell alone would call them missing."""
    box = lesson.predict("who", "Who stays?", options=["a", "b"])
    box.input.value = "b"
    box.button.click()
    monkeypatch.setattr("rsa_edu.lessons.notebook._lessons", {})
    text = rsa.lesson("04_relevancy_screening").progress().text
    assert "✓ Prediction “Who stays?”: you predicted “b”" in text


def test_an_answer_that_cannot_be_saved_is_still_checked(lesson, folder):
    """On a read-only folder no exercise could be done."""
    (folder / "answers").write_text("in the way")
    outcome = lesson.check("relevance_score", typed(RIGHT, folder))
    assert outcome.passed
    assert "could not be" in outcome.message
    assert "could not be" in lesson.progress().text


def test_a_check_leaves_the_random_numbers_of_the_notebook_alone(folder):
    """Training after a check would give other numbers than training without it."""
    torch.manual_seed(0)
    for notebook in Path(__file__).parents[2].glob("notebooks/*.ipynb"):
        for exercise in rsa.lesson(notebook.stem).exercises.values():
            vars(exercise).pop("cases", None)  # made at the first check, perhaps by another test
            exercise.check(exercise.reference)
    drawn = torch.rand(3)
    torch.manual_seed(0)
    assert torch.equal(drawn, torch.rand(3))
