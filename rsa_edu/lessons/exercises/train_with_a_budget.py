"""Exercises of 05_train_with_a_budget: what a budget saves."""

from collections.abc import Iterator

import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.values import same_number, whole_fault
from rsa_edu.models import RelRNN


def attended_pairs(T, buffer_size, relevant_size):
    """How many (step, state) pairs the attention reads over a sequence of T steps."""
    return sum(min(t, buffer_size) + min(max(t - buffer_size, 0), relevant_size) for t in range(T))


def _forgets_filling(T, buffer_size, relevant_size):
    return T * (buffer_size + relevant_size)


def _full_attention(T, buffer_size, relevant_size):
    return T * (T - 1) // 2


def _only_buffer(T, buffer_size, relevant_size):
    return sum(min(t, buffer_size) for t in range(T))


def _set_fills_at_once(T, buffer_size, relevant_size):
    return sum(min(t, buffer_size) + (relevant_size if t > buffer_size else 0) for t in range(T))


def _one_step_too_many(T, buffer_size, relevant_size):
    return attended_pairs(T + 1, buffer_size, relevant_size)


def _cases() -> Iterator[Case]:
    for T, nu, rho in ((12, 3, 4), (12, 3, 0), (3, 5, 2), (1, 3, 4), (30, 5, 5)):
        yield Case(
            {"T": T, "buffer_size": nu, "relevant_size": rho},
            _pairs_of_the_package(T, nu, rho),
            "this is how many states rsa.models.RelRNN read, step by step: all earlier ones until "
            "buffer and relevant set are full, ν + ρ from then on",
        )


def _pairs_of_the_package(T: int, nu: int, rho: int) -> int:
    """Occupied columns, counted in the trace of a RelRNN."""
    dice = torch.Generator()  # the random numbers of the notebook stay as they are
    model = RelRNN(2, 3, buffer_size=nu, relevant_size=rho, generator=dice)
    with torch.no_grad():
        trace = model(torch.zeros(T, 1, 2), return_trace=True)[2]
    return int((trace.positions >= 0).sum())


EXERCISES = (
    Exercise(
        name="attended_pairs",
        title="What a budget saves",
        difficulty=1,
        minutes=8,
        reference=attended_pairs,
        make_cases=_cases,
        same=same_number,
        well_formed=whole_fault,
        mistakes=(
            Mistake(
                "forgets that the memory fills up",
                _forgets_filling,
                "at step t there are only t earlier states: the first steps read fewer than ν + ρ",
            ),
            Mistake(
                "counts full attention",
                _full_attention,
                "T(T-1)/2 is what full attention reads; a budget never reads more than ν + ρ "
                "states in a step",
            ),
            Mistake(
                "forgets the relevant set",
                _only_buffer,
                "the relevant set is read too, beside the buffer",
            ),
            Mistake(
                "fills the relevant set at once",
                _set_fills_at_once,
                "one state a step leaves the buffer, so the relevant set fills one slot a step",
            ),
            Mistake(
                "counts one step too many",
                _one_step_too_many,
                "the steps are t = 0 ... T-1, and step t has t earlier states",
            ),
        ),
        praise="It is what rsa.models.RelRNN reads: it grows with T, not with T squared.",
    ),
)
