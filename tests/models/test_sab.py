"""Sparse attentive backtracking, against a plain account of it and its own laws."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.models import LSTM, SAB, RelLSTM
from rsa_edu.models.sab import SLACK, sparse

D, H = 3, 5

choices = st.fixed_dictionaries(
    {
        "top_k": st.integers(1, 5),
        "every": st.integers(1, 4),
        "truncation": st.integers(1, 8),
        "attention": st.sampled_from(["concatenated", "additive"]),
    }
)


def make(seed=0, **settings):
    return SAB(D, H, generator=torch.Generator().manual_seed(seed), **settings).double()


def inputs(T, B, seed=0):
    return torch.randn(T, B, D, generator=torch.Generator().manual_seed(seed)).double()


def plainly(net, x):
    """h of one sequence x (T, D), state by state and score by score; and who was attended."""
    h = cell = torch.zeros(H, dtype=torch.float64)
    out, attended, stored = [], [], []
    for t in range(len(x)):
        if t > 0 and t % net.truncation == 0:
            h, cell = h.detach(), cell.detach()
        gates = net.weight_ih @ x[t] + net.weight_hh @ h + net.bias
        i, f, g, o = gates.split(H)
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(cell)
        e = []
        for past in stored:
            if net.attention == "additive":
                e.append(net.energy @ torch.tanh(net.query @ h + net.key @ out[past]))
            else:
                e.append(net.energy @ torch.tanh(out[past]))
        ranked = sorted(range(len(stored)), key=lambda k: -e[k].item())
        kept = sorted(ranked[: net.top_k])
        more = len(stored) > net.top_k
        theta = e[ranked[net.top_k]] if more else -net.energy.abs().sum()
        total = sum(e[k] - theta for k in kept) + SLACK
        for k in kept:
            h = h + (e[k] - theta + SLACK / len(kept)) / total * out[stored[k]]
        out.append(h)
        attended.append([stored[k] for k in kept])
        if (t + 1) % net.every == 0:
            stored.append(t)
    return torch.stack(out), attended


@given(choice=choices, T=st.integers(1, 20), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_equals_a_plain_account(choice, T, seed):
    """Values, gradients or attended states would be other ones than the docstring says."""
    net, x = make(seed, **choice), inputs(T, 2, seed)
    w = torch.randn(T, 2, H, generator=torch.Generator().manual_seed(seed)).double()
    out, _, trace = net(x, return_trace=True)
    plain = [plainly(net, x[:, b]) for b in range(2)]
    expected = torch.stack([h for h, _ in plain], 1)
    torch.testing.assert_close(out, expected, rtol=1e-9, atol=1e-9)
    for b, (_, attended) in enumerate(plain):
        assert [[p for p in row if p >= 0] for row in trace.positions[:, b].tolist()] == attended
    ours, theirs = (
        torch.autograd.grad((w * h).sum(), list(net.parameters()), materialize_grads=True)
        for h in (out, expected)
    )
    for p, q in zip(ours, theirs, strict=True):
        torch.testing.assert_close(p, q, rtol=1e-6, atol=1e-8)


@given(choice=choices, T=st.integers(1, 30), seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=30)
def test_attends_to_the_best_top_k(choice, T, seed):
    """More or fewer states than top_k would be attended, or the weights would not sum to one."""
    net = make(seed, **choice)
    *_, trace = net(inputs(T, 2, seed), return_trace=True)
    K, every = choice["top_k"], choice["every"]
    assert trace.attention.shape == trace.positions.shape == trace.scores.shape == (T, 2, K)
    assert trace.relevant.shape == (T, 2, 0)
    for t in range(T):
        kept = min(K, t // every)
        assert (trace.positions[t, :, kept:] == -1).all()
        assert (trace.attention[t, :, kept:] == 0).all()
        assert (trace.attention[t, :, :kept] > 0).all()
        assert ((trace.positions[t, :, :kept] + 1) % every == 0).all()
        assert (trace.positions[t] < t).all()
        assert (trace.positions[t, :, 1:kept] > trace.positions[t, :, : max(kept - 1, 0)]).all()
        expected = torch.full((2,), 1.0 if kept else 0.0, dtype=torch.float64)
        torch.testing.assert_close(trace.attention[t].sum(1), expected)


def weights(e, top_k):
    """Weights of all states, zero where a state is not kept."""
    e = torch.tensor([e], dtype=torch.float64)
    alpha, columns = sparse(e, top_k, torch.tensor(-3.0, dtype=torch.float64))
    return torch.zeros_like(e).scatter(1, columns, alpha)[0]


@given(
    e=st.lists(st.floats(-3, 3), min_size=1, max_size=8),
    top_k=st.integers(1, 6),
    which=st.integers(0, 7),
    step=st.floats(-1e-6, 1e-6),
)
@settings(deadline=None, max_examples=200)
def test_weights_do_not_jump(e, top_k, which, step):
    """A tiny change of a score would change the read by more than the slack lets through."""
    nudged = list(e)
    nudged[which % len(e)] = min(3.0, max(-3.0, nudged[which % len(e)] + step))
    before, after = weights(e, top_k), weights(nudged, top_k)
    rest = sorted(e)[-top_k - 1] if len(e) > top_k else -3.0
    spread = sum(max(score - rest, 0) for score in e) + SLACK
    assert (after - before).abs().max() <= (3 * (top_k + 1) * 1e-6 + SLACK) / spread


@given(e=st.lists(st.floats(-3, 3), min_size=1, max_size=6), more=st.integers(0, 3))
def test_an_empty_place_is_a_lowest_score(e, more):
    """Storing a state of the lowest score there can be would change the read."""
    top_k = len(e) + more
    if more == 0:
        torch.testing.assert_close(weights([*e, -3.0], top_k)[:-1], weights(e, top_k))
    assert weights(e, top_k).sum().item() == pytest.approx(1.0)
    assert (weights(e, top_k) > 0).all()


def test_ties_keep_the_first():
    """Of equal scores a later one would win, or equal weights would be 0 / 0."""
    assert weights([1.0] * 5, 3).tolist() == pytest.approx([1 / 3] * 3 + [0, 0])
    tied = weights([0.0, 2.0, 1.0, 1.0], 2)
    assert tied[3] == 0
    assert tied[2] > 0
    net = make(top_k=2, every=1)
    with torch.no_grad():
        net.energy.zero_()
    out, _, trace = net(inputs(8, 1), return_trace=True)
    assert trace.positions[-1, 0].tolist() == [0, 1]
    assert torch.isfinite(out).all()
    out.sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in net.parameters())


def test_all_scores_are_above_the_lowest():
    """A state of a short history would get a weight below zero."""
    net = make(top_k=30, every=1)
    with torch.no_grad():
        net.weight_hh.mul_(40)
        net.bias.mul_(40)
    *_, trace = net(inputs(30, 4), return_trace=True)
    assert trace.attention.min() >= 0


def test_query_counts_where_it_is_said_to():
    """The docstring would be wrong about whether the present decides what is attended."""
    x = inputs(12, 1)
    other = x.clone()
    other[-1] += 3.0
    for attention, depends in (("concatenated", False), ("additive", True)):
        net = make(top_k=3, attention=attention)
        one, two = (net(x, return_trace=True)[2].scores[-1] for x in (x, other))
        assert torch.allclose(one, two) != depends


def test_never_storing_is_an_lstm():
    """Without a stored state something else than an LSTM would be left."""
    net, lstm = make(every=50), LSTM(D, H).double()
    lstm.load_state_dict({k: v for k, v in net.state_dict().items() if k != "energy"})
    x = inputs(20, 2)
    torch.testing.assert_close(net(x)[0], lstm(x)[0])


@given(
    every=st.integers(1, 9),
    truncation=st.integers(1, 9),
    T=st.integers(1, 24),
    seed=st.integers(0, 100),
)
@settings(deadline=None, max_examples=50)
def test_gradient_goes_back_by_stored_states_only(every, truncation, T, seed):
    """A gradient would cross a cut without a read, or a stored state would lose its window."""
    net = make(seed, every=every, truncation=truncation, top_k=30)  # attends to all it stored
    flow = rsa.gradient_flow(net, inputs(T, 1, seed), loss=lambda out: out[-1].sum())
    last = T - 1
    reached = {
        t
        for t in range(T)
        for end in (last, *range(every - 1, last, every))
        if t <= end and t // truncation == end // truncation
    }
    assert {t for t in range(T) if flow.total[t] != 0} == reached


@pytest.mark.parametrize("attention", ["concatenated", "additive"])
def test_gradcheck(attention):
    """Without a cut, some input or weight would get a wrong gradient."""
    net = make(top_k=2, every=1, truncation=50, attention=attention)
    x = inputs(5, 2).requires_grad_()
    names = [name for name, _ in net.named_parameters()]
    weights = [p.detach().clone().requires_grad_() for p in net.parameters()]

    def run(x, *weights):
        return torch.func.functional_call(net, dict(zip(names, weights, strict=True)), (x,))[0]

    assert torch.autograd.gradcheck(run, (x, *weights))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", ["top_k", "every", "truncation"])
def test_bad_sizes(name):
    """A bad size would end in a traceback from inside torch."""
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1, but is 0"):
        SAB(D, H, **{name: 0})
    with pytest.raises(ValueError, match="attention must be one of 'concatenated'"):
        SAB(D, H, attention="scaled_dot")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("other", [LSTM(D, H), RelLSTM(D, H), SAB(D, H, every=3)])
def test_bad_state(other):
    """A state of another model would be used."""
    x = inputs(4, 2)
    with pytest.raises(ValueError, match="not one of an SAB that stores a state every 2 steps"):
        make()(x, other.double()(x)[1])
