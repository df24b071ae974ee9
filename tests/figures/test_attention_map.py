"""The figure of an attention map shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.attention_map import WEIGHTS, attention_map

CELLS = np.array([[np.nan, np.nan], [0.25, 0.75]])
KAPPA = np.array([np.nan, 1.0, 2.0, 3.0])
ROW = np.array([0.2, 0.5, 0.3, 0.0])


def drawn(**changes):
    settings = {"cell": 2, "symbols": ("5", "", "", "?"), "answers": (2, 3), "cursor": 3}
    return attention_map(CELLS, KAPPA, ROW, "light", **settings | changes)


def test_the_map_is_the_attention_at_its_steps_and_states():
    """Cells are shifted against the axes, or rows and columns are exchanged."""
    heat = drawn().data[0]
    assert heat.z.tolist() == [[None, None], [0.25, 0.75]]
    # A cell of two steps lies about the middle of the two, so that it covers both.
    assert list(heat.x) == list(heat.y) == [0.5, 2.5]


def test_margins_are_the_row_and_the_kappas():
    """The margins belong to other steps than the map."""
    _, marks, kappa, *_ = figure = drawn().data
    np.testing.assert_array_equal(figure[WEIGHTS].y, ROW)
    np.testing.assert_array_equal(kappa.x, KAPPA)
    np.testing.assert_array_equal(kappa.y, [0, 1, 2, 3])
    assert (marks.x, marks.text) == ((0, 3), ("5", "?"))


def test_the_cursor_and_the_answer_are_marked():
    """The line stands at another step than the row below is of."""
    figure = drawn(cursor=1)
    (shade,) = figure.layout.shapes
    assert (shade.y0, shade.y1) == (1.5, 3.5)
    assert [(line.y, line.xaxis) for line in figure.data[4:]] == [((1, 1), "x"), ((1, 1), "x2")]


def test_moving_the_cursor_leaves_the_layout_alone():
    """The page lays out all axes at every step of a drag, which takes longer than 100 ms."""
    assert drawn(cursor=1).layout == drawn(cursor=2).layout


def test_symbols_that_would_overlap_are_left_to_the_hover():
    """Over a long sequence the symbols are a black smear."""
    long = attention_map(CELLS, np.ones(120), np.ones(120), "light", symbols=("5", "", "7"))
    assert set(long.data[1].text) == {"\u00a0"}
    assert long.data[1].customdata == ("5", "7")


def test_before_the_first_numbers_there_is_an_empty_figure():
    """The page waits without a figure, or traces come and go."""
    empty = attention_map(None, np.zeros(0), np.zeros(0), "dark")
    assert len(empty.data) == len(drawn().data)
    assert empty.data[0].z.tolist() == [[None]]
