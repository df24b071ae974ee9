"""Memory policies: which past states may be attended.

A policy holds no states and no parameters. It is asked twice per step: how the attention just paid
changes the relevance scores (`score`), and which of the stored states stay when a new one arrives
(`screen`). So a policy can be exchanged on a trained model.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsa_edu.models.checks import whole_number


@dataclass(frozen=True)
class Slots:
    """The states that may be attended: column k holds one past state of each batch element.

    `positions` are absolute time indices, -1 for an empty slot; `scores` are relevance scores
    beta(i); `keys` are U_a h_i, computed once when a state is stored.
    """

    positions: Int[Tensor, "batch slots"]
    scores: Float[Tensor, "batch slots"]
    states: Float[Tensor, "batch slots hidden"]
    keys: Float[Tensor, "batch slots hidden"]

    @property
    def empty(self):
        """Where no state is stored, (B, K) of bool."""
        return self.positions < 0

    def append(self, h: Tensor, key: Tensor, t: int) -> "Slots":
        """One more column: the newest state h_t, with score zero."""
        batch = len(self.positions)
        return Slots(
            torch.cat([self.positions, self.positions.new_full((batch, 1), t)], 1),
            torch.cat([self.scores, self.scores.new_zeros(batch, 1)], 1),
            torch.cat([self.states, h.unsqueeze(1)], 1),
            torch.cat([self.keys, key.unsqueeze(1)], 1),
        )

    def select(self, columns: Int[Tensor, "batch kept"]) -> "Slots":
        """These columns, in this order, chosen for each batch element on its own."""
        batch, slots, hidden = self.states.shape
        rows = torch.arange(batch, device=columns.device).unsqueeze(1) * slots + columns
        shape = (*columns.shape, hidden)
        # index_select on the flattened slots: its backward is several times that of gather
        return Slots(
            self.positions.gather(1, columns),
            self.scores.gather(1, columns),
            self.states.reshape(-1, hidden).index_select(0, rows.flatten()).view(shape),
            self.keys.reshape(-1, hidden).index_select(0, rows.flatten()).view(shape),
        )

    def detach(self) -> "Slots":
        """The same values, cut off from the graph."""
        return replace(
            self,
            scores=self.scores.detach(),
            states=self.states.detach(),
            keys=self.keys.detach(),
        )


class MemoryPolicy:
    """Base of all policies; `relevant_slots` columns at the right are the relevant set."""

    relevant_slots = 0

    def start(self, like: Float[Tensor, "batch hidden"]) -> Slots:
        """The memory before the first step, with the dtype and device of `like`."""
        raise NotImplementedError

    def score(self, slots: Slots, alpha: Tensor) -> Slots:
        """The slots with the scores that follow from the attention `alpha` (B, K) of this step."""
        return slots

    def screen(self, slots: Slots, h: Tensor, key: Tensor, t: int) -> Slots:
        """The memory for the next step, when h_t with its key has been computed."""
        raise NotImplementedError


@dataclass(frozen=True)
class Everything(MemoryPolicy):
    """Full self-attention: every past state stays. Memory and time grow with the square of T."""

    def start(self, like):
        """No columns yet."""
        return _empty_slots(like, 0)

    def screen(self, slots, h, key, t):
        """All that was there, and the newest."""
        return slots.append(h, key, t)


@dataclass(frozen=True)
class Screening(MemoryPolicy):
    """Relevancy screening: a short-term buffer of nu states and a relevant set of rho.

    The buffer holds the newest nu states, oldest first. While a state is in the buffer it collects
    the attention it gets: beta(i) = sum of alpha_{i,t} over its nu steps there. When it leaves, it
    enters the relevant set if a slot is free, or if its score is larger than the smallest score
    there, whose owner is then lost for good. Ties keep the incumbent.

    Args:
        buffer_size: nu, at least 1.
        relevant_size: rho, at least 0 (then only the newest nu states are attended).

    Source: the paper's published code, RNN.py:253-346.
    """

    buffer_size: int = 10
    relevant_size: int = 10

    def __post_init__(self):
        whole_number("buffer_size", self.buffer_size, least=1)
        whole_number("relevant_size", self.relevant_size, least=0)

    @property
    def relevant_slots(self) -> int:
        """rho."""
        return self.relevant_size

    def start(self, like):
        """nu + rho empty slots."""
        return _empty_slots(like, self.buffer_size + self.relevant_size)

    def score(self, slots, alpha):
        """beta(i) += alpha_i for the states in the buffer; the relevant set's scores are frozen."""
        nu = self.buffer_size
        gained = torch.cat([alpha[:, :nu], torch.zeros_like(alpha[:, nu:])], 1)
        return replace(slots, scores=slots.scores + gained.detach())

    def screen(self, slots, h, key, t):
        """The newest state enters the buffer; the oldest one leaves it and may be kept."""
        nu, newest = self.buffer_size, slots.positions.shape[1]
        columns = torch.arange(newest, device=h.device).repeat(len(h), 1)
        if t < nu:
            columns[:, t] = newest
        else:
            columns[:, : nu - 1] += 1
            columns[:, nu - 1] = newest
            if self.relevant_size:
                self._screen_candidate(slots, columns)
        return slots.append(h, key, t).select(columns)

    def _screen_candidate(self, slots: Slots, columns: Tensor) -> None:
        """Column 0 leaves the buffer: where it is relevant enough, it takes over a slot."""
        nu = self.buffer_size
        # Scores are sums of attention weights and so never negative: -1 makes the first empty slot
        # the weakest, and one rule serves for a relevant set that is filling and one that is full.
        scores = slots.scores[:, nu:].masked_fill(slots.empty[:, nu:], -1.0)
        weakest, m = scores.min(1).values, scores.argmin(1)  # argmin: the first of equals
        kept = slots.scores[:, 0] > weakest
        slot = (nu + m).unsqueeze(1)
        columns.scatter_(1, slot, torch.where(kept.unsqueeze(1), 0, slot))


def _empty_slots(like: Tensor, slots: int) -> Slots:
    batch, hidden = like.shape
    return Slots(
        torch.full((batch, slots), -1, device=like.device),
        like.new_zeros(batch, slots),
        like.new_zeros(batch, slots, hidden),
        like.new_zeros(batch, slots, hidden),
    )
