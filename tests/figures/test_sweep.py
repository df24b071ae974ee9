"""The figure of a sweep shows every run, the means and the ranges that it is given."""

import pytest

from rsa_edu.figures import theme
from rsa_edu.figures.sweep import MOST_KINDS, Line, Picture, sweep_figure

TICKS = [(0.0, "0"), (5.0, "5"), (10.0, "10")]


def a_line(kind=0, slot=0, x=(0.0, 5.0), scale=1.0, **more):
    mean = [scale * 0.4] * len(x)
    return Line(
        kind=kind,
        slot=slot,
        x=x,
        mean=mean,
        low=[m / 2 for m in mean],
        high=[2 * m for m in mean],
        words=["words"] * len(x),
        seeds=[(at, m, "seed") for at in x for m in (mean[0] / 2, mean[0] * 2)],
        **more,
    )


def drawn(*lines, kinds=(("2", None), ("4", None)), **more):
    return sweep_figure(Picture(kinds, "hidden size H", lines, TICKS, **more))


def test_means_ranges_and_runs_are_those_given():
    """A mean, the end of a bar or a run is drawn at another height, or a run is not drawn."""
    figure = drawn(a_line())
    means, runs = figure.data[0], figure.data[MOST_KINDS]
    assert list(means.y) == [0.4, 0.4]
    assert list(means.error_y.array) == pytest.approx([0.4, 0.4])
    assert list(means.error_y.arrayminus) == pytest.approx([0.2, 0.2])
    assert list(runs.y) == [0.2, 0.8, 0.2, 0.8]


def test_kinds_stand_beside_each_other_near_their_place():
    """Two ranges cover each other, or a point seems to belong to the next tick."""
    figure = drawn(a_line(0, 0), a_line(1, 1))
    first, second = (list(trace.x) for trace in figure.data[:2])
    assert first != second
    pairs = [*zip(first, (0, 5), strict=True), *zip(second, (0, 5), strict=True)]
    assert all(abs(x - at) < 1 for x, at in pairs)
    runs = figure.data[MOST_KINDS].x
    assert not set(runs) & set(first), "a run is hidden under its bar"


def test_lines_of_one_kind_are_not_joined():
    """A line leads from the last point of one setting to the first of another."""
    figure = drawn(a_line(0, 0), a_line(0, 1))
    assert list(figure.data[0].y) == [0.4, 0.4, None, 0.4, 0.4]
    assert list(figure.data[0].x).count(None) == 1


def test_words_on_the_axis_are_not_joined():
    """A line between LSTM and RelRNN suggests something between the two."""
    assert drawn(a_line(), ordered=False).data[0].mode == "markers"
    assert "lines" in drawn(a_line()).data[0].mode


def test_a_model_has_its_own_colour_and_dash():
    """In this figure a model looks like another one elsewhere."""
    figure = drawn(a_line(), kinds=(("LSTM", "LSTM"),))
    color, dash = theme.MODELS["LSTM"]
    assert (figure.data[0].line.color, figure.data[0].line.dash) == (color, dash)
    assert figure.data[MOST_KINDS].marker.color == color


@pytest.mark.parametrize("scale", [1e-6, 1.0, 30.0, 5e4])
@pytest.mark.parametrize("log", [False, True])
def test_every_run_lies_within_the_axis(scale, log):
    """A run is cut off at the edge."""
    figure = drawn(a_line(scale=scale), log=log)
    low, high = figure.layout.yaxis.range
    ends = (10**low, 10**high) if log else (low, high)
    assert figure.layout.yaxis.type == ("log" if log else "linear")
    assert ends[0] < 0.2 * scale
    assert ends[1] > 0.8 * scale


def test_a_zero_has_a_place_on_a_log_axis():
    """A run that is 0 vanishes without a word."""
    line = Line(0, x=[0.0], mean=[0.0], low=[0.0], high=[0.0], words=[""], seeds=[(0.0, 0.0, "")])
    assert drawn(line, log=True).layout.yaxis.type == "linear"


def test_traces_do_not_come_and_go():
    """The page would not know which trace to change."""
    assert len(sweep_figure().data) == len(drawn(a_line()).data) == 2 * MOST_KINDS + 1
