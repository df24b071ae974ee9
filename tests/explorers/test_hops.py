"""The explorer of the gradient by hops against gradient_flow itself."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.hops import NOTHING, Settings, split


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.hops(delay=20).wait()


@pytest.mark.parametrize("paths", ["all", "value", "scores"])
@pytest.mark.parametrize("cut", [NOTHING, "recurrence", "attention"])
def test_the_split_is_what_gradient_flow_measures(paths, cut):
    """A curve belongs to another network, sequence, budget or kind of path than is shown."""
    found = split(Settings(delay=20, nu=4, rho=6, hops=2, paths=paths, cut=cut))
    net = rsa.results.load("relrnn_copy").net.double()
    net.recurrence.memory = rsa.models.Screening(4, 6)
    batch = rsa.tasks.Copy(20).sample(1, torch.Generator().manual_seed(0)).to(torch.float64)
    expected = rsa.gradient_flow(
        net, batch, hops=2, paths=paths, cut=None if cut == NOTHING else cut
    )
    np.testing.assert_allclose(found.norms, expected.by_hops, rtol=1e-10, atol=1e-300)
    np.testing.assert_allclose(found.total, expected.total, rtol=1e-10, atol=1e-300)
    alive = found.total > 0
    np.testing.assert_allclose(found.shares.sum(0)[alive], 1, rtol=1e-9)


def test_an_untrained_network_is_another():
    """The switch would have no effect."""
    trained, untrained = (split(Settings(delay=20, trained=on)) for on in (True, False))
    assert trained.trained
    assert not untrained.trained
    assert not np.allclose(trained.total, untrained.total)


def test_what_is_not_shipped_is_shown_untrained_and_said(explorer):
    """A network nobody trained passes for a trained one."""
    explorer.set(model="MemLSTM").wait()
    assert "No MemLSTM trained on copy is shipped" in explorer.summary
    assert "untrained MemLSTM" in explorer.summary
    assert explorer.widgets["trained"].disabled
    assert explorer.widgets["nu"].disabled
    explorer.reset().set(delay=20).wait()


def test_the_sentence_names_the_order_that_gives_most(explorer):
    """The sentence speaks of another step or order than the figure."""
    explorer.set(step=3).wait()
    shares, norms = explorer.numbers.shares[:, 3], explorer.numbers.norms[:, 3]
    name = ["0 hops", "1 hop", "2 hops", "3 hops", "more"][shares.argmax()]
    assert f"{shares.max():.0%} of it came by {name}." in explorer.summary
    assert explorer.summary.startswith("State 3 of the trained RelRNN")
    assert f"0 hops {norms[0]:.1e}" in explorer.summary


def test_a_state_without_a_path_is_said_to_have_none(explorer):
    """Zero over zero is shown as a share."""
    explorer.set(model="RelRNN", nu=1, rho=0, cut="recurrence", paths="scores", step=0).wait()
    assert "no path" in explorer.summary  # one state takes all the attention, whatever its score
    assert np.isfinite(explorer.numbers.shares).all()
    explorer.reset().set(delay=20).wait()


@pytest.mark.parametrize("name", rsa.explore.hops.presets)
def test_every_preset_draws_its_numbers(explorer, name):
    """A preset raises or shows other numbers than the core returns."""
    explorer.preset(name).wait()
    norms = explorer.numbers.norms
    np.testing.assert_array_equal(explorer.figure.data[0].customdata, explorer.numbers.total)
    np.testing.assert_array_equal(explorer.figure.data[1].customdata, norms[0])
    assert explorer.status == ""


def test_rows_hold_every_step(explorer):
    """The saved file misses a step or an order."""
    explorer.reset().set(delay=20, hops=1).wait()
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    shares = ("share of 0 hops", "share of 1 hop", "share of more")
    assert head == ("t", "all", "0 hops", "1 hop", "more", *shares)
    assert len(rows) == 40
    assert rows[7][2] == explorer.numbers.norms[0, 7]
