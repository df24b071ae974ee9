"""A figure in a page that is slow to get or to compile plotly."""

from tests.browser.explorer import ExplorerOnPage, until
from tests.browser.test_explorers import assert_the_core

SECONDS = 6
SLOW = f"""globalThis.rsaEduPlotly = new (class extends Map {{
  set(id, plotly) {{
    const late = new Promise((done) => setTimeout(() => done(plotly), {SECONDS * 1000}));
    return super.set(id, late);
  }}
}})();"""
MOVED = """import rsa_edu as rsa
explorer = rsa.explore.vanishing()
display(explorer)
for g in (1.2, 0.7, 0.8):
    explorer.set(g=g)"""
NO_CODE = """import rsa_edu as rsa
from rsa_edu.explorers.live import Library
Library.one().code = "no code at all"
rsa.explore.vanishing()"""


def test_a_figure_that_comes_late_shows_and_follows_everything(open_notebook):
    """Where plotly takes over two seconds, the figure misses what the kernel said meanwhile."""
    notebook = open_notebook("late.ipynb", [MOVED], SLOW).run_all()
    page = notebook.page
    assert page.get_by_text("The figure is being loaded").is_visible()
    explorer = ExplorerOnPage(notebook, 0)
    assert_the_core("vanishing", explorer)  # before a slider is touched: what was kept
    for _ in explorer.drag("gain g", 0.3, 0.5, 0.45):
        page.wait_for_timeout(100)
    assert_the_core("vanishing", explorer)
    assert notebook.problems() == []


def test_all_figures_share_one_plotly(open_notebook):
    """Each figure brings 5 MB of its own, and a page with twenty of them becomes slow."""
    cells = ["import rsa_edu as rsa", "rsa.explore.vanishing()", "rsa.explore.vanishing()"]
    notebook = open_notebook("shared.ipynb", cells).run_all()
    for place in (0, 1):
        ExplorerOnPage(notebook, place)
    assert notebook.page.evaluate("rsaEduPlotly.size") == 1
    notebook.save()
    notebook.open()
    for place in (0, 1):  # the kernel still runs: the page asks it for its widgets
        ExplorerOnPage(notebook, place)
    assert notebook.page.evaluate("rsaEduPlotly.size") == 1


def test_a_plotly_that_cannot_be_loaded_is_said(open_notebook):
    """The place of the figure stays empty, without a word why."""
    notebook = open_notebook("broken.ipynb", [NO_CODE]).run_all()
    said = notebook.page.get_by_text("The figure could not be shown")
    assert until(said.is_visible, notebook.page)
    assert "reload the page" in said.inner_text()
