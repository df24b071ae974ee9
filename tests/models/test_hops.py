"""The gradient split by attention hops, against autograd and against paths listed one by one."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rsa_edu.models import LSTM, RNN, SAB, RelLSTM, RelRNN, Screening, attentive, backend
from rsa_edu.models.hops import by_hops
from tests.models.test_compiled import cases, make

CLOSE = {"rtol": 1e-8, "atol": 1e-8}


class Scaled(torch.autograd.Function):
    """c forward, z times its gradient backward."""

    @staticmethod
    def forward(ctx, c, z):
        ctx.z = z
        return c.clone()

    @staticmethod
    def backward(ctx, gradient):
        return ctx.z * gradient, None


def total(net, x, w, z=1.0, h_of=lambda h: h):
    """dL/dh_t by autograd, the backward of every c scaled by z; L = sum w h."""
    nudge = torch.zeros_like(w, requires_grad=True)
    with pytest.MonkeyPatch.context() as patch, backend("torch"):
        for name, f in list(attentive.COMBINE.items()):
            mixed = lambda h, c, f=f: f(h_of(h), Scaled.apply(c, z))  # noqa: E731
            patch.setitem(attentive.COMBINE, name, mixed)
        out, _ = net(x, nudge=nudge)
        return torch.autograd.grad((w * out).sum(), nudge)[0]


def generic(net, x):
    """Whether no choice hangs on rounding: a saturated softmax ties scores at zero."""
    *_, trace = net(x, return_trace=True)
    return bool((trace.attention[trace.positions >= 0] > 1e-100).all())


@given(case=cases)
@settings(deadline=None, max_examples=60)
def test_orders_are_the_coefficients_of_a_polynomial(case):
    """A path would be counted with a wrong number of hops, or not at all."""
    net, x, w = make(case)
    assume(generic(net, x))
    orders = by_hops(net, x, w, len(x))
    assert not orders[-1].any()  # no path has more reads than steps
    for z in (0, 0.5, -1, 2):
        powers = torch.tensor([float(z) ** r for r in range(len(orders))], dtype=x.dtype)
        found = (powers.view(-1, 1, 1, 1) * orders).sum(0)
        torch.testing.assert_close(found, total(net, x, w, float(z)), **CLOSE)


@given(
    case=cases, hops=st.integers(0, 4), scores=st.booleans(), recurrent=st.booleans(),
    plain=st.booleans(),
)  # fmt: skip
@settings(deadline=None, max_examples=100)
def test_compiled_equals_torch(case, hops, scores, recurrent, plain):
    """The fast sweep would be another one."""
    net, x, w = make(case)
    if plain:
        net = {"MemRNN": RNN, "MemLSTM": LSTM}[type(net).__name__](x.shape[2], w.shape[2]).double()
    else:
        assume(generic(net, x))
    links = {"scores": scores, "recurrent": recurrent}
    with backend("torch"):
        expected = by_hops(net, x, w, hops, **links)
    with backend("compiled"):
        found = by_hops(net, x, w, hops, **links)
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-10)


@given(case=cases, hops=st.integers(0, 6))
@settings(deadline=None, max_examples=30)
def test_the_rest_is_what_is_not_shown(case, hops):
    """Fewer orders would change those that stay, or lose the higher ones."""
    net, x, w = make(case)
    assume(generic(net, x))
    everything, some = by_hops(net, x, w, len(x) + 6), by_hops(net, x, w, hops)
    torch.testing.assert_close(some[:-1], everything[: hops + 1], **CLOSE)
    torch.testing.assert_close(some[-1], everything[hops + 1 :].sum(0), **CLOSE)


def paths_one_by_one(net, x, w):
    """dL/dh_t with constant weights, path by path: (T + 1, T, H), L = sum w h, one sequence.

    A hidden state and its cell travel as one vector of 2H. A link i -> m is the Jacobian of step m
    times either f's share of h (and the cell, untouched), or f's share of c times alpha.
    """
    T, H = len(x), net.hidden_size
    by_h, by_c = {"mean": (0.5, 0.5), "sum": (1, 1), "attention": (0, 1)}[net.combine]
    out, _, trace = net(x, return_trace=True)
    drive, cell = net._drive(x)[:, 0], torch.zeros(1, H, dtype=x.dtype)
    h, alpha, jacobians = torch.zeros(1, H, dtype=x.dtype), torch.zeros(T, T, dtype=x.dtype), []
    for t in range(T):
        for k, i in enumerate(trace.positions[t, 0].tolist()):
            if i >= 0:
                alpha[t, i] = trace.attention[t, 0, k]
        s = by_h * h + by_c * (alpha[t, :t] @ out[:t, 0]) if t else h

        def step(both, t=t):
            h, cell = net.step(drive[t : t + 1], both[None, :H], both[None, H:])
            return torch.cat([h, cell], 1)[0]

        both = torch.cat([s, cell], 1)[0].detach()
        jacobians.append(torch.autograd.functional.jacobian(step, both))
        h, cell = out[t : t + 1, 0], step(both)[None, H:].detach()
    recurrent = torch.diag(torch.tensor([by_h] * H + [1.0] * H, dtype=x.dtype))
    read = torch.diag(torch.tensor([by_c] * H + [0.0] * H, dtype=x.dtype))
    orders = torch.zeros(T + 1, T, H, dtype=x.dtype)

    def walk(start, at, hops, path):
        """Every path on from `at`, and what the loss takes from where this one stands."""
        orders[hops, start] += w[at, 0] @ path[:H, :H]
        for m in range(at + 1, T):
            if m == at + 1:
                walk(start, m, hops, jacobians[m] @ recurrent @ path)
            if alpha[m, at]:
                walk(start, m, hops + 1, jacobians[m] @ (alpha[m, at] * read) @ path)

    for start in range(T):
        walk(start, start, 0, torch.eye(2 * H, dtype=x.dtype))
    return orders


@given(case=cases.filter(lambda case: 2 <= case["T"] <= 7))
@settings(deadline=None, max_examples=25)
def test_values_alone_are_the_paths_of_the_expansion(case):
    """The split would not be the path expansion of the theory."""
    net, x, w = make(case | {"B": 1})
    found = by_hops(net, x, w, len(x), scores=False)[: len(x) + 1, :, 0]
    torch.testing.assert_close(found, paths_one_by_one(net, x, w), **CLOSE)


@given(case=cases)
@settings(deadline=None, max_examples=30)
def test_order_zero_is_the_gradient_without_any_read(case):
    """What passed no read would not be what is left when c_t is a constant."""
    net, x, w = make(case)
    nudge = torch.zeros_like(w, requires_grad=True)
    with pytest.MonkeyPatch.context() as patch, backend("torch"):
        for name, f in list(attentive.COMBINE.items()):
            patch.setitem(attentive.COMBINE, name, lambda h, c, f=f: f(h, c.detach()))
        out, _ = net(x, nudge=nudge)
        (expected,) = torch.autograd.grad((w * out).sum(), nudge)
    torch.testing.assert_close(by_hops(net, x, w, 2)[0], expected, **CLOSE)


@given(case=cases)
@settings(deadline=None, max_examples=30)
def test_the_recurrence_can_be_cut(case):
    """The cut would leave a way through h_{t-1} or the cell, or close one that reads take."""
    net, x, w = make(case)
    assume(generic(net, x))
    found = by_hops(net, x, w, 1, recurrent=False).sum(0)
    step = net.step
    net.step = lambda drive, s, cell: step(drive, s, None if cell is None else cell.detach())
    expected = total(net, x, w, h_of=lambda h: h.detach())
    # Step 0 reads nothing: there s is h itself, which is zero and no h_t.
    torch.testing.assert_close(found, expected, **CLOSE)


@given(case=cases.filter(lambda case: case["B"] > 1))
@settings(deadline=None, max_examples=20)
def test_a_permuted_batch_gives_permuted_orders(case):
    """One sequence would change the gradient of another."""
    net, x, w = make(case)
    assume(generic(net, x))
    turned = by_hops(net, x.roll(1, 1), w.roll(1, 1), 2)
    torch.testing.assert_close(turned, by_hops(net, x, w, 2).roll(1, 2), **CLOSE)


def test_sab_reads_too():
    """The hops of sparse attentive backtracking would not add up to its gradient."""
    net = SAB(3, 5, top_k=3, truncation=4).double()
    x = torch.randn(14, 2, 3, dtype=torch.float64)
    w = torch.randn(14, 2, 5, dtype=torch.float64)
    orders = by_hops(net, x, w, 3)
    nudge = torch.zeros_like(w, requires_grad=True)
    (expected,) = torch.autograd.grad((w * net(x, nudge=nudge)[0]).sum(), nudge)
    torch.testing.assert_close(orders.sum(0), expected)
    assert orders[1].norm() > 0


@pytest.mark.parametrize("model", [RelRNN, RelLSTM])
def test_a_policy_of_ones_own_is_split_too(model):
    """Only the policies of the package could be measured."""

    class Own(Screening):
        """The same rule, but not known to the kernels."""

    net = model(3, 5).double()
    x = torch.randn(12, 2, 3, dtype=torch.float64)
    w = torch.randn(12, 2, 5, dtype=torch.float64)
    net.memory = Screening(3, 2)
    expected = by_hops(net, x, w, 2)
    net.memory = Own(3, 2)
    torch.testing.assert_close(by_hops(net, x, w, 2), expected)
