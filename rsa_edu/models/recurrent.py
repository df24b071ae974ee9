"""Recurrences: h_t from h_{t-1} and x_t. What attention adds is in attentive.py."""

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor, nn

from rsa_edu.models import interrupt
from rsa_edu.models.checks import one_of, sequence, whole_number
from rsa_edu.models.initial import ORTHOGONAL, uniform_, xavier_normal_
from rsa_edu.models.memory import Slots

NONLINEARITIES = ("tanh", "modrelu", "relu", "identity")


@dataclass(frozen=True)
class State:
    """Where a sequence stands after t steps; given back to the model, it goes on from there.

    h: (B, H) hidden state; cell: (B, H) of an LSTM; s: (B, H) macro-state, the next query;
    memory: the states that may be attended.
    """

    t: int
    h: Float[Tensor, "batch hidden"]
    cell: Float[Tensor, "batch hidden"] | None = None
    s: Float[Tensor, "batch hidden"] | None = None
    memory: Slots | None = None

    def detach(self) -> "State":
        """The same state, cut off from the graph (for truncated back-propagation)."""
        return State(
            self.t,
            *(None if part is None else part.detach() for part in (self.h, self.cell, self.s)),
            memory=None if self.memory is None else self.memory.detach(),
        )


@dataclass(frozen=True)
class Trace:
    """What was attended: row t is the read that computed h_t; row 0 of a sequence is empty.

    attention: (T, B, K) weights alpha, zero in empty slots; positions: (T, B, K) absolute time
    index of the state in that column, -1 for an empty slot; scores: (T, B, K) relevance scores
    after this step's attention was added; relevant: (T, B, rho) the relevant set before this
    step's screening. With full self-attention K = T and rho = 0; without attention K = 0.
    """

    attention: Float[Tensor, "time batch slots"]
    positions: Int[Tensor, "time batch slots"]
    scores: Float[Tensor, "time batch slots"]
    relevant: Int[Tensor, "time batch rho"]


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
        drive = x @ self.weight_ih.mT + self.bias  # U x_t + b, for all steps at once
        if state is None:
            state = self.start(drive[0])
        self._check_state(state, x)
        out, reads = [], []
        for t in range(len(x)):
            interrupt.check()
            state, read = self.advance(state, drive[t], None if nudge is None else nudge[t])
            interrupt.watch_backward(state.h)
            out.append(state.h)
            reads.append(read)
        if return_trace:
            return torch.stack(out), state, self._trace(reads, x)
        return torch.stack(out), state

    def start(self, drive: Float[Tensor, "batch hidden"]) -> State:
        """The state before the first step; `drive` is U x_0 + b."""
        return State(0, drive.new_zeros(len(drive), self.hidden_size))

    def advance(self, state: State, drive: Tensor, nudge: Tensor | None):
        """One step: the next state and what was read (None: there is no attention)."""
        h, cell = self.step(drive, state.h, state.cell)
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

    def _trace(self, reads, x: Tensor) -> Trace:
        empty = x.new_zeros(len(x), x.shape[1], 0)
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

    def first_query(self, drive: Tensor) -> Tensor:
        """The macro-state before there is a past: zero, as in the published code."""
        return drive.new_zeros(len(drive), self.hidden_size)
