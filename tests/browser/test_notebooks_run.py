"""Every notebook, run from top to bottom in a real page."""

import pytest

from tests.browser.conftest import NOTEBOOKS


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_every_cell_runs(open_notebook, name):
    """A cell fails or warns, a widget is missing, the console complains, or the network is used."""
    notebook = open_notebook(name).run_all()
    notebook.scroll_through()
    problems = notebook.problems()
    assert not problems, "\n".join(problems)
