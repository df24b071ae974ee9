"""What relevancy screening decided at every step, read off a trace, in plain numbers and words."""

from dataclasses import dataclass

from rsa_edu.models import Trace

MOST_TERMS = 6
"""A longer sum is written with dots."""
STYLES = (".2f", ".3f", ".4f", ".5f", *(f".{digits}g" for digits in range(2, 10)))
"""How numbers may be written, the shortest first; nine digits tell any two float32 apart."""


@dataclass(frozen=True)
class Held:
    """A state in memory at some step.

    position: time index i of h_i; alpha: the attention it gets at this step; score: its relevance
    score beta(i) with this step's attention added (frozen once it is in the relevant set).
    """

    position: int
    alpha: float
    score: float


@dataclass(frozen=True)
class Decision:
    """What is in memory at step t, when h_t has been computed, and what happens next.

    buffer: oldest first. relevant: slot by slot, None is an empty slot. candidate: the state that
    leaves the buffer, None while the buffer fills. parts: the attention the candidate got at each
    of its steps in the buffer; they add up to its score. weakest: the member with the smallest
    score, None unless the set is full. slot: the slot the candidate takes, or None.
    lost: the state lost at this step, or None. gone: all states lost before this step.

    verdict is "filling" (nobody leaves the buffer yet), "free" (an empty slot is taken),
    "replaces" (the weakest member is thrown out), "rejected", "tie" (the incumbent stays) or
    "no set" (rho = 0).
    """

    t: int
    buffer: tuple[Held, ...]
    relevant: tuple[Held | None, ...]
    verdict: str
    candidate: Held | None = None
    parts: tuple[float, ...] = ()
    weakest: Held | None = None
    slot: int | None = None
    lost: int | None = None
    gone: tuple[int, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the candidate enters the relevant set."""
        return self.slot is not None


def screening_decisions(trace: Trace, sequence: int = 0) -> list[Decision]:
    """One Decision per step, of one sequence of the batch.

    Args:
        trace: of a model with a Screening memory, from the start of a sequence.
        sequence: which sequence of the batch.

    Raises:
        ValueError: a trace that does not start at the start of a sequence.
    """
    alphas, positions, scores = (
        part[:, sequence].tolist() for part in (trace.attention, trace.positions, trace.scores)
    )
    nu = trace.attention.shape[2] - trace.relevant.shape[2]
    if any(position >= 0 for position in positions[0]):
        raise ValueError("the trace must begin at the start of a sequence, but has a past already.")

    decisions, gone, received = [], (), {}
    for t, row in enumerate(zip(positions, alphas, scores, strict=True)):
        columns = [Held(*column) if column[0] >= 0 else None for column in zip(*row, strict=True)]
        buffer, relevant = tuple(h for h in columns[:nu] if h), tuple(columns[nu:])
        for held in buffer:
            received.setdefault(held.position, []).append(held.alpha)
        decision = Decision(t, buffer, relevant, gone=gone, **_screen(t, nu, buffer, relevant))
        if decision.candidate:
            parts = tuple(received.pop(decision.candidate.position))
            decision = Decision(**{**vars(decision), "parts": parts})
        if decision.lost is not None:
            gone = (*gone, decision.lost)
        decisions.append(decision)
    return decisions


def _screen(t: int, nu: int, buffer: tuple, relevant: tuple) -> dict:
    """The rule (models/memory.py, Screening), with its reason."""
    if t < nu:
        return {"verdict": "filling"}
    candidate = buffer[0]
    lost = {"candidate": candidate, "lost": candidate.position}
    if not relevant:
        return {"verdict": "no set", **lost}
    if None in relevant:
        return {"verdict": "free", "candidate": candidate, "slot": relevant.index(None)}
    weakest = min(relevant, key=lambda member: member.score)  # the first of equals
    if candidate.score > weakest.score:
        return {
            "verdict": "replaces",
            "candidate": candidate,
            "weakest": weakest,
            "slot": relevant.index(weakest),
            "lost": weakest.position,
        }
    verdict = "tie" if candidate.score == weakest.score else "rejected"
    return {"verdict": verdict, "weakest": weakest, **lost}


def explain(decision: Decision, buffer_size: int) -> str:
    """The decision and its reason in words, with the arithmetic written out."""
    t, rho = decision.t, len(decision.relevant)
    if t == 0:
        return f"{h(0)} comes from the first input alone: there is no past to attend to yet."
    if decision.verdict == "filling":
        return (
            f"The buffer holds {len(decision.buffer)} of {buffer_size} states. "
            f"{h(t)} joins it, nobody has to leave."
        )
    candidate, weakest = decision.candidate, decision.weakest
    who = h(candidate.position)
    style = _style(decision)
    score = format(candidate.score, style)
    leaves = f"{who} leaves the buffer with β({candidate.position}) = {_sum(decision, style)}."
    if decision.verdict == "no set":
        return f"{leaves} There is no relevant set (ρ = 0): {who} is lost for good."
    if decision.verdict == "free":
        held = sum(member is not None for member in decision.relevant)
        return (
            f"{leaves} The relevant set holds {held} of {rho} states: {who} takes an empty slot, "
            "whatever its score."
        )
    other, bar = h(weakest.position), format(weakest.score, style)
    against = f"{leaves} The weakest in the relevant set is {other} with {bar}."
    if decision.verdict == "replaces":
        return f"{against} {score} > {bar}: {who} takes its slot, {other} is lost for good."
    if decision.verdict == "tie":
        return f"{against} {score} = {bar}: a tie keeps {other}, and {who} is lost for good."
    return f"{against} {score} < {bar}: {other} stays, {who} is lost for good."


def h(position: int) -> str:
    """The name of a state, h₁₂."""
    return "h" + str(position).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _style(decision: Decision) -> str:
    """As few digits as show which score is larger, and a sum that is right as it is written."""
    readable = [style for style in STYLES if _tells_apart(decision, style)]
    return next((style for style in readable if _adds_up(decision, style)), readable[0])


def _tells_apart(decision: Decision, style: str) -> bool:
    score, weakest = decision.candidate.score, decision.weakest
    if weakest is None or weakest.score == score:
        return True
    return format(score, style) != format(weakest.score, style)


def _adds_up(decision: Decision, style: str) -> bool:
    """Whether the rounded parts give the rounded score; with parts left out nobody can tell."""
    if len(decision.parts) > MOST_TERMS:
        return True
    total = sum(float(format(part, style)) for part in decision.parts)
    return style.endswith("f") and format(total, style) == format(decision.candidate.score, style)


def _sum(decision: Decision, style: str) -> str:
    """0.12 + 0.09 + … + 0.10 + 0.11 = 0.51; ≈ where rounding spoils the sum."""
    terms = [format(part, style) for part in decision.parts]
    if len(terms) > MOST_TERMS:
        terms = [*terms[:3], "…", *terms[-2:]]
    sign = "=" if _adds_up(decision, style) else "≈"
    score = format(decision.candidate.score, style)
    return " + ".join(terms) + (f" {sign} {score}" if len(terms) > 1 else "")
