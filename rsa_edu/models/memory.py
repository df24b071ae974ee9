"""Memory policies: which past states may be attended.

A policy holds no states and no parameters, so it can be exchanged on a trained model. It is asked
twice per step: how the attention just paid changes the relevance scores (`score`), and which of
the stored states stay when a new one arrives (`choose`). A policy of one's own is ten lines:

    @dataclass(frozen=True)
    class EveryOther(MemoryPolicy):
        \"\"\"The newest `size` states of even time index.\"\"\"

        size: int = 10

        def choose(self, slots, t):
            columns = torch.arange(self.size, device=slots.scores.device)
            columns = columns.repeat(len(slots.scores), 1)
            if t % 2 == 0:
                columns += 1  # the oldest leaves, the newest (column `size`) enters at the right
            return columns

    model.memory = EveryOther(size=20)
"""

from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from rsa_edu.models.checks import whole_number
from rsa_edu.models.slots import Slots, empty_slots


class MemoryPolicy:
    """Base of all policies.

    size: slots, at most so many states are attended; None where they grow with the sequence.
    relevant_slots: how many columns at the right are the relevant set.
    """

    size: int | None
    relevant_slots = 0

    def __repr__(self) -> str:
        """As it is built; switches that are off are left out."""
        settings = {field.name: getattr(self, field.name) for field in fields(self)}
        said = ", ".join(f"{k}={v!r}" for k, v in settings.items() if v is not False)
        return f"{type(self).__name__}({said})"

    def start(self, like: Float[Tensor, "batch hidden"]) -> Slots:
        """The memory before the first step, with the dtype and device of `like`."""
        return empty_slots(like, self.size or 0)

    def score(self, slots: Slots, alpha: Float[Tensor, "batch slots"]) -> Slots:
        """The slots with the scores that follow from the attention `alpha` of this step."""
        return slots

    def born(self, t: int) -> float:
        """The score that h_t has from the start."""
        return 0.0

    def choose(self, slots: Slots, t: int) -> Int[Tensor, "batch slots"] | None:
        """The columns that stay when h_t arrives, as an index for each slot of the next step.

        `slots.positions.shape[1]` is the index of the newest state h_t itself; None: all stay.
        """
        raise NotImplementedError

    def screen(self, slots: Slots, h: Tensor, key: Tensor, t: int) -> Slots:
        """The memory for the next step, when h_t with its key has been computed."""
        columns = self.choose(slots, t)
        slots = slots.append(h, key, t, self.born(t))
        return slots if columns is None else slots.select(columns)


@dataclass(frozen=True, repr=False)
class Everything(MemoryPolicy):
    """Full self-attention: every past state stays. Memory and time grow with the square of T."""

    size = None

    def choose(self, slots, t):
        """All."""


class _Buffered(MemoryPolicy):
    """The newest nu states, oldest first; then rho slots for older ones.

    A state that leaves the buffer takes an empty slot, or the slot of the smallest score if its own
    is larger. A tie keeps the incumbent, and what is rejected is lost for good.
    """

    def __post_init__(self):
        whole_number("buffer_size", self.buffer_size, least=1)
        whole_number("relevant_size", self.relevant_size, least=0)

    @property
    def size(self) -> int:
        """K = nu + rho."""
        return self.buffer_size + self.relevant_size

    @property
    def relevant_slots(self) -> int:
        """rho."""
        return self.relevant_size

    def choose(self, slots, t):
        """The newest state enters the buffer; the oldest one leaves it and may be kept."""
        nu, newest = self.buffer_size, self.size
        columns = torch.arange(newest, device=slots.scores.device).repeat(len(slots.scores), 1)
        if t < nu:
            columns[:, t] = newest
            return columns
        columns[:, : nu - 1] += 1
        columns[:, nu - 1] = newest
        if self.relevant_size:
            self._screen_candidate(slots, columns)
        return columns

    def _screen_candidate(self, slots: Slots, columns: Tensor) -> None:
        """Column 0 leaves the buffer: where it is relevant enough, it takes over a slot."""
        nu = self.buffer_size
        # Scores are never negative: -1 makes the first empty slot the weakest, and one rule serves
        # for a relevant set that is filling and one that is full.
        scores = slots.scores[:, nu:].masked_fill(slots.empty[:, nu:], -1.0)
        weakest, m = scores.min(1).values, scores.argmin(1)  # argmin: the first of equals
        kept = slots.scores[:, 0] > weakest
        slot = (nu + m).unsqueeze(1)
        columns.scatter_(1, slot, torch.where(kept.unsqueeze(1), 0, slot))


@dataclass(frozen=True, repr=False)
class Screening(_Buffered):
    """Relevancy screening: a short-term buffer of nu states and a relevant set of rho.

    While a state is in the buffer it collects the attention it gets: beta(i) = sum of alpha_{i,t}
    over its nu steps there. When it leaves, it enters the relevant set if a slot is free, or if its
    score is larger than the smallest score there, whose owner is then lost for good. Scores in the
    relevant set are frozen.

    Args:
        buffer_size: nu, at least 1.
        relevant_size: rho, at least 0 (then only the newest nu states are attended).
        correct_primacy: divide beta(i) by what uniform attention would have given it, the sum of
            1/n_t over the same steps, n_t states being attended at step t. Early states share the
            attention with few others, and the plain score favours them.

    Source: the paper's published code, RNN.py:253-346; the correction is this project's.
    """

    buffer_size: int = 10
    relevant_size: int = 10
    correct_primacy: bool = False

    def start(self, like):
        """nu + rho empty slots."""
        return empty_slots(like, self.size, tallied=self.correct_primacy)

    def score(self, slots, alpha):
        """beta(i) += alpha_i for the states in the buffer."""
        gained = self._in_buffer(alpha.detach())
        if not self.correct_primacy:
            return replace(slots, scores=slots.scores + gained)
        present = (~slots.empty).to(alpha.dtype)
        uniform = self._in_buffer(present / present.sum(1, keepdim=True).clamp(min=1))
        tally = slots.tally + torch.stack([gained, uniform], 2)
        beta, chances = tally.unbind(2)
        scores = torch.where(chances > 0, beta / chances.clamp(min=1e-30), 0.0)
        return replace(slots, scores=scores, tally=tally)

    def _in_buffer(self, values: Tensor) -> Tensor:
        zeros = torch.zeros_like(values[:, self.buffer_size :])
        return torch.cat([values[:, : self.buffer_size], zeros], 1)


@dataclass(frozen=True, repr=False)
class Window(_Buffered):
    """The newest nu states and nothing older."""

    buffer_size: int = 20
    relevant_size = 0


@dataclass(frozen=True, repr=False)
class Sinks(_Buffered):
    """The first rho states (attention sinks) and the newest nu. Source: Xiao et al., 2309.17453.

    No score is kept, so a state that leaves the buffer takes an empty slot and never any other.
    """

    buffer_size: int = 10
    relevant_size: int = 10


@dataclass(frozen=True, repr=False)
class HeavyHitters(_Buffered):
    """Screening whose scores go on growing in the relevant set. Source: H2O, 2306.14048."""

    buffer_size: int = 10
    relevant_size: int = 10

    def score(self, slots, alpha):
        """beta(i) += alpha_i, in the buffer and in the relevant set."""
        return replace(slots, scores=slots.scores + alpha.detach())


@dataclass(frozen=True, repr=False)
class Random(_Buffered):
    """The newest nu states and, of all older ones, the rho with the largest random number.

    u_i is drawn from (seed, i), the same for the whole batch: a uniform sample of the past.
    """

    buffer_size: int = 10
    relevant_size: int = 10
    seed: int = 0

    def born(self, t):
        """u_t."""
        return _uniform(self.seed, t)


@dataclass(frozen=True, repr=False)
class LowestAttention(MemoryPolicy):
    """One pool of K states: when it is full, the one with the least attention of this step leaves.

    The newest state always enters; of equals the first leaves. Source: TOVA, 2401.06104.
    """

    size: int = 20

    def __post_init__(self):
        whole_number("size", self.size, least=1)

    def score(self, slots, alpha):
        """The attention of this step alone."""
        return replace(slots, scores=alpha.detach())

    def choose(self, slots, t):
        """The newest takes the first empty slot, else that of the least attended."""
        m = slots.scores.masked_fill(slots.empty, -1.0).argmin(1, keepdim=True)
        columns = torch.arange(self.size, device=m.device).repeat(len(m), 1)
        return columns.scatter_(1, m, self.size)


@lru_cache(maxsize=100_000)
def _uniform(seed: int, t: int) -> float:
    return np.random.default_rng([seed, t]).random()
