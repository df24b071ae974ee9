"""Who learns first, against runs made here and the shipped ones."""

from dataclasses import replace

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.race import (
    DELAYS,
    SECONDS,
    SWEEP,
    TASKS,
    UPDATES,
    Lane,
    Settings,
    _then,
    accuracy,
    lanes,
    machines,
    missing,
    order,
    pace,
)
from rsa_edu.figures.race import DIVERGED, MARKS, MEDIAN, MET, NEVER, PER_MODEL
from rsa_edu.results import Measured
from rsa_edu.sweeps import measure, plan
from tests.sweeps.tiny import tiny

HERE = Settings(task="Copy", delay=100, models=("RNN", "LSTM"))


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.race()


@pytest.fixture(scope="module")
def runs():
    """Of a task so short that all is over at once: one that meets its target, one that does not,
    one that diverges."""
    shared = {"model": "RNN", "updates": 120}
    (meets,) = tiny(**shared, target=0.05)
    (never,) = tiny(**shared, target=1.0, seed=1)
    (diverges,) = tiny(**shared, target=1.0, learning_rate=1e4, clip=1e9, seed=2)
    return [measure(settings) for settings in (meets, never, diverges)]


def test_the_accuracy_is_the_one_that_decides(runs):
    """A curve ends at another accuracy than the one that was compared with the target."""
    for run in runs[:2]:
        (last,) = accuracy(run, np.array([run.updates]))
        assert last == pytest.approx(run.result["training_accuracy"], abs=1e-4)
    meets, never, _ = runs
    assert meets.result["ended"] == "target"
    curve = never.result["curve"]
    assert curve["block"] == 1
    there = accuracy(never, np.array([1, 10, 80, 10**6]))
    parts = (slice(0, 1), slice(0, 10), slice(30, 80), slice(70, 120))
    assert there == pytest.approx([np.mean(curve["accuracy"][part]) for part in parts])


def test_time_is_updates_times_the_pace(runs):
    """Over seconds a run ends at another time than it took."""
    for run in runs[:2]:
        assert run.updates * pace(run, SECONDS) == pytest.approx(run.seconds)
        assert pace(run, UPDATES) == 1


def test_a_median_counts_those_that_never_came(runs):
    """A model is ranked by its lucky seeds only."""
    meets, never, diverges = runs
    assert diverges.result["ended"] == "diverged"
    needed = meets.result["updates_to_target"]
    assert Lane((meets, meets, never)).median(UPDATES) == needed
    assert Lane((meets, never, diverges)).median(UPDATES) is None
    assert Lane((meets, never)).met(UPDATES) == 1
    assert Lane((meets, never)).met(UPDATES, needed - 1) == 0
    assert order({"RNN": Lane((meets,)), "LSTM": Lane((never,))}, SECONDS) == ["RNN"]


def test_runs_that_are_not_there_are_said(runs):
    """Empty rows come without a word, or of another task."""
    planned = [s for s in plan(SWEEP) if s.model in HERE.models]
    words = missing(HERE, {}, Measured(SWEEP, (), tuple(planned)))
    assert words.startswith("No run of Copy at delay 100 is shipped; `rsa-edu sweep learning`")
    words = missing(HERE, {"RNN": Lane(tuple(runs))}, Measured(SWEEP, (), tuple(planned)))
    assert words.startswith("10 of 13 runs of Copy at delay 100 are missing (RNN, LSTM)")
    assert missing(HERE, {}, Measured(SWEEP, (), ())) == ""
    assert lanes(HERE, runs) == {}  # they have another delay


def test_choices_are_those_of_the_sweep():
    """A task, delay or model of the sweep cannot be chosen, or has several settings."""
    planned = plan(SWEEP)
    assert {settings.task for settings in planned} == set(TASKS)
    assert {settings.delay for settings in planned} == set(DELAYS)
    assert {settings.model for settings in planned} == set(Settings().models)
    seeds = {s.seed for s in planned}
    assert len(planned) == len(TASKS) * len(DELAYS) * len(Settings().models) * len(seeds)


def test_the_sentence_follows_the_cursor(runs):
    """A seed is said to have met the target before it did, or an accuracy is missing."""
    meets, never, _ = runs
    numbers = {"RNN": Lane((meets,)), "LSTM": Lane((meets, never)), "SAB": Lane((never,))}
    end = meets.result["updates_to_target"]
    said = _then(replace(HERE, spent=end), numbers)
    assert said.startswith(f"After {end} updates it is met by all seeds of RNN and some of LSTM (1")
    assert "RNN 0" not in said
    last = accuracy(never, np.array([end])).item()
    assert f"SAB {last:.2f}" in said
    said = _then(replace(HERE, spent=end - 1), numbers)
    assert f"After {end - 1} updates it is met by no seed; accuracy then: " in said
    assert _then(replace(HERE, spent=end), {"RNN": Lane((meets,))}).endswith("all seeds of RNN.")


@pytest.mark.parametrize("name", rsa.explore.race.presets)
def test_every_preset_draws_the_shipped_runs(explorer, name):
    """A preset raises, or a shipped run has no mark, or one that says something else."""
    explorer.preset(name).wait()
    chosen = explorer.settings
    made = [
        run
        for run in rsa.results.sweep(SWEEP).runs
        if (run.settings["task"], run.settings["delay"]) == (chosen.task, chosen.delay)
        and run.settings["model"] in chosen.models
    ]
    marks = [
        symbol
        for trace in explorer.figure.data[MARKS:-1:PER_MODEL]
        for symbol in trace.marker.symbol or ()
        if symbol != MEDIAN
    ]
    ended = {"target": MET, "updates": NEVER, "diverged": DIVERGED}
    assert sorted(marks) == sorted(ended[run.result["ended"]] for run in made if run.updates)
    assert ("missing" in explorer.summary or "No run" in explorer.summary) == (
        len(made) < len(chosen.models) * 5
    )
    assert explorer.status == ""


def test_the_sentence_says_who_is_first(explorer):
    """Words and runs disagree about the winner, or about the accuracy at the cursor."""
    explorer.reset().set(spent=200)
    if not explorer.numbers:
        assert "`rsa-edu sweep learning` makes them" in explorer.summary
        return
    for over in (UPDATES, SECONDS):
        if there := order(explorer.numbers, over):
            assert f"in {over} {there[0]} " in explorer.summary
    assert "After 200 updates" in explorer.summary
    here = dict(zip(explorer.numbers, explorer.figure.data[-1].y, strict=True))
    for model, mean in here.items():
        runs = explorer.numbers[model].runs
        assert mean == pytest.approx(np.mean([accuracy(run, np.array([200])) for run in runs]))
        if explorer.numbers[model].met(UPDATES, 200) < len(runs):
            assert f"{model} {mean:.2f}" in explorer.summary


def test_seconds_of_two_machines_are_not_compared_in_silence(runs):
    """A model that ran on a faster machine wins the race, and nobody says why."""
    lane = Lane(tuple(runs))
    assert machines({"RNN": lane}) == ""
    elsewhere = Lane(tuple(replace(run, machine="another") for run in runs))
    assert "2 machines" in machines({"RNN": lane, "LSTM": elsewhere})


def test_rows_hold_every_run(explorer, runs):
    """The saved file misses a run, or says None."""
    head, *rows = explorer.table(HERE, {"RNN": Lane(tuple(runs))})
    assert [row[head.index("ended")] for row in rows] == ["target", "updates", "diverged"]
    assert [row[head.index("seed")] for row in rows] == [0, 1, 2]
    assert rows[1][head.index("updates_to_target")] == ""


def test_nothing_chosen_is_said(explorer):
    """An empty figure comes without a word."""
    assert explorer.reset().set(models=()).summary == "Choose a model."
