"""Runs as points: seeds together, what a run gives, the front, the exponent."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsa_edu.points import QUANTITIES, growth_exponent, pareto_front, points, slots
from rsa_edu.sweeps import grid
from tests.sweeps.tiny import made_up

POOL = [
    made_up(one)
    for one in [
        *grid(buffer_size=[1, 5], relevant_size=[0, 5], seed=range(3), test_delays=[50, 200]),
        *grid(model=["LSTM", "MemRNN", "SAB"], seed=range(2)),
    ]
]
some = st.lists(st.sampled_from(POOL), unique_by=lambda run: run.key)
pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30)


def beats(one: tuple, other: tuple) -> bool:
    """At most as costly, gains at least as much, and is not the same."""
    return one[0] <= other[0] and one[1] >= other[1] and one != other


# Points ------------------------------------------------------------------------------------------


@given(some)
@settings(deadline=None, max_examples=50)
def test_every_run_is_in_one_point(runs):
    """A run is lost or counted twice, or two budgets are mixed."""
    found = points(runs)
    kept = [run.key for point in found for run in point.runs]
    assert sorted(kept) == sorted(run.key for run in runs)
    for point in found:
        for run in point.runs:
            assert run.settings == point.settings | {"seed": run.seed}
    for one, other in itertools.combinations(found, 2):
        assert one.settings != other.settings


@given(st.data(), some)
@settings(deadline=None, max_examples=50)
def test_the_order_of_the_runs_does_not_matter(data, runs):
    """A mean or a point depends on which worker was faster."""
    mixed = data.draw(st.permutations(runs))
    keys = [{tuple(run.key for run in point.runs) for point in points(r)} for r in (runs, mixed)]
    assert keys[0] == keys[1]
    for point in points(mixed):
        assert [run.seed for run in point.runs] == sorted(run.seed for run in point.runs)
    first = list(dict.fromkeys(str(replace(r, seed=0).settings | {"seed": 0}) for r in mixed))
    assert [str(p.runs[0].settings | {"seed": 0}) for p in points(mixed)] == first


def with_accuracy(values) -> tuple:
    """One point whose seeds have these accuracies."""
    (point,) = points(
        made_up(one, accuracy)
        for one, accuracy in zip(grid(seed=range(len(values))), values, strict=True)
    )
    return point


SOME_VALUES = st.one_of(
    st.none(), st.floats(-1e150, 1e150), st.sampled_from([np.nan, np.inf, -np.inf])
)


@given(st.lists(SOME_VALUES, min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_a_spread_holds_the_seeds_that_have_a_number(values):
    """A seed without a number counts as 0, hides the others, or is no longer counted as a seed."""
    spread = with_accuracy(values).spread("accuracy")
    finite = [value for value in values if value is not None and np.isfinite(value)]
    if not finite:
        assert spread is None
        return
    assert spread.values == tuple(finite)
    assert spread.of == len(values)
    assert (spread.low, spread.high) == (min(finite), max(finite))
    assert spread.median == pytest.approx(np.median(finite))
    assert spread.low <= spread.median <= spread.high


def test_a_mean_is_that_of_the_seeds():
    """The mean counts a seed that has no number."""
    spread = with_accuracy([0.25, None, 0.75]).spread("accuracy")
    assert (spread.mean, spread.median, spread.of) == (0.5, 0.5, 3)


def test_an_unknown_quantity_is_said():
    """A typing error shows a KeyError, or an empty axis."""
    with pytest.raises(ValueError, match=r"there is no 'precision'; there are accuracy, .*recall"):
        with_accuracy([0.5]).spread("precision")


def test_accuracy_at_a_delay_is_of_that_delay():
    """A longer delay gives the accuracy of another one."""
    run = made_up(grid(test_delays=[50, 200])[0])
    run = replace(run, result=run.result | {"test_accuracy": [0.9, 0.4]})
    (point,) = points([run])
    assert point.accuracy_at(50).values == (0.9,)
    assert point.accuracy_at(200).values == (0.4,)
    assert point.accuracy_at(100) is None
    assert QUANTITIES["longest"].of(run) == 0.4


@pytest.mark.parametrize(
    ("words", "states"),
    [
        ({"buffer_size": 3, "relevant_size": 4}, 7),
        ({"buffer_size": 3, "relevant_size": 0}, 3),
        ({"policy": "Window", "buffer_size": 6}, 6),
        ({"policy": "LowestAttention", "size": 8}, 8),
        ({"model": "SAB", "top_k": 5}, 5),
        ({"model": "MemRNN"}, None),
        ({"model": "LSTM"}, None),
    ],
)
def test_slots_are_the_states_a_step_may_attend_to(words, states):
    """Budgets of two policies that keep as much stand at different places."""
    (one,) = grid(**words)
    assert slots(made_up(one)) == states


# Front -------------------------------------------------------------------------------------------


@given(pairs)
def test_a_front_is_what_nothing_beats(pairs):
    """A point stands on the front that another one beats, or one is missing there."""
    front = pareto_front(pairs)
    assert len(set(front)) == len(front)
    for place, pair in enumerate(pairs):
        beaten_by = [i for i, other in enumerate(pairs) if beats(other, pair)]
        assert (place in front) == (not beaten_by)
        if beaten_by:
            assert any(i in front for i in beaten_by)


@given(st.data(), pairs)
def test_a_front_does_not_depend_on_the_order(data, pairs):
    """Among equal points the one that comes first wins."""
    mixed = data.draw(st.permutations(pairs))
    here, there = ([p[i] for i in pareto_front(p)] for p in (pairs, mixed))
    assert here == there
    costs = [cost for cost, _ in here]
    assert costs == sorted(costs)


# Exponent ----------------------------------------------------------------------------------------


@given(
    st.floats(-5, 5),
    st.floats(1e-3, 1e3),
    st.lists(st.integers(1, 5000), min_size=2, max_size=10, unique=True),
)
def test_the_exponent_of_a_power_is_its_power(p, factor, x):
    """A cost that grows like T² is said to grow otherwise."""
    y = [factor * float(value) ** p for value in x]
    assert growth_exponent(x, y) == pytest.approx(p, abs=1e-6)


def test_an_exponent_is_least_squares_on_logarithms():
    """Points that are on no line give the slope of another fit."""
    x, y = [1, 10, 100], [1, 100, 10]
    assert growth_exponent(x, y) == pytest.approx(0.5)
    assert growth_exponent([10 * v for v in x], [3 * v for v in y]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([], []),
        ([2], [3]),
        ([2, 2], [3, 4]),
        ([0, 1], [1, 1]),
        ([1, 2], [1, 0]),
        ([1, 2], [1, -1]),
        ([1, 2], [1, float("nan")]),
        ([1, 2], [1, float("inf")]),
        ([1, float("inf")], [1, 2]),
    ],
)
def test_no_exponent_is_said(x, y):
    """What has no exponent gives nan, a warning, or numpy's words."""
    with pytest.raises(ValueError, match="an exponent needs two different x"):
        growth_exponent(x, y)
