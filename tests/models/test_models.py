"""Laws that every model obeys."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.models import (
    LSTM,
    RNN,
    SAB,
    Everything,
    ExpRNN,
    MemLSTM,
    MemRNN,
    OrthogonalRNN,
    RelLSTM,
    RelRNN,
    Screening,
    Transformer,
)

ATTENTIVE = [MemRNN, MemLSTM, RelRNN, RelLSTM]
BUDGETED = [RelRNN, RelLSTM]
ALL = [RNN, LSTM, *ATTENTIVE, OrthogonalRNN, ExpRNN, SAB, Transformer]
SMALL = {SAB: {"top_k": 2, "truncation": 4, "attention": "additive"}, Transformer: {"heads": 2}}
D, H = 3, 6

sizes = st.fixed_dictionaries(
    {
        "T": st.integers(1, 14),
        "B": st.integers(1, 3),
        "nu": st.integers(1, 6),
        "rho": st.integers(0, 5),
        "seed": st.integers(0, 1000),
    }
)


def make(model, nu=3, rho=2, seed=0, dtype=torch.float64, **settings):
    dice = torch.Generator().manual_seed(seed)
    if model in BUDGETED:
        settings |= {"buffer_size": nu, "relevant_size": rho}
    made = model(D, H, generator=dice, **SMALL.get(model, {}) | settings).to(dtype)
    if hasattr(made, "query"):  # sharper attention, so that scores are not nearly tied
        with torch.no_grad():
            made.query.mul_(3)
            made.key.mul_(3)
    return made


def inputs(T, B, seed=0, dtype=torch.float64):
    return torch.randn(T, B, D, generator=torch.Generator().manual_seed(seed), dtype=dtype)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize(("T", "B"), [(1, 1), (1, 3), (9, 1), (9, 3)])
def test_shapes_and_dtype(model, T, B, dtype):
    """A model would not be a drop-in for torch.nn.RNN, or would change the precision."""
    out, state, trace = make(model, dtype=dtype)(inputs(T, B, dtype=dtype), return_trace=True)
    assert out.shape == (T, B, H)
    assert out.dtype == dtype
    torch.testing.assert_close(state.h, out[-1])
    assert state.t == T
    assert trace.attention.shape == trace.positions.shape == trace.scores.shape
    assert trace.attention.shape[:2] == trace.relevant.shape[:2] == (T, B)


@pytest.mark.parametrize("model", ALL)
def test_a_trace_is_a_report(model):
    """A trace that is kept would keep the graph of its sequence alive."""
    *_, trace = make(model)(inputs(5, 2), return_trace=True)
    assert not trace.attention.requires_grad
    assert not trace.scores.requires_grad


@pytest.mark.parametrize("model", [RNN, LSTM])
def test_equals_torch(model):
    """The plain recurrences would not be those every student knows."""
    ours = make(model)
    theirs = getattr(torch.nn, model.__name__)(D, H).double()
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.weight_ih)
        theirs.weight_hh_l0.copy_(ours.weight_hh)
        theirs.bias_ih_l0.copy_(ours.bias)
        theirs.bias_hh_l0.zero_()
    x = inputs(12, 3)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])


@pytest.mark.parametrize("model", ALL)
@given(size=sizes, cut=st.integers(0, 14))
@settings(deadline=None, max_examples=25)
def test_chunks_equal_whole(model, size, cut):
    """A sequence fed in two calls would give something else than in one."""
    T, B, seed = size["T"], size["B"], size["seed"]
    net, x = make(model, size["nu"], size["rho"], seed), inputs(T, B, seed)
    cut = max(1, min(cut, T))
    whole, end, trace = net(x, return_trace=True)
    first, state, first_trace = net(x[:cut], return_trace=True)
    if cut == T:
        return
    rest, last, rest_trace = net(x[cut:], state, return_trace=True)
    torch.testing.assert_close(torch.cat([first, rest]), whole)
    torch.testing.assert_close(last.h, end.h)
    if model in [*BUDGETED, SAB]:
        for part in ("attention", "positions", "scores", "relevant"):
            pieces = torch.cat([getattr(first_trace, part), getattr(rest_trace, part)])
            torch.testing.assert_close(pieces, getattr(trace, part))


@pytest.mark.parametrize("model", ALL)
@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_batch_elements_are_independent(model, size):
    """A sequence would come out differently in another company or order."""
    T, B, seed = size["T"], size["B"], size["seed"]
    net, x = make(model, size["nu"], size["rho"], seed), inputs(T, B, seed)
    order = torch.randperm(B, generator=torch.Generator().manual_seed(seed))
    out, _, trace = net(x, return_trace=True)
    permuted, _, permuted_trace = net(x[:, order], return_trace=True)
    torch.testing.assert_close(permuted, out[:, order])
    torch.testing.assert_close(permuted_trace.positions, trace.positions[:, order])
    alone, _ = net(x[:, :1])
    torch.testing.assert_close(alone, out[:, :1])


@pytest.mark.parametrize("model", BUDGETED)
@given(size=sizes)
@settings(deadline=None, max_examples=40)
def test_budget(model, size):
    """More states would be attended than nu + rho, one twice, or one from the future."""
    T, B, nu, rho = size["T"], size["B"], size["nu"], size["rho"]
    *_, trace = make(model, nu, rho, size["seed"])(inputs(T, B, size["seed"]), return_trace=True)
    assert trace.positions.shape[2] == nu + rho
    for t in range(T):
        for b in range(B):
            buffer = [p for p in trace.positions[t, b, :nu].tolist() if p >= 0]
            relevant = [p for p in trace.positions[t, b, nu:].tolist() if p >= 0]
            assert buffer == list(range(max(0, t - nu), t))
            assert len(relevant) == min(rho, max(0, t - nu))
            assert len(set(relevant)) == len(relevant)
            assert all(p < t - nu for p in relevant)
            total = trace.attention[t, b].sum().item()
            assert total == pytest.approx(1.0 if t else 0.0)
            assert (trace.attention[t, b][trace.positions[t, b] < 0] == 0).all()


@given(size=sizes)
@settings(deadline=None, max_examples=40)
def test_scores_and_screening_by_brute_force(size):
    """A state would be scored or thrown out otherwise than the published rule says."""
    T, nu, rho = size["T"], size["nu"], size["rho"]
    *_, trace = make(RelRNN, nu, rho, size["seed"])(inputs(T, 1, size["seed"]), return_trace=True)
    beta, relevant = {}, []
    for t in range(T):
        positions, alpha = trace.positions[t, 0].tolist(), trace.attention[t, 0].tolist()
        assert relevant == [p for p in positions[nu:] if p >= 0]
        for p, a in zip(positions[:nu], alpha[:nu], strict=True):
            if p >= 0:
                beta[p] = beta.get(p, 0.0) + a
        for p, score in zip(positions, trace.scores[t, 0].tolist(), strict=True):
            assert score == pytest.approx(beta[p] if p >= 0 else 0.0)
        if t < nu or rho == 0:
            continue
        candidate = t - nu
        if len(relevant) < rho:
            relevant.append(candidate)
        else:
            m = min(range(rho), key=lambda k: beta[relevant[k]])
            if beta[candidate] > beta[relevant[m]]:
                relevant[m] = candidate


def test_ties_keep_the_incumbent():
    """With exactly equal scores the relevant set would not stay as it is."""
    net = RelRNN(D, H, buffer_size=2, relevant_size=2).double()
    with torch.no_grad():
        net.energy.zero_()  # exactly uniform attention
    *_, trace = net(inputs(30, 1), return_trace=True)
    assert trace.relevant[-1, 0].tolist() == [0, 1]


@pytest.mark.parametrize("model", BUDGETED)
def test_ample_buffer_is_full_attention(model):
    """With nu >= T nothing may be lost: the result must be that of full self-attention."""
    full = {RelRNN: MemRNN, RelLSTM: MemLSTM}[model]
    x, budgeted, everything = inputs(9, 2), make(model, nu=12, rho=1), make(full)
    everything.load_state_dict(budgeted.state_dict())
    torch.testing.assert_close(budgeted(x)[0], everything(x)[0])


@pytest.mark.parametrize("model", BUDGETED)
def test_budget_can_be_changed(model):
    """A trained model could not be run under another budget."""
    net, other, x = make(model, nu=3, rho=2), make(model, nu=1, rho=4), inputs(12, 2)
    before = net(x)[0]
    net.memory = Screening(buffer_size=1, relevant_size=4)
    other.load_state_dict(net.state_dict())
    torch.testing.assert_close(net(x)[0], other(x)[0])
    assert not torch.allclose(net(x)[0], before)
    net.memory = Everything()
    assert net(x, return_trace=True)[2].positions.shape == (12, 2, 12)


@pytest.mark.parametrize("combine", ["mean", "sum", "attention"])
@pytest.mark.parametrize("attention", ["additive", "scaled_dot"])
@pytest.mark.parametrize("model", ATTENTIVE)
def test_gradcheck(model, attention, combine):
    """Some weight or input would get a wrong gradient."""
    net = make(model, attention=attention, combine=combine)
    x = inputs(6, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: net(x)[0], (x,))


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu", "modrelu", "identity"])
@pytest.mark.parametrize("init", ["henaff", "cayley", "random"])
@pytest.mark.parametrize("hidden_size", [1, 5, 8])
def test_starts_orthogonal(init, nonlinearity, hidden_size):
    """V would not be orthogonal at the start."""
    net = RNN(D, hidden_size, init=init, nonlinearity=nonlinearity).double()
    V = net.weight_hh
    torch.testing.assert_close(
        V @ V.mT, torch.eye(hidden_size, dtype=torch.float64), atol=1e-6, rtol=0
    )
    assert torch.isfinite(net(inputs(5, 2))[0]).all()


def test_nonlinearities_differ():
    """A choice of phi would be silently dropped, as in the published code."""
    outs = []
    for nonlinearity in ("tanh", "relu", "modrelu", "identity"):
        outs.append(make(RNN, nonlinearity=nonlinearity)(inputs(5, 2))[0])
    for i, a in enumerate(outs):
        assert all(not torch.allclose(a, b) for b in outs[:i])


def test_generator_decides_the_start():
    """The same seed would give another network, or the global random numbers would be used."""
    for model in ALL:
        before = torch.get_rng_state()
        a, b, c = make(model, seed=1), make(model, seed=1), make(model, seed=2)
        assert torch.equal(torch.get_rng_state(), before)
        assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))
        pairs = list(zip(a.parameters(), c.parameters(), strict=True))
        assert not any(torch.equal(p, q) for p, q in pairs if p.unique().numel() > 1)


def test_detached_state_cuts_the_graph():
    """Truncated back-propagation would go on into the earlier chunk."""
    for model in ALL:
        net, x = make(model), inputs(8, 2).requires_grad_()
        _, state = net(x[:4])
        net(x[4:], state.detach())[0].sum().backward()
        assert (x.grad[:4] == 0).all()
        assert (x.grad[4:] != 0).any()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: RNN(0, H), "input_size must be a whole number of at least 1, but is 0"),
        (lambda: RNN(D, 2.5), "hidden_size must be a whole number of at least 1, but is 2.5"),
        (lambda: RelRNN(D, H, buffer_size=0), "buffer_size must be a whole number of at least 1"),
        (lambda: RelRNN(D, H, relevant_size=-1), "relevant_size must be a whole number of at"),
        (lambda: RNN(D, H, nonlinearity="sigmoid"), "nonlinearity must be one of 'tanh'"),
        (lambda: RNN(D, H, init="xavier"), "init must be one of 'henaff'"),
        (lambda: MemRNN(D, H, attention="dot"), "attention must be one of 'additive'"),
        (lambda: MemRNN(D, H, combine="max"), "combine must be one of 'mean'"),
        (lambda: rsa.Network(RNN(D, H), 0), "n_classes must be a whole number"),
    ],
)
def test_bad_sizes(build, sentence):
    """A bad size would end in a traceback from inside torch."""
    with pytest.raises(ValueError, match=sentence):
        build()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda x: x[0], "x must have three axes"),
        (lambda x: x[..., :2], r"x must be 3 wide \(input_size\), but is 2 wide"),
        (lambda x: x.float(), "x must be torch.float64"),
        (lambda x: x / 0, "x must be finite"),
        (lambda x: x[:0], "at least one step"),
    ],
)
def test_bad_input(model, spoil, sentence):
    """A bad input would be computed on, or refused in torch's words."""
    with pytest.raises(ValueError, match=sentence):
        make(model)(spoil(inputs(4, 2)))


@pytest.mark.usefixtures("unchecked")
def test_bad_state():
    """A state of another batch, model or budget would be used."""
    net, x = make(RelRNN), inputs(4, 2)
    _, state = net(x)
    with pytest.raises(ValueError, match="state holds hidden states of shape"):
        net(inputs(4, 3), state)
    with pytest.raises(ValueError, match="made by a model without attention"):
        net(x, make(RNN)(x)[1])
    net.memory = Screening(5, 5)
    with pytest.raises(ValueError, match="after a change of budget"):
        net(x, state)
    with pytest.raises(TypeError, match="memory must be a memory policy"):
        net.memory = 5
