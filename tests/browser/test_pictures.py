"""Pictures of the explorers, and the one in the README; only where a folder is named for them."""

import os
from pathlib import Path

import pytest

import rsa_edu as rsa
from tests.browser.explorer import ExplorerOnPage, until

FOLDER = os.environ.get("RSA_EDU_SCREENSHOTS")
README = Path(__file__).parents[2] / "docs" / "screenshot.png"
MOST_BYTES = 400_000

pytestmark = pytest.mark.skipif(not FOLDER, reason="RSA_EDU_SCREENSHOTS names no folder")


@pytest.mark.parametrize("name", rsa.explore.__all__)
def test_pictures_of_an_explorer(explorers, name):
    """FOLDER/NAME-light.png and FOLDER/NAME-dark.png cannot be made."""
    explorer = explorers[name]
    explorer.button("Reset").click()
    if name == "training":
        explorer.button("Start").click()
        assert until(lambda: len(explorer.traces()[0]["x"]) >= 100, explorer.page, 60)
        explorer.button("Stop").click()
    explorer.page.set_viewport_size({"width": 1300, "height": 1500})
    for theme in ("dark", "light"):
        explorer.notebook.theme(theme)
        explorer.root.scroll_into_view_if_needed()
        explorer.page.mouse.move(0, 0)
        explorer.page.wait_for_timeout(1500)
        explorer.root.screenshot(path=Path(FOLDER) / f"{name}-{theme}.png")


def test_the_picture_in_the_readme(open_notebook):
    """docs/screenshot.png cannot be made, or is too heavy for a repository."""
    notebook = open_notebook("05_train_with_a_budget.ipynb")
    notebook.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    notebook.run_all()
    explorer = ExplorerOnPage(notebook, 0)
    explorer.button("Go on with relrnn_copy").click()
    explorer.button("Start").click()
    flow = 4  # the place of its trace; the attention map comes with it
    assert until(lambda: explorer.traces()[flow]["y"], notebook.page, 60)
    explorer.plot.evaluate("plot => plot.scrollIntoView({block: 'end'})")
    notebook.page.mouse.move(0, 0)
    notebook.page.wait_for_timeout(1500)
    README.parent.mkdir(exist_ok=True)
    notebook.page.screenshot(path=README)
    explorer.button("Stop").click()
    assert README.stat().st_size < MOST_BYTES
