"""Log axes that stand still, and numbers as one says them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsa_edu.figures.axes import log_axis, log_range, spoken

positive = st.floats(1e-320, 1e100, allow_subnormal=True)


@given(st.lists(positive, min_size=1))
def test_the_axis_holds_all_values(values):
    """A curve leaves the figure."""
    low, high = log_range(values)
    assert low <= np.log10(min(values)) + 1e-6
    assert np.log10(max(values)) <= high + 1e-6


def test_what_has_no_logarithm_does_not_move_the_axis():
    """A zero, an infinity or a NaN stretches the axis or breaks it."""
    assert log_range([1e-3, 1, 0, np.inf, np.nan]) == log_range([1e-3, 1])
    assert log_range([]) == log_range([0]) == [-5, 1]


def test_the_floor_ends_the_axis():
    """Values far below the floor squeeze the rest of the picture."""
    assert log_range([1e-200, 1], floor=1e-30)[0] == -30


def test_a_small_move_leaves_the_axis_alone():
    """The axis moves with every move of a slider, and the curve seems to stand still."""
    assert log_range([2e-4, 1]) == log_range([3e-4, 1])


@pytest.mark.parametrize("decades", [[-1, 0], [-20, 1], [-325, 0], [-325, 150]])
def test_ticks_stand_at_few_whole_decades(decades):
    """Tick labels overlap."""
    step = log_axis("norm", decades)["dtick"]
    assert step == int(step)
    assert (decades[1] - decades[0]) / step <= 9


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0321, "0.032"), (12.4, "12"), (1234.5, "1234"), (2.7e-5, "2.7e-05")],
)
def test_spoken_numbers_are_short(value, text):
    """A sentence reads out sixteen digits."""
    assert spoken(value) == text
