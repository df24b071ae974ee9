"""The course as files: laid out, brought up to date, exported."""

import json
from pathlib import Path

import pytest

from rsa_edu import course

LESSON = "01_lesson.ipynb"


def notebook(*cells: tuple[str, str, list[str]], run: bool = False) -> str:
    """A notebook of (kind, text, tags); `run` adds what running it stores."""
    made = [
        {"cell_type": kind, "source": text, "metadata": {"tags": tags}}
        for kind, text, tags in cells
    ]
    if run:
        for cell in made:
            cell["outputs"], cell["execution_count"] = [{"text": "42"}], 7
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A small course as an installation carries it."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / course.START).write_text(notebook(("markdown", "Start", [])))
    (folder / LESSON).write_text(
        notebook(("code", "1 + 1", []), ("markdown", "<details>2</details>", ["solution"]))
    )
    return folder


@pytest.fixture
def own(tmp_path: Path, shipped: Path) -> Path:
    """A student's copy of it."""
    folder = tmp_path / "own"
    course.lay_out(shipped, folder)
    return folder


def test_a_new_folder_gets_every_file(shipped, tmp_path):
    """Wrong if a first `rsa-edu lab` left a notebook out."""
    update = course.lay_out(shipped, tmp_path / "new")
    assert update.added == [course.START, LESSON]
    assert (tmp_path / "new" / LESSON).read_text() == (shipped / LESSON).read_text()


def test_laying_out_twice_changes_nothing(shipped, own):
    """Wrong if starting the course again touched the student's folder."""
    before = {path: path.read_bytes() for path in own.iterdir()}
    assert course.lay_out(shipped, own) == course.Update()
    assert {path: path.read_bytes() for path in own.iterdir()} == before


def test_an_untouched_notebook_is_brought_up_to_date(shipped, own):
    """Wrong if students kept a notebook whose mistake was mended."""
    (shipped / LESSON).write_text(notebook(("code", "1 + 2", [])))
    assert course.lay_out(shipped, own).renewed == [LESSON]
    assert (own / LESSON).read_text() == (shipped / LESSON).read_text()


def test_a_notebook_that_was_only_run_is_brought_up_to_date(shipped, own):
    """Wrong if saved outputs counted as the student's work and stopped every update."""
    (own / course.START).write_text(notebook(("markdown", "Start", []), run=True))
    (shipped / course.START).write_text(notebook(("markdown", "New start", [])))
    assert course.lay_out(shipped, own).renewed == [course.START]


def test_a_changed_notebook_is_kept_and_its_new_version_laid_beside(shipped, own):
    """Wrong if an update destroyed a student's answer, or hid that there is a new version."""
    mine = notebook(("code", "my answer", []))
    (own / LESSON).write_text(mine)
    (shipped / LESSON).write_text(notebook(("code", "second version", [])))
    assert course.lay_out(shipped, own).kept == {LESSON: "01_lesson.new.ipynb"}
    assert (own / LESSON).read_text() == mine
    assert "second version" in (own / "01_lesson.new.ipynb").read_text()


def test_a_changed_notebook_without_a_new_version_is_left_in_peace(shipped, own):
    """Wrong if every start nagged a student who wrote in a notebook."""
    (own / LESSON).write_text(notebook(("code", "my answer", [])))
    assert course.lay_out(shipped, own) == course.Update()
    assert not list(own.glob("*.new*"))


def test_a_new_version_is_laid_beside_once(shipped, own):
    """Wrong if the second start after an update laid the same version down again."""
    (own / LESSON).write_text(notebook(("code", "my answer", [])))
    (shipped / LESSON).write_text(notebook(("code", "second version", [])))
    course.lay_out(shipped, own)
    assert course.lay_out(shipped, own) == course.Update()


def test_work_in_a_laid_down_version_is_kept_too(shipped, own):
    """Wrong if the next update overwrote what a student wrote in the .new file."""
    (own / LESSON).write_text(notebook(("code", "my answer", [])))
    (shipped / LESSON).write_text(notebook(("code", "second version", [])))
    course.lay_out(shipped, own)
    (own / "01_lesson.new.ipynb").write_text(notebook(("code", "answer two", [])))
    (shipped / LESSON).write_text(notebook(("code", "third version", [])))
    assert course.lay_out(shipped, own).kept == {LESSON: "01_lesson.new-2.ipynb"}
    assert "answer two" in (own / "01_lesson.new.ipynb").read_text()


@pytest.mark.parametrize("manifest", [None, "not json", "{}"])
def test_without_a_manifest_nothing_is_overwritten(shipped, own, manifest):
    """Wrong if a lost or broken manifest made the student's files look like ours."""
    (own / LESSON).write_text(notebook(("code", "my answer", [])))
    (own / course.MANIFEST).unlink()
    if manifest is not None:
        (own / course.MANIFEST).write_text(manifest)
    course.lay_out(shipped, own)
    assert "my answer" in (own / LESSON).read_text()


def test_a_file_that_is_no_notebook_any_more_is_kept(shipped, own):
    """Wrong if a half-written notebook broke the start of the course."""
    (own / LESSON).write_text("{")
    (shipped / LESSON).write_text(notebook(("code", "second version", [])))
    course.lay_out(shipped, own)
    assert (own / LESSON).read_text() == "{"


def test_export_without_solutions_drops_only_them(shipped, tmp_path):
    """Wrong if a class got the solutions, or lost anything else."""
    course.export(shipped, tmp_path / "class", solutions=False)
    before = json.loads((shipped / LESSON).read_text())
    after = json.loads((tmp_path / "class" / LESSON).read_text())
    assert after == before | {"cells": before["cells"][:1]}


def test_export_with_solutions_is_a_copy(shipped, tmp_path):
    """Wrong if the plain export changed a byte."""
    course.export(shipped, tmp_path / "class")
    assert (tmp_path / "class" / LESSON).read_bytes() == (shipped / LESSON).read_bytes()


def test_export_leaves_the_students_answers_out(shipped, tmp_path):
    """Wrong if a teacher who tried the exercises handed out the answers."""
    for hidden in ("answers", ".ipynb_checkpoints", "__pycache__"):
        (shipped / hidden).mkdir()
        (shipped / hidden / "file.json").write_text("{}")
    assert course.export(shipped, tmp_path / "class") == [course.START, LESSON]


def test_export_refuses_a_folder_with_something_in_it(shipped, tmp_path):
    """Wrong if an export mixed with files of the teacher."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "marks.csv").write_text("")
    with pytest.raises(course.CourseError, match="is not empty; name a new or an empty folder"):
        course.export(shipped, tmp_path / "class")


def test_a_file_where_the_folder_should_be_is_named(shipped, tmp_path):
    """Wrong if that ended in a traceback."""
    (tmp_path / "class").write_text("")
    with pytest.raises(course.CourseError, match="Cannot make the folder"):
        course.export(shipped, tmp_path / "class")


def test_in_a_clone_its_own_notebooks_are_used(tmp_path):
    """Wrong if a contributor studied a copy and lost the changes."""
    for name in (f"notebooks/{course.START}", "rsa_edu/course.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    folder, update = course.course_folder(tmp_path / "rsa_edu")
    assert (folder, update) == (tmp_path / "notebooks", course.Update())


def test_elsewhere_the_course_is_copied_once(tmp_path, shipped, monkeypatch):
    """Wrong if standing in the course's folder made a second one inside it."""
    monkeypatch.setattr(course, "shipped", lambda: shipped)
    folder, update = course.course_folder(tmp_path)
    assert folder == tmp_path / course.FOLDER
    assert update.added
    assert course.course_folder(folder) == (folder, course.Update())


def test_a_course_from_a_teacher_is_opened_as_it_is(tmp_path, shipped, monkeypatch):
    """Wrong if `rsa-edu lab` brought the solutions back into an exported course."""
    monkeypatch.setattr(course, "shipped", lambda: shipped)
    course.export(shipped, tmp_path / "class", solutions=False)
    assert course.course_folder(tmp_path / "class") == (tmp_path / "class", course.Update())
    assert "details" not in (tmp_path / "class" / LESSON).read_text()
