"""A training in the page: it starts, its curve grows, and Stop stops it."""

import pytest

import rsa_edu as rsa
from rsa_edu.curves import curves
from rsa_edu.explorers.controls import controls
from rsa_edu.explorers.runs import Settings, new_training
from tests.browser.explorer import until

STOPPED = 0.5
"""Seconds: 0.3 for the run, as its own test holds it to; the rest for the way there and back (the
table at the end has the time).
"""


@pytest.fixture
def training(explorers):
    """The training explorer as it is at first."""
    explorer = explorers["training"]
    explorer.button("Reset").click()
    explorer.notebook.let_the_kernel_answer()
    return explorer


def test_start_and_stop(training):
    """Start starts nothing, the curves are not those of this recipe, or Stop comes late."""
    nu = controls(Settings)["nu"].label
    for _ in training.drag(nu, 0.5, 0.3):
        training.page.wait_for_timeout(100)
    for _ in training.drag(controls(Settings)["updates"].label, 0.98):
        pass  # or the run may have ended by itself when Stop is pressed
    training.button("Start").click()
    assert until(lambda: len(training.traces()[0]["y"]) >= 10, training.page)
    seconds = training.seconds_until_it_says("Stopped:", "Stop")
    assert seconds < STOPPED

    settings = Settings(**training.settings())
    assert settings.nu == training.readout(nu) != Settings().nu
    update, loss = (training.traces()[0][axis] for axis in "xy")
    again = rsa.train(new_training(settings), updates=update[-1])
    expected = curves(list(again))
    assert update == list(expected.update)
    assert loss == pytest.approx(expected.loss, rel=1e-6)
    assert training.traces()[2]["y"] == pytest.approx(expected.accuracy, rel=1e-6)
    assert training.notebook.problems() == []
