"""Recurrences: h_t from h_{t-1} and x_t. What attention adds is in attentive.py."""

import math
from dataclasses import replace
from functools import partial

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from rsa_edu.models import backend, compiled, interrupt
from rsa_edu.models.checks import one_of, sequence, whole_number
from rsa_edu.models.initial import ORTHOGONAL, uniform_, xavier_normal_
from rsa_edu.models.links import ALL, Links
from rsa_edu.models.state import State, Trace

NONLINEARITIES = ("tanh", "modrelu", "relu", "identity")


class Recurrence(nn.Module):
    """What all models share: `(x, state) -> (out, state)`, as in torch.nn.RNN, time first."""

    def __init__(self, input_size: int, hidden_size: int):
        super().__init__()
        self.input_size = whole_number("input_size", input_size, least=1)
        self.hidden_size = whole_number("hidden_size", hidden_size, least=1)

    def forward(
        self,
        x: Float[Tensor, "time batch input"],
        state: State | None = None,
        *,
        return_trace: bool = False,
        nudge: Float[Tensor, "time batch hidden"] | None = None,
    ):
        """Run over a sequence.

        Args:
            x: (T, B, D), finite, in the dtype of the weights.
            state: where an earlier call ended; None starts a sequence.
            return_trace: also return what was attended.
            nudge: (T, B, H) added to h_t at every step. With zeros it changes nothing, and the
                gradient of a loss with respect to it is the total derivative dL/dh_t.

        Returns:
            out (T, B, H), all hidden states; the state to go on from; with `return_trace`, a Trace.

        Raises:
            ValueError: input of a wrong shape, width or dtype, or not finite; a state of another
                batch size, model or budget.
        """
        sequence(x, self.input_size, self.bias.dtype)
        if state is None:
            state = self.start(self._drive(x[:1])[0])
        self._check_state(state, x)
        model = self._for_kernels()
        path, workers = backend.choose(model, x, len(self.bias))
        run = self._run if path == "torch" else partial(compiled.run, model, workers=workers)
        if path == "torch" or torch.is_grad_enabled():
            out, state, trace = run(self._drive(x), state, nudge, traced=return_trace)
        else:
            out, state, trace = self._run_in_chunks(run, x, state, nudge, return_trace)
        return (out, state, trace) if return_trace else (out, state)

    def _drive(self, x: Tensor) -> Tensor:
        """U x_t + b, for all steps at once."""
        # A copy of the transpose: with a view, the gradient of an LSTM's U takes ten times as long.
        return x @ self.weight_ih.mT.contiguous() + self.bias

    def _run(self, drive, state: State, nudge, *, traced: bool, links: Links = ALL):
        """Step by step in torch: what this does is what a model is."""
        out, reads, past = [], [], state
        for t in range(len(drive)):
            interrupt.check()
            push = None if nudge is None else nudge[t]
            state, read = self.advance(state, drive[t], push, links)
            interrupt.watch_backward(state.h)
            out.append(state.h)
            reads.append(read)
        out = torch.stack(out)
        return out, state, self._trace(reads, out, past) if traced else None

    def _run_in_chunks(self, run, x, state: State, nudge, traced: bool):
        """The same, with memory for a part of the sequence only: nothing is kept for a backward."""
        out, traces = x.new_empty(*x.shape[:2], self.hidden_size), []
        chunk = len(x) if state.memory is not None and self.memory.size is None else compiled.CHUNK
        for a in range(0, len(x), chunk):
            steps = slice(a, a + chunk)
            part = None if nudge is None else nudge[steps]
            out[steps], state, trace = run(self._drive(x[steps]), state, part, traced=traced)
            traces.append(trace)
        return out, state, Trace.join(traces) if traced else None

    def _for_kernels(self) -> compiled.Model | None:
        """This model as the compiled path knows it; None where it does not."""
        return self._unit() if type(self).advance is Recurrence.advance else None

    def _unit(self) -> compiled.Model | None:
        """What computes h_t, as the compiled path knows it; None where it does not."""
        return None

    def start(self, drive: Float[Tensor, "batch hidden"]) -> State:
        """The state before the first step; `drive` is U x_0 + b."""
        return State(0, drive.new_zeros(len(drive), self.hidden_size))

    def advance(self, state: State, drive: Tensor, nudge: Tensor | None, links: Links):
        """One step: the next state and what was read (None: there is no attention)."""
        h, cell = links.recurrent(state.h, state.cell)
        h, cell = self.step(drive, h, cell)
        if nudge is not None:
            h = h + nudge
        return replace(state, t=state.t + 1, h=h, cell=cell), None

    def step(self, drive: Tensor, s: Tensor, cell: Tensor | None):
        """h_t (and the cell, of an LSTM) from U x_t + b and what came before, s."""
        raise NotImplementedError

    def _check_state(self, state: State, x: Tensor) -> None:
        expected = (x.shape[1], self.hidden_size)
        if tuple(state.h.shape) != expected:
            raise ValueError(
                f"state holds hidden states of shape {tuple(state.h.shape)}, but this model and "
                f"batch need {expected}."
            )

    def _trace(self, reads, out: Tensor, past: State) -> Trace:
        empty = out.new_zeros(*out.shape[:2], 0).detach()
        return Trace(empty, empty.long(), empty, empty.long())

    def settings(self) -> dict:
        """The arguments that build a model like this one; plain values, for checkpoints."""
        return {"input_size": self.input_size, "hidden_size": self.hidden_size}

    def extra_repr(self) -> str:
        """Sizes, as torch prints them."""
        return f"{self.input_size}, {self.hidden_size}"


class RNN(Recurrence):
    """Vanilla recurrence: h_t = phi(V h_{t-1} + U x_t + b), h_{-1} = 0.

    Args:
        input_size: D. hidden_size: H.
        nonlinearity: phi, one of "tanh", "modrelu", "relu", "identity".
        init: start of V, orthogonal: "henaff", "cayley" or "random". V is then trained freely.
        generator: random numbers for the start values.

    Weights: weight_ih = U (H, D), weight_hh = V (H, H), bias = b (H).

    Source: the paper's published code, RNN.py:14-87.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "tanh",
        init: str = "henaff",
        generator: Generator | None = None,
    ):
        super().__init__(input_size, hidden_size)
        self.nonlinearity = one_of("nonlinearity", nonlinearity, NONLINEARITIES)
        self.init = one_of("init", init, ORTHOGONAL)
        H, D = hidden_size, input_size
        self.weight_ih = nn.Parameter(xavier_normal_(torch.empty(H, D), generator))
        self.weight_hh = nn.Parameter(ORTHOGONAL[init](H, generator))
        self.bias = nn.Parameter(uniform_(torch.empty(H), 1 / math.sqrt(D), generator))
        if nonlinearity == "modrelu":
            self.threshold = nn.Parameter(uniform_(torch.empty(H), 0.01, generator))

    def step(self, drive, s, cell):
        """h_t = phi(V s + U x_t + b)."""
        return self.phi(s @ self.weight_hh.mT + drive), cell

    def phi(self, z: Tensor) -> Tensor:
        """The nonlinearity, unit by unit."""
        match self.nonlinearity:
            case "tanh":
                return z.tanh()
            case "relu":
                return z.relu()
            case "modrelu":
                return z.sign() * (z.abs() + self.threshold).relu()
            case _:
                return z

    def _unit(self):
        own = type(self)
        if own.step is not RNN.step or own.phi is not RNN.phi:
            return None
        threshold = getattr(self, "threshold", self.bias[:0])
        return compiled.Model(self.nonlinearity, (self.weight_hh, threshold))

    def settings(self) -> dict:
        """As for every recurrence, with nonlinearity and start."""
        return super().settings() | {"nonlinearity": self.nonlinearity, "init": self.init}

    def first_query(self, drive: Tensor) -> Tensor:
        """The macro-state before there is a past: z_0 = U x_0 + b, as in the published code."""
        return drive


class LSTM(Recurrence):
    """Long short-term memory: gates from U x_t + V h_{t-1} + b, a cell beside the hidden state.

        cell_t = f * cell_{t-1} + i * g,   h_t = o * tanh(cell_t)

    Args as for RNN, without a choice of nonlinearity and start.

    Weights: weight_ih (4H, D), weight_hh (4H, H), bias (4H), gates in the order i, f, g, o.

    Source: the paper's published code, LSTM.py:5-51 (one bias; no forget-gate offset).
    """

    def __init__(self, input_size: int, hidden_size: int, *, generator: Generator | None = None):
        super().__init__(input_size, hidden_size)
        H, D = hidden_size, input_size
        # The published code starts each gate's weight on [h; x] as one xavier matrix (H, H + D).
        scale = math.sqrt(2 / (2 * H + D))
        self.weight_ih = nn.Parameter(scale * torch.randn(4 * H, D, generator=generator))
        self.weight_hh = nn.Parameter(scale * torch.randn(4 * H, H, generator=generator))
        self.bias = nn.Parameter(uniform_(torch.empty(4 * H), 1 / math.sqrt(H + D), generator))

    def start(self, drive):
        """Hidden state and cell are zero."""
        state = super().start(drive)
        return replace(state, cell=torch.zeros_like(state.h))

    def step(self, drive, s, cell):
        """The gates see s where a plain LSTM sees h_{t-1}; the cell recursion is untouched."""
        i, f, g, o = (s @ self.weight_hh.mT + drive).chunk(4, dim=1)
        cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
        return o.sigmoid() * cell.tanh(), cell

    def _unit(self):
        if type(self).step is not LSTM.step:
            return None
        return compiled.Model("lstm", (self.weight_hh, self.bias[:0]))

    def first_query(self, drive: Tensor) -> Tensor:
        """The macro-state before there is a past: zero, as in the published code."""
        return drive.new_zeros(len(drive), self.hidden_size)
