"""The figure of the gradient by hops shows the numbers it is given."""

import numpy as np
import pytest

from rsa_edu.figures.hops import hops
from rsa_edu.figures.orders import COLORS
from rsa_edu.figures.steps import FLOOR

T = 30
NORMS = np.stack([np.geomspace(1e-40, 1, T), np.geomspace(1e-3, 1, T), np.zeros(T)])
SHARES = np.stack([np.full(T, 0.2), np.full(T, 0.8), np.zeros(T)])


def drawn(shares=SHARES, cursor=4):
    return hops(NORMS, NORMS.sum(0), shares, data=(0, 1), answers=(28, 29), cursor=cursor)


def test_curves_are_what_was_measured():
    """A curve shows another order, or another number."""
    whole, none, one, *_ = drawn().data
    np.testing.assert_array_equal(whole.customdata, NORMS.sum(0))
    np.testing.assert_array_equal(none.customdata, NORMS[0])
    np.testing.assert_array_equal(one.y, NORMS[1])
    assert min(none.y) == FLOOR


def test_an_order_without_paths_has_no_line():
    """An exact zero is drawn at the floor, as if something were there."""
    rest = drawn().data[1 + len(COLORS)]
    assert rest.name == "more"
    assert np.isnan(rest.y).all()
    assert rest.showlegend is False


def test_orders_keep_their_places_and_colours():
    """The rest takes the colour of an order when fewer are shown."""
    few, more = drawn(), hops(np.ones((5, T)), np.ones(T), np.ones((5, T)) / 5)
    assert [trace.name for trace in few.data] == [trace.name for trace in more.data]
    assert few.data[1 + len(COLORS)].line.color == more.data[1 + len(COLORS)].line.color
    assert list(more.data[-1].y) == ["0 hops", "1 hop", "2 hops", "3 hops", "more"]


def test_bars_are_the_shares_at_the_cursor():
    """The right side belongs to another step than the dotted line."""
    shares = SHARES * np.linspace(0.1, 1, T)
    figure = drawn(shares, cursor=7)
    np.testing.assert_array_equal(figure.data[-1].x, shares[:, 7])
    assert "t = 7" in figure.layout.xaxis2.title.text
    assert [s.x0 for s in figure.layout.shapes if s.type == "line"] == [7]


@pytest.mark.parametrize(("shares", "reach"), [([0.2, 0.8], (0, 1)), ([1.7, -0.7], (-1, 2))])
def test_the_axis_holds_every_share(shares, reach):
    """A bar leaves the figure where one order works against another."""
    values = np.repeat(np.array([shares]).T, T, 1)
    figure = hops(NORMS[:2], NORMS.sum(0), values, cursor=3)
    assert tuple(figure.layout.xaxis2.range) == reach


def test_only_what_is_drawn_at_the_floor_is_said_to_be():
    """The note stands under curves that are where they belong."""
    assert any("below" in note.text for note in drawn().layout.annotations)
    clear = hops(NORMS[1:], NORMS.sum(0), SHARES[1:])
    assert not any("below" in note.text for note in clear.layout.annotations)


def test_before_the_first_numbers_there_is_an_empty_figure():
    """The page waits without a figure, or traces come and go."""
    assert len(hops().data) == len(drawn().data)
