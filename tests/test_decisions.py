"""The story of the screening agrees with the model's own memory, and its sentences with it."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.decisions import Decision, Held, explain, screening_decisions


def trace_of(nu=3, rho=2, length=20, seed=0, sharpness=8.0, batch=1):
    generator = torch.Generator().manual_seed(seed)
    model = rsa.models.RelRNN(5, 12, buffer_size=nu, relevant_size=rho, generator=generator)
    model.energy.data *= sharpness
    with torch.no_grad():
        x = torch.randn(length, batch, 5, generator=generator)
        return model(x, return_trace=True)[2]


@settings(max_examples=40, deadline=None)
@given(
    nu=st.integers(1, 9),
    rho=st.integers(0, 8),
    length=st.integers(1, 30),
    seed=st.integers(0, 99),
    sharpness=st.sampled_from([0.0, 1.0, 30.0, 5000.0]),
)
def test_who_enters_and_who_is_lost_is_what_the_next_row_of_the_trace_shows(
    nu, rho, length, seed, sharpness
):
    """If this failed, the explorer would tell another story than the model's memory."""
    trace = trace_of(nu, rho, length, seed, sharpness)
    decisions = screening_decisions(trace)
    assert [d.t for d in decisions] == list(range(length))
    for now, then in pairwise(decisions):
        before = set(trace.relevant[now.t, 0].tolist()) - {-1}
        after = set(trace.relevant[then.t, 0].tolist()) - {-1}
        entered = {now.candidate.position} if now.kept else set()
        assert after - before == entered
        assert before - after == ({now.weakest.position} if now.verdict == "replaces" else set())
        left = before | {h.position for h in now.buffer} | {now.t}
        held = after | {h.position for h in then.buffer}
        assert left - held == ({now.lost} if now.lost is not None else set())
        if now.kept:
            assert trace.relevant[then.t, 0, now.slot] == now.candidate.position


@settings(max_examples=20, deadline=None)
@given(nu=st.integers(1, 9), rho=st.integers(0, 8), seed=st.integers(0, 99))
def test_every_state_is_in_exactly_one_place(nu, rho, seed):
    """If this failed, a state would be drawn twice, or vanish from the figure without a reason."""
    for d in screening_decisions(trace_of(nu, rho, 25, seed)):
        places = [h.position for h in d.buffer] + [h.position for h in d.relevant if h]
        assert sorted([*places, *d.gone]) == list(range(d.t))


@settings(max_examples=20, deadline=None)
@given(nu=st.integers(1, 9), rho=st.integers(0, 8), seed=st.integers(0, 99))
def test_the_parts_of_a_sum_add_up_to_the_score(nu, rho, seed):
    """If this failed, the arithmetic written out would not give the score beside it."""
    for d in screening_decisions(trace_of(nu, rho, 25, seed)):
        if d.candidate:
            assert len(d.parts) == nu
            assert sum(d.parts) == pytest.approx(d.candidate.score, abs=1e-5)
            assert d.candidate.position == d.t - nu


def test_each_sequence_of_a_batch_has_its_own_story():
    """If this failed, every sequence would be told as the first one of its batch."""
    trace = trace_of(batch=3)
    first, last = screening_decisions(trace, 0), screening_decisions(trace, 2)
    assert [h.alpha for h in last[9].buffer] == trace.attention[9, 2, :3].tolist()
    assert first[9] != last[9]


def test_a_trace_from_the_middle_of_a_sequence_is_refused():
    """If this failed, scores collected before the first row would silently be missing."""
    model = rsa.models.RelRNN(5, 4)
    _, state = model(torch.zeros(3, 1, 5))
    trace = model(torch.zeros(3, 1, 5), state, return_trace=True)[2]
    with pytest.raises(ValueError, match="start of a sequence"):
        screening_decisions(trace)


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
        weakest=min(full, key=lambda m: m.score) if full else None,
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
        (decision(members=(), verdict="no set"), "no relevant set (ρ = 0): h₄ is lost for good"),
        (decision(parts=(0.1,) * 9), "0.10 + 0.10 + 0.10 + … + 0.10 + 0.10 = 0.51"),
    ],
)
def test_the_reason_is_said_in_words_and_arithmetic(given, said):
    """If this failed, the student would read another reason than the rule's."""
    assert said in explain(given, 2)


def test_a_state_takes_an_empty_slot_whatever_its_score():
    """If this failed, the empty-slot rule would be told wrongly, or as a comparison."""
    d = screening_decisions(trace_of(nu=3, rho=2))[4]
    assert d.verdict == "free"
    assert "holds 1 of 2 states: h₁ takes an empty slot, whatever its score" in explain(d, 3)


def test_nobody_leaves_a_buffer_that_is_filling():
    """If this failed, a decision would be told where there is none."""
    first, second = screening_decisions(trace_of(nu=3))[:2]
    assert "no past" in explain(first, 3)
    assert explain(second, 3) == (
        "The buffer holds 1 of 3 states. h₁ joins it, nobody has to leave."
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 99), nu=st.integers(1, 6), sharpness=st.sampled_from([0.0, 8.0, 5000.0]))
def test_the_sum_is_right_as_it_is_written(seed, nu, sharpness):
    """If this failed, a student who adds up the numbers on the page would get another result."""
    for d in screening_decisions(trace_of(nu, 3, 20, seed, sharpness)):
        said = explain(d, nu)
        if d.candidate and " ≈ " not in said and nu > 1:
            left, right = said.split(") = ")[1].split(". ")[0].split(" = ")
            assert sum(map(float, left.split(" + "))) == pytest.approx(float(right), rel=1e-6)
        if d.weakest and d.verdict != "tie":
            larger, smaller = (d.candidate.score, d.weakest.score)
            ours, theirs = said.split(": ")[0].rsplit(". ", 1)[1].replace("<", ">").split(" > ")
            assert (float(ours) > float(theirs)) == (larger > smaller)
