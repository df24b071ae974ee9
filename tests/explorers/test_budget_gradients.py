"""Gradients of the shipped runs by budget: read, averaged and said as they were measured."""

import importlib
from dataclasses import replace

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.budget_gradients import (
    FIXED,
    NU,
    ORDERS,
    PARTS,
    RHO,
    SWEEP,
    BudgetGradients,
    Settings,
    gathered,
    geometric_mean,
    profiles,
)
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.budget_gradients import FLOOR, SIZES
from rsa_edu.results import Measured, sweep
from rsa_edu.sweeps import plan

both = pytest.mark.parametrize("varies", PARTS)


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.budget_gradients().wait()


def shipped(varies: str, size: int) -> list:
    """The runs of one budget, found without the core."""
    part, _, other, _ = PARTS[varies]
    wanted = {part: size, other: FIXED}
    runs = [r for r in sweep(SWEEP).runs if wanted.items() <= r.settings.items()]
    return sorted(runs, key=lambda run: run.seed)


def of_part(measured: Measured, keep) -> Measured:
    """The sweep as if only the runs that are kept had been made."""
    runs = tuple(run for run in measured.runs if keep(run))
    made = {run.key for run in runs}
    missing = tuple(settings for settings in plan(SWEEP) if settings.key not in made)
    return Measured(SWEEP, runs, missing)


def test_the_plan_holds_the_budgets_of_the_figure():
    """The slider offers a size that nobody plans to measure, or an order is not split off."""
    budgets = {(s.buffer_size, s.relevant_size) for s in plan(SWEEP)}
    assert budgets == {(FIXED, n) for n in SIZES} | {(n, FIXED) for n in SIZES}
    assert {s.hops + 2 for s in plan(SWEEP)} == {len(ORDERS) - 1}


@both
def test_every_seed_is_as_it_was_stored(varies):
    """A curve belongs to another budget, seed or order than it says."""
    found = profiles(Settings(varies=varies))
    for size, budget in found.budgets.items():
        runs = shipped(varies, size)
        assert budget.seeds == tuple(run.seed for run in runs)
        for norms, run in zip(budget.norms, runs, strict=True):
            np.testing.assert_array_equal(norms[0], run.result["gradient"])
            np.testing.assert_array_equal(norms[1:], run.result["gradient_by_hops"])
        assert budget.ended == tuple(run.result["ended"] for run in runs)
        assert budget.scores["accuracy"] == tuple(run.result["accuracy"] for run in runs)
        assert budget.scores["gradient reach"] == tuple(r.result["gradient_reach"] for r in runs)
    there = [run for run in sweep(SWEEP).runs if run.settings[PARTS[varies][2]] == FIXED]
    assert sum(len(b.seeds) for b in found.budgets.values()) == len(there)
    assert found.planned == sum(getattr(s, PARTS[varies][2]) == FIXED for s in plan(SWEEP))


def test_a_mean_is_geometric_and_bounded_below():
    """One norm of 0 would hide the others, or a gap in one seed take all seeds away."""
    norms = np.array([[1e-4, 0.0, np.nan, np.nan], [1e-2, 1e-2, 1e-3, np.nan]])
    low = (FLOOR * 1e-2) ** 0.5
    np.testing.assert_allclose(geometric_mean(norms, 0), [1e-3, low, 1e-3, np.nan])
    assert geometric_mean(np.zeros(3), 0) == FLOOR
    low, mean, high = norms[:, 0].min(), geometric_mean(norms[:, :1], 0)[0], norms[:, 0].max()
    assert low < mean < high


@both
def test_relative_norms_begin_at_the_answer(varies):
    """What is called relative to the answer is relative to another step, or of another run."""
    plain, found = (
        profiles(Settings(varies=varies)),
        profiles(Settings(varies=varies, relative=True)),
    )
    at = found.marker + 1
    for size, budget in found.budgets.items():
        np.testing.assert_allclose(budget.norms[:, 0, at], 1)
        whole = plain.budgets[size].norms
        clear = whole > FLOOR
        shares = np.broadcast_to(whole[:, :1, at : at + 1], whole.shape)
        np.testing.assert_allclose((budget.norms * shares)[clear], whole[clear])


@both
def test_the_sentence_compares_the_ends(explorer, varies):
    """The sentence gives other numbers than the runs, or to the wrong budget."""
    explorer.reset().set(varies=varies).wait()
    marker = rsa.tasks.Denoise(100).marker_step
    said, means = explorer.summary, []
    for size in (SIZES[-1], SIZES[0]):
        runs = shipped(varies, size)
        logs = [np.log(run.result["gradient"][: marker // 2]).mean() for run in runs]
        means.append(float(np.exp(np.mean(logs))))
        met = sum(run.result["updates_to_target"] is not None for run in runs)
        low, high = np.exp(min(logs)), np.exp(max(logs))
        assert (
            f"{spoken(means[-1])} for {PARTS[varies][1]} = {size} ({spoken(low)} to "
            f"{spoken(high)} over {len(runs)} seeds, {met} of which met the target)"
        ) in said
    assert f": {spoken(means[0] / means[1])} times as much for" in said


@both
@pytest.mark.parametrize("size", SIZES)
def test_the_order_named_is_the_largest_in_most_seeds(explorer, varies, size):
    """The sentence names another order than the one with the largest norm."""
    explorer.reset().set(varies=varies, size=size).wait()
    early = explorer.numbers.early[size][:, 1:]
    largest = early.argmax(1).tolist()
    most = max(set(largest), key=lambda place: (largest.count(place), -largest.index(place)))
    name = ORDERS[1 + most].replace("more", "more than 3 hops")
    assert f"the largest part there came by {name} in {largest.count(most)}" in explorer.summary


def test_what_cannot_be_told_from_nothing_is_not_compared(explorer):
    """Norms that single precision lost give a ratio of two limits."""
    explorer.reset().set(order="0 hops").wait()
    early = [
        b.norms[:, 1, : explorer.numbers.marker // 2] for b in explorer.numbers.budgets.values()
    ]
    lost = any((norms < FLOOR).any() for norms in early)
    assert lost == ("Norms below" in explorer.summary)
    assert lost != ("times as much" in explorer.summary)


@pytest.mark.parametrize("name", BudgetGradients.presets)
def test_every_preset_draws_its_numbers(explorer, name):
    """A preset raises, or shows other numbers than the core returns."""
    explorer.preset(name).wait()
    settings, numbers = explorer.settings, explorer.numbers
    row = ORDERS.index(settings.order)
    for place, size in enumerate(SIZES):
        mean = explorer.figure.data[3 * place + 2]
        norms = numbers.budgets[size].mean[row]
        np.testing.assert_array_equal(mean.y, np.where(norms > FLOOR, norms, np.nan))
        assert (mean.x[0] > mean.x[-1]) == settings.latest_first
    assert explorer.status == ""


def test_runs_that_are_missing_are_said(monkeypatch):
    """A part of the runs passes for all of them, or none for an empty figure without a word."""
    # The module by its path: `explorers.budget_gradients` is the class.
    module = importlib.import_module("rsa_edu.explorers.budget_gradients")
    nothing = of_part(sweep(SWEEP), lambda run: False)
    monkeypatch.setattr(module, "sweep", lambda name: nothing)
    explorer = rsa.explore.budget_gradients().wait()
    assert explorer.summary == (
        "20 of the 20 runs of this figure are missing; `rsa-edu sweep gradients` makes them."
    )
    assert "not made yet" in explorer.figure.layout.to_json()
    assert len(list(explorer.table(explorer.settings, explorer.numbers))) == 1
    some = of_part(sweep(SWEEP), lambda r: r.settings["relevant_size"] == 8 and r.seed < 2)
    monkeypatch.setattr(module, "sweep", lambda name: some)
    explorer.set(size=3).wait()
    assert "over 2 seeds" in explorer.summary
    assert "18 of the 20 runs of this figure are missing" in explorer.summary
    assert "times as much" not in explorer.summary
    assert "For ρ = 8 the largest part" in explorer.set(size=8).wait().summary


def test_a_run_that_diverged_is_no_gap_in_the_others():
    """Norms that are no numbers take the mean of all seeds, or the sentence, away."""
    real = sweep(SWEEP)
    steps = len(real.runs[0].result["gradient"])
    gone = {"ended": "diverged", "gradient": [None] * steps, "gradient_reach": None}
    gone |= {"gradient_by_hops": [[None] * steps] * (len(ORDERS) - 1), "effective_depth": None}
    runs = [replace(r, result=r.result | gone) if r.seed == 1 else r for r in real.runs]
    found = gathered(Measured(SWEEP, tuple(runs), ()), RHO, relative=True)
    for budget in found.budgets.values():
        assert budget.ended[1] == "diverged"
        assert np.isfinite(budget.mean).all()
    explorer = BudgetGradients()
    assert "nan" not in explorer.summarise(explorer.settings, found)
    explorer.draw(explorer.settings, found)
    runs = [replace(run, result=run.result | gone) for run in real.runs]
    found = gathered(Measured(SWEEP, tuple(runs), ()), NU)
    assert "no number over 5 seeds" in explorer.summarise(Settings(varies=NU), found)
    explorer.draw(Settings(varies=NU), found)


def test_rows_hold_every_seed_and_step(explorer):
    """The saved file misses a run, or mixes two up."""
    explorer.reset().set(varies=NU).wait()
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head[:4] == ("buffer_size", "relevant_size", "seed", "ended")
    runs = [run for run in sweep(SWEEP).runs if run.settings["relevant_size"] == FIXED]
    assert len(rows) == sum(len(run.result["gradient"]) for run in runs)
    by_run = {(row[0], row[2], row[head.index("t")]): row for row in rows}
    for run in runs:
        row = by_run[run.settings["buffer_size"], run.seed, 7]
        assert row[4] == run.result["accuracy"]
        assert row[head.index("all hops")] == run.result["gradient"][7]
        assert row[head.index("more")] == run.result["gradient_by_hops"][-1][7]
