"""Every notebook's folded solutions and stubs, tried on the checks they belong to."""

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.lessons.notebook import exercises_of

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
TASKS = [(path, name) for path in NOTEBOOKS for name in exercises_of(path.stem)]


def cells(path, kind, tag):
    """The text of the cells of one kind that carry a tag."""
    notebook = nbformat.read(path, as_version=4)
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == kind and tag in cell.metadata.get("tags", [])
    ]


def function(name, codes):
    """The one function of that name that these pieces of code define."""
    found = [
        ast.unparse(node)
        for code in codes
        for node in ast.parse(code).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert len(found) == 1, f"{name} is defined {len(found)} times"
    names = {"np": np, "torch": torch, "rsa": rsa}
    exec(found[0], names)
    return names[name]


@pytest.mark.parametrize(("path", "name"), TASKS, ids=lambda item: getattr(item, "stem", item))
def test_the_folded_solution_passes_its_check(path, name, folder):
    """The student would be shown a solution that the check refuses."""
    text = "\n".join(cells(path, "markdown", "solution"))
    codes = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    outcome = rsa.lesson(path.stem).check(name, function(name, codes))
    assert outcome.passed, outcome.message


@pytest.mark.parametrize(("path", "name"), TASKS, ids=lambda item: getattr(item, "stem", item))
def test_the_stub_is_refused_as_not_done_yet(path, name, folder):
    """The notebook would hold its own answer, or call an untouched exercise wrong."""
    outcome = rsa.lesson(path.stem).check(name, function(name, cells(path, "code", "exercise")))
    assert outcome.message.startswith("not done yet:")


@pytest.mark.parametrize(("path", "name"), TASKS, ids=lambda item: getattr(item, "stem", item))
def test_the_exercise_states_its_title_and_minutes(path, name):
    """The notebook would promise another time than the progress cell."""
    exercise = exercises_of(path.stem)[name]
    text = "\n".join(cells(path, "markdown", "exercise")).lower()
    assert f"exercise: {exercise.title.lower()}" in text
    assert f"{exercise.minutes} minutes" in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_solution_and_hint_is_folded(path):
    """The answer would stand open beside the question."""
    for tag in ("solution", "hint"):
        for text in cells(path, "markdown", tag):
            assert text.startswith("<details>"), text
            assert text.rstrip().endswith("</details>"), text
