"""A decision is said as its policy makes it, and the sums are right as they are written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsa_edu.decisions import Decision, Held, decisions
from rsa_edu.models import (
    HeavyHitters,
    LowestAttention,
    Random,
    Screening,
    Sinks,
    Window,
)
from rsa_edu.reasons import explain
from tests.test_decisions import trace_of

SCREENING = Screening(2, 2)


def decision(candidate=0.51, members=(0.9, 0.38), verdict="replaces", parts=None):
    relevant = tuple(None if s is None else Held(i, 0.1, s) for i, s in enumerate(members))
    full = [m for m in relevant if m]
    return Decision(
        t=6,
        buffer=(Held(4, 0.21, candidate), Held(5, 0.1, 0.1)),
        relevant=relevant,
        verdict=verdict,
        candidate=Held(4, 0.21, candidate),
        parts=parts or (candidate - 0.21, 0.21),
        shared=(4, 5),
        weakest=min(full, key=lambda m: m.score) if full else None,
        entered_with=0.2,
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            decision(),
            "h₄ leaves the buffer with β(4) = 0.30 + 0.21 = 0.51. The weakest in the relevant set "
            "is h₁ with 0.38. 0.51 > 0.38: h₄ takes its slot, h₁ is lost for good.",
        ),
        (decision(candidate=0.3, verdict="rejected"), "0.30 < 0.38: h₁ stays, h₄ is lost for good"),
        (decision(candidate=0.38, verdict="tie"), "0.38 = 0.38: a tie keeps h₁, and h₄ is lost"),
        (decision(candidate=0.3801, verdict="replaces"), "0.3801 > 0.3800: h₄ takes its slot"),
        (decision(candidate=0.52, parts=(0.254, 0.262)), "= 0.25 + 0.26 ≈ 0.52. The weakest"),
        (decision(members=(), verdict="no set"), "no relevant set (ρ = 0): it is lost for good"),
        (decision(parts=(0.1,) * 9), "0.10 + 0.10 + 0.10 + … + 0.10 + 0.10 = 0.51"),
    ],
)
def test_the_reason_is_said_in_words_and_arithmetic(given, said):
    """If this failed, the student would read another reason than the rule's."""
    assert said in explain(given, SCREENING)


def test_a_state_takes_an_empty_slot_whatever_its_score():
    """If this failed, the empty-slot rule would be told wrongly, or as a comparison."""
    policy = Screening(3, 2)
    d = decisions(trace_of(policy), policy)[4]
    assert d.verdict == "free"
    assert "holds 1 of 2 states: h₁ takes an empty slot, whatever its score" in explain(d, policy)


def test_nobody_leaves_a_buffer_that_is_filling():
    """If this failed, a decision would be told where there is none."""
    policy = Screening(3, 2)
    first, second = decisions(trace_of(policy), policy)[:2]
    assert "no past" in explain(first, policy)
    assert explain(second, policy) == (
        "The buffer holds 1 of 3 states. h₁ joins it, nobody has to leave."
    )


@pytest.mark.parametrize(
    ("policy", "given", "said"),
    [
        (
            Screening(2, 2, correct_primacy=True),
            decision(candidate=1.13, members=(1.2, 0.92), parts=(0.30, 0.2085)),
            "β(4) = 0.30 + 0.21 = 0.51. Uniform attention would have given it E(4) = 1/4 + 1/5 = "
            "0.45, so its score is β/E = 0.51 / 0.45 = 1.13. The weakest in the relevant set is "
            "h₁ with 0.92. 1.13 > 0.92: h₄ takes its slot",
        ),
        (
            HeavyHitters(2, 2),
            decision(),
            "h₁ with 0.38 (it entered with 0.20 and goes on collecting). 0.51 > 0.38: h₄ takes",
        ),
        (
            Random(2, 2),
            decision(candidate=0.71, members=(0.9, 0.38)),
            "h₄ leaves the buffer with the random number u₄ = 0.71, drawn whatever the attention. "
            "The smallest in the relevant set is 0.38, of h₁. 0.71 > 0.38: h₄ takes its slot",
        ),
        (Random(2, 2), decision(candidate=0.2, verdict="rejected"), "0.20 < 0.38: h₁ stays, h₄ is"),
        (Sinks(2, 2), decision(verdict="tie"), "Only the first ρ = 2 states are kept, whatever"),
        (Sinks(2, 2), decision(verdict="free"), "the first ρ = 2 states: it becomes a sink and"),
        (Sinks(2, 0), decision(members=(), verdict="no set"), "no relevant set (ρ = 0)"),
        (Window(2), decision(members=(), verdict="no set"), "h₄ leaves the window of 2 states. N"),
    ],
)
def test_every_policy_gives_its_own_reason(policy, given, said):
    """If this failed, the student would read the rule of another policy."""
    assert said in explain(given, policy)


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            (0.5, 0.0034, 0.0041),
            "h₁ got the least attention of this step (0.003; the next least 0.004) and is lost "
            "for good. h₆ takes its slot.",
        ),
        ((0.5, 0.00001, 0.4), "(0.00001; the next least 0.40000)"),
        ((0.25, 0.25, 0.5), "2 states got the least attention of this step (0.25). Of equals the"),
        ((1.0,), "The pool has one slot: h₆ takes it, h₀ is lost for good."),
    ],
)
def test_in_one_pool_the_least_attended_leaves(scores, said):
    """If this failed, the student would look for a buffer and a relevant set."""
    pool = tuple(Held(i, score, score) for i, score in enumerate(scores))
    least = min(pool, key=lambda held: held.score)
    slot, lost = pool.index(least), least.position
    d = Decision(6, (), pool, "replaces", weakest=least, slot=slot, lost=lost)
    assert said in explain(d, LowestAttention(len(scores)))


def test_a_pool_that_fills_loses_nobody():
    """If this failed, a decision would be told where there is none."""
    policy = LowestAttention(4)
    told = decisions(trace_of(policy), policy)
    assert explain(told[2], policy).startswith("The pool holds 2 of 4 states. h₂ joins it")


@settings(max_examples=60, deadline=None)
@given(
    policy=st.builds(Screening, st.integers(1, 6), st.just(3), st.booleans()),
    seed=st.integers(0, 99),
    sharpness=st.sampled_from([0.0, 8.0, 5000.0]),
)
def test_the_sum_is_right_as_it_is_written(policy, seed, sharpness):
    """If this failed, a student who adds up the numbers on the page would get another result."""
    for d in decisions(trace_of(policy, 20, seed, sharpness), policy):
        said = explain(d, policy)
        for sum_of, equals in re.findall(r"\) = ([^=≈]+ \+ [^=≈]+) = ([^=≈ ,]+)[.,]", said):
            terms = [term.split("/") for term in sum_of.split(" + ")]
            total = sum(float(a) / float(*b or "1") for a, *b in terms)
            assert total == pytest.approx(float(equals), rel=1e-6)
        if d.weakest and d.verdict != "tie":
            ours, theirs = said.split(": ")[-2].rsplit(". ", 1)[1].replace("<", ">").split(" > ")
            assert (float(ours) > float(theirs)) == (d.candidate.score > d.weakest.score)
