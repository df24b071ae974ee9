"""Orthogonal recurrences: where they start, and that ExpRNN stays there."""

import copy
import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.models import RNN, ExpRNN, Interrupted, OrthogonalRNN, interruptible
from tests.small import COPY, losses, make_net

INITS = ["henaff", "cayley", "random"]


def from_seed(model, *sizes, seed=0, **settings):
    return model(*sizes, generator=torch.Generator().manual_seed(seed), **settings)


def distance_from_orthogonal(V):
    return (V.mT @ V - torch.eye(len(V), dtype=V.dtype)).abs().max().item()


def fit(net, updates, learning_rate=0.05):
    """Some updates on noise."""
    adam = torch.optim.Adam(net.parameters(), lr=learning_rate)
    dice = torch.Generator().manual_seed(1)
    for _ in range(updates):
        x = torch.randn(7, 4, net.input_size, generator=dice).to(net.bias.dtype)
        adam.zero_grad()
        (net(x)[0] - 1).square().mean().backward()
        adam.step()


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("hidden_size", [1, 5, 64])
@pytest.mark.parametrize("model", [OrthogonalRNN, ExpRNN])
def test_starts_where_init_says(model, hidden_size, init):
    """The model would not begin with the V that the other models have from this init and seed."""
    made = from_seed(model, 3, hidden_size, init=init)
    expected = from_seed(RNN, 3, hidden_size, init=init).weight_hh
    torch.testing.assert_close(made.weight_hh, expected, rtol=0, atol=1e-6)
    assert distance_from_orthogonal(made.weight_hh) < 1e-5


@pytest.mark.parametrize("nonlinearity", ["modrelu", "tanh"])
def test_orthogonal_rnn_is_an_rnn(nonlinearity):
    """It would compute something else than the paper's orth-RNN, or stop being free to leave."""
    ours = from_seed(OrthogonalRNN, 3, 6, nonlinearity=nonlinearity)
    theirs = from_seed(RNN, 3, 6, nonlinearity=nonlinearity)
    x = torch.randn(9, 2, 3)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])
    fit(ours, 20)
    assert distance_from_orthogonal(ours.weight_hh) > 1e-2
    assert from_seed(OrthogonalRNN, 3, 6).nonlinearity == "modrelu"


@given(
    hidden_size=st.integers(1, 24),
    init=st.sampled_from(INITS),
    updates=st.integers(1, 12),
    learning_rate=st.sampled_from([1e-3, 0.1, 3.0]),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
@settings(deadline=None, max_examples=30)
def test_stays_orthogonal(hidden_size, init, updates, learning_rate, dtype):
    """Training would leave the orthogonal matrices."""
    net = from_seed(ExpRNN, 2, hidden_size, init=init).to(dtype)
    before = net.weight_hh.detach()
    fit(net, updates, learning_rate)
    assert distance_from_orthogonal(net.weight_hh) < 1e-5
    if hidden_size > 1:
        assert (net.weight_hh - before).abs().max() > 1e-5
        assert torch.linalg.det(net.weight_hh).item() == pytest.approx(1.0, abs=1e-4)


def test_stays_orthogonal_at_full_size():
    """At the paper's H = 128, single precision would let V drift by more than 1e-5."""
    net = from_seed(ExpRNN, 2, 128)
    fit(net, 20, 0.1)
    assert distance_from_orthogonal(net.weight_hh) < 1e-5


def test_computes_with_its_own_v():
    """The recurrence would run with another matrix than weight_hh shows."""
    ours, theirs = from_seed(ExpRNN, 3, 6), from_seed(RNN, 3, 6, nonlinearity="modrelu")
    fit(ours, 5)
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias", "threshold"):
            getattr(theirs, name).copy_(getattr(ours, name))
    x = torch.randn(9, 2, 3)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])
    torch.testing.assert_close(copy.deepcopy(ours)(x)[0], theirs(x)[0])


@pytest.mark.parametrize("init", INITS)
def test_gradcheck(init):
    """A weight would get a wrong gradient, A through the exponential among them."""
    net = from_seed(ExpRNN, 2, 4, init=init, nonlinearity="tanh").double()
    fit(net, 3)
    x = torch.randn(4, 2, 2, dtype=torch.float64)
    names = [name for name, _ in net.named_parameters()]
    weights = [p.detach().clone().requires_grad_() for p in net.parameters()]

    def run(*weights):
        return torch.func.functional_call(net, dict(zip(names, weights, strict=True)), (x,))[0]

    assert torch.autograd.gradcheck(run, weights)


def test_one_exponential_a_call(monkeypatch):
    """A long sequence would pay for the exponential at every step."""
    net, calls = from_seed(ExpRNN, 3, 6), []
    exp = torch.linalg.matrix_exp
    monkeypatch.setattr(torch.linalg, "matrix_exp", lambda A: calls.append(1) or exp(A))
    net(torch.randn(20, 2, 3))
    assert len(calls) == 1


def test_no_v_outlives_its_call():
    """After a call, a stopped one too, an update of A would go unnoticed."""
    net, x, stop = from_seed(ExpRNN, 3, 6), torch.randn(5, 2, 3), threading.Event()
    stop.set()
    with interruptible(stop), pytest.raises(Interrupted):
        net(x)
    before = net.weight_hh
    fit(net, 1)
    assert not torch.equal(net.weight_hh, before)


def test_two_trainings_at_once():
    """One training would see the matrices of another, or its own of an update ago."""
    alone = [losses(rsa.train(make_net(ExpRNN, seed=seed), COPY, 15)) for seed in (0, 1)]
    together = [None, None]

    def train(seed):
        together[seed] = losses(rsa.train(make_net(ExpRNN, seed=seed), COPY, 15))

    threads = [threading.Thread(target=train, args=(seed,)) for seed in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


def test_linear_exprnn_keeps_every_gradient():
    """Without a nonlinearity, an orthogonal V neither shrinks nor stretches a gradient."""
    net = from_seed(ExpRNN, 2, 6, nonlinearity="identity").double()
    fit(net, 5, 0.01)
    norms = rsa.jacobian_norms(net, torch.randn(50, 1, 2, dtype=torch.float64))
    torch.testing.assert_close(norms, torch.ones_like(norms))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("model", [OrthogonalRNN, ExpRNN])
def test_bad_sizes(model):
    """A bad choice would end in a traceback from inside torch."""
    with pytest.raises(ValueError, match="hidden_size must be a whole number"):
        model(3, 0)
    with pytest.raises(ValueError, match="init must be one of 'henaff'"):
        model(3, 4, init="xavier")
