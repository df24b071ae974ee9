"""The doctor asks the page, and a figure outlives its kernel."""

from tests.browser.explorer import until


def test_the_doctor_hears_the_page(open_notebook):
    """A widget front end that does not work is taken for one that does, or the reverse."""
    notebook = open_notebook("doctor.ipynb", ["import rsa_edu as rsa", "rsa.doctor()"]).run_all()
    answered = "[OK]   widgets: the page and the kernel answered each other"
    assert until(lambda: answered in notebook.shown(), notebook.page)
    assert "[FAIL]" not in notebook.shown()


def test_a_figure_outlives_its_kernel(open_notebook):
    """A notebook opened after its kernel has ended shows no figure, only "model not found"."""
    notebook = open_notebook("kept.ipynb", ["import rsa_edu as rsa", "rsa.explore.vanishing()"])
    notebook.run_all()
    live = notebook.page.locator(".rsa-explorer .js-plotly-plot")
    # Lab shows the picture that it saved or, if it had no time to make one, draws the figure anew.
    static = notebook.page.locator(".jp-RenderedPlotly").filter(visible=True)
    live.wait_for()
    assert static.count() == 0  # else every figure would be there twice
    notebook.save()
    notebook.end_kernel()
    notebook.open()
    static.wait_for(timeout=10_000)
    assert until(lambda: static.bounding_box()["height"] > 300, notebook.page)
