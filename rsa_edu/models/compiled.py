"""The compiled path: one autograd function over a whole sequence."""

import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rsa_edu.models import memory
from rsa_edu.models.pool import over_batch, together
from rsa_edu.models.slots import Slots
from rsa_edu.models.state import State, Trace

try:
    from rsa_edu.models import kernels

    unavailable = ""
except (ImportError, RuntimeError) as error:  # no numba, or no folder for compiled code
    kernels, unavailable = None, str(error)

CHUNK = 256
"""Steps that are computed at once where no gradient is needed: bounds the memory."""
UNITS = ("tanh", "modrelu", "relu", "identity", "lstm")
ATTENTIONS = ("additive", "scaled_dot")
COMBINATIONS = ("mean", "sum", "attention")


class Form(NamedTuple):
    """What a policy is to the kernels; kernels.py has the codes."""

    kind: int
    buffer_size: int = 0
    relevant_size: int = 0
    grows: int = 0
    corrected: bool = False


def form_of(policy: memory.MemoryPolicy | None) -> Form | None:
    """The compiled form of a policy; None where it has none (a policy of one's own)."""
    if policy is None:
        return Form(kernels.NOTHING)
    kinds = {
        memory.Everything: (kernels.EVERYTHING, kernels.NEVER),
        memory.Screening: (kernels.BUFFERED, kernels.IN_BUFFER),
        memory.Window: (kernels.BUFFERED, kernels.NEVER),
        memory.Sinks: (kernels.BUFFERED, kernels.NEVER),
        memory.HeavyHitters: (kernels.BUFFERED, kernels.ALWAYS),
        memory.Random: (kernels.BUFFERED, kernels.NEVER),
        memory.LowestAttention: (kernels.POOL, kernels.NEVER),
    }
    if type(policy) not in kinds:
        return None
    kind, grows = kinds[type(policy)]
    return Form(
        kind,
        getattr(policy, "buffer_size", 0),
        getattr(policy, "relevant_size", 0),
        grows,
        getattr(policy, "correct_primacy", False),
    )


@dataclass(frozen=True)
class Model:
    """What a recurrence hands over to the kernels; without a policy there is no attention.

    unit: one of UNITS. recurrent: V and the threshold of modReLU. attentive: W_a, U_a, v_a. What
    a model does not have is an empty tensor.
    """

    unit: str
    recurrent: tuple[Tensor, Tensor]
    policy: memory.MemoryPolicy | None = None
    attentive: tuple[Tensor, Tensor, Tensor] | None = None
    attention: str = "additive"
    combine: str = "mean"

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """V, W_a, U_a, v_a, threshold."""
        V, threshold = self.recurrent
        nothing = V.new_zeros(0, 0)
        return (V, *(self.attentive or (nothing, nothing, nothing[0:0].flatten())), threshold)

    @property
    def codes(self) -> tuple[int, int, int]:
        """The numbers the kernels know."""
        return (
            UNITS.index(self.unit),
            ATTENTIONS.index(self.attention),
            COMBINATIONS.index(self.combine),
        )


_ready: set[torch.dtype] = set()
_getting_ready = threading.Lock()


def get_ready(dtype: torch.dtype) -> float:
    """Compile for this dtype, or load what was compiled before; the seconds it took.

    Compiled code is kept on disk. The first time on a machine it takes some seconds, and says so.
    """
    with _getting_ready:
        if dtype in _ready:
            return 0.0
        began = time.perf_counter()
        said = f"rsa_edu is compiling for {dtype}, once on this machine (about 20 s) ..."
        notice = threading.Timer(1.0, print, [said])
        notice.start()
        try:
            _practise(dtype)
        finally:
            notice.cancel()
        _ready.add(dtype)
        return time.perf_counter() - began


def _practise(dtype: torch.dtype) -> None:
    one = torch.ones(1, 1, dtype=dtype)
    recurrent, attentive = (one.clone().requires_grad_(), one[0]), (one, one, one[0])
    model = Model("tanh", recurrent, memory.Screening(1, 1), attentive)
    state = State(0, one, None, one, model.policy.start(one))
    drive = one.expand(2, 1, 1)
    with torch.enable_grad():
        out, _, _ = run(model, drive, state, None, traced=False, workers=1)
        out.sum().backward()
    with torch.no_grad():
        orders = drive.new_zeros(2, *drive.shape)
        by_hops(model, drive, state, drive, orders, (True, True), workers=1)


def run(
    model: Model, drive: Tensor, state: State, nudge: Tensor | None, *, traced: bool, workers: int
) -> tuple[Tensor, State, Trace | None]:
    """All hidden states (T, B, H), the state to go on from, and what was attended."""
    call = _Call(model, form_of(model.policy), state, len(drive), traced, workers)
    out, h, s, cell, states, keys = _Sequence.apply(call, drive, *_parts(model, state, nudge))
    state = State(
        state.t + len(drive),
        h,
        None if state.cell is None else cell,
        None if state.s is None else s,
        None if state.memory is None else call.slots(states, keys),
    )
    return out, state, call.trace() if traced else None


def by_hops(
    model: Model,
    drive: Tensor,
    state: State,
    direct: Tensor,
    orders: Tensor,
    links: tuple[bool, bool],
    *,
    workers: int,
) -> Tensor:
    """dL/dh_t by orders (C, T, B, H), of a sequence that starts at `state`; see hops.py.

    direct: (T, B, H) gradient of out. orders: to be filled. links: (scores, recurrent), are open.
    """
    call = _Call(model, form_of(model.policy), state, len(drive), False, workers)
    _, _, kept = _forward(call, True, drive, *_parts(model, state, None))
    states, keys, _, q_of, gates, cells, alpha, rows = kept
    V, W_a, U_a, v_a, threshold = model.weights
    over_batch(
        kernels.backward_by_hops,
        drive.shape[1],
        workers,
        model.codes,
        call.form.kind,
        _arrays(V.mT, W_a.mT, U_a.mT, v_a, threshold),
        links,
        _arrays(states, keys, q_of, gates, cells, alpha, rows),
        *_arrays(direct, orders),
    )
    return orders


def _parts(model: Model, state: State, nudge: Tensor | None) -> tuple[Tensor, ...]:
    """What the kernels need beside the drive; what a model does not have is an empty tensor."""
    B, H = state.h.shape
    nothing, slots = state.h.new_zeros, state.memory
    return (
        nothing(0, B, H) if nudge is None else nudge,
        *model.weights,
        state.h,
        nothing(B, H) if state.cell is None else state.cell,
        nothing(B, H) if state.s is None else state.s,
        nothing(B, 0, H) if slots is None else slots.states,
        nothing(B, 0, H) if slots is None else slots.keys,
    )


class _Call:
    """One call: the bookkeeping that needs no gradient."""

    def __init__(self, model, form, state, steps, traced, workers):
        self.model, self.form, self.workers, self.traced = model, form, workers, traced
        self.t, self.steps, self.before = state.t, steps, state.memory
        kind, policy, h = form.kind, model.policy, state.h
        self.slotted = kind in (kernels.BUFFERED, kernels.POOL)
        self.batch, self.dtype = len(h), h.dtype
        self.S = 0 if self.before is None else self.before.positions.shape[1]
        K = self.S if self.slotted else 0
        rows = torch.arange(K).repeat(self.batch, 1)
        tally = scores = h.new_zeros(self.batch, K)
        chances = tally
        if self.slotted:
            rows[self.before.empty] = -1
            tally = scores = self.before.scores
            if self.before.tally is not None:
                tally, chances = self.before.tally.unbind(2)
        # Changed in place by the kernel to what they are at the end.
        parts = (scores, tally, chances)
        self.memory = [rows, *(_copy(part) for part in parts)]
        self.births = np.array(
            [policy.born(t) for t in range(self.t, self.t + steps)] if self.slotted else [0.0],
            dtype=self.memory[1].numpy().dtype,
        )
        self.read: dict[str, Tensor] = {}

    @property
    def table(self) -> Tensor:
        """The time index of the state in every row, (B, S + T); its last column is -1."""
        new = torch.arange(self.t, self.t + self.steps).repeat(self.batch, 1)
        none = new.new_full((self.batch, 1), -1)
        before = [] if self.before is None else [self.before.positions]
        return torch.cat([*before, new, none], 1)

    def slots(self, states: Tensor, keys: Tensor) -> Slots:
        """The memory after the last step."""
        if not self.slotted:
            scores = states.new_zeros(states.shape[:2])
            return Slots(self.table[:, :-1], scores, states, keys)
        rows, scores, tally, chances = self.memory
        tally = torch.stack([tally, chances], 2) if self.form.corrected else None
        return Slots(self.table.gather(1, rows % self.table.shape[1]), scores, states, keys, tally)

    def trace(self) -> Trace:
        """What was attended at every step."""
        alpha, T = self.read["alpha"], self.steps
        if self.slotted:
            rows = self.read["rows"] % self.table.shape[1]
            positions = self.table.expand(T, -1, -1).gather(2, rows)
            scores = self.read["scores"]
        else:
            width = alpha.shape[2]
            positions = self.table[:, :width].expand(T, -1, -1)
            seen = torch.arange(width) < self.S + torch.arange(T)[:, None, None]
            positions = torch.where(seen, positions, -1)
            scores = torch.zeros_like(alpha)
        rho = self.model.policy.relevant_slots if self.model.policy else 0
        relevant = positions[:, :, positions.shape[2] - rho :]
        return Trace(alpha, positions, scores, relevant, "compiled")


def _forward(call: _Call, needed: bool, drive: Tensor, nudge: Tensor, *parts: Tensor):
    """out (T, B, H); h, cell and s at the end; and what a backward pass will need, if `needed`."""
    V, W_a, U_a, v_a, threshold, h, cell, s, states0, keys0 = parts
    T, B, _ = drive.shape
    H, S, kind = h.shape[1], states0.shape[1], call.form.kind
    lstm = call.model.unit == "lstm"
    steps = T if needed else 1
    width = S + T if kind == kernels.EVERYTHING else S
    kept_steps = T if needed or call.traced else 1
    empty, zeros = drive.new_empty, drive.new_zeros
    out, states = empty(T, B, H), empty(B, S + T, H)
    s_of = empty(steps, B, H)
    q_of = empty(steps, B, H if kind != kernels.NOTHING else 0)
    keys = empty(B, S + T if kind != kernels.NOTHING else 0, H)
    states[:, :S], keys[:, :S] = states0, keys0
    gates = empty(steps if lstm else 1, B, 4 * H if lstm else 1)
    cells = empty(steps if lstm and needed else 0, B, H)
    # Only a trace shows what was not attended to.
    alpha = (zeros if call.traced else empty)(kept_steps, B, width)
    rows = torch.empty(kept_steps, B, S if call.slotted else 0, dtype=torch.long)
    scores = zeros(kept_steps, B, S if call.slotted else 0)
    ends = [_copy(part) for part in (h, cell, s)]
    over_batch(
        kernels.forward,
        B,
        call.workers,
        call.model.codes,
        (*call.form, call.births),
        _arrays(V, W_a, U_a, v_a, threshold),
        (call.t, *_arrays(*ends)),
        _arrays(*call.memory),
        _arrays(drive, nudge),
        _arrays(out, states, keys, s_of, q_of, gates, cells, alpha, rows, scores),
    )
    call.read = {"alpha": alpha, "rows": rows, "scores": scores}
    return out, ends, (states, keys, s_of, q_of, gates, cells, alpha, rows)


class _Sequence(torch.autograd.Function):
    """forward and backward of kernels.py, and the weights' gradients as matrix products."""

    @staticmethod
    def forward(ctx: Any, call, drive, nudge, *parts):
        V, W_a, U_a, v_a, threshold, h, cell, s, *_ = parts
        ctx.set_materialize_grads(False)
        H, needed = h.shape[1], any(ctx.needs_input_grad)
        out, (h_end, cell_end, s_end), kept = _forward(call, needed, drive, nudge, *parts)
        if needed:
            ctx.call = call
            ctx.save_for_backward(*kept, V, W_a, U_a, v_a, threshold, nudge, cell, s)
        states, keys, *_ = kept
        if call.slotted:
            last = call.memory[0].clamp(min=0).unsqueeze(2).expand(-1, -1, H)
            occupied = (call.memory[0] >= 0).unsqueeze(2)
            states = torch.where(occupied, states.gather(1, last), 0)
            keys = torch.where(occupied, keys.gather(1, last), 0)
        return out, h_end, s_end, cell_end, states, keys

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dout, dh_end, ds_end, dcell_end, dstates_end, dkeys_end):
        call = ctx.call
        states, keys, s_of, q_of, gates, cells, alpha, rows, *parts = ctx.saved_tensors
        V, W_a, U_a, v_a, threshold, nudge, cell, s = parts
        T, B, H = s_of.shape
        S = states.shape[1] - T
        zeros, empty = s_of.new_zeros, s_of.new_empty
        dout = zeros(T, B, H) if dout is None else dout
        if dh_end is not None:
            dout = dout.clone()
            dout[-1] += dh_end
        ds_end = zeros(B, H) if ds_end is None else ds_end
        dcell_end = zeros(B, H) if dcell_end is None else dcell_end
        dstates, dkeys = torch.zeros_like(states), torch.zeros_like(keys)
        _scatter(call, dstates, dstates_end)
        _scatter(call, dkeys, dkeys_end)
        attends = call.form.kind != kernels.NOTHING
        ddrive, dq = empty(T, B, len(V)), torch.empty_like(q_of)
        dq[:1] = 0  # step 0 of a sequence reads nothing
        dnudge = empty(len(nudge), B, H)
        dh, dcell, ds = empty(B, H), empty(B, H), empty(B, H)
        dv_a, dthreshold = zeros(B, len(v_a)), zeros(B, len(threshold))
        over_batch(
            kernels.backward,
            B,
            call.workers,
            call.model.codes,
            call.form.kind,
            _arrays(V.mT, W_a.mT, U_a.mT, v_a, threshold),
            call.t,
            _arrays(nudge)[0],
            _arrays(states, keys, cell, q_of, gates, cells, alpha, rows),
            _arrays(dout, ds_end, dcell_end),
            _arrays(ddrive, dnudge, dq, dkeys, dstates, dh, dcell, ds, dv_a, dthreshold),
        )
        dkeys0 = dkeys[:, :S].clone()
        dkeys[:, :S] = 0  # those keys were computed before, not from these states
        dV = [partial(_outer, ddrive, s_of, rows) for rows in _shares(len(V), call.workers)]
        others = [
            # The query of a step is asked by the macro-state before it.
            lambda: _outer(dq[1:], s_of[:-1]) + _outer(dq[call.t == 0 :][:1], s[None]),
            lambda: _outer(dkeys, states),
        ]
        *dV, dW_a, dU_a = (
            together(call.workers, *dV, *others)
            if attends
            else (*together(call.workers, *dV), None, None)
        )
        return (
            *(None, ddrive, dnudge if len(nudge) else None),
            *(torch.cat(dV), dW_a, dU_a, dv_a.sum(0), dthreshold.sum(0)),
            *(dh, dcell, ds, dstates[:, :S], dkeys0),
        )


def _scatter(call: _Call, total: Tensor, end: Tensor | None) -> None:
    """Add the gradient of the states that are in memory at the end to that of their rows."""
    if end is None:
        return
    if not call.slotted:
        total += end
        return
    rows = call.memory[0].clamp(min=0).unsqueeze(2).expand_as(end)
    total.scatter_add_(1, rows, torch.where((call.memory[0] >= 0).unsqueeze(2), end, 0))


def _outer(left: Tensor, right: Tensor, rows: slice = slice(None)) -> Tensor:
    """Sum over steps and batch of the outer products: these rows of a weight's gradient."""
    left, right = left[: len(right)], right[: len(left)]  # a sequence of one step asks no query
    return left.reshape(-1, left.shape[-1])[:, rows].mT @ right.reshape(-1, right.shape[-1])


def _shares(rows: int, workers: int) -> list[slice]:
    """The rows of a weight, one slice for each worker."""
    size = -(-rows // workers)
    return [slice(first, first + size) for first in range(0, rows, size)]


def _copy(tensor: Tensor) -> Tensor:
    """A copy in C order for a kernel to write to."""
    return tensor.detach().clone(memory_format=torch.contiguous_format)


def _arrays(*tensors: Tensor) -> tuple[np.ndarray, ...]:
    """The tensors' own memory, in C order, as the kernels were compiled for."""
    return tuple(tensor.detach().contiguous().numpy() for tensor in tensors)
