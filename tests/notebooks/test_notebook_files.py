"""Notebooks as files: small, stripped, thin."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
TAGS = {"prediction", "exercise", "hint", "solution"}
MOST_BYTES, MOST_LINES = 200_000, 15

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_the_course_is_there():
    """The tests below have nothing to look at."""
    assert "00_start_here" in [path.stem for path in NOTEBOOKS]


@every_notebook
def test_nothing_of_a_run_is_stored(path):
    """A notebook was committed with outputs, counts or the state of its widgets."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not [cell.source for cell in code if cell.outputs or cell.execution_count]
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert path.stat().st_size < MOST_BYTES


@every_notebook
def test_it_opens_without_a_question(path):
    """JupyterLab asks the student for a kernel, or takes the file for a damaged one."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@every_notebook
def test_code_cells_are_short(path):
    """A code cell computes what a function of the package should."""
    cells = nbformat.read(path, as_version=4).cells
    long = [c.source for c in cells if c.cell_type == "code" if c.source.count("\n") >= MOST_LINES]
    assert long == []


@every_notebook
def test_tags_are_known(path):
    """A misspelt tag hides a solution from the tools that look for it, or shows it to a class."""
    cells = nbformat.read(path, as_version=4).cells
    assert {tag for cell in cells for tag in cell.metadata.get("tags", [])} <= TAGS
