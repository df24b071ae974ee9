"""The figure of longer sequences shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.longer import BARS, CURVES, MOST_CURVES, Curve, longer

RIGHT = np.linspace(0, 1, 10)


def curve(name, mark=0):
    return Curve(name, "RelRNN", mark, [100, 1000], [1.0, 0.5], [0.0, 0.1], [100, 20])


def test_bars_are_the_answers_and_the_curve_is_what_was_measured():
    """A bar stands at another answer, or a point at another delay."""
    figure = longer(RIGHT, [curve("a"), curve("b", 1)], delay=1000)
    assert list(figure.data[BARS].x) == list(range(1, 11))
    np.testing.assert_array_equal(figure.data[BARS].y, RIGHT)
    first, second = figure.data[CURVES : CURVES + 2]
    assert (list(first.x), list(first.y)) == ([100, 1000], [1.0, 0.5])
    assert list(first.error_y.array) == [0.0, 0.1]
    assert (first.name, second.name) == ("a", "b")
    assert first.marker.symbol != second.marker.symbol
    assert first.opacity > second.opacity


def test_the_oldest_curves_give_way():
    """The figure runs out of traces, or the present curve is left out."""
    names = [f"{n}" for n in range(MOST_CURVES + 3)]
    figure = longer(RIGHT, [curve(name) for name in names])
    assert [trace.name for trace in figure.data[CURVES:]] == names[:MOST_CURVES]


def test_the_present_delay_is_marked():
    """The dotted line stands at another delay, or the heading names another."""
    figure = longer(RIGHT, [curve("a")], delay=700, trained=(90, 90))
    shade, line = figure.layout.shapes
    assert shade.x0 < 90 < shade.x1
    assert line.x0 == line.x1 == 700
    assert figure.layout.annotations[0].text == "answers at delay 700"


def test_traces_do_not_come_and_go():
    """The page would not know which trace to change."""
    assert len(longer().data) == len(longer(RIGHT, [curve("a")]).data)
