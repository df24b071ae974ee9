"""The explorer of transfer against the stored runs it shows."""

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.transfer import DELAYS, MODELS, SWEEP, TRAINED, transferred
from rsa_edu.figures.transfer import PER_MODEL
from rsa_edu.results import Measured
from rsa_edu.sweeps import plan


@pytest.fixture(scope="module")
def sweep():
    return rsa.results.sweep(SWEEP)


@pytest.fixture
def explorer():
    return rsa.explore.transfer()


def test_it_shows_what_the_plan_makes():
    """A model or a delay of the sweep cannot be chosen, or one is offered that was never run."""
    runs = plan(SWEEP)
    assert {settings.model for settings in runs} == set(MODELS)
    assert {settings.test_delays for settings in runs} == {DELAYS}
    assert {settings.delay for settings in runs} == {TRAINED}


def test_every_number_is_that_of_its_run(sweep):
    """A seed's accuracy stands at another model, seed or delay."""
    numbers = transferred(MODELS, sweep)
    for run in sweep.runs:
        tested = numbers.tested[run.settings["model"]]
        row = tested.accuracy[list(tested.seeds).index(run.seed)]
        assert row.tolist() == run.result["test_accuracy"]
    counted = sum(len(tested.seeds) for tested in numbers.tested.values())
    assert counted == len(sweep.runs)
    assert sum(numbers.missing.values()) == len(sweep.missing)


def test_what_was_not_learned_is_counted(sweep):
    """A model that failed in training passes for one that does not transfer."""
    numbers = transferred(MODELS, sweep)
    for model, tested in numbers.tested.items():
        runs = [run for run in sweep.runs if run.settings["model"] == model]
        met = sum(run.result["ended"] == "target" for run in runs)
        assert numbers.learned[model] == met <= len(tested.seeds)


def test_runs_that_are_missing_are_said_with_their_command(sweep):
    """An empty figure would not say how it is filled; a missing seed would go unnoticed."""
    nothing = transferred(MODELS, Measured(SWEEP, (), tuple(plan(SWEEP))))
    assert not nothing.tested
    explorer = rsa.explore.transfer()
    said = explorer.summarise(explorer.settings, nothing)
    assert "5 of RelRNN" in said
    assert "`rsa-edu sweep transfer`" in said
    drawn = explorer.draw(explorer.settings, nothing)
    assert any("Nothing to draw" in (note.text or "") for note in drawn.layout.annotations)
    some = transferred(MODELS, Measured(SWEEP, sweep.runs[1:], (plan(SWEEP)[0],)))
    assert sum(some.missing.values()) == 1


def test_the_sentence_has_the_numbers_at_the_cursor(explorer, sweep):
    """The sentence is about another delay or model than it says."""
    for delay in DELAYS:
        explorer.set(test_delay=delay)
        assert explorer.summary.startswith(f"Delay {delay}, ")
        for point in sweep.points:
            spread = point.accuracy_at(delay)
            assert (
                f"{point.settings['model']} {spread.mean:.0%} "
                f"({spread.low:.0%} to {spread.high:.0%})"
            ) in explorer.summary


def test_only_the_chosen_models_are_drawn(explorer):
    """A model that is unchecked stays."""
    explorer.set(models=("RelRNN",))
    lines = explorer.figure.data[: PER_MODEL * len(MODELS) : PER_MODEL]
    assert [line.name for line in lines if line.x] == ["RelRNN"]
    explorer.set(models=())
    assert "No model is shown." in explorer.summary


@pytest.mark.parametrize("name", rsa.explore.transfer.presets)
def test_every_preset_draws_its_numbers(explorer, name):
    """A preset raises or shows other numbers than the core returns."""
    explorer.preset(name)
    for model, tested in explorer.numbers.tested.items():
        line = explorer.figure.data[PER_MODEL * MODELS.index(model)]
        np.testing.assert_allclose(line.y, tested.accuracy.mean(0))
    assert explorer.status == ""


def test_rows_hold_every_run_and_delay(explorer, sweep):
    """The saved file misses a seed."""
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("model", "seed", "delay", "accuracy")
    assert len(rows) == len(sweep.runs) * len(DELAYS)
