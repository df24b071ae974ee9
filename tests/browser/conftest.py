"""The browser ring: one JupyterLab and one Chromium for all its tests.

`python -m pytest tests/browser` runs it. With RSA_EDU_SCREENSHOTS=FOLDER it also writes pictures of
the explorers into FOLDER and docs/screenshot.png for the README.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

import rsa_edu as rsa
from rsa_edu.browser import CURE
from rsa_edu.doctor import find_browser
from tests.browser.explorer import LATENCIES, ExplorerOnPage, moves_table
from tests.browser.notebook import OpenNotebook
from tests.browser.server import LabServer

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
ARTIFACTS = Path(__file__).with_name("artifacts")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
VIEW = {"width": 1400, "height": 900}
open_now: list[OpenNotebook] = []


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A real browser; without one the ring is skipped, but under CI it fails."""
    path = find_browser()
    if path is None:
        missing = f"No Chromium was found, so the browser tests do not run: {CURE}."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab(chromium, tmp_path_factory) -> Iterator[LabServer]:
    """JupyterLab on a copy of the course, so that the student's own answers are left alone."""
    scratch = tmp_path_factory.mktemp("browser")
    shutil.copytree(
        NOTEBOOKS, scratch / "course", ignore=shutil.ignore_patterns("answers", ".ipynb*", "*.csv")
    )
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    with LabServer(scratch / "course", scratch) as server:
        yield server


@contextmanager
def a_page(
    chromium: Browser, lab: LabServer, name: str, cells=(), script: str = ""
) -> Iterator[OpenNotebook]:
    """A notebook in a page of its own, written first if `cells` are given; closed at the end.

    The page runs `script` before anything else.
    """
    if cells:
        write_notebook(lab.folder / name, cells)
    context = chromium.new_context(viewport=VIEW)
    context.add_init_script(script)
    notebook = OpenNotebook(context, lab, name)
    open_now.append(notebook)
    try:
        yield notebook.open()
    finally:
        open_now.remove(notebook)
        context.close()
        notebook.end_kernel()


@pytest.fixture
def open_notebook(chromium, lab) -> Iterator[Callable[..., OpenNotebook]]:
    """open_notebook(name), or open_notebook(name, [cell, ...], script); closed at its end."""
    with ExitStack() as pages:
        yield lambda *what: pages.enter_context(a_page(chromium, lab, *what))


@pytest.fixture(scope="package")
def explorers(chromium, lab) -> Iterator[dict[str, ExplorerOnPage]]:
    """Every explorer, by name, with its default settings, all in one notebook."""
    cells = ["import rsa_edu as rsa", *(f"rsa.explore.{name}()" for name in rsa.explore.__all__)]
    with a_page(chromium, lab, "explorers.ipynb", cells) as notebook:
        notebook.run_all()
        places = enumerate(rsa.explore.__all__)
        yield {name: ExplorerOnPage(notebook, place) for place, name in places}


def write_notebook(path: Path, cells: list[str]) -> None:
    """A notebook of these code cells."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep what the pages showed when a test failed."""
    report = yield
    if report.failed and open_now:
        ARTIFACTS.mkdir(exist_ok=True)
        for notebook in open_now:
            notebook.keep(ARTIFACTS / re.sub(r"\W+", "-", f"{item.name} {notebook.name}"))
    return report


def pytest_terminal_summary(terminalreporter):
    """The latency table, where latencies were measured."""
    if LATENCIES:
        terminalreporter.section("milliseconds from a move to the figure")
        for line in moves_table():
            terminalreporter.line(line)
