"""What a memory policy decided at every step, read off a trace, in plain numbers."""

from dataclasses import dataclass, replace

from rsa_edu.models import (
    HeavyHitters,
    LowestAttention,
    MemoryPolicy,
    Random,
    Screening,
    Sinks,
    Trace,
    Window,
)

BUFFERED = (Screening, Window, Sinks, HeavyHitters, Random)
"""Policies with a buffer; what leaves it may enter the relevant set."""


@dataclass(frozen=True)
class Held:
    """A state in memory at some step.

    position: time index i of h_i; alpha: the attention it gets at this step; score: what the policy
    goes by, with this step's attention added.
    """

    position: int
    alpha: float
    score: float


@dataclass(frozen=True)
class Decision:
    """What is in memory at step t, when h_t has been computed, and what happens next.

    buffer: oldest first. relevant: slot by slot, None is an empty slot. candidate: the state that
    leaves the buffer, None while the buffer fills. parts: the attention the candidate got at each
    of its steps in the buffer; shared: among how many states the attention was shared there.
    weakest: the member with the smallest score, None unless the set is full; entered_with: the
    score it had when it entered. slot: the slot the candidate takes, or None.
    lost: the state lost at this step, or None. gone: all states lost before this step.

    verdict is "filling" (nobody leaves yet), "free" (an empty slot is taken), "replaces" (the
    weakest member is thrown out), "rejected", "tie" (the incumbent stays) or "no set" (rho = 0).

    Under LowestAttention there is no buffer: its one pool stands in `relevant`, the state that
    takes `slot` is h_t itself, and there is no candidate.
    """

    t: int
    buffer: tuple[Held, ...]
    relevant: tuple[Held | None, ...]
    verdict: str
    candidate: Held | None = None
    parts: tuple[float, ...] = ()
    shared: tuple[int, ...] = ()
    weakest: Held | None = None
    entered_with: float | None = None
    slot: int | None = None
    lost: int | None = None
    gone: tuple[int, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether a state enters the relevant set."""
        return self.slot is not None

    @property
    def enters(self) -> int | None:
        """The time index of the state that enters the relevant set, or None."""
        if not self.kept:
            return None
        return self.t if self.candidate is None else self.candidate.position


def decisions(trace: Trace, policy: MemoryPolicy, sequence: int = 0) -> list[Decision]:
    """One Decision per step, of one sequence of the batch.

    Args:
        trace: of a model with this memory policy, from the start of a sequence.
        policy: Screening, Window, Sinks, HeavyHitters, Random or LowestAttention.
        sequence: which sequence of the batch.

    Raises:
        ValueError: another policy, or a trace that does not start at the start of a sequence.
    """
    if not isinstance(policy, (*BUFFERED, LowestAttention)):
        raise ValueError(f"the decisions of {policy} cannot be told.")
    alphas, positions, scores = (
        part[:, sequence].tolist() for part in (trace.attention, trace.positions, trace.scores)
    )
    if any(position >= 0 for position in positions[0]):
        raise ValueError("the trace must begin at the start of a sequence, but has a past already.")
    nu = 0 if isinstance(policy, LowestAttention) else policy.buffer_size
    told, gone, received, entered = [], (), {}, {}
    for t, row in enumerate(zip(positions, alphas, scores, strict=True)):
        columns = [Held(*column) if column[0] >= 0 else None for column in zip(*row, strict=True)]
        buffer, relevant = tuple(h for h in columns[:nu] if h), tuple(columns[nu:])
        attended = sum(column is not None for column in columns)
        for held in buffer:
            received.setdefault(held.position, []).append((held.alpha, attended))
        now = Decision(t, buffer, relevant, gone=gone, **_decide(t, nu, buffer, relevant))
        if now.candidate:
            parts, shared = zip(*received.pop(now.candidate.position), strict=True)
            now = replace(now, parts=parts, shared=shared)
            entered[now.candidate.position] = now.candidate.score
        if now.weakest:
            now = replace(now, entered_with=entered.get(now.weakest.position))
        if now.lost is not None:
            gone = (*gone, now.lost)
        told.append(now)
    return told


def _decide(t: int, nu: int, buffer: tuple, relevant: tuple) -> dict:
    """The rules of models/memory.py, each with its reason."""
    if nu == 0:
        return _decide_in_one_pool(relevant)
    if t < nu:
        return {"verdict": "filling"}
    candidate = buffer[0]
    lost = {"candidate": candidate, "lost": candidate.position}
    if not relevant:
        return {"verdict": "no set", **lost}
    if None in relevant:
        return {"verdict": "free", "candidate": candidate, "slot": relevant.index(None)}
    weakest = _weakest(relevant)
    if candidate.score > weakest.score:
        return {"verdict": "replaces", "candidate": candidate, **_thrown_out(weakest, relevant)}
    verdict = "tie" if candidate.score == weakest.score else "rejected"
    return {"verdict": verdict, "weakest": weakest, **lost}


def _decide_in_one_pool(pool: tuple) -> dict:
    if None in pool:
        return {"verdict": "filling", "slot": pool.index(None)}
    return {"verdict": "replaces", **_thrown_out(_weakest(pool), pool)}


def _weakest(members: tuple) -> Held:
    return min(members, key=lambda member: member.score)  # the first of equals


def _thrown_out(weakest: Held, members: tuple) -> dict:
    return {"weakest": weakest, "slot": members.index(weakest), "lost": weakest.position}
