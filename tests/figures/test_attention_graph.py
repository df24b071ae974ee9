"""The drawing of an attention graph."""

import itertools

import numpy as np
import pytest

from rsa_edu.explorers.attention_graph import Settings, graph
from rsa_edu.figures import attention_graph as view
from rsa_edu.figures import theme as look


def draw(step=0, picked=None, theme="light", width=900, **settings):
    """The figure of these settings."""
    numbers = graph(Settings(step=step, **settings))
    return numbers, view.attention_graph(numbers, step, picked, theme, width)


def strokes(trace) -> list[np.ndarray]:
    """The lines of a trace, (points, 2) each, parted where the pen is lifted."""
    points = np.column_stack([trace.x, trace.y]).astype(float)
    lifted = np.flatnonzero(np.isnan(points).any(1))
    return [part[~np.isnan(part).any(1)] for part in np.split(points, lifted + 1) if len(part) > 1]


def ends(trace) -> set[tuple[int, int]]:
    """The links that are drawn."""
    return {(round(line[0, 0]), round(line[-1, 0])) for line in strokes(trace)}


def test_every_link_is_drawn_and_on_its_side():
    """An arc is missing, ends beside its states, or a jump lies among the reads of the window."""
    numbers, figure = draw(jumps=((0, 20), (20, 39), (3, 20)), kappa=4)
    assert ends(figure.data[view.JUMPS]) == set(numbers.jumps)
    assert ends(figure.data[view.WINDOW]) == set(numbers.window)
    assert all(line[:, 1].max() > 0.1 for line in strokes(figure.data[view.JUMPS]))
    assert all(line[:, 1].min() < 0 for line in strokes(figure.data[view.WINDOW]))
    for place in (view.JUMPS, view.WINDOW):
        for line in strokes(figure.data[place]):
            assert line[[0, -1], 1] == pytest.approx([0, 0], abs=1e-6)


def test_the_chain_is_drawn_link_by_link():
    """The highlighted line is not the chain."""
    numbers, figure = draw(step=2, jumps=((5, 30),))
    assert ends(figure.data[view.CHAIN]) == set(itertools.pairwise(numbers.chain))
    colors = figure.data[view.STATES].marker.color
    assert {t for t, color in enumerate(colors) if color == look.BOUND} == set(numbers.chain)


def test_a_handle_sits_on_every_jump():
    """A jump cannot be clicked away, or its handle names another."""
    numbers, figure = draw(jumps=((0, 20), (20, 39)))
    handles = figure.data[view.HANDLES]
    tops = [line[len(line) // 2] for line in strokes(figure.data[view.JUMPS])]
    np.testing.assert_allclose(np.column_stack([handles.x, handles.y]), tops, atol=1e-5)
    assert handles.text == tuple(f"h<sub>{i}</sub> → h<sub>{m}</sub>" for i, m in numbers.jumps)


def test_states_carry_their_depth_where_there_is_room():
    """The depths are missing, wrong, or lie over each other on a narrow page."""
    numbers, figure = draw()
    assert figure.data[view.STATES].text == tuple(map(str, numbers.depth.depths))
    _, narrow = draw(width=420)
    assert set(narrow.data[view.STATES].text) == {"\u00a0"}


def test_the_chosen_bar_is_outlined_at_its_height():
    """The outline stands around another state."""
    numbers, figure = draw(step=7)
    outline = figure.data[view.CHOSEN]
    assert list(outline.x) == pytest.approx([6.6, 6.6, 7.4, 7.4])
    assert outline.y[1] == numbers.measured[7]
    assert outline.y[0] == pytest.approx(10 ** figure.layout.yaxis2.range[0])


def test_the_picked_state_has_a_ring():
    """Nobody sees which state was clicked first."""
    _, figure = draw(picked=9)
    edge = figure.data[view.STATES].marker.line
    assert {t for t, color in enumerate(edge.color) if color == look.OTHER} == {9}


@pytest.mark.parametrize("theme", look.THEMES)
def test_states_stand_on_the_ground_of_their_theme(theme):
    """White circles in the dark theme."""
    _, figure = draw(theme=theme)
    assert look.GROUNDS[theme].paper in figure.data[view.STATES].marker.color


def test_a_drag_sends_little():
    """The widest window of the longest sequence is a message that a page chokes on."""
    _, figure = draw(T=48, kappa=8, jumps=())
    points = [len(trace.x) for trace in figure.data]
    assert max(points) <= 48 * 8 * 10
    assert figure.data[view.WINDOW].x.dtype == np.float32


def test_on_a_narrow_page_no_legend_lies_over_the_states():
    """The legend of the bars covers the states above them."""
    assert draw()[1].layout.legend2.y > draw()[1].layout.yaxis2.domain[1]
    assert draw(width=480)[1].layout.legend2.y < 0
