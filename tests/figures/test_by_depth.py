"""The figure of gradients over time and depth shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.by_depth import KINDS, by_depth
from rsa_edu.figures.steps import FLOOR

DEPTHS = np.array([1, 3, 2, 3, 1])
GRADIENTS = np.array([1e-1, 1e-35, 1e-2, 1e-3, 2e-1])


def drawn(**more):
    return by_depth(GRADIENTS, DEPTHS, (0.0, -1.0), data=(0, 2), cursor=2, **more)


def test_every_state_stands_at_its_step_and_at_its_depth():
    """A state is drawn at another place, or with the mark of another kind."""
    kinds = len(KINDS)
    over_time, over_depth = drawn().data[:kinds], drawn().data[kinds : 2 * kinds]
    assert [list(trace.x) for trace in over_time] == [[0, 4], [2], [1, 3]]
    assert [list(trace.x) for trace in over_depth] == [[1, 1], [2], [3, 3]]
    assert [list(trace.y) for trace in over_time] == [[1e-1, 2e-1], [1e-2], [FLOOR, 1e-3]]
    assert over_time[2].name == "lost"


def test_the_line_is_the_one_that_was_fitted():
    """The dashed line has another slope or height."""
    line = drawn().data[2 * len(KINDS)]
    np.testing.assert_allclose(line.y, [1e-1, 1e-3])
    assert list(line.x) == [1, 3]


def test_one_state_is_marked_on_both_sides():
    """The rings stand around two different states."""
    *_, left, right = drawn().data
    assert (left.x[0], right.x[0]) == (2, 2)
    assert left.y[0] == right.y[0] == 1e-2
    assert [shape.x0 for shape in drawn().layout.shapes if shape.type == "line"] == [2]


def test_traces_do_not_come_and_go():
    """The page would not know which trace to change."""
    assert len(by_depth().data) == len(drawn().data)
