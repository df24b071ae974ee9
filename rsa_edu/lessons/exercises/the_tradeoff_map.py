"""Exercises of 06_the_tradeoff_map: which points no other point beats."""

from collections.abc import Iterator
from operator import index

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.words import plain
from rsa_edu.points import pareto_front


def front(costs, gains):
    """The indices, in rising order, of the points that no other point beats."""
    n = range(len(costs))
    return [i for i in n if not any(_beats(costs, gains, j, i) for j in n)]


def _beats(costs, gains, j, i):
    at_least_as_good = costs[j] <= costs[i] and gains[j] >= gains[i]
    return at_least_as_good and (costs[j] < costs[i] or gains[j] > gains[i])


def _must_win_twice(costs, gains):
    n = range(len(costs))
    return [i for i in n if not any(costs[j] < costs[i] and gains[j] > gains[i] for j in n)]


def _loses_to_its_equal(costs, gains):
    n = range(len(costs))
    return [
        i for i in n if not any(j != i and costs[j] <= costs[i] and gains[j] >= gains[i] for j in n)
    ]


def _best_ratio(costs, gains):
    ratios = [gain / cost for cost, gain in zip(costs, gains, strict=True)]
    return [i for i, ratio in enumerate(ratios) if ratio == max(ratios)]


def _only_the_best(costs, gains):
    return [i for i, gain in enumerate(gains) if gain == max(gains)]


def _loses_to_either(costs, gains):
    n = range(len(costs))
    return [i for i in n if not any(costs[j] < costs[i] or gains[j] > gains[i] for j in n)]


def _cases() -> Iterator[Case]:
    for costs, gains in (
        ([4, 10, 20], [0.5, 0.9, 0.8]),
        ([4, 4, 10], [0.5, 0.6, 0.9]),
        ([10, 20, 30], [0.9, 0.9, 0.95]),
        ([5, 5, 8], [0.7, 0.7, 0.6]),
        ([20, 3, 7, 12, 9], [0.99, 0.3, 0.8, 0.75, 0.8]),
        ([6], [0.1]),
    ):
        pairs = list(zip(costs, gains, strict=True))
        yield Case(
            {"costs": costs, "gains": gains},
            sorted(pareto_front(pairs)),
            "a point is out only if another one costs no more and gains no less, and is better in "
            "at least one of the two",
        )


def _same_indices(given: object, expected: object) -> bool:
    return [index(i) for i in plain(given)] == expected


def _indices_fault(given: object) -> str:
    """ "" for a list of whole numbers, else what it is instead."""
    found = plain(given)
    try:
        [index(i) for i in found]
    except TypeError:
        return f"is no list of whole numbers: {found!r}"
    return ""


EXERCISES = (
    Exercise(
        name="front",
        title="Which points no other beats",
        difficulty=2,
        minutes=10,
        reference=front,
        make_cases=_cases,
        same=_same_indices,
        well_formed=_indices_fault,
        mistakes=(
            Mistake(
                "wants a better point to win twice",
                _must_win_twice,
                "a point that costs the same and gains more, or gains the same and costs less, "
                "beats the other already",
            ),
            Mistake(
                "lets a point lose to its equal",
                _loses_to_its_equal,
                "two points with the same cost and the same gain do not beat each other, so both "
                "stay",
            ),
            Mistake(
                "takes the best ratio",
                _best_ratio,
                "gain divided by cost chooses one exchange rate between the two; the front leaves "
                "that choice to the reader",
            ),
            Mistake(
                "takes the largest gain only",
                _only_the_best,
                "a cheap point with a small gain stays, if nothing as cheap gains more",
            ),
            Mistake(
                "lets a point lose to whatever is better in one of the two",
                _loses_to_either,
                "to be better in one of the two is not enough: the other must not be worse",
            ),
        ),
        praise="It is the line on the map.",
    ),
)
