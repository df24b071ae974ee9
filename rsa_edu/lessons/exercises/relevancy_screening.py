"""Exercises of 04_relevancy_screening: what is remembered, and what is thrown away."""

from collections.abc import Iterator

import numpy as np
import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.values import array_fault, same_array, same_slot, slot_fault
from rsa_edu.models import RelRNN

# --- The replacement rule -----------------------------------------------------------------------


def replacement_rule(candidate_score, scores, occupied):
    """The slot the candidate is written to, or None where it is rejected."""
    if not occupied.all():
        return int(occupied.argmin())  # False < True: the first empty slot
    if len(scores) and candidate_score > scores.min():
        return int(scores.argmin())
    return None


def _ties_replace(candidate_score, scores, occupied):
    if not occupied.all():
        return int(occupied.argmin())
    return int(scores.argmin()) if candidate_score >= scores.min() else None


def _beats_the_best(candidate_score, scores, occupied):
    if not occupied.all():
        return int(occupied.argmin())
    return int(scores.argmin()) if candidate_score > scores.max() else None


def _beats_the_mean(candidate_score, scores, occupied):
    if not occupied.all():
        return int(occupied.argmin())
    return int(scores.argmin()) if candidate_score > scores.mean() else None


def _empty_slots_compete(candidate_score, scores, occupied):
    weakest = np.where(occupied, scores, 0.0)
    return int(weakest.argmin()) if candidate_score > weakest.min() else None


def _argmin_finds_empty(candidate_score, scores, occupied):
    if not occupied.all():
        return int(scores.argmin())
    return int(scores.argmin()) if candidate_score > scores.min() else None


def _last_empty(candidate_score, scores, occupied):
    if not occupied.all():
        return int(np.flatnonzero(~occupied)[-1])
    return int(scores.argmin()) if candidate_score > scores.min() else None


def _always_replaces(candidate_score, scores, occupied):
    if not occupied.all():
        return int(occupied.argmin())
    return int(scores.argmin())


def _last_minimum(candidate_score, scores, occupied):
    if not occupied.all():
        return int(occupied.argmin())
    last = len(scores) - 1 - int(scores[::-1].argmin())
    return last if candidate_score > scores.min() else None


def _slot(candidate, scores, occupied, expected, why) -> Case:
    arguments = {
        "candidate_score": candidate,
        "scores": np.array(scores, float),
        "occupied": np.array(occupied, bool),
    }
    return Case(arguments, expected, why)


def _rule_cases() -> Iterator[Case]:
    free = "an empty slot is always taken, the first one, whatever the score"
    stronger = "the candidate's score is larger than the smallest one, which it replaces"
    weaker = "the candidate's score is not larger than the smallest one"
    yield _slot(0.5, [0, 0, 0], [0, 0, 0], 0, free)
    yield _slot(0.1, [0.4, 0, 0], [1, 0, 0], 1, free)
    yield _slot(0.0, [0.4, 0, 0], [1, 0, 0], 1, free)
    yield _slot(0.3, [0.0, 0.4, 0], [1, 1, 0], 2, free)
    yield _slot(0.1, [0.4, 0, 0.2, 0], [1, 0, 1, 0], 1, free)
    yield _slot(0.9, [0.5, 0.2, 0.7], [1, 1, 1], 1, stronger)
    yield _slot(0.3, [0.5, 0.2, 0.7], [1, 1, 1], 1, stronger)
    yield _slot(0.6, [0.5, 0.2, 0.7], [1, 1, 1], 1, stronger)
    yield _slot(0.1, [0.5, 0.2, 0.7], [1, 1, 1], None, weaker)
    yield _slot(0.2, [0.5, 0.2, 0.7], [1, 1, 1], None, "a tie keeps the incumbent")
    yield _slot(0.3, [0.5, 0.2, 0.2], [1, 1, 1], 1, "of equal minima the first is replaced")
    yield _slot(0.5, [], [], None, "with ρ = 0 there is no slot to write to")
    yield from _decisions_of_the_package()


def _decisions_of_the_package() -> Iterator[Case]:
    """What a RelRNN did with every state that left its buffer, on random sequences."""
    nu = 3
    trace = _random_trace(steps=80, batch=3, nu=nu, rho=4)
    for t in range(nu, len(trace.relevant) - 1):
        before, after = trace.relevant[t], trace.relevant[t + 1]
        for b in range(before.shape[0]):
            written = (before[b] != after[b]).nonzero().flatten().tolist()
            yield _slot(
                trace.scores[t, b, 0].item(),
                trace.scores[t, b, nu:].tolist(),
                (before[b] >= 0).tolist(),
                written[0] if written else None,
                f"this is what rsa.models.RelRNN did at step {t} of a random sequence",
            )


def _random_trace(steps: int, batch: int, nu: int, rho: int):
    generator = torch.Generator().manual_seed(4)
    model = RelRNN(5, 16, buffer_size=nu, relevant_size=rho, generator=generator).double()
    x = torch.randn(steps, batch, 5, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        model.energy *= 8  # sharper attention than at the start of training: scores that differ
        return model(x, return_trace=True)[2]


REPLACEMENT_RULE = Exercise(
    name="replacement_rule",
    title="The replacement rule",
    difficulty=2,
    minutes=10,
    reference=replacement_rule,
    make_cases=_rule_cases,
    same=same_slot,
    well_formed=slot_fault,
    mistakes=(
        Mistake(
            "ties replace",
            _ties_replace,
            "a tie keeps the incumbent: the candidate must be larger, > and not >=",
        ),
        Mistake(
            "compares with the largest score",
            _beats_the_best,
            "the candidate has to beat the weakest member (min), not the strongest (max)",
        ),
        Mistake(
            "compares with the mean score",
            _beats_the_mean,
            "the candidate has to beat the weakest member (min), not the average one (mean)",
        ),
        Mistake(
            "lets empty slots compete",
            _empty_slots_compete,
            "an empty slot has no score to beat: it is taken even by a candidate with score 0",
        ),
        Mistake(
            "looks for the empty slot with argmin",
            _argmin_finds_empty,
            "a member may have score 0 too: ask occupied, not scores, which slots are empty",
        ),
        Mistake(
            "takes the last empty slot",
            _last_empty,
            "empty slots are filled from the left: the first one is taken, not the last",
        ),
        Mistake(
            "always replaces",
            _always_replaces,
            "a candidate that does not beat the weakest member is rejected: return None",
        ),
        Mistake(
            "replaces the last of equal minima",
            _last_minimum,
            "among equally weak members the first one goes, not the last",
        ),
    ),
    praise="It decides as rsa.models.RelRNN does, the tie and the empty slot included.",
)

# --- The relevance score ------------------------------------------------------------------------


def relevance_score(attention, buffer_size):
    """beta(i): the attention state i gets in the nu steps it spends in the buffer."""
    T = len(attention)
    return np.array([attention[i + 1 : i + 1 + buffer_size, i].sum() for i in range(T)])


def _counts_for_ever(attention, buffer_size):
    return attention.sum(axis=0)


def _starts_too_early(attention, buffer_size):
    T = len(attention)
    return np.array([attention[i : i + buffer_size, i].sum() for i in range(T)])


def _ends_too_late(attention, buffer_size):
    T = len(attention)
    return np.array([attention[i + 1 : i + 2 + buffer_size, i].sum() for i in range(T)])


def _averages(attention, buffer_size):
    return relevance_score(attention, buffer_size) / buffer_size


def _wrong_axis(attention, buffer_size):
    T = len(attention)
    return np.array([attention[i, max(i - buffer_size, 0) : i].sum() for i in range(T)])


def _score_cases() -> Iterator[Case]:
    alpha = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [0.7, 0.3, 0, 0], [0.2, 0.5, 0.3, 0]])
    for nu in (2, 1, 3):
        yield Case(
            {"attention": alpha, "buffer_size": nu},
            relevance_score(alpha, nu),
            "β(i) sums column i of the attention over the ν steps after step i",
        )
    yield from _scores_of_the_package()


def _scores_of_the_package() -> Iterator[Case]:
    """The attention a RelRNN paid, as a matrix, and the scores it kept of it."""
    for nu, rho in ((3, 4), (5, 2)):
        trace = _random_trace(steps=30, batch=1, nu=nu, rho=rho)
        T = len(trace.attention)
        alpha, beta = np.zeros((T, T)), np.zeros(T)
        for t in range(T):
            for k, i in enumerate(trace.positions[t, 0].tolist()):
                if i >= 0:
                    alpha[t, i] = trace.attention[t, 0, k]
                    beta[i] = trace.scores[t, 0, k]
        why = f"these are the scores rsa.models.RelRNN kept with ν = {nu}, ρ = {rho}"
        yield Case({"attention": alpha, "buffer_size": nu}, beta, why)


RELEVANCE_SCORE = Exercise(
    name="relevance_score",
    title="The relevance score",
    difficulty=1,
    minutes=10,
    reference=relevance_score,
    make_cases=_score_cases,
    same=same_array,
    well_formed=array_fault(1, "(T,)"),
    mistakes=(
        Mistake(
            "counts for ever",
            _counts_for_ever,
            "a score is frozen when its state leaves the buffer: only the ν steps after it count",
        ),
        Mistake(
            "starts one step too early",
            _starts_too_early,
            "state i can first be attended at step i + 1, and last at step i + ν",
        ),
        Mistake(
            "ends one step too late",
            _ends_too_late,
            "at step i + ν + 1 state i has left the buffer: there are ν steps, not ν + 1",
        ),
        Mistake("averages", _averages, "β(i) is a sum: it is not divided by ν"),
        Mistake(
            "sums along the wrong axis",
            _wrong_axis,
            "a row says what step t reads, a column what state i gets: sum down the column",
        ),
    ),
    praise="These are the scores rsa.models.RelRNN keeps.",
)

EXERCISES = (RELEVANCE_SCORE, REPLACEMENT_RULE)
