"""The explorer of longer sequences against rsa.evaluate and the networks it shows."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.controls import Number
from rsa_edu.explorers.longer import (
    FULL,
    NETWORKS,
    NO_BUDGET,
    PARTS,
    Budget,
    Settings,
    answers,
    budget_of,
    own,
    parts,
)
from rsa_edu.figures.longer import BARS, CURVES


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.longer(delay=20).wait()


def last(settings):
    *_, found = answers(settings)
    return found


@pytest.mark.parametrize("network", NETWORKS)
def test_the_accuracy_is_that_of_evaluate(network):
    """Another network, budget or sequence is evaluated, or a part of the sequences is left out."""
    saved = rsa.results.load(network)
    found = last(Settings(network=network, delay=23, seed=3, **own(network)))
    expected = rsa.evaluate(saved.net, type(saved.task)(23), sequences=sum(PARTS), seed=3)
    assert found.sequences == sum(PARTS)
    assert found.accuracy == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("policy", ["Window", "Sinks", "Random", "LowestAttention", FULL])
def test_the_policy_is_the_one_that_is_chosen(policy):
    """The drop-down has no effect, or a policy has other sizes than the sliders."""
    found = last(Settings(delay=30, policy=policy, nu=3, rho=4))
    saved = rsa.results.load("relrnn_copy")
    models = rsa.models
    saved.net.recurrence.memory = {
        "Window": models.Window(7),
        "Sinks": models.Sinks(3, 4),
        "Random": models.Random(3, 4),
        "LowestAttention": models.LowestAttention(7),
        FULL: models.Everything(),
    }[policy]
    expected = rsa.evaluate(saved.net, rsa.tasks.Copy(30), sequences=sum(PARTS), seed=0)
    assert found.accuracy == pytest.approx(expected, abs=1e-3)


def test_recall_is_that_of_all_its_sequences():
    """The recall is of one part of the sequences, or of another budget."""
    found = last(Settings(network="relrnn_denoise", delay=40, nu=10, rho=5))
    saved, task = rsa.results.load("relrnn_denoise"), rsa.tasks.Denoise(40)
    saved.net.recurrence.memory = rsa.models.Screening(10, 5)
    dice = torch.Generator().manual_seed(rsa.training.EVALUATION_SEEDS)
    batch = task.sample(sum(PARTS), dice)
    with torch.no_grad():
        *_, trace = saved.net.recurrence(batch.inputs, return_trace=True)
    assert found.recall == pytest.approx(rsa.recall(trace, task, batch), abs=1e-3)
    assert last(Settings(delay=20, rho=0)).recall is None


def test_numbers_come_early_and_get_better():
    """The reader waits for all sequences before the first number."""
    counts = [found.sequences for found in answers(Settings(delay=20))]
    assert counts == np.cumsum(PARTS).tolist()


def test_where_it_takes_long_there_are_fewer_sequences():
    """Full attention over 5000 steps keeps the page busy for minutes."""
    budget, full = Budget("relrnn_copy", "Screening", 10, 15), Budget("memrnn_copy", FULL)
    assert parts(budget, 1000) > parts(budget, 5000) > parts(full, 5000) == 1
    for delay in (100, 400, 1000, 2000, 5000):
        assert delay**2 * sum(PARTS[: parts(full, delay)]) <= 1e8


def test_a_network_brings_the_budget_it_was_trained_with(explorer):
    """A starved network runs with an ample budget, and nobody says so."""
    explorer.set(network="relrnn_copy_starved").wait()
    assert (explorer.settings.nu, explorer.settings.rho) == (3, 3)
    explorer.set(network="memrnn_copy").wait()
    assert explorer.settings.policy == FULL
    assert set(explorer.idle(explorer.settings)) == {"nu", "rho"}
    explorer.set(network="relrnn_copy", nu=4).wait()
    assert (explorer.settings.policy, explorer.settings.nu) == ("Screening", 4)
    explorer.set(network="rnn_copy").wait()
    assert explorer.idle(explorer.settings) == dict.fromkeys(("policy", "nu", "rho"), NO_BUDGET)
    assert explorer.widgets["nu"].disabled
    explorer.reset().set(delay=20).wait()


def test_what_has_no_effect_makes_no_curve_of_its_own():
    """The same network stands in the figure twice."""
    assert budget_of(Settings(network="rnn_copy", nu=3)) == Budget("rnn_copy")
    full = Settings(network="memrnn_copy", policy=FULL, nu=3)
    assert budget_of(full) == Budget("memrnn_copy", FULL)


def test_what_was_measured_stays_until_reset(explorer):
    """The reader's curve loses a point, or mixes two budgets."""
    explorer.reset().set(delay=20).wait()
    explorer.set(delay=30).wait()
    explorer.set(rho=5).wait()
    explorer.set(rho=15).wait()
    present, other = explorer.figure.data[CURVES : CURVES + 2]
    assert {20, 30} <= set(present.x)
    assert list(other.x) == [30]
    place = list(present.x).index(30)
    assert present.y[place] == explorer.numbers.accuracy
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert len(rows) == len(present.x) + len(other.x)
    assert all(len(row) == len(head) for row in rows)
    explorer.reset().wait()
    assert list(explorer.figure.data[CURVES].x) == [explorer.settings.delay]


def test_what_a_drag_passes_leaves_no_point(explorer):
    """The curve is full of points of four sequences that nobody asked for."""
    explorer.reset().set(delay=20).wait()
    for passed in (Settings(delay=40), Settings(delay=40, rho=5)):
        explorer._arrived((passed, next(answers(passed))))
        assert explorer.measured[budget_of(passed)][40].sequences == PARTS[0]
    explorer.set(delay=30).wait()
    assert list(explorer.measured) == [budget_of(explorer.settings)]
    there = explorer.measured[budget_of(explorer.settings)]
    assert {20, 30} <= set(there)
    assert 40 not in there


def test_the_code_rebuilds_the_state(explorer):
    """The copied line gives another budget, because a network brings its own."""
    for settings in ({"network": "relrnn_copy_starved", "nu": 10, "rho": 15}, {"rho": 0}):
        explorer.reset().set(delay=20, **settings).wait()
        again = eval(explorer.code, {"rsa": rsa}).wait()
        assert again.settings == explorer.settings
    explorer.reset().set(delay=20).wait()


def test_the_sentence_has_the_numbers(explorer):
    """The sentence speaks of another network, delay or accuracy than the figure shows."""
    explorer.set(network="rnn_copy", delay=90).wait()
    found = explorer.numbers
    assert explorer.summary.startswith(
        f"rnn_copy at delay 90: {found.accuracy:.1%} of the answers are right"
    )
    assert f"{found.sequences} sequences, one network" in explorer.summary
    assert f"{found.blank:.0%} of the answers are a blank." in explorer.summary
    assert "Trained at 100." in explorer.summary
    explorer.reset().set(delay=20).wait()
    assert "Trained with delays up to 100." in explorer.summary
    assert f"Recall of the relevant set: {explorer.numbers.recall:.0%}." in explorer.summary


def test_numbers_that_are_infinite_are_said_to_be(explorer):
    """An overflow passes for a wrong answer."""
    explorer.set(network="rnn_copy", delay=5000).wait()
    assert not explorer.numbers.finite
    assert "became infinite" in explorer.summary
    explorer.reset().set(delay=20).wait()


@pytest.mark.parametrize("name", ["RNN, one step longer", "Half the relevant set"])
def test_a_preset_draws_its_numbers(explorer, name):
    """A preset raises or shows other numbers than the core returns."""
    explorer.preset(name).wait()
    np.testing.assert_array_equal(explorer.figure.data[BARS].y, explorer.numbers.right.mean(1))
    assert explorer.status == ""


def test_presets_are_settings_that_stay(explorer):
    """A preset asks for a value that is clamped, or for a budget that its network does not have."""
    for changes in explorer.presets.values():
        network = changes.get("network", "relrnn_copy")
        asked = vars(Settings()) | own(network) | changes
        assert vars(Settings(**asked)) == asked
        assert not set(explorer.idle(Settings(**asked))) & set(changes)


def test_a_log_slider_of_counts_gives_whole_numbers(explorer):
    """A delay of 123.4 steps would be asked for."""
    delay = Number(10, 5000, "delay", 0.01, log=True, counts=True)
    assert delay.fit(123.4, None) == (123, "")
    assert delay.fit(9000, None)[0] == 5000
    explorer.widgets["delay"].value = 10**1.35
    explorer.wait()
    assert explorer.settings.delay == 22
    assert isinstance(explorer.settings.delay, int)
