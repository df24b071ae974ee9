"""The shipped runs of every sweep: made or missing, and as they say of themselves."""

import re
from functools import cache

import pytest

from rsa_edu.points import QUANTITIES
from rsa_edu.results import Measured, sweep
from rsa_edu.results.measured import shipped
from rsa_edu.sweeps import names, plan
from rsa_edu.sweeps.settings import MEASURE

planned = cache(plan)
"""A plan, read once for all tests."""
sweeps = pytest.mark.parametrize("name", names())


@sweeps
def test_every_run_of_a_plan_is_made_or_missing(name):
    """A run is in neither list, in both, or out of order."""
    found, wanted = sweep(name), [settings.key for settings in planned(name)]
    made, missing = [run.key for run in found.runs], [one.key for one in found.missing]
    assert set(made).isdisjoint(missing)
    assert sorted(made + missing) == sorted(wanted)
    assert made == [key for key in wanted if key in set(made)]
    assert missing == [key for key in wanted if key in set(missing)]


@sweeps
def test_a_run_is_the_one_that_was_planned(name):
    """The numbers of another run, or of an older way to measure, stand under a setting."""
    by_key = {settings.key: settings for settings in planned(name)}
    for run in sweep(name).runs:
        assert run.settings == by_key[run.key].plain()
        assert run.seed == run.settings["seed"]
        assert run.measure == MEASURE


@sweeps
def test_points_hold_every_run(name):
    """A run that is shipped is shown nowhere."""
    found = sweep(name)
    kept = [run.key for point in found.points for run in point.runs]
    assert sorted(kept) == sorted(run.key for run in found.runs)


@sweeps
def test_it_says_what_was_made_and_how(name):
    """A figure cannot tell where its numbers are from, or how to make those that are missing."""
    found = sweep(name)
    said, made, missing = str(found), len(found.runs), len(found.missing)
    assert said.startswith(f"{name}: {made} of {made + missing} runs were made by ")
    assert f"`rsa-edu sweep {name}`" in said
    assert (f"the same command makes the {missing} that are missing" in said) == bool(missing)
    assert said.endswith(".")
    if made:
        minutes = sum(run.seconds for run in found.runs) / 60
        assert f"{minutes:.0f} minutes of training" in said
        assert min(run.date for run in found.runs)[:10] in said
        assert max(run.date for run in found.runs)[:10] in said
        assert all(run.machine in said and run.torch in said for run in found.runs)


def test_nothing_made_is_said_without_a_date():
    """A sweep that nobody ran is said to be of some day, or cannot be said at all."""
    said = str(Measured("rates", (), tuple(planned("rates"))))
    assert re.fullmatch(
        r"rates: 0 of (\d+) runs were made by `rsa-edu sweep rates`; the same command makes the "
        r"\1 that are missing\.",
        said,
    )


def test_an_unknown_sweep_is_said():
    """A typing error shows a traceback of something else, or an empty sweep."""
    with pytest.raises(ValueError, match="there is no sweep 'rate'; give "):
        sweep("rate")


def test_every_shipped_run_belongs_to_a_sweep():
    """The file carries runs that nothing shows."""
    keys = {settings.key for name in names() for settings in planned(name)}
    assert {run.key for run in shipped().runs} <= keys


def test_quantities_are_those_of_the_result():
    """A figure shows another number than was measured, or in another unit than it says."""
    stored = {
        "accuracy": (1, "accuracy"),
        "milliseconds": (1e3, "seconds_per_update"),
        "saved": (1e-6, "saved_bytes"),
        "updates": (1, "updates_to_target"),
        "seconds": (1, "seconds_to_target"),
        "reach": (1, "gradient_reach"),
        "effective_depth": (1, "effective_depth"),
        "effective_kappa": (1, "effective_kappa"),
        "recall": (1, "recall"),
    }
    assert set(QUANTITIES) == {*stored, "slots", "peak", "longest"}
    for run in shipped().runs:
        for name, (scale, word) in stored.items():
            value = run.result[word]
            expected = None if value is None else pytest.approx(scale * value)
            assert QUANTITIES[name].of(run) == expected
        peak = None if run.peak_memory is None else pytest.approx(run.peak_memory / 1e6)
        assert QUANTITIES["peak"].of(run) == peak
        tested = dict(zip(run.settings["test_delays"], run.result["test_accuracy"], strict=True))
        assert QUANTITIES["longest"].of(run) == tested[max(tested)]


def test_a_run_that_met_its_target_says_when():
    """A seed that never got there counts as if it had, or one that did has no time."""
    for run in shipped().runs:
        met = run.result["ended"] == "target"
        assert (QUANTITIES["updates"].of(run) is not None) == met
        assert (QUANTITIES["seconds"].of(run) is not None) == met
        if met:
            assert QUANTITIES["updates"].of(run) == run.updates <= run.settings["updates"]


def test_units_and_sides_are_named():
    """An axis has no name, or a quantity no side that is better."""
    labels = [quantity.label for quantity in QUANTITIES.values()]
    assert len(set(labels)) == len(labels)
    assert all(labels)
    assert {quantity.better for quantity in QUANTITIES.values()} <= {"high", "low", ""}
