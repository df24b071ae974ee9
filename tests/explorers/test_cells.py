"""A cell that is run again stops what its old output had started."""

from types import SimpleNamespace

import pytest

from rsa_edu.explorers import cells


class Closable:
    closed = False

    def close(self):
        self.closed = True


@pytest.fixture
def execute(monkeypatch):
    """execute(cell, message): an explorer made by this execution of this cell."""

    def show(cell, message):
        request = {"metadata": {"cellId": cell}, "header": {"msg_id": message}}
        kernel = SimpleNamespace(get_parent=lambda channel: request)
        monkeypatch.setattr(cells, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
        explorer = Closable()
        cells.only_one_per_cell(explorer)
        return explorer

    monkeypatch.setattr(cells, "_made", {})
    return show


def test_running_a_cell_again_closes_its_earlier_run(execute):
    """If this failed, invisible runs would pile up and slow down the one that is seen."""
    first = execute("a", "1")
    second = execute("a", "2")
    assert first.closed
    assert not second.closed


def test_another_cell_and_another_explorer_of_the_same_cell_are_left_alone(execute):
    """If this failed, two runs side by side could not be compared."""
    shown = [execute("a", "1"), execute("a", "1"), execute("b", "2")]
    assert not any(explorer.closed for explorer in shown)


def test_outside_a_notebook_nothing_happens(monkeypatch):
    """If this failed, an explorer in a script or a test would end in an error."""
    monkeypatch.setattr(cells, "get_ipython", lambda: None)
    monkeypatch.setattr(cells, "_made", {})
    explorer = Closable()
    cells.only_one_per_cell(explorer)
    cells.only_one_per_cell(Closable())
    assert not explorer.closed
