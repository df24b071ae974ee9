"""The compiled path computes what the torch path defines."""

import subprocess
import sys
import threading
from dataclasses import dataclass

import numba
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rsa_edu.models import (
    LSTM,
    RNN,
    Everything,
    HeavyHitters,
    LowestAttention,
    MemLSTM,
    MemoryPolicy,
    MemRNN,
    Random,
    RelLSTM,
    RelRNN,
    Screening,
    Sinks,
    Window,
    backend,
    kernels,
)

POLICIES = [
    lambda nu, rho: Everything(),
    lambda nu, rho: Screening(nu, rho),
    lambda nu, rho: Screening(nu, rho, correct_primacy=True),
    lambda nu, rho: Window(nu),
    lambda nu, rho: Sinks(nu, rho),
    lambda nu, rho: HeavyHitters(nu, rho),
    lambda nu, rho: Random(nu, rho, seed=5),
    lambda nu, rho: LowestAttention(nu + rho),
]
D = 3
FIELDS = ("attention", "positions", "scores", "relevant")

cases = st.fixed_dictionaries(
    {
        "T": st.integers(1, 14),
        "B": st.integers(1, 3),
        "H": st.integers(1, 9),
        "nu": st.integers(1, 6),
        "rho": st.integers(0, 5),
        "seed": st.integers(0, 10_000),
        "cut": st.integers(0, 13),
        "policy": st.sampled_from(POLICIES),
        "model": st.sampled_from([MemRNN, MemLSTM]),
        "nonlinearity": st.sampled_from(["tanh", "modrelu", "relu", "identity"]),
        "attention": st.sampled_from(["additive", "scaled_dot"]),
        "combine": st.sampled_from(["mean", "sum", "attention"]),
    }
)


def make(case, dtype=torch.float64):
    """A model with attention that is not nearly uniform, and its inputs."""
    dice = torch.Generator().manual_seed(case["seed"])
    settings = {key: case[key] for key in ("attention", "combine")}
    if case["model"] is MemRNN:
        settings["nonlinearity"] = case["nonlinearity"]
    net = case["model"](D, case["H"], generator=dice, **settings).to(dtype)
    net.memory = case["policy"](case["nu"], case["rho"])
    with torch.no_grad():
        net.query.mul_(2)
        net.key.mul_(2)
    size = (case["T"], case["B"])
    x = torch.randn(*size, D, generator=dice, dtype=torch.float64).to(dtype)
    w = torch.randn(*size, case["H"], generator=dice, dtype=torch.float64).to(dtype)
    return net, x, w


def results(path, net, x, w, cut=0):
    """Everything that a call gives, and every gradient; the sequence may be cut in two."""
    x = x.clone().requires_grad_()
    nudge = (0.01 * w).requires_grad_()
    with backend(path):
        if 0 < cut < len(x):
            first, state, a = net(x[:cut], return_trace=True, nudge=nudge[:cut])
            rest, state, b = net(x[cut:], state, return_trace=True, nudge=nudge[cut:])
            out, traces = torch.cat([first, rest]), [a, b]
        else:
            out, state, trace = net(x, return_trace=True, nudge=nudge)
            traces = [trace]
        # The state counts too: it may be all that a later loss depends on.
        loss = (w * out).sum() + state.h.sum()
        if state.cell is not None:
            loss = loss + state.cell.sin().sum()
        if state.memory is not None:
            loss = loss + state.s.sin().sum()
            loss = loss + state.memory.states.cos().sum() + state.memory.keys.sin().sum()
        inputs = [x, nudge, *net.parameters()]
        gradients = torch.autograd.grad(loss, inputs, allow_unused=True)
    assert all(trace.path == path for trace in traces)
    return out, state, traces, gradients


@given(case=cases)
@settings(deadline=None, max_examples=150)
def test_equals_the_torch_path(case):
    """A fast result would be another result: a state, an attention, a choice or a gradient."""
    net, x, w = make(case)
    expected = results("torch", net, x, w, case["cut"])
    for trace in expected[2]:
        # A saturated softmax ties scores at zero or leaves denormals, which the kernels round to
        # zero: then rounding decides who stays.
        assume((trace.attention[trace.positions >= 0] > 1e-100).all())
    found = results("compiled", net, x, w, case["cut"])
    close = {"rtol": 1e-8, "atol": 1e-10}
    torch.testing.assert_close(found[0], expected[0], **close)
    for ours, theirs in zip(found[2], expected[2], strict=True):
        for field in FIELDS:
            torch.testing.assert_close(getattr(ours, field), getattr(theirs, field), **close)
    for part in ("h", "cell", "s"):
        if getattr(expected[1], part) is not None:
            torch.testing.assert_close(getattr(found[1], part), getattr(expected[1], part), **close)
    for part in ("positions", "scores", "states", "keys", "tally"):
        ours, theirs = (getattr(state.memory, part) for state in (found[1], expected[1]))
        assert (ours is None) == (theirs is None)
        if theirs is not None:
            torch.testing.assert_close(ours, theirs, **close)
    for ours, theirs in zip(found[3], expected[3], strict=True):
        if ours is None or theirs is None:  # "no gradient" and "a gradient of zero" are the same
            ours, theirs = (torch.zeros(1) if g is None else g for g in (ours, theirs))
            assert not ours.any()
            assert not theirs.any()
        else:
            torch.testing.assert_close(ours, theirs, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("model", [RNN, LSTM])
def test_without_attention_too(model):
    """The plain recurrences would differ between the paths."""
    net, x = model(D, 7).double(), torch.randn(11, 3, D, dtype=torch.float64)
    both = []
    for path in ("torch", "compiled"):
        with backend(path):
            out, _, trace = net(x, return_trace=True)
            gradients = torch.autograd.grad(out.sin().sum(), list(net.parameters()))
        assert trace.path == path
        assert trace.attention.shape == (11, 3, 0)
        both.append((out, *gradients))
    for ours, theirs in zip(*both, strict=True):
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("attention", ["additive", "scaled_dot"])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("model", [MemRNN, MemLSTM])
def test_gradcheck(model, policy, attention):
    """The hand-written backward pass would not be the derivative of the forward pass."""
    net = model(D, 5, attention=attention).double()
    net.memory = policy(2, 2)
    x = torch.randn(8, 2, D, dtype=torch.float64, requires_grad=True)
    nudge = torch.zeros(8, 2, 5, dtype=torch.float64, requires_grad=True)
    with backend("compiled"):
        assert torch.autograd.gradcheck(lambda x, nudge: net(x, nudge=nudge)[0], (x, nudge))


@dataclass(frozen=True)
class Replay(MemoryPolicy):
    """Keeps, at every step, the states that another run kept."""

    positions: torch.Tensor

    @property
    def size(self):
        return self.positions.shape[2]

    def choose(self, slots, t):
        wanted = self.positions[min(t + 1, len(self.positions) - 1)].unsqueeze(2)
        there = torch.cat([slots.positions, torch.full((len(slots.positions), 1), t)], 1)
        same = (wanted == there.unsqueeze(1)) & (wanted >= 0)
        columns = same.int().argmax(2)
        empty = (slots.positions < 0).int().argmax(1, keepdim=True)  # a slot to stay empty
        return torch.where(same.any(2), columns, empty)

    __hash__ = None


@pytest.mark.parametrize("model", [RelRNN, RelLSTM])
def test_single_precision(model):
    """In float32 values would be off, or states be chosen that are not as good."""
    for seed in range(5):
        dice = torch.Generator().manual_seed(seed)
        net = model(D, 32, buffer_size=4, relevant_size=3, generator=dice)
        x = torch.randn(60, 4, D, generator=dice)
        with backend("compiled"):
            out, _, trace = net(x, return_trace=True)
        with backend("torch"):
            *_, other = net(x, return_trace=True)
            net.memory = Replay(trace.positions)
            replayed, _ = net(x)
        assert ((out - replayed).abs() <= 1e-5 * replayed.abs().max()).all()
        differs = (trace.relevant != other.relevant).any(2)
        for t, b in differs.nonzero().tolist():
            if not differs[:t, b].any():  # the first choice that differs: a close one
                scores = torch.cat([other.scores[t - 1, b, :1], other.scores[t - 1, b, 4:]])
                gaps = scores.sort().values.diff()
                assert gaps.min() < 1e-5


@dataclass(frozen=True)
class EveryOther(MemoryPolicy):
    """The example of memory.py."""

    size: int = 4

    def choose(self, slots, t):
        columns = torch.arange(self.size).repeat(len(slots.scores), 1)
        if t % 2 == 0:
            columns += 1
        return columns


def test_a_policy_of_ones_own():
    """A student's policy would not run, or run as if it were another."""
    net = MemRNN(D, 5)
    net.memory = EveryOther(size=4)
    *_, trace = net(torch.randn(20, 2, D), return_trace=True)
    assert trace.path == "torch"
    assert trace.positions[-1, 0].tolist() == [12, 14, 16, 18]

    class Own(Screening):
        """Inherits, and may change anything."""

    net.memory = Own(2, 2)
    assert net(torch.randn(5, 1, D), return_trace=True)[2].path == "torch"


class OwnStep(RNN):
    """A recurrence that a student has changed."""

    def step(self, drive, s, cell):
        return drive, cell


def test_a_recurrence_of_ones_own():
    """A student's change of a step would be ignored by the kernels."""
    net, x = OwnStep(D, 5), torch.randn(4, 2, D)
    torch.testing.assert_close(net(x)[0], x @ net.weight_ih.mT + net.bias)


def test_one_compilation_for_all():
    """Another model, policy or size would compile again, in front of a class."""
    for dtype in (torch.float32, torch.float64):
        for model in (RNN, LSTM, MemRNN, RelLSTM):
            net = model(D, 4).to(dtype)
            out, _ = net(torch.randn(3, 2, D, dtype=dtype))
            out.sum().backward()
            with torch.no_grad():
                net(torch.randn(3, 2, D, dtype=dtype), return_trace=True)
    assert len(kernels.forward.signatures) == 2
    assert len(kernels.backward.signatures) == 2


def test_two_threads_at_once():
    """Two trainings at once would mix their numbers."""
    nets = [RelRNN(D, 16) for _ in range(2)]
    x = torch.randn(200, 6, D)
    alone = [net(x)[0].detach() for net in nets]
    found = [[], []]

    def work(i):
        for _ in range(10):
            found[i].append(nets[i](x)[0].detach())

    workers = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i in range(2):
        assert all(torch.equal(out, alone[i]) for out in found[i])


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing_but_rounding(threads):
    """A sequence would come out differently on another machine, or twice on the same."""
    net, x = RelRNN(D, 16).double(), torch.randn(50, 7, D, dtype=torch.float64)
    with backend("compiled", threads=1):
        expected = net(x)[0]
    with backend("compiled", threads=threads):
        found = net(x)[0]
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)
        assert torch.equal(net(x)[0], found)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_no_gradient_needs_little_memory():
    """A long evaluation would keep keys and attention of all its steps."""
    # VmHWM is this process's own peak; ru_maxrss starts at that of the process that started it.
    script = """
import pathlib, re, torch, rsa_edu as rsa
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
net = rsa.models.RelRNN(10, 128)
x = torch.zeros(5000, 100, 10)
with torch.no_grad():
    net(x[:2])
    before = peak()
    net(x)
print(peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    grown = int(done.stdout.split()[-1])
    assert 2e5 < grown < 1e6  # kilobytes; the hidden states alone are 256 MB


WITHOUT = """
import sys, torch, warnings
{trouble}
import rsa_edu as rsa
net = rsa.models.RelRNN(3, 4)
out, _, trace = net(torch.randn(5, 2, 3), return_trace=True)
out.sum().backward()
print(trace.path)
try:
    rsa.backend("compiled")
except RuntimeError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("sys.modules['numba'] = None", "there is no compiled path here"),
        (
            "import os; os.environ['NUMBA_CACHE_LOCATOR_CLASSES'] = 'ZipCacheLocator'",
            "cannot cache",
        ),
    ],
)
def test_without_numba_or_cache(trouble, said):
    """A machine without numba, or with nowhere to keep compiled code, would get an exception."""
    script = WITHOUT.format(trouble=trouble)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    path, reason = done.stdout.splitlines()
    assert path == "torch"
    assert said in reason


@numba.njit
def attend_back(q, keys, v_a, rows, alpha, dalpha, dq, dkeys, dv_a):
    """The kernels' own, called from Python."""
    kernels._attend_back(kernels.ADDITIVE, q, keys, v_a, rows, alpha, dalpha, dq, dkeys, dv_a)


def test_what_lies_in_an_empty_slot_does_not_matter():
    """Its weight of zero would be multiplied with whatever memory was left behind, even NaN."""
    rng = np.random.default_rng(0)
    q, keys, v_a = rng.normal(size=4), rng.normal(size=(2, 4)), rng.normal(size=4)
    rows, alpha = np.array([0, -1, 1]), np.array([0.3, 0.0, 0.7])
    found = []
    for left_behind in (0.0, np.nan):
        dq, dkeys, dv_a = np.empty(4), np.zeros((2, 4)), np.zeros(4)
        attend_back(q, keys, v_a, rows, alpha, np.array([0.5, left_behind, 0.2]), dq, dkeys, dv_a)
        found.append(np.concatenate([dq, dkeys.ravel(), dv_a]))
    np.testing.assert_array_equal(*found)


def test_bad_choice():
    """A misspelt path would be taken for another."""
    with pytest.raises(ValueError, match="path must be one of 'auto', 'torch', 'compiled'"):
        backend("fast")
    with pytest.raises(ValueError, match="threads must be a whole number of at least 1"):
        backend("auto", threads=0)


def test_backend_is_given_back():
    """A choice inside a with block would stay for the whole session."""
    net, x = RelRNN(D, 4), torch.randn(3, 1, D)
    with backend("torch"):
        assert net(x, return_trace=True)[2].path == "torch"
    assert net(x, return_trace=True)[2].path == "compiled"


def test_tanh():
    """The kernels' tanh would be off in single precision."""
    jitted = numba.njit(lambda x: kernels.tanh(x))
    for x in np.linspace(-12, 12, 4001, dtype=np.float32):
        exact = np.tanh(np.float64(x))
        assert abs(jitted(x) - exact) <= 3e-7 * max(abs(exact), 1e-3)
