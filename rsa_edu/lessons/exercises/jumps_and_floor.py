"""Exercises of 03_sparse_attention_and_depth: how few jumps suffice, and when a floor is none."""

import math
from collections.abc import Iterator

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.values import (
    number_fault,
    same_complex,
    same_number,
    whole_fault,
)
from rsa_edu.theory import least_depth

# --- How few jumps ------------------------------------------------------------------------------


def _last_level_only(kappa, T):
    depth = 0
    while kappa**depth < T:
        depth += 1
    return depth


def _rounds_down(kappa, T):
    return math.floor(math.log(T) / math.log(kappa) + 1e-12)


def _without_the_last(kappa, T):
    depth, reached = 0, 0
    while reached < T:
        depth += 1
        reached += kappa**depth
    return depth


def _window(kappa, T):
    return math.ceil((T - 1) / kappa)


def _reach_cases() -> Iterator[Case]:
    for kappa, T in ((3, 5), (2, 7), (2, 8), (3, 13), (3, 14), (4, 1000), (10, 3)):
        depth = least_depth(kappa, T)
        levels = " + ".join(str(kappa**level) for level in range(depth + 1))
        reached = sum(kappa**level for level in range(depth + 1))
        before = reached - kappa**depth
        why = f"{levels} = {reached} states are in reach, with one jump less only {before}"
        yield Case({"kappa": kappa, "T": T}, depth, why)
    yield Case({"kappa": 5, "T": 1}, 0, "the last state needs no jump to itself")


LEAST_DEPTH = Exercise(
    name="least_depth",
    title="How few jumps?",
    difficulty=2,
    minutes=6,
    reference=least_depth,
    make_cases=_reach_cases,
    same=same_number,
    well_formed=whole_fault,
    mistakes=(
        Mistake(
            "looks at the last level only",
            _last_level_only,
            "κ^d counts only the states that are exactly d jumps away; the nearer ones, "
            "1 + κ + ... + κ^(d-1), are in reach too",
        ),
        Mistake(
            "rounds the logarithm down",
            _rounds_down,
            "log_κ T rounded down can be one too few: add the levels up and compare with T",
        ),
        Mistake(
            "forgets the last state",
            _without_the_last,
            "T counts the last state too, which is reached by 0 jumps: begin with 1",
        ),
        Mistake(
            "moves a window",
            _window,
            "a jump may lead anywhere, not only κ steps back: each of the κ states read has read "
            "κ others",
        ),
    ),
    praise="A tree of jumps attains it: no attention of κ states a step can do with fewer.",
)

# --- A floor that does not hold ---------------------------------------------------------------


def silent_eigenvalue(alpha):
    """The v other than 0 for which v/2 ((2 - alpha) v + alpha) = dh_2/dh_0 is 0."""
    return -alpha / (2 - alpha)


def _wrong_sign(alpha):
    return alpha / (2 - alpha)


def _h2_without_its_read(alpha):
    return -alpha


def _h2_without_its_recurrence(alpha):
    return -alpha / (1 - alpha)


def _h1_without_its_read(alpha):
    return -2 * alpha / (2 - alpha)


def _zero(alpha):
    return 0.0


def _sign_cases() -> Iterator[Case]:
    for alpha in (0.5, 0.2, 0.8):
        v = silent_eigenvalue(alpha)
        why = (
            f"over h_1 comes v/2 · (2 - α) v = {v / 2 * (2 - alpha) * v:.4g}, by the jump comes "
            f"v/2 · α = {v / 2 * alpha:.4g}, and the two cancel"
        )
        yield Case({"alpha": alpha}, v, why)


SILENT_EIGENVALUE = Exercise(
    name="silent_eigenvalue",
    title="A floor that does not hold",
    difficulty=3,
    minutes=8,
    reference=silent_eigenvalue,
    make_cases=_sign_cases,
    same=same_complex,
    well_formed=number_fault,
    mistakes=(
        Mistake(
            "takes a positive v",
            _wrong_sign,
            "if v is positive all paths have the same sign and add up: only with a negative v can "
            "they cancel",
        ),
        Mistake(
            "forgets that h_2 reads h_1",
            _h2_without_its_read,
            "h_1 reaches h_2 twice, by the recurrence and by the read: with 1 + (1 - α) = 2 - α",
        ),
        Mistake(
            "forgets the recurrence into h_2",
            _h2_without_its_recurrence,
            "h_1 reaches h_2 by the recurrence too: s_1 = (h_1 + c_1)/2 holds h_1 itself",
        ),
        Mistake(
            "forgets that h_1 reads h_0",
            _h1_without_its_read,
            "h_1 reads h_0 with weight 1, for there is no other state: s_0 = (h_0 + h_0)/2 = h_0",
        ),
        Mistake(
            "switches everything off",
            _zero,
            "v = 0 switches every path off, and the floor with them: find the v at which two "
            "paths that are not 0 cancel",
        ),
    ),
    praise="The shortest chain is one jump, and yet nothing of a change of h_0 arrives at h_2.",
)
