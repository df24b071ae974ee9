"""Depth and gradient of every state, against the searches and gradients they are made of."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.by_depth import Settings, fitted_line, profile


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.by_depth(delay=40, step=20).wait()


def test_depths_and_gradients_are_those_of_the_network():
    """The figure shows another network, budget, sequence or step of the loss."""
    found = profile(Settings(delay=30, nu=4, rho=5, seed=3))
    task, dice = rsa.tasks.Denoise(30), torch.Generator().manual_seed(3)
    net = rsa.models.RelRNN(task.input_size, 64, buffer_size=4, relevant_size=5, generator=dice)
    net, m = net.double(), 40
    x = task.sample(1, torch.Generator().manual_seed(3)).inputs.double()
    *_, trace = net(x, return_trace=True)
    at_loss = set(trace.positions[m, 0].tolist()) - {-1}
    assert set(np.flatnonzero(found.depths == 1)) == at_loss
    r = torch.randn(64, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    flow = rsa.gradient_flow(net, x, loss=lambda out: (out[m] * r).sum()).total
    np.testing.assert_allclose(found.gradients, flow[:m] / flow[m], rtol=1e-9)


def test_a_line_is_fitted_to_the_logarithms():
    """The cost of a link would be another number."""
    depths = np.array([1, 2, 3, 3, 9])
    intercept, slope = fitted_line(depths, np.array([1e-2, 1e-4, 1e-6, 1e-6, 0.0]))
    assert (intercept, slope) == pytest.approx((0, -2), abs=1e-9)
    assert fitted_line(np.array([1, 1]), np.array([0.1, 0.2])) is None


def test_the_sentence_is_about_the_state_at_the_cursor(explorer):
    """It names another depth or gradient than the figure."""
    explorer.set(step=7).wait()
    depth = explorer.numbers.depths[7]
    assert explorer.summary.startswith(f"h7 is {depth} link")
    assert f"{10 ** -explorer.numbers.line[1]:.2g}" in explorer.summary
    assert "2κ = 50" in explorer.summary
    kept = int(np.flatnonzero(explorer.numbers.depths == 1)[0])
    assert "is 1 link from" in explorer.set(step=kept).wait().summary


def test_with_everything_in_memory_there_is_no_line(explorer):
    """A slope through one depth is told."""
    explorer.set(delay=10, nu=40).wait()
    assert explorer.numbers.line is None
    assert "a link costs" not in explorer.summary
    explorer.reset().set(delay=40).wait()


@pytest.mark.parametrize("name", rsa.explore.by_depth.presets)
def test_every_preset_draws_its_numbers(explorer, name):
    """A preset raises or shows other numbers than the core returns."""
    explorer.preset(name).wait()
    states = sum(len(trace.x) for trace in explorer.figure.data[:3])
    assert states == len(explorer.numbers.depths) == explorer.settings.delay + 10
    assert explorer.status == ""


def test_rows_hold_every_state(explorer):
    """The saved file misses a state."""
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("t", "depth", "gradient")
    assert len(rows) == len(explorer.numbers.depths)
    assert rows[3] == (3, explorer.numbers.depths[3], explorer.numbers.gradients[3])


def test_a_network_nobody_trained_is_said_to_be_untrained(explorer):
    """An untrained network passes for a trained one."""
    explorer.set(model="RelLSTM", task="Denoise", trained=True).wait()
    assert "No RelLSTM trained on denoise is shipped." in explorer.summary
    assert explorer.widgets["trained"].disabled
