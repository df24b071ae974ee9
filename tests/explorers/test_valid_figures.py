"""What explorers draw is in plotly's words. Nobody checks them again while a slider is dragged."""

import plotly.graph_objects as go
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.base import Explorer
from rsa_edu.figures import theme

KINDS = {name: getattr(rsa.explore, name) for name in rsa.explore.__all__}
DRAWING = [name for name, kind in KINDS.items() if issubclass(kind, Explorer)]


def assert_valid(figure: go.Figure) -> None:
    """plotly knows every word of it, and takes every value."""
    go.Figure(figure.to_plotly_json())


@pytest.mark.parametrize("name", DRAWING)
def test_plotly_knows_every_word(name):
    """A typing error in a figure goes unnoticed: the page leaves out what it does not know."""
    explorer = KINDS[name]()
    assert_valid(explorer.draw(explorer.settings, None))
    for preset in explorer.presets:
        explorer.preset(preset).wait()
        for look in theme.THEMES:
            explorer.theme = look
            assert_valid(explorer._drawn)


def test_a_wrong_word_is_noticed():
    """The tests above cannot fail."""
    with pytest.raises(ValueError, match="colour"):
        assert_valid(theme.figure({"type": "scatter", "line": {"colour": "red"}}))
