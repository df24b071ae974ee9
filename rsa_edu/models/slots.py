"""The states that may be attended."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Slots:
    """The states that may be attended: column k holds one past state of each batch element.

    `positions` are absolute time indices, -1 for an empty slot; `scores` are relevance scores;
    `keys` are U_a h_i, computed once when a state is stored. `tally`, for a score that is a ratio:
    its numerator beta(i) and its denominator.
    """

    positions: Int[Tensor, "batch slots"]
    scores: Float[Tensor, "batch slots"]
    states: Float[Tensor, "batch slots hidden"]
    keys: Float[Tensor, "batch slots hidden"]
    tally: Float[Tensor, "batch slots 2"] | None = None

    @property
    def empty(self):
        """Where no state is stored, (B, K) of bool."""
        return self.positions < 0

    def append(self, h: Tensor, key: Tensor, t: int, score: float = 0.0) -> "Slots":
        """One more column: the newest state h_t, with the score it is born with."""
        batch, tally = len(self.positions), self.tally
        if tally is not None:
            tally = torch.cat([tally, tally.new_zeros(batch, 1, 2)], 1)
        return Slots(
            torch.cat([self.positions, self.positions.new_full((batch, 1), t)], 1),
            torch.cat([self.scores, self.scores.new_full((batch, 1), score)], 1),
            torch.cat([self.states, h.unsqueeze(1)], 1),
            torch.cat([self.keys, key.unsqueeze(1)], 1),
            tally,
        )

    def select(self, columns: Int[Tensor, "batch kept"]) -> "Slots":
        """These columns, in this order, chosen for each batch element on its own."""
        batch, slots, hidden = self.states.shape
        rows = torch.arange(batch, device=columns.device).unsqueeze(1) * slots + columns
        shape, tally = (*columns.shape, hidden), self.tally
        if tally is not None:
            tally = tally.gather(1, columns.unsqueeze(2).expand(-1, -1, 2))
        # index_select on the flattened slots: its backward is several times that of gather
        return Slots(
            self.positions.gather(1, columns),
            self.scores.gather(1, columns),
            self.states.reshape(-1, hidden).index_select(0, rows.flatten()).view(shape),
            self.keys.reshape(-1, hidden).index_select(0, rows.flatten()).view(shape),
            tally,
        )

    def detach(self) -> "Slots":
        """The same values, cut off from the graph."""
        return replace(self, states=self.states.detach(), keys=self.keys.detach())


def empty_slots(like: Float[Tensor, "batch hidden"], slots: int, *, tallied: bool = False) -> Slots:
    """So many empty slots, with the batch size, dtype and device of `like`."""
    batch, hidden = like.shape
    return Slots(
        torch.full((batch, slots), -1, device=like.device),
        like.new_zeros(batch, slots),
        like.new_zeros(batch, slots, hidden),
        like.new_zeros(batch, slots, hidden),
        like.new_zeros(batch, slots, 2) if tallied else None,
    )
