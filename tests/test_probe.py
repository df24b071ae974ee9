"""The live maps show what the model did, small enough to be sent."""

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.probe import MAP_SIZE, attention_map, probe


def network(model, delay, **settings):
    task = rsa.tasks.Copy(delay)
    net = rsa.Network(model(task.input_size, 8, **settings), task.n_classes)
    return net, task.sample(2, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("delay", [1, 44, 45, 150])
@pytest.mark.parametrize("model", ["RelRNN", "MemLSTM", "SAB", "Transformer"])
def test_a_cell_is_the_largest_attention_of_its_block(model, delay):
    """If this failed, the map would show another attention than the model's, or a shifted one."""
    net, batch = network(getattr(rsa.models, model), delay)
    with torch.no_grad():
        trace = net.recurrence(batch.inputs, return_trace=True)[2]
    cells = attention_map(trace)
    block = -(-len(batch.inputs) // MAP_SIZE)
    expected = np.full_like(cells, np.nan)
    for t in range(len(batch.inputs)):
        for i, alpha in zip(trace.positions[t, 0], trace.attention[t, 0], strict=True):
            if i >= 0:
                cell = (t // block, int(i) // block)
                expected[cell] = np.fmax(expected[cell], float(alpha))
    np.testing.assert_array_equal(cells, expected)


@pytest.mark.parametrize("delay", [1, 100, 400])
def test_the_map_is_small_enough_to_be_sent(delay):
    """If this failed, every update of the page would carry megabytes."""
    net, batch = network(rsa.models.MemRNN, min(delay, 150))
    seen = probe(net, batch)
    assert max(seen.attention.shape) <= MAP_SIZE
    assert seen.attention.shape[0] * seen.block >= len(batch.inputs)


def test_a_step_of_a_transformer_attends_to_itself():
    """If this failed, the diagonal of its map would be missing."""
    net, batch = network(rsa.models.Transformer, 5)
    seen = probe(net, batch)
    assert np.isfinite(np.diag(seen.attention)).all()
    assert np.isnan(seen.attention[np.triu_indices(25, 1)]).all()


def test_the_flow_is_the_gradient_of_the_first_sequence():
    """If this failed, map and flow would belong to different sequences."""
    net, batch = network(rsa.models.RelRNN, 5)
    flow = rsa.gradient_flow(net, batch).total_vectors
    alone = probe(net, batch).flow
    # the mean over two sequences halves what each contributes
    np.testing.assert_allclose(alone, 2 * flow[:, 0].norm(dim=1).numpy(), rtol=1e-4, atol=1e-9)


def test_a_model_without_attention_has_no_map():
    """If this failed, an RNN would show an empty map instead of a sentence."""
    net, batch = network(rsa.models.RNN, 5)
    assert probe(net, batch).attention is None


def test_probing_leaves_the_weights_gradients_alone():
    """If this failed, looking at a training run would change it."""
    net, batch = network(rsa.models.RelRNN, 5)
    probe(net, batch)
    assert all(p.grad is None for p in net.parameters())
