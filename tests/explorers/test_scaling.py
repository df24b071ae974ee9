"""Exponents and extrapolations, against laws that are known and against the shipped runs."""

from dataclasses import replace

import pytest

import rsa_edu as rsa
from rsa_edu.explorers.scaling import (
    COSTS,
    LENGTHS,
    SWEEP,
    Settings,
    growth,
    growths,
    length,
    missing,
    power,
    said,
)
from rsa_edu.figures.scaling import EXPONENTS, FIT, PER_MODEL, SEEDS
from rsa_edu.results import Measured
from rsa_edu.sweeps import plan
from tests.sweeps.tiny import made_up, tiny

SAVED = "saved for the backward pass"


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.scaling()


def runs(law, *, model="RNN", seeds=(0, 1), lengths=LENGTHS):
    """Runs of nobody whose update keeps law(T, seed) bytes."""
    settings = tiny(model=model, delay=[T - 20 for T in lengths], seed=list(seeds))
    there = [made_up(one) for one in settings]
    bytes_of = [law(length(run), run.seed) for run in there]
    return [
        replace(run, result={"saved_bytes": size, "ended": "updates"})
        for run, size in zip(there, bytes_of, strict=True)
    ]


def test_a_power_is_found_again():
    """A fitted line has another slope or height than the costs it is fitted to."""
    fit = power(LENGTHS, [3 * T**1.5 for T in LENGTHS])
    assert (fit.exponent, fit.factor) == (pytest.approx(1.5), pytest.approx(3))
    assert fit.at(20_000) == pytest.approx(3 * 20_000**1.5)
    assert power([100, 100], [1.0, 2.0]) is None


def test_short_lengths_can_be_kept_out_of_the_fit():
    """A constant part flattens the exponent, whatever the reader chooses."""
    there = runs(lambda T, seed: 1e5 + 1e3 * T)
    found = [growth(there, "saved", fit_from).fit.exponent for fit_from in LENGTHS[:-1]]
    assert found == sorted(found)
    assert found[0] < found[-1] < 1
    assert growth(there, "saved", 100).bends
    assert not growth(runs(lambda T, seed: 1e3 * T), "saved", 100).bends


def test_every_seed_has_a_line_of_its_own():
    """The spread that is shown is not that of the seeds."""
    found = growth(runs(lambda T, seed: 1e3 * T ** (1 + seed)), "saved", 100)
    assert found.exponents == {0: pytest.approx(1), 1: pytest.approx(2)}
    assert found.fit.exponent == pytest.approx(1.5)
    middle, low, high = found.ahead(20_000)
    assert low == pytest.approx(1e-3 * 20_000)
    assert high == pytest.approx(1e-3 * 20_000**2)
    assert low < middle < high


def test_a_run_without_a_cost_is_left_out_and_counted():
    """A run that broke off, or whose memory was not measured, spoils the fit or vanishes."""
    there = runs(lambda T, seed: None if T == 400 else 0 if T == 800 else 1e3 * T)
    found = growths(Settings(cost=SAVED, models=("RNN", "SAB")), there)
    assert list(found) == ["RNN"]
    assert set(found["RNN"].lengths) == {100, 200}
    assert found["RNN"].fit is None
    sweep = Measured("scaling", tuple(there), tuple(tiny(model="SAB")))
    words = missing(Settings(cost=SAVED, models=("RNN", "SAB")), found, sweep)
    assert words.startswith(f"Without a {SAVED}: 4 of 8 runs. 1 of 9 runs are missing (SAB)")
    assert missing(Settings(models=("SAB",)), {}, sweep).startswith("No run of these models")


def test_a_line_that_rests_on_shorter_sequences_is_said(explorer):
    """A wild extrapolation from the shortest sequences looks like the others."""
    there = runs(lambda T, seed: 1e3 * T) + runs(lambda T, seed: T, model="SAB", lengths=(100, 200))
    chosen = Settings(cost=SAVED, models=("RNN", "SAB"), fit_from=100)
    said = explorer.summarise(chosen, growths(chosen, there))
    assert "Of SAB nothing was measured at T = 800." in said
    said = explorer.summarise(chosen, growths(chosen, there[:8]))
    assert "nothing was measured" not in said


def test_lengths_are_those_of_the_sweep():
    """The slider offers a length that no run has, or a model is not in the sweep."""
    planned = plan(SWEEP)
    made = [made_up(settings) for settings in planned]
    assert tuple(sorted({length(run) for run in made})) == LENGTHS
    assert {settings.model for settings in planned} == set(Settings().models)


@pytest.mark.parametrize(
    ("cost", "quantity", "words"),
    [
        (3.14, "milliseconds", "3.1 ms"),
        (2.5e3, "milliseconds", "2.5 s"),
        (1e-5, "milliseconds", "1e-05 ms"),
        (0.5, "saved", "500 kB"),
        (3140, "saved", "3.1 GB"),
        (999, "peak", "999 MB"),
    ],
)
def test_costs_are_said_in_units_that_suit_them(cost, quantity, words):
    """A summary says 3140 MB, or 0.003 s."""
    assert said(cost, quantity) == words


@pytest.mark.parametrize("name", rsa.explore.scaling.presets)
def test_every_preset_draws_the_shipped_runs(explorer, name):
    """A preset raises, or a run of a chosen model is not in the figure and nothing says so."""
    explorer.preset(name).wait()
    chosen, cost = explorer.settings, COSTS[explorer.settings.cost]
    sweep = rsa.results.sweep(SWEEP)
    made = [run for run in sweep.runs if run.settings["model"] in chosen.models]
    drawn = sum(len(trace.x) for trace in explorer.figure.data[SEEDS:-1:PER_MODEL])
    assert drawn == len(made) or "Without a" in explorer.summary
    assert ("missing" in explorer.summary or "No run" in explorer.summary) == bool(
        {settings.model for settings in sweep.missing} & set(chosen.models)
    )
    values = {point.settings["model"] for point in sweep.points if point.spread(cost)}
    assert set(explorer.numbers) == values & set(chosen.models)
    assert explorer.status == ""


def test_the_sentence_says_what_the_figure_shows(explorer):
    """Exponent or extrapolation in words are not those that are drawn."""
    explorer.reset().set(cost=SAVED, T=30_000, models=("RNN",))
    if "RNN" not in explorer.numbers:
        assert "`rsa-edu sweep scaling` makes them" in explorer.summary
        return
    fit = explorer.numbers["RNN"].fit
    assert f"{fit.exponent:.2f}" in explorer.summary
    assert f"at T = 30000 RNN would need {said(fit.at(30_000), 'saved')}" in explorer.summary
    assert explorer.figure.data[FIT].y[-1] == fit.at(30_000)
    assert explorer.figure.data[EXPONENTS].x[-1] == fit.exponent


def test_nothing_chosen_is_said(explorer):
    """An empty figure comes without a word."""
    assert explorer.reset().set(models=()).summary == "Choose a model."


def test_rows_hold_every_run(explorer):
    """The saved file misses a run, or has the fit of another model."""
    numbers = growths(Settings(cost=SAVED), runs(lambda T, seed: 1e3 * T))
    head, *rows = explorer.table(Settings(cost=SAVED), numbers)
    assert len(rows) == 8
    first = dict(zip(head, rows[0], strict=True))
    assert (first["model"], first["T"], first["seed"]) == ("RNN", 100, 0)
    assert first["saved for the backward pass (MB)"] == pytest.approx(0.1)
    assert first["exponent"] == pytest.approx(1)


def test_a_power_without_a_run_of_one_seed_at_two_lengths():
    """A fit over seeds that have one length each has no spread to show."""
    there = runs(lambda T, seed: 1e3 * T, seeds=(0,), lengths=(200,))
    there += runs(lambda T, seed: 1e3 * T, seeds=(1,), lengths=(400,))
    found = growth(there, "saved", 100)
    assert found.fits == {}
    assert found.spread == (found.fit.exponent, found.fit.exponent)
    assert (found.fit.factor, found.fit.exponent) == (pytest.approx(1e-3), pytest.approx(1))
