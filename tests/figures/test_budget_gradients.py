"""The figure of gradients by budget shows the numbers it is given."""

import numpy as np
import pytest

from rsa_edu.figures.budget_gradients import (
    DIVERGED,
    FLOOR,
    MET,
    ORDERS,
    SCORES,
    SIZES,
    UNMET,
    WHOLE,
    Budget,
    budget_gradients,
)

T, MARKER = 30, 19
ENDED = ("target", "updates", "diverged")


def budget(scale: float) -> Budget:
    rows = scale * np.geomspace(1e-6, 1, T) * np.arange(1, ORDERS + 2)[:, None]
    norms = np.stack([rows, 2 * rows, 4 * rows])
    scores = {score: (0.5, None, 0.0) for score in SCORES}
    return Budget((0, 1, 2), ENDED, norms, 2 * rows, scores)


BUDGETS = {size: budget(1 / size) for size in SIZES}


def drawn(budgets=BUDGETS, **more):
    return budget_gradients(budgets, **{"marker": MARKER, "fixed": "ν = 15", **more})


def pieces(trace) -> list[list[float]]:
    """The lines of a trace, which nan parts."""
    y = np.array(trace.y, dtype=float)
    parts = np.split(y, np.flatnonzero(np.isnan(y)) + 1)
    return [part[:-1].tolist() for part in parts if len(part)]


def test_every_seed_is_a_line_and_the_mean_is_thick():
    """A seed is missing, or one that has not learned looks like one that has."""
    for place, size in enumerate(SIZES):
        met, unmet, mean = drawn().data[3 * place : 3 * place + 3]
        one = BUDGETS[size]
        assert pieces(met) == one.norms[:1, 0].tolist()
        assert pieces(unmet) == one.norms[1:, 0].tolist()
        assert (met.line.dash, unmet.line.dash) == ("solid", "dot")
        np.testing.assert_array_equal(mean.y, one.mean[0])
        assert mean.name == f"ρ = {size}"
        assert mean.line.width > 2 > met.line.width


def test_the_right_side_is_the_budget_that_stands_out():
    """The split by hops is of another budget than the strong line."""
    figure = drawn(size=8)
    strong = [trace.name for trace in figure.data[2:WHOLE:3] if trace.opacity == 1]
    assert strong == ["ρ = 8"]
    np.testing.assert_array_equal(figure.data[WHOLE].y, BUDGETS[8].mean[0])
    means = figure.data[WHOLE + 3 : WHOLE + 1 + 3 * ORDERS : 3]
    assert [trace.name for trace in means] == ["0 hops", "1 hop", "2 hops", "3 hops", "more"]
    for row, trace in enumerate(means, start=1):
        np.testing.assert_array_equal(trace.y, BUDGETS[8].mean[row])
    assert "ρ = 8 by hops" in figure.layout.legend2.title.text


def test_the_left_side_is_the_order_that_was_chosen():
    """The curves of all budgets are of another order than the words over them."""
    figure = drawn(order=2)
    np.testing.assert_array_equal(figure.data[2].y, BUDGETS[3].mean[2])
    assert "ν = 15, 1 hop" in figure.layout.legend.title.text
    bright = [t.name for t in figure.data[WHOLE + 3 : WHOLE + 1 + 3 * ORDERS : 3] if t.opacity == 1]
    assert bright == ["1 hop"]


def test_the_latest_step_can_come_first():
    """With the order of the paper a curve, the marker or the answer stays where it was."""
    plain, turned = drawn(), drawn(latest_first=True)
    for here, there in zip(plain.data[: WHOLE + 1], turned.data[: WHOLE + 1], strict=True):
        np.testing.assert_array_equal(T - 1 - np.array(here.x), there.x)
        np.testing.assert_array_equal(here.y, there.y)
    spans = [
        {(s.x0, s.x1) for s in figure.layout.shapes if s.xref == "x"} for figure in (plain, turned)
    ]
    assert spans[0] == {(19.5, 29.5), (MARKER, MARKER), (-0.5, 8.5)}
    assert spans[1] == {(T - 1 - b, T - 1 - a) for a, b in spans[0]}
    sides = {note.text: note.xanchor for note in turned.layout.annotations}
    assert (sides["early half"], sides["marker, answer"]) == ("right", "left")


def test_what_is_too_small_is_not_drawn():
    """A norm that is lost in single precision is drawn as if it were known."""
    norms = np.full((1, ORDERS + 1, T), FLOOR / 2)
    norms[:, :, -1] = 1.0
    one = Budget((0,), ("target",), norms, norms[0], {score: (1.0,) for score in SCORES})
    thin, _, thick = drawn({3: one}).data[:3]
    assert pieces(thick)[-1] == []
    assert np.isfinite(np.array(thick.y, float)).sum() == 1
    assert np.isfinite(np.array(thin.y, float)).sum() == 1


def test_marks_say_who_learned():
    """A network that has not met its target looks as if it had."""
    for number, trace in enumerate(drawn().data[-len(SCORES) :]):
        assert list(trace.marker.symbol) == [MET, UNMET, DIVERGED] * len(SIZES)
        assert np.array_equal(np.round(trace.x), np.repeat(np.arange(len(SIZES)), 3))
        assert trace.y[:2] == (0.5, None)
        assert trace.y[2] == (FLOOR if number == 1 else 0)
        assert trace.text[0] == "seed 0: 0.5, target met"
        assert trace.text[1] == "seed 1: no number, target not met"
    assert all(value > 0 for value in drawn().data[-2].y if value is not None)  # a log axis


@pytest.mark.parametrize("order", range(ORDERS + 1))
def test_the_axes_hold_every_norm(order):
    """A curve leaves the figure."""
    figure = drawn(order=order)
    for axis, row in ((figure.layout.yaxis, order), (figure.layout.yaxis2, slice(None))):
        norms = np.concatenate([one.norms[:, row].ravel() for one in BUDGETS.values()])
        low, high = axis.range
        assert low <= np.log10(norms.min())
        assert np.log10(norms.max()) <= high


def test_what_is_missing_is_said_where_it_would_stand():
    """An empty panel looks as if there were nothing to see."""
    notes = [note.text for note in drawn({}, lacking="not made").layout.annotations]
    assert notes.count("not made") == 2
    notes = [n.text for n in drawn({8: budget(1)}, size=3, lacking="not made").layout.annotations]
    assert notes.count("not made") == 1
    assert "not made" not in [note.text for note in drawn(lacking="not made").layout.annotations]


def test_traces_do_not_come_and_go():
    """The page would not know which trace to change."""
    assert len(budget_gradients().data) == len(drawn().data) == len(drawn({8: budget(1)}).data)
