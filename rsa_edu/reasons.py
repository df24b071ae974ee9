"""The decisions of a memory policy in words, with the arithmetic written out."""

from collections import Counter

from rsa_edu.decisions import Decision
from rsa_edu.models import (
    HeavyHitters,
    LowestAttention,
    MemoryPolicy,
    Random,
    Screening,
    Sinks,
    Window,
)

MOST_TERMS = 6
"""A longer sum is written with dots."""
STYLES = (".2f", ".3f", ".4f", ".5f", *(f".{digits}g" for digits in range(2, 10)))
"""How numbers may be written, the shortest first; nine digits tell any two float32 apart."""


def explain(decision: Decision, policy: MemoryPolicy) -> str:
    """The decision of this policy and its reason."""
    t = decision.t
    if t == 0:
        return f"{h(0)} comes from the first input alone: there is no past to attend to yet."
    if isinstance(policy, LowestAttention):
        return _in_one_pool(decision, policy)
    who = "" if decision.candidate is None else h(decision.candidate.position)
    match decision.verdict, policy:
        case "filling", _:
            place = "window" if isinstance(policy, Window) else "buffer"
            return (
                f"The {place} holds {len(decision.buffer)} of {policy.buffer_size} states. "
                f"{h(t)} joins it, nobody has to leave."
            )
        case _, Window(buffer_size=size):
            return (
                f"{who} leaves the window of {size} states. Nothing older is kept, whatever the "
                f"attention it got: {who} is lost for good."
            )
        case "no set", _:
            return (
                f"{who} leaves the buffer. There is no relevant set (ρ = 0): it is lost for good."
            )
        case "free", Sinks(relevant_size=rho):
            return (
                f"{who} leaves the buffer. It is among the first ρ = {rho} states: it becomes a "
                "sink and stays to the end, whatever the attention it gets."
            )
        case _, Sinks(relevant_size=rho):
            return (
                f"{who} leaves the buffer. Only the first ρ = {rho} states are kept, whatever the "
                f"attention the others got: {who} is lost for good."
            )
    return _compared(decision, policy, who)


def h(position: int) -> str:
    """The name of a state, h₁₂."""
    return "h" + _lowered(position)


def _compared(decision: Decision, policy: MemoryPolicy, who: str) -> str:
    """A policy with a score: the score of who leaves the buffer, and the one it has to beat."""
    style = _style(decision, policy)
    score = format(decision.candidate.score, style)
    leaves = f"{who} leaves the buffer {_score(decision, policy, style)}."
    if decision.verdict == "free":
        held = sum(member is not None for member in decision.relevant)
        return (
            f"{leaves} The relevant set holds {held} of {len(decision.relevant)} states: {who} "
            f"takes an empty slot, whatever its {_noun(policy)}."
        )
    weakest = decision.weakest
    other, bar = h(weakest.position), format(weakest.score, style)
    if isinstance(policy, Random):
        against = f"{leaves} The smallest in the relevant set is {bar}, of {other}."
    else:
        grown = _grown(decision, policy, style)
        against = f"{leaves} The weakest in the relevant set is {other} with {bar}{grown}."
    if decision.verdict == "replaces":
        return f"{against} {score} > {bar}: {who} takes its slot, {other} is lost for good."
    if decision.verdict == "tie":
        return f"{against} {score} = {bar}: a tie keeps {other}, and {who} is lost for good."
    return f"{against} {score} < {bar}: {other} stays, {who} is lost for good."


def _noun(policy: MemoryPolicy) -> str:
    return "random number" if isinstance(policy, Random) else "score"


def _score(decision: Decision, policy: MemoryPolicy, style: str) -> str:
    """How the score of the candidate came about: "with β(4) = 0.30 + 0.21 = 0.51"."""
    i, score = decision.candidate.position, format(decision.candidate.score, style)
    if isinstance(policy, Random):
        return f"with the random number u{_lowered(i)} = {score}, drawn whatever the attention"
    beta = _beta(decision, policy)
    if not _corrected(policy):
        return f"with β({i}) = {_sum(decision.parts, beta, style)}"
    chances = sum(1 / n for n in decision.shared)
    top, bottom = format(beta, style), format(chances, style)
    exact = format(float(top) / float(bottom), style) == score
    return (
        f"with β({i}) = {_sum(decision.parts, beta, style)}. Uniform attention would have given it "
        f"E({i}) = {_fractions(decision.shared, chances, style)}, so its score is "
        f"β/E = {top} / {bottom} {'=' if exact else '≈'} {score}"
    )


def _corrected(policy: MemoryPolicy) -> bool:
    return isinstance(policy, Screening) and policy.correct_primacy


def _beta(decision: Decision, policy: MemoryPolicy) -> float:
    """The attention the candidate collected; its score, where that is not divided by anything."""
    return sum(decision.parts) if _corrected(policy) else decision.candidate.score


def _grown(decision: Decision, policy: MemoryPolicy, style: str) -> str:
    """Of HeavyHitters: what the weakest member has collected since it entered."""
    if not isinstance(policy, HeavyHitters):
        return ""
    return f" (it entered with {format(decision.entered_with, style)} and goes on collecting)"


def _in_one_pool(decision: Decision, policy: LowestAttention) -> str:
    new = h(decision.t)
    if decision.verdict == "filling":
        held = sum(member is not None for member in decision.relevant)
        return (
            f"The pool holds {held} of {policy.size} states. {new} joins it, nobody has to leave."
        )
    least, out = decision.weakest, h(decision.weakest.position)
    others = [member.score for member in decision.relevant if member is not least]
    if not others:
        return f"The pool has one slot: {new} takes it, {out} is lost for good."
    second = min(others)
    tell_apart = (s for s in STYLES if second == least.score or _differ(second, least.score, s))
    style = next(s for s in tell_apart if float(format(least.score, s)) or not least.score)
    said = format(least.score, style)
    if second == least.score:
        equals = 1 + others.count(second)
        return (
            f"{equals} states got the least attention of this step ({said}). Of equals the first "
            f"slot is given away: {new} takes it, {out} is lost for good."
        )
    return (
        f"{out} got the least attention of this step ({said}; the next least {second:{style}}) and "
        f"is lost for good. {new} takes its slot."
    )


def _style(decision: Decision, policy: MemoryPolicy) -> str:
    """As few digits as show which score is larger, and a sum that is right as it is written."""
    score, weakest = decision.candidate.score, decision.weakest
    bar = score if weakest is None else weakest.score
    readable = [style for style in STYLES if bar == score or _differ(bar, score, style)]
    if isinstance(policy, Random):  # there is no sum to write
        return readable[0]
    beta = _beta(decision, policy)
    return next((s for s in readable if _adds_up(decision.parts, beta, s)), readable[0])


def _differ(a: float, b: float, style: str) -> bool:
    return format(a, style) != format(b, style)


def _adds_up(parts: tuple[float, ...], total: float, style: str) -> bool:
    """Whether the rounded parts give the rounded sum; with parts left out nobody can tell."""
    if len(parts) > MOST_TERMS:
        return True
    rounded = sum(float(format(part, style)) for part in parts)
    return style.endswith("f") and format(rounded, style) == format(total, style)


def _sum(parts: tuple[float, ...], total: float, style: str) -> str:
    """0.12 + 0.09 + … + 0.10 + 0.11 = 0.51; ≈ where rounding spoils the sum."""
    terms = _shortened([format(part, style) for part in parts])
    sign = "=" if _adds_up(parts, total, style) else "≈"
    return " + ".join(terms) + (f" {sign} {total:{style}}" if len(parts) > 1 else "")


def _fractions(shared: tuple[int, ...], total: float, style: str) -> str:
    """1/4 + 1/5 + 3/6 = 0.95, equal terms taken together."""
    terms = _shortened([f"{count}/{n}" for n, count in sorted(Counter(shared).items())])
    sign = "=" if float(format(total, style)) == total else "≈"
    return f"{' + '.join(terms)} {sign} {total:{style}}"


def _shortened(terms: list[str]) -> list[str]:
    return terms if len(terms) <= MOST_TERMS else [*terms[:3], "…", *terms[-2:]]


def _lowered(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
