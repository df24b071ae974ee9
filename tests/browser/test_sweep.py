"""A sweep in the page: it starts its workers, its figure grows, and Stop stops it."""

import pytest

import rsa_edu as rsa
from rsa_edu.explorers.sweep import STORE
from rsa_edu.figures.sweep import MOST_KINDS
from tests.browser.explorer import ExplorerOnPage, until

STOPPED = 15
"""Seconds: workers are given some to end by themselves."""


@pytest.fixture
def sweep(explorers):
    """The sweep explorer as it is at first."""
    explorer = explorers["sweep"]
    explorer.button("Reset").click()
    explorer.notebook.let_the_kernel_answer()
    return explorer


def runs(explorer: ExplorerOnPage) -> list[float]:
    """The y of every run in the figure."""
    return sorted(y for trace in explorer.traces()[MOST_KINDS:-1] for y in trace["y"] or ())


def test_start_and_stop(sweep, lab):
    """Start starts nothing, a run is not drawn as it was stored, or Stop comes late."""
    sweep.seconds_until_it_says("Starting workers", "Start")
    assert until(lambda: len(runs(sweep)) > 0, sweep.page, 120)
    assert sweep.button("Start").is_disabled()
    assert sweep.seconds_until_it_says("Stopped: ", "Stop") < STOPPED
    stored = rsa.Store(lab.folder / STORE, writing=False).runs()
    expected = sorted(run.result["accuracy"] for run in stored)
    assert until(lambda: len(runs(sweep)) == len(stored), sweep.page)
    assert runs(sweep) == pytest.approx(expected)
    assert f"Stopped: {len(stored)} of {len(rsa.sweeps.plan('quick'))} runs" in (
        sweep.root.text_content()
    )
    assert sweep.button("Start").is_enabled()
    assert sweep.notebook.problems() == []
