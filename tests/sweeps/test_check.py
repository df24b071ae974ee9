"""Stored numbers made again."""

from dataclasses import replace

import pytest

from rsa_edu.sweeps import Verdict, check, measure
from tests.sweeps import tiny as measures
from tests.sweeps.tiny import made_up, tiny

(SETTINGS,) = tiny()


def verdict(**words) -> Verdict:
    """A verdict on a run that agrees, but for the words."""
    usual = {"loss_gap": 0.0, "accuracy": 0.5, "low": 0.45, "high": 0.55, "seeds": 5}
    return Verdict(SETTINGS, **usual | words)


def test_what_was_measured_here_agrees(external):
    """Wrong if good results were called bad, or the seeds of another setting counted."""
    runs = [measure(settings) for settings in tiny(seed=[0, 1], model=["LSTM", "RelRNN"])]
    (found,) = check(runs, sample=1, seed=0, scheduler=external)
    assert found.good
    assert found.loss_gap == 0
    assert found.seeds == 2
    accuracies = [r.result["accuracy"] for r in runs if r.settings["model"] == found.settings.model]
    assert (found.low, found.high) == (min(accuracies), max(accuracies))
    assert found.accuracy in accuracies


@pytest.mark.parametrize(
    ("words", "good"),
    [
        ({}, True),
        ({"loss_gap": 0.9e-4}, True),
        ({"loss_gap": 1.1e-4}, False),
        ({"loss_gap": float("inf")}, False),
        ({"accuracy": 0.441}, True),
        ({"accuracy": 0.439}, False),
        ({"accuracy": 0.561}, False),
    ],
)
def test_what_differs_is_said(words, good):
    """Wrong if numbers that cannot be made again passed the check, or a rounding failed it."""
    assert verdict(**words).good == good
    assert str(verdict(**words)).startswith("agrees: " if good else "DIFFERS: ")


def test_other_losses_are_found(external):
    """Wrong if the first losses were not really compared."""
    run = made_up(SETTINGS)
    wrong = replace(run, result=run.result | {"first_losses": [2.0, 1.6]})
    short = replace(run, result=run.result | {"first_losses": [2.0]})
    for stored, gap in ((run, 0.0), (wrong, 0.1), (short, float("inf"))):
        (found,) = check([stored], scheduler=external, measure=measures.inventing)
        assert found.loss_gap == pytest.approx(gap)


def test_nothing_to_check_is_said():
    """Wrong if an empty or outdated store passed the check."""
    for runs in ([], [replace(made_up(SETTINGS), measure=0)]):
        with pytest.raises(ValueError, match="no stored run that was measured as now"):
            check(runs)


@pytest.mark.usefixtures("unchecked")
def test_a_bad_sample_is_said():
    """Wrong if a sample of none passed the check."""
    with pytest.raises(ValueError, match="sample must be a whole number of at least 1"):
        check([made_up(SETTINGS)], sample=0)
