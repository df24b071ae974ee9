"""Exercises of 07_longer_than_training: what a random memory still holds."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.words import plain
from rsa_edu.models import Random
from rsa_edu.tasks.recall import N_SYMBOLS

DRAWS = 2000
CLOSE = 0.02
"""A measured share is off by less than this: it is a mean over DRAWS draws of ten symbols."""


def expected_share(delay, buffer_size, relevant_size):
    """The expected share of the ten symbols of copy that can be read at the first answer step."""
    older = delay + 10 - buffer_size
    if older <= 0:
        return 1.0
    in_buffer = max(buffer_size - delay, 0)
    return (in_buffer + (10 - in_buffer) * min(1, relevant_size / older)) / 10


def _forgets_buffer(delay, buffer_size, relevant_size):
    return min(1, relevant_size / (delay + 10))


def _one_pool(delay, buffer_size, relevant_size):
    return min(1, (buffer_size + relevant_size) / (delay + 10))


def _only_symbols(delay, buffer_size, relevant_size):
    return min(1, relevant_size / 10)


def _more_than_all(delay, buffer_size, relevant_size):
    older = delay + 10 - buffer_size
    in_buffer = min(10, max(buffer_size - delay, 0))
    return (in_buffer + (10 - in_buffer) * relevant_size / max(older, 1)) / 10


def _only_the_set(delay, buffer_size, relevant_size):
    older = delay + 10 - buffer_size
    return 1.0 if older <= 0 else min(1, relevant_size / older)


def _cases() -> Iterator[Case]:
    sizes = ((20, 10, 5), (30, 15, 10), (4, 2, 15), (5, 8, 4), (3, 20, 1), (12, 6, 0))
    for delay, nu, rho in sizes:
        yield Case(
            {"delay": delay, "buffer_size": nu, "relevant_size": rho},
            _share_of_the_package(delay, nu, rho),
            f"this share could be read under the rule of rsa.models.Random, a mean over "
            f"{DRAWS} draws",
        )


def _share_of_the_package(delay: int, nu: int, rho: int) -> float:
    """Many sequences at once, each with numbers u_t of its own; the rule chooses."""
    memory, dice = Random(nu, rho), torch.Generator().manual_seed(0)
    nothing = torch.zeros(DRAWS, 1)
    slots = memory.start(nothing)
    for t in range(delay + N_SYMBOLS):
        columns = memory.choose(slots, t)
        slots = slots.append(nothing, nothing, t, 0.0)
        scores = slots.scores.clone()
        scores[:, -1] = torch.rand(DRAWS, generator=dice)
        slots = replace(slots, scores=scores).select(columns)
    held = (slots.positions >= 0) & (slots.positions < N_SYMBOLS)
    return round(held.sum(1).double().mean().item() / N_SYMBOLS, 3)


def _close(given: object, expected: float) -> bool:
    return abs(float(given) - expected) < CLOSE


def _number_fault(given: object) -> str:
    """ "" for a finite real number of Python, NumPy or torch, else what it is instead."""
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = None
    if number is None or not isfinite(number) or isinstance(given, str | bool):
        return f"is no number: {plain(given)!r}"
    return ""


EXERCISES = (
    Exercise(
        name="expected_share",
        title="What a random memory still holds",
        difficulty=2,
        minutes=10,
        reference=expected_share,
        make_cases=_cases,
        same=_close,
        well_formed=_number_fault,
        mistakes=(
            Mistake(
                "lets the buffer compete",
                _forgets_buffer,
                "the newest ν states are in the buffer and do not compete for the ρ slots: only "
                "the delay + 10 - ν older ones do",
            ),
            Mistake(
                "makes one pool of both",
                _one_pool,
                "the ν slots of the buffer are no random sample: they hold the newest states",
            ),
            Mistake(
                "lets only symbols compete",
                _only_symbols,
                "a blank competes for a slot just as a symbol does",
            ),
            Mistake(
                "keeps more than there is",
                _more_than_all,
                "where ρ is larger than the number of older states, all of them are kept, and no "
                "symbol is kept twice",
            ),
            Mistake(
                "forgets the symbols in the buffer",
                _only_the_set,
                "with ν > delay the last ν - delay symbols are still in the buffer",
            ),
        ),
        praise="It falls with the delay: a random memory forgets at last, whatever its size.",
    ),
)
