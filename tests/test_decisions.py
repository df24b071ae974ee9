"""The story of a memory policy agrees with the model's own memory."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.decisions import decisions
from rsa_edu.models import LowestAttention, Screening


def policies_of(nu, rho, seed=0):
    """Each policy with nu + rho slots."""
    return {
        "screening": Screening(nu, rho),
        "corrected": Screening(nu, rho, correct_primacy=True),
        "window": rsa.models.Window(nu + rho),
        "sinks": rsa.models.Sinks(nu, rho),
        "heavy hitters": rsa.models.HeavyHitters(nu, rho),
        "random": rsa.models.Random(nu, rho, seed),
        "lowest attention": LowestAttention(nu + rho),
    }


SHARPNESS = st.sampled_from([0.0, 1.0, 30.0, 5000.0])
cases = given(
    name=st.sampled_from(sorted(policies_of(1, 1))),
    nu=st.integers(1, 9),
    rho=st.integers(0, 8),
    length=st.integers(1, 30),
    seed=st.integers(0, 99),
    sharpness=SHARPNESS,
)


def trace_of(policy, length=20, seed=0, sharpness=8.0, batch=1):
    generator = torch.Generator().manual_seed(seed)
    model = rsa.models.RelRNN(5, 12, generator=generator)
    model.memory = policy
    model.energy.data *= sharpness
    with torch.no_grad():
        x = torch.randn(length, batch, 5, generator=generator)
        return model(x, return_trace=True)[2]


def present(trace, t):
    """The time indices in memory when step t reads it."""
    return set(trace.positions[t, 0].tolist()) - {-1}


@settings(max_examples=150, deadline=None)
@cases
def test_who_is_present_at_the_next_step_is_what_the_decision_says(
    name, nu, rho, length, seed, sharpness
):
    """If this failed, the explorer would tell another story than the model's memory."""
    policy = policies_of(nu, rho, seed)[name]
    trace = trace_of(policy, length, seed, sharpness)
    told = decisions(trace, policy)
    assert [d.t for d in told] == list(range(length))
    for now, then in pairwise(told):
        left = {now.lost} if now.lost is not None else set()
        assert present(trace, then.t) == (present(trace, now.t) | {now.t}) - left
        before = set(trace.relevant[now.t, 0].tolist()) - {-1}
        after = set(trace.relevant[then.t, 0].tolist()) - {-1}
        if isinstance(policy, LowestAttention):
            assert trace.positions[then.t, 0, now.slot] == now.enters == now.t
            continue
        assert after - before == ({now.enters} if now.kept else set())
        assert before - after == ({now.weakest.position} if now.verdict == "replaces" else set())
        if now.kept:
            assert trace.relevant[then.t, 0, now.slot] == now.candidate.position


@settings(max_examples=60, deadline=None)
@cases
def test_every_state_is_in_exactly_one_place(name, nu, rho, length, seed, sharpness):
    """If this failed, a state would be drawn twice, or vanish from the figure without a reason."""
    policy = policies_of(nu, rho, seed)[name]
    for d in decisions(trace_of(policy, length, seed, sharpness), policy):
        places = [h.position for h in d.buffer] + [h.position for h in d.relevant if h]
        assert sorted([*places, *d.gone]) == list(range(d.t))


@settings(max_examples=40, deadline=None)
@given(nu=st.integers(1, 9), rho=st.integers(0, 8), seed=st.integers(0, 99))
def test_the_parts_of_a_sum_add_up_to_the_score(nu, rho, seed):
    """If this failed, the arithmetic written out would not give the score beside it."""
    for corrected in (False, True):
        policy = Screening(nu, rho, corrected)
        for d in decisions(trace_of(policy, 25, seed), policy):
            if d.candidate:
                assert len(d.parts) == len(d.shared) == nu
                uniform = sum(1 / n for n in d.shared) if corrected else 1
                assert sum(d.parts) / uniform == pytest.approx(d.candidate.score, abs=1e-5)
                assert d.candidate.position == d.t - nu


def test_a_heavy_hitter_is_told_with_the_score_it_entered_with():
    """If this failed, nobody would see that its score goes on growing."""
    policy = rsa.models.HeavyHitters(3, 3)
    told = decisions(trace_of(policy, 30), policy)
    scores = {d.candidate.position: d.candidate.score for d in told if d.candidate}
    compared = [d for d in told if d.weakest]
    assert all(d.entered_with == scores[d.weakest.position] for d in compared)
    assert any(d.weakest.score > d.entered_with for d in compared)


def test_each_sequence_of_a_batch_has_its_own_story():
    """If this failed, every sequence would be told as the first one of its batch."""
    policy = Screening(3, 2)
    trace = trace_of(policy, batch=3)
    first, last = decisions(trace, policy, 0), decisions(trace, policy, 2)
    assert [h.alpha for h in last[9].buffer] == trace.attention[9, 2, :3].tolist()
    assert first[9] != last[9]


def test_a_trace_from_the_middle_of_a_sequence_is_refused():
    """If this failed, scores collected before the first row would silently be missing."""
    model = rsa.models.RelRNN(5, 4)
    _, state = model(torch.zeros(3, 1, 5))
    trace = model(torch.zeros(3, 1, 5), state, return_trace=True)[2]
    with pytest.raises(ValueError, match="start of a sequence"):
        decisions(trace, model.memory)


def test_a_policy_whose_rule_is_not_known_is_refused():
    """If this failed, it would be told by the rule of another one."""
    policy = rsa.models.Everything()
    with pytest.raises(ValueError, match=r"Everything.* cannot be told"):
        decisions(trace_of(policy), policy)
