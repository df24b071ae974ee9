"""Laws of the memory policies, each by its own account of who should be there."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rsa_edu.models import (
    Everything,
    HeavyHitters,
    LowestAttention,
    MemLSTM,
    MemRNN,
    Random,
    Screening,
    Sinks,
    Window,
    backend,
)

BUDGETED = {
    "Screening": lambda nu, rho: Screening(nu, rho),
    "corrected": lambda nu, rho: Screening(nu, rho, correct_primacy=True),
    "Window": lambda nu, rho: Window(nu + rho),
    "Sinks": lambda nu, rho: Sinks(nu, rho),
    "HeavyHitters": lambda nu, rho: HeavyHitters(nu, rho),
    "Random": lambda nu, rho: Random(nu, rho, seed=3),
    "LowestAttention": lambda nu, rho: LowestAttention(nu + rho),
}
ALL = BUDGETED | {"Everything": lambda nu, rho: Everything()}
D, H = 3, 6
sizes = st.tuples(st.integers(1, 25), st.integers(1, 5), st.integers(0, 4), st.integers(0, 10**4))


def run(policy, size, model=MemRNN, batch=2):
    """A network under a policy, with attention far from uniform, and all it did."""
    T, nu, rho, seed = size
    dice = torch.Generator().manual_seed(seed)
    net = model(D, H, generator=dice).double()
    with torch.no_grad():
        net.query.mul_(3)
        net.key.mul_(3)
        net.energy.mul_(3)
    net.memory = ALL[policy](nu, rho)
    x = torch.randn(T, batch, D, generator=dice, dtype=torch.float64)
    out, _, trace = net(x, return_trace=True)
    return net, x, out.detach(), trace


def there(trace, t, b):
    """The positions of step t, -1 left out."""
    return [p for p in trace.positions[t, b].tolist() if p >= 0]


@pytest.mark.parametrize("policy", ALL)
@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_distinct_past_and_within_the_budget(policy, size):
    """A state would be attended twice, before it exists, or beyond the budget."""
    T, nu, rho, _ = size
    _, _, _, trace = run(policy, size)
    for t in range(T):
        for b in range(2):
            positions = there(trace, t, b)
            assert len(set(positions)) == len(positions)
            assert all(p < t for p in positions)
            budget = t if policy == "Everything" else min(t, nu + rho)
            assert len(positions) == budget


@pytest.mark.parametrize("path", ["torch", "compiled"])
@pytest.mark.parametrize("model", [MemRNN, MemLSTM])
@pytest.mark.parametrize("policy", ALL)
def test_only_what_is_there_counts(policy, model, path):
    """A state that is not in memory would still have an influence of its own."""
    with backend(path):
        net, x, out, _ = run(policy, (20, 3, 2, 7), model)
        _, _, end = net(x, return_trace=True)
        drive = net._drive(x)
        for t in (1, 6, 12, 19):
            _, state = net(x[:t])
            # The memory, rebuilt from the hidden states at the positions that the trace names.
            rebuilt = out.gather(
                0, end.positions[t].clamp(min=0).T.unsqueeze(2).expand(-1, -1, H)
            ).transpose(0, 1)
            occupied = (end.positions[t] >= 0).unsqueeze(2)
            slots = state.memory.states
            torch.testing.assert_close(
                slots, torch.where(occupied, rebuilt, 0)[:, : slots.shape[1]]
            )
            # h_t, from the recurrent link, the query, and these alone.
            e = (state.s @ net.query.mT).unsqueeze(1) + slots @ net.key.mT
            e = e.tanh() @ net.energy
            alpha = e.masked_fill(~occupied[:, : slots.shape[1], 0], -torch.inf).softmax(1)
            c = (alpha.unsqueeze(1) @ slots).squeeze(1)
            h, _ = net.step(drive[t], (state.h + c) / 2, state.cell)
            torch.testing.assert_close(h, out[t])


@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_window(size):
    """A window would hold something else than the newest states."""
    T, nu, rho, _ = size
    _, _, _, trace = run("Window", size)
    for t in range(T):
        assert there(trace, t, 0) == list(range(max(0, t - nu - rho), t))


@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_sinks(size):
    """The relevant set would hold other states than the first ones."""
    T, nu, rho, _ = size
    _, _, _, trace = run("Sinks", size)
    for t in range(T):
        window = set(range(max(0, t - nu), t))
        assert set(there(trace, t, 0)) == window | set(range(min(rho, max(0, t - nu))))


@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_random(size):
    """The relevant set would not be a uniform sample of what left the buffer."""
    T, nu, rho, _ = size
    net, _, _, trace = run("Random", size)
    for t in range(T):
        left = range(max(0, t - nu))
        best = sorted(left, key=net.memory.born)[-rho:] if rho else []
        assert set(there(trace, t, 0)) - set(range(max(0, t - nu), t)) == set(best)
    assert len({net.memory.born(i) for i in range(50)}) == 50
    assert Random(3, 3, seed=1).born(5) == Random(9, 9, seed=1).born(5) != Random(3, 3).born(5)


@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_lowest_attention(size):
    """Another state than the least attended one would leave the pool."""
    T, nu, rho, _ = size
    _, _, _, trace = run("LowestAttention", size)
    pool = []
    for t in range(T):
        assert sorted(there(trace, t, 0)) == sorted(pool)
        columns = trace.positions[t, 0].tolist()
        alpha = dict(zip(columns, trace.attention[t, 0].tolist(), strict=True))
        if len(pool) == nu + rho:
            pool.remove(min(pool, key=alpha.__getitem__))
        pool.append(t)


@pytest.mark.parametrize("policy", ["HeavyHitters", "corrected"])
@given(size=sizes)
@settings(deadline=None, max_examples=25)
def test_scores(policy, size):
    """A score would grow at the wrong steps, or be corrected by the wrong number."""
    T, nu, rho, _ = size
    _, _, _, trace = run(policy, size)
    beta, chances, relevant = {}, {}, []
    for t in range(T):
        positions = trace.positions[t, 0].tolist()
        present = there(trace, t, 0)
        for k, (p, a) in enumerate(zip(positions, trace.attention[t, 0].tolist(), strict=True)):
            if p >= 0 and (k < nu or policy == "HeavyHitters"):
                beta[p] = beta.get(p, 0) + a
                chances[p] = chances.get(p, 0) + 1 / len(present)
        score = {p: beta[p] / chances[p] if policy == "corrected" else beta[p] for p in present}
        for p, found in zip(positions, trace.scores[t, 0].tolist(), strict=True):
            assert found == pytest.approx(score[p] if p >= 0 else 0.0)
        assert [p for p in positions[nu:] if p >= 0] == relevant
        if t < nu or not rho:
            continue
        if len(relevant) < rho:
            relevant.append(t - nu)
        else:
            m = min(range(rho), key=lambda k: score[relevant[k]])
            if score[t - nu] > score[relevant[m]]:
                relevant[m] = t - nu


def test_correction_undoes_primacy():
    """Exactly uniform attention would still be scored by age (2.93, 2.02, .. 0.40)."""
    for correct, expected in ((False, [2.93, 2.02, 1.60]), (True, [1.0, 1.0, 1.0])):
        net = MemRNN(D, H).double()
        net.memory = Screening(10, 15, correct_primacy=correct)
        with torch.no_grad():
            net.energy.zero_()
        trace = net(torch.randn(60, 1, D, dtype=torch.float64), return_trace=True)[2]
        first = [trace.scores[10 + i, 0, 0].item() for i in range(3)]
        assert first == pytest.approx(expected, abs=0.006)
        assert trace.scores[55, 0, 0].item() == pytest.approx(1.0 if correct else 0.4)


def test_correction_needs_its_tally():
    """A state without the tally would be scored wrongly, or end in a traceback."""
    net, x = MemRNN(D, H), torch.randn(6, 1, D)
    net.memory = Screening(3, 2)
    _, state = net(x)
    net.memory = Screening(3, 2, correct_primacy=True)
    with pytest.raises(ValueError, match="after a change of budget"):
        net(x, state)
