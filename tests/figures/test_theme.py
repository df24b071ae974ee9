"""One palette, readable on both grounds."""

import itertools

import pytest

from rsa_edu import models
from rsa_edu.figures import theme


def luminance(color: str) -> float:
    """Relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
def test_lines_and_text_stand_out(name):
    """A curve or a word cannot be seen on the light or on the dark ground."""
    ground = theme.GROUNDS[name]
    colors = [color for color, _ in theme.MODELS.values()]
    for color in [*colors, theme.MEASURED, theme.BOUND, theme.OTHER]:
        assert contrast(color, ground.paper) >= 3, color
    assert contrast(ground.ink, ground.paper) >= 7
    assert contrast(ground.quiet, ground.paper) >= 4.5


def test_no_two_models_look_alike():
    """Two models share colour and dash."""
    for one, other in itertools.combinations(theme.MODELS, 2):
        assert theme.MODELS[one] != theme.MODELS[other]


def test_every_model_has_its_look():
    """A model of the package has no line of its own."""
    kinds = [name for name in models.__all__ if name.endswith(("RNN", "LSTM"))]
    assert kinds
    assert set(kinds) <= set(theme.MODELS)


def test_figures_have_an_explicit_size():
    """A figure falls back to plotly's 700 pixels."""
    figure = theme.figure()
    assert (figure.layout.width, figure.layout.height) == (theme.WIDTH, theme.HEIGHT)


@pytest.mark.parametrize("name", theme.THEMES)
def test_a_template_colours_ground_and_text(name):
    """The ground changes with the theme, but text or grid stay as they were."""
    layout, ground = theme.template(name).layout, theme.GROUNDS[name]
    assert layout.paper_bgcolor == layout.plot_bgcolor == ground.paper
    assert layout.font.color == ground.ink
    assert layout.xaxis.gridcolor == layout.yaxis.gridcolor == ground.grid
