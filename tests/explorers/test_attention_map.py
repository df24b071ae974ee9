"""The explorer of attention maps against the trace of the network it shows."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.attention_map import LONGEST, Settings, seen
from rsa_edu.figures.attention_map import WEIGHTS
from rsa_edu.reasons import h


def trace_of(name, task, seed=0):
    """What the network of this name attends to on the sequence of that seed."""
    batch = task.sample(1, torch.Generator().manual_seed(seed)).to(torch.float64)
    with torch.no_grad():
        return rsa.results.load(name).net.double().recurrence(batch.inputs, return_trace=True)[2]


@pytest.mark.parametrize("task", ["Copy", "Denoise"])
def test_the_weights_are_those_of_the_shipped_network(task):
    """The map shows another network or sequence, or a state in the column of another."""
    numbers = seen(Settings(task=task, seed=3))
    kind = {"Copy": rsa.tasks.Copy, "Denoise": rsa.tasks.Denoise}[task](44)
    trace = trace_of(f"memrnn_{task.lower()}", kind, 3)
    assert numbers.trained
    for t in range(1, 64):
        expected = np.zeros(64)
        expected[trace.positions[t, 0, :t]] = trace.attention[t, 0, :t]
        np.testing.assert_allclose(numbers.row(t), expected, atol=1e-12)
    kappa = rsa.attention_statistics(trace).effective_kappa[:, 0]
    np.testing.assert_allclose(numbers.kappa, kappa, rtol=1e-10)


def test_up_to_64_steps_every_weight_has_its_own_cell():
    """The default map is pooled, and a narrow stripe looks twice as wide."""
    numbers = seen(Settings())
    below = np.tril(np.ones((64, 64), bool), -1)
    assert numbers.cell == 1
    weights = np.stack([numbers.row(t) for t in range(64)])
    np.testing.assert_allclose(numbers.cells[below], weights[below])
    assert np.isnan(numbers.cells[~below]).all()
    assert seen(Settings(delay=45)).cell == 2


def test_an_untrained_network_attends_to_all_alike():
    """The switch has no effect."""
    untrained = seen(Settings(trained=False))
    assert not untrained.trained
    assert np.nanmin(untrained.kappa[1:] / np.arange(1, 64)) > 0.9
    assert np.nanmax(seen(Settings()).kappa) < 15


def test_the_sentence_says_what_the_row_holds():
    """The sentence speaks of another step or state than the bars show."""
    explorer = rsa.explore.attention_map(task="Denoise", step=58).wait()
    row = explorer.numbers.row(58)
    assert (
        f"{row.max():.0%} of the attention is on {h(int(row.argmax()))} (symbol" in explorer.summary
    )
    assert f"effectively it reads {explorer.numbers.kappa[58]:.1f}" in explorer.summary
    np.testing.assert_array_equal(explorer.figure.data[WEIGHTS].y, row)


def test_the_sentence_names_a_blank_and_the_marker():
    """A state without a symbol is called by an empty name."""
    explorer = rsa.explore.attention_map(step=56).wait()
    assert "on h₅₃ (the marker)" in explorer.summary
    assert "(a blank)" in explorer.set(trained=False, task="Denoise", step=59).wait().summary


def test_what_is_not_shipped_is_shown_untrained_and_said():
    """A network nobody trained passes for a trained one."""
    explorer = rsa.explore.attention_map(model="MemLSTM").wait()
    assert "untrained MemLSTM" in explorer.summary
    assert "No MemLSTM trained on copy is shipped." in explorer.summary
    assert explorer.widgets["trained"].disabled


@pytest.mark.parametrize("name", rsa.explore.attention_map.presets)
def test_every_preset_draws_its_numbers(name):
    """A preset raises or shows other numbers than the core returns."""
    explorer = rsa.explore.attention_map().preset(name).wait()
    expected = seen(explorer.settings)
    heat, marks, kappa, *_ = explorer.figure.data
    np.testing.assert_allclose(heat.z.astype(float), expected.cells, atol=5e-5)
    np.testing.assert_array_equal(np.asarray(kappa.x, dtype=float), expected.kappa)
    assert len(marks.x) == 11  # ten symbols and the marker
    assert explorer.status == ""


def test_the_cursor_stays_in_the_sequence():
    """A shorter delay leaves the cursor at a step that is not there."""
    explorer = rsa.explore.attention_map(step=59).set(delay=10).wait()
    assert explorer.settings.step == 29
    assert explorer.summary.startswith("At step 29")


def test_full_attention_is_kept_from_very_long_sequences():
    """The page computes for minutes, or a long map of a budget is cut short."""
    explorer = rsa.explore.attention_map(model="RelRNN", task="Denoise", delay=1980).wait()
    assert explorer.settings.delay == pytest.approx(explorer.widgets["delay"].value) == 1980
    assert len(explorer.numbers.kappa) == 2000
    explorer.set(model="MemRNN").wait()
    assert explorer.settings.delay == LONGEST["MemRNN"]
    assert explorer.widgets["delay"].value == pytest.approx(LONGEST["MemRNN"])


def test_rows_hold_every_step_and_state():
    """The saved file misses a step or a state."""
    explorer = rsa.explore.attention_map(delay=5).wait()
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("t", "effective_kappa", "i", "alpha")
    assert [(t, i) for t, _, i, _ in rows] == [(t, i) for t in range(25) for i in range(t)]
    row = explorer.numbers.row(12)
    assert [alpha for t, _, _, alpha in rows if t == 12] == row[:12].tolist()
