"""The gradient flow figure shows the numbers it is given."""

import numpy as np
import pytest

from rsa_edu.figures.gradient_flow import FLOOR, gradient_flow

CURVES = {"RNN": np.geomspace(1e-4, 1, 30), "LSTM": np.geomspace(1e-60, 1, 30)}
MODELS = ("RNN", "LSTM", "RelRNN")


def drawn(**more):
    return gradient_flow(CURVES, models=MODELS, length=30, **more)


def test_curves_are_what_was_measured():
    """The figure shows other numbers than it was given."""
    figure = drawn()
    np.testing.assert_array_equal(figure.data[0].y, CURVES["RNN"])
    np.testing.assert_array_equal(figure.data[1].customdata, CURVES["LSTM"])


def test_below_the_floor_a_curve_goes_on_and_the_figure_says_so():
    """A tiny gradient is a gap, or is drawn at the floor without a word."""
    figure = drawn()
    assert min(figure.data[1].y) == FLOOR
    assert any("below" in note.text for note in figure.layout.annotations)
    above = gradient_flow({"RNN": CURVES["RNN"]}, models=MODELS, length=30)
    assert not any("below" in note.text for note in above.layout.annotations)


def test_every_model_keeps_its_place():
    """A model that is left out shifts the curves of the others."""
    figure = gradient_flow({"LSTM": CURVES["LSTM"]}, models=MODELS, length=30)
    assert [trace.name for trace in figure.data[:3]] == list(MODELS)
    assert [len(trace.y) for trace in figure.data[:3]] == [0, 30, 0]


def test_the_cursor_marks_each_curve_at_its_step():
    """Line or marks stand at another step."""
    figure = drawn(cursor=7)
    assert list(figure.data[3].x) == [7, 7]
    assert list(figure.data[3].y) == [CURVES["RNN"][7], FLOOR]
    assert [shape.x0 for shape in figure.layout.shapes if shape.type == "line"] == [7]


def test_steps_in_a_row_are_shaded_as_one():
    """Data or answers are shaded at wrong steps."""
    figure = drawn(data=(2, 3, 4, 9), answers=(28, 29))
    spans = [(shape.x0, shape.x1) for shape in figure.layout.shapes]
    assert spans == [(1.5, 4.5), (8.5, 9.5), (27.5, 29.5)]


@pytest.mark.parametrize("faded", [(), ("LSTM",)])
def test_a_curve_of_a_moment_ago_is_faded(faded):
    """An outdated curve looks like a new one."""
    opacity = {trace.name: trace.opacity for trace in drawn(faded=faded).data[:2]}
    assert opacity["RNN"] == 1
    assert (opacity["LSTM"] < 1) == bool(faded)
