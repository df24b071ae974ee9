"""Where a sequence stands, and what was attended on the way."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsa_edu.models.slots import Slots


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
    A trace is a report: no gradient flows through it. path: "torch" or "compiled".
    """

    attention: Float[Tensor, "time batch slots"]
    positions: Int[Tensor, "time batch slots"]
    scores: Float[Tensor, "time batch slots"]
    relevant: Int[Tensor, "time batch rho"]
    path: str = "torch"

    @classmethod
    def join(cls, parts: "list[Trace]") -> "Trace":
        """The trace of a sequence from those of its parts."""
        fields = ("attention", "positions", "scores", "relevant")
        whole = (torch.cat([getattr(part, name) for part in parts]) for name in fields)
        return cls(*whole, parts[0].path)
