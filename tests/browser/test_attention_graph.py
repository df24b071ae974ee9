"""A jump is drawn and removed, with the mouse in the figure and without it."""

import pytest

from rsa_edu.figures import attention_graph as view
from tests.browser.explorer import until


@pytest.fixture
def graph(explorers):
    """The attention graph without jumps, in view."""
    explorer = explorers["attention_graph"]
    explorer.button("No jumps").click()
    assert until(lambda: explorer.settings() == {"jumps": ()}, explorer.page)
    explorer.plot.scroll_into_view_if_needed()
    explorer.page.wait_for_timeout(300)  # parts that come into view are drawn now
    return explorer


def becomes(explorer, jumps: tuple) -> bool:
    """Whether the jumps come to be these."""
    return until(lambda: explorer.settings().get("jumps") == jumps, explorer.page)


def test_two_clicks_draw_a_jump_and_one_removes_it(graph):
    """A click in the figure does not reach the kernel, or hits another state."""
    graph.click_point(view.STATES, 4)
    assert until(lambda: "is chosen" in graph.root.inner_text(), graph.page)
    graph.click_point(view.STATES, 25)
    assert becomes(graph, ((4, 25),))
    assert until(lambda: len(graph.traces()[view.HANDLES]["x"]) == 1, graph.page)
    graph.plot.scroll_into_view_if_needed()
    graph.click_point(view.HANDLES, 0)
    assert becomes(graph, ())
    assert graph.notebook.problems() == []


def test_a_click_on_a_bar_shows_its_chain(graph):
    """The lower half of the figure cannot be clicked."""
    graph.click_point(view.MEASURED, 12)
    assert until(lambda: graph.readout("step t") == 12, graph.page)


def test_a_bad_jump_is_refused_in_the_page(graph):
    """A jump back in time is drawn, or refused without a word."""
    graph.click_point(view.STATES, 25)
    graph.click_point(view.STATES, 4)
    assert until(lambda: "cannot read" in graph.root.inner_text(), graph.page)
    assert graph.settings() == {"jumps": ()}


def test_the_keyboard_draws_a_jump(graph):
    """Without a mouse the boxes or the button cannot be reached, or do nothing."""
    keyboard = graph.page.keyboard
    source, target = (graph.root.get_by_label(name, exact=True) for name in ("from h", "to h"))
    source.focus()
    keyboard.press("Control+A")
    keyboard.type("6")
    keyboard.press("Tab")
    assert target.evaluate("box => box === document.activeElement")
    keyboard.press("Control+A")
    keyboard.type("31")
    keyboard.press("Tab")
    assert graph.button("Add").evaluate("button => button === document.activeElement")
    keyboard.press("Enter")
    assert becomes(graph, ((6, 31),))
