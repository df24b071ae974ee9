"""Gradient flow and Jacobian norms."""

from functools import partial

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.models import (
    LSTM,
    RNN,
    SAB,
    ExpRNN,
    MemLSTM,
    MemRNN,
    OrthogonalRNN,
    RelLSTM,
    RelRNN,
    Transformer,
)

ALL = [RNN, LSTM, MemRNN, MemLSTM, RelRNN, RelLSTM, OrthogonalRNN, ExpRNN, Transformer]
ALL.append(pytest.param(partial(SAB, truncation=100), id="SAB"))  # cut, its flow is another one


@pytest.mark.parametrize("model", ALL)
def test_equals_finite_differences(model):
    """dL/dh_t would not be what a small change of h_t does to the loss."""
    task = rsa.tasks.Copy(4)
    net = rsa.Network(model(task.input_size, 8), task.n_classes).double()
    batch = task.sample(2, torch.Generator().manual_seed(0)).to(torch.float64)
    flow = rsa.gradient_flow(net, batch)

    def loss(nudge):
        out, _ = net.recurrence(batch.inputs, nudge=nudge)
        logits = net.readout(out)[-10:]
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), batch.targets[-10:].flatten()
        )

    step, shape = 1e-6, (task.length, 2, 8)
    for t, b, unit in [(0, 0, 0), (3, 1, 2), (13, 0, 4), (20, 1, 1), (23, 0, 3)]:
        nudge = torch.zeros(shape, dtype=torch.float64)
        nudge[t, b, unit] = step
        measured = ((loss(nudge) - loss(-nudge)) / (2 * step)).item()
        assert flow.total_vectors[t, b, unit].item() == pytest.approx(measured, abs=1e-8)
    expected = flow.total_vectors.norm(dim=2).mean(1)
    torch.testing.assert_close(flow.total, expected)


@pytest.mark.parametrize("model", ALL)
def test_measuring_changes_nothing(model):
    """A measurement would leave gradients behind and disturb a training."""
    task = rsa.tasks.Denoise(5)
    net = rsa.Network(model(task.input_size, 8), task.n_classes)
    with torch.no_grad():
        rsa.gradient_flow(net, task.sample(2))
    assert all(p.grad is None for p in net.parameters())


@pytest.mark.parametrize("model", ALL)
def test_jacobian_norms(model):
    """The norm would not be that of the Jacobian, computed one unit at a time."""
    net = model(3, 4).double()
    x = torch.randn(7, 1, 3, dtype=torch.float64)
    norms = rsa.jacobian_norms(net, x)
    rows = [
        rsa.gradient_flow(net, x, loss=lambda out, j=j: out[-1, 0, j]).total_vectors[:, 0]
        for j in range(4)
    ]
    expected = torch.linalg.svdvals(torch.stack(rows, 1))[:, 0]
    torch.testing.assert_close(norms, expected)
    if model is not Transformer:  # the nudge of its last step still goes through the layers
        assert norms[-1].item() == pytest.approx(1.0)


def test_linear_recurrence_is_a_power():
    """For h_t = g Q h_{t-1} + .., Q orthogonal, the norm after k steps must be g^k."""
    net = RNN(2, 6, nonlinearity="identity").double()
    with torch.no_grad():
        q, _ = torch.linalg.qr(net.weight_hh)
        net.weight_hh.copy_(0.8 * q)
    norms = rsa.jacobian_norms(net, torch.randn(40, 1, 2, dtype=torch.float64))
    powers = 0.8 ** torch.arange(39, -1, -1, dtype=torch.float64)
    torch.testing.assert_close(norms, powers, rtol=1e-10, atol=0)


@pytest.mark.usefixtures("unchecked")
def test_bad_calls():
    """A missing loss or a batch of several sequences would end in a wrong number."""
    net, x = RNN(3, 4), torch.randn(5, 2, 3)
    with pytest.raises(ValueError, match="gradient_flow needs loss="):
        rsa.gradient_flow(net, x)
    with pytest.raises(ValueError, match="jacobian_norms takes one sequence"):
        rsa.jacobian_norms(net, x)


def relrnn():
    """A RelRNN that reads, and a batch with few steps."""
    task = rsa.tasks.Denoise(6)
    dice = torch.Generator().manual_seed(0)
    recurrence = RelRNN(task.input_size, 8, buffer_size=3, relevant_size=3, generator=dice)
    net = rsa.Network(recurrence, task.n_classes, generator=dice).double()
    with torch.no_grad():
        recurrence.energy.mul_(10)
    return net, task.sample(3, dice).to(torch.float64)


def test_split_by_hops():
    """The vectors would not add up to the gradient, or the norms would not be theirs."""
    net, batch = relrnn()
    whole, flow = rsa.gradient_flow(net, batch), rsa.gradient_flow(net, batch, hops=2)
    torch.testing.assert_close(flow.vectors.sum(0), whole.total_vectors)
    torch.testing.assert_close(flow.total_vectors, whole.total_vectors)
    torch.testing.assert_close(flow.total, whole.total)
    assert flow.by_hops.shape == (4, len(batch.inputs))
    torch.testing.assert_close(flow.by_hops, flow.vectors.norm(dim=3).mean(2))
    assert whole.by_hops is None


def test_values_and_scores_add_up():
    """A path would be in neither of the two kinds, or in both."""
    net, batch = relrnn()
    flows = {p: rsa.gradient_flow(net, batch, hops=3, paths=p) for p in ("all", "value", "scores")}
    together = flows["value"].vectors + flows["scores"].vectors
    torch.testing.assert_close(together, flows["all"].vectors)
    assert not flows["scores"].vectors[0].any()  # no read, no score
    assert flows["scores"].vectors[1].norm() > 1e-3 * flows["value"].vectors[1].norm()


def test_cutting_the_attention_leaves_the_recurrence():
    """What is left would not be order 0 of the split."""
    net, batch = relrnn()
    flow = rsa.gradient_flow(net, batch, hops=1)
    cut = rsa.gradient_flow(net, batch, cut="attention")
    torch.testing.assert_close(cut.total_vectors, flow.vectors[0])


def test_cutting_the_recurrence_leaves_the_reads():
    """A state that no read leads to, and the loss does not see, would still get gradient."""
    net, batch = relrnn()
    net.recurrence.memory = rsa.models.Window(1)
    flow = rsa.gradient_flow(net, batch, cut="recurrence")
    loss = lambda out: out[-1].sum()  # noqa: E731
    assert (flow.total > 0).all()  # the newest state is read at every step
    net.recurrence.memory = rsa.models.Sinks(1, 1)
    flow = rsa.gradient_flow(net.recurrence, batch.inputs, loss=loss, cut="recurrence")
    assert flow.total[0] > 0  # read at the last step
    plain = RNN(3, 4)
    flow = rsa.gradient_flow(plain, torch.randn(5, 1, 3), loss=loss, cut="recurrence")
    assert flow.total[-1] > 0
    assert not flow.total[:-1].any()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hops": -1}, "hops must be a whole number of at least 0, but is -1"),
        ({"hops": 1.5}, "hops must be a whole number"),
        ({"paths": "values"}, "paths must be one of 'all', 'value', 'scores', but is 'values'"),
        ({"cut": "both"}, "cut must be one of 'recurrence', 'attention', but is 'both'"),
    ],
)
def test_bad_settings_of_a_split(settings, said):
    """A typing error would end in a wrong picture."""
    net, batch = relrnn()
    with pytest.raises(ValueError, match=said):
        rsa.gradient_flow(net, batch, **settings)


def test_a_transformer_cannot_be_split():
    """It has no recurrence to be told from its reads, and the numbers would mean nothing."""
    net, x = Transformer(3, 4), torch.randn(5, 2, 3)
    with pytest.raises(ValueError, match="step by step, but this is a Transformer"):
        rsa.gradient_flow(net, x, loss=lambda out: out.sum(), hops=2)


def test_a_split_changes_nothing():
    """A measurement would leave gradients behind, or the mode of autograd changed."""
    net, batch = relrnn()
    with torch.no_grad():
        rsa.gradient_flow(net, batch, hops=2, paths="scores", cut="recurrence")
        assert not torch.is_grad_enabled()
    assert all(p.grad is None for p in net.parameters())
