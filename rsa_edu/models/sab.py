"""Sparse attentive backtracking: all the past is stored, a few states of it are attended."""

import math
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from rsa_edu.models.attention import additive
from rsa_edu.models.checks import one_of, whole_number
from rsa_edu.models.initial import uniform_, xavier_normal_
from rsa_edu.models.memory import Everything
from rsa_edu.models.recurrent import LSTM
from rsa_edu.models.state import State, Trace

SCORERS = ("concatenated", "additive")
SLACK = 1e-3
"""Keeps the weights of nearly equal scores, and their gradient, finite."""


class SAB(LSTM):
    """LSTM that adds a sparse read of its stored states to h, and backtracks through it.

        h^_t, cell_t = LSTM(x_t, h_{t-1}, cell_{t-1})
        h_t = h^_t + sum_i alpha_i h_i,   over the top_k stored states of the largest score e_i

    The weights alpha are proportional to e_i - theta, theta being the largest score that was left
    out (see `sparse`). The gradient through h_{t-1} and cell_{t-1} is cut every `truncation`
    steps, at t = truncation, 2 truncation, ..; a stored state keeps its graph. So a loss reaches
    far back only by a read: to h_i, and from there on to where the window of i begins, or by the
    read of a step of that window.

    Scores: "concatenated" is the published w . tanh([h^_t; h_i]). Its part with h^_t is the same
    number for all i, and theta takes it away again: what is attended does not depend on the
    present. So it is left out here, e_i = v_a . tanh(h_i), and no result changes by it.
    "additive" asks with the present: e_i = v_a . tanh(W_a h^_t + U_a h_i).

    out is h_t, so that a Network reads h^_t and the read together; the published read-out has a
    second matrix for the read alone. The published memory also begins with a zero state.

    The gradient flow is that of this truncated training, not the derivative of the loss: it is
    zero where no read leads. With truncation >= T both are the same. A trace has K = top_k
    columns, the attended states oldest first, their e_i as scores and rho = 0. Time and memory
    grow with the square of the length.

    Args:
        input_size: D. hidden_size: H.
        top_k: how many stored states are attended, at least 1.
        every: a state is stored every so many steps: every - 1, 2 every - 1, ..
        truncation: steps between the cuts of the recurrent gradient.
        attention: "concatenated" (the published code's) or "additive".
        generator: random numbers for the start values.

    Weights: those of LSTM; energy = v_a (H); for "additive" query = W_a and key = U_a (H, H).

    Source: Ke et al., "Sparse Attentive Backtracking", 2018; its published code, layers_torch.py.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        top_k: int = 10,
        every: int = 2,
        truncation: int = 10,
        attention: str = "concatenated",
        generator: Generator | None = None,
    ):
        super().__init__(input_size, hidden_size, generator=generator)
        self.top_k = whole_number("top_k", top_k, least=1)
        self.every = whole_number("every", every, least=1)
        self.truncation = whole_number("truncation", truncation, least=1)
        self.attention = one_of("attention", attention, SCORERS)
        H, bound = hidden_size, 1 / math.sqrt(hidden_size)
        self.energy = nn.Parameter(xavier_normal_(torch.empty(1, H), generator)[0])  # v_a
        if attention == "additive":
            self.query = nn.Parameter(uniform_(torch.empty(H, H), bound, generator))  # W_a
            self.key = nn.Parameter(uniform_(torch.empty(H, H), bound, generator))  # U_a

    def settings(self) -> dict:
        """As for every recurrence, with what is stored, attended and cut, and the scorer."""
        names = ("top_k", "every", "truncation", "attention")
        return super().settings() | {name: getattr(self, name) for name in names}

    def start(self, drive):
        """Nothing is stored."""
        state = super().start(drive)
        return replace(state, memory=Everything().start(state.h))

    def advance(self, state, drive, nudge, links):
        """One step: cut, recur, read, store."""
        t, memory = state.t, state.memory
        h, cell = links.recurrent(state.h, state.cell)
        if t % self.truncation == 0:
            h, cell = h.detach(), cell.detach()
        h, cell = self.step(drive, h, cell)

        e = self.score(h, memory.keys)
        alpha, columns = sparse(e, self.top_k, lowest=-self.energy.abs().sum())
        attended, alpha = memory.select(columns), links.attention(alpha)
        h = h + links.read((alpha.unsqueeze(1) @ attended.states).squeeze(1))
        if nudge is not None:
            h = h + nudge

        if (t + 1) % self.every == 0:
            memory = memory.append(h, self.stored(h), t)
        return State(t + 1, h, cell, memory=memory), (
            alpha,
            attended.positions,
            e.gather(1, columns),
        )

    def stored(self, h: Tensor) -> Tensor:
        """What a score needs of a stored state, computed once (B, H)."""
        return h.tanh() if self.attention == "concatenated" else h @ self.key.mT

    def score(self, h: Tensor, keys: Tensor) -> Tensor:
        """e (B, N), between -sum |v_a| and sum |v_a|."""
        if self.attention == "concatenated":
            return keys @ self.energy
        return additive(h @ self.query.mT, keys, self.energy)

    def _check_state(self, state, x):
        super()._check_state(state, x)
        stored = None if state.memory is None else state.memory.positions.shape[1]
        if stored != state.t // self.every:
            raise ValueError(
                f"state is not one of an SAB that stores a state every {self.every} steps."
            )

    def _trace(self, reads, out, past) -> Trace:
        def rows(parts, empty):
            pad = [nn.functional.pad(p, (0, self.top_k - p.shape[1]), value=empty) for p in parts]
            return torch.stack(pad).detach()

        attention, positions, scores = zip(*reads, strict=True)
        positions = rows(positions, -1)
        return Trace(rows(attention, 0.0), positions, rows(scores, 0.0), positions[:, :, :0])


def sparse(
    e: Float[Tensor, "batch stored"], top_k: int, lowest: Tensor
) -> tuple[Float[Tensor, "batch kept"], Tensor]:
    """Weights that sum to one over the top_k largest scores, and their columns, in order.

        alpha_i proportional to e_i - theta

    theta is the (top_k + 1)-th largest score. While there are no more than top_k, all are kept, and
    an empty place counts as a state of the `lowest` score there can be: then nothing jumps when a
    score falls that far, or one more state is stored at it. Of equal scores the first are kept.
    A slack is shared equally, so that top_k + 1 equal scores give equal weights and not 0 / 0.
    The published code subtracts the top_k-th score, keeping top_k - 1 states, and takes the bare
    scores for weights while there are no more than top_k.
    """
    ranked, order = e.sort(dim=1, descending=True, stable=True)
    if e.shape[1] > top_k:
        lowest = ranked[:, top_k].unsqueeze(1)
    columns = order[:, :top_k].sort(1).values
    kept = columns.shape[1]
    above = e.gather(1, columns) - lowest
    return (above + SLACK / max(kept, 1)) / (above.sum(1, keepdim=True) + SLACK), columns
