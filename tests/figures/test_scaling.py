"""The figure of costs over the length shows the numbers it is given."""

import math

import numpy as np

from rsa_edu.figures.scaling import EXPONENTS, FIT, MEAN, PER_MODEL, SEEDS, Growth, scaling

MODELS = ("RNN", "MemRNN", "SAB")
GROWTH = Growth(
    lengths=(100, 100, 400, 400),
    costs=(1.0, 3.0, 8.0, 8.0),
    seeds=(0, 1, 0, 1),
    fit=((100, 2.0), (20_000, 400.0)),
    spread=(300.0, 600.0),
    exponent=1.0,
    exponents={0: 1.5, 1: 0.7},
)


def drawn(**more):
    given = {"models": MODELS, "label": "time (ms)", "unit": "ms", "ahead": 20_000}
    return scaling({"MemRNN": GROWTH, "SAB": Growth()}, **given | more)


def of_memrnn(place):
    return drawn().data[PER_MODEL * MODELS.index("MemRNN") + place]


def test_seeds_are_points_and_their_mean_is_the_line():
    """A seed is missing, or the line is not their mean."""
    assert list(of_memrnn(SEEDS).y) == [1, 3, 8, 8]
    assert list(of_memrnn(SEEDS).customdata) == [0, 1, 0, 1]
    assert list(of_memrnn(MEAN).x) == [100, 400]
    assert list(of_memrnn(MEAN).y) == [2, 8]


def test_the_fit_ends_with_the_spread_of_the_seeds():
    """The extrapolation is drawn elsewhere, or without its spread."""
    fit = of_memrnn(FIT)
    assert list(fit.y) == [2, 400]
    assert fit.error_y.array[-1] == 200
    assert fit.error_y.arrayminus[-1] == 100
    assert fit.line.dash == "6px,4px"


def test_exponents_stand_in_the_row_of_their_model():
    """The exponents of a model stand beside another name, or the last one is not that of all."""
    exponents = of_memrnn(EXPONENTS)
    assert list(exponents.x) == [1.5, 0.7, 1.0]
    assert exponents.marker.symbol[-1] == "line-ns"
    ticks = dict(zip(drawn().layout.yaxis2.ticktext, drawn().layout.yaxis2.tickvals, strict=True))
    assert set(exponents.y) == {ticks["MemRNN"]}
    words = [note.text for note in drawn().layout.annotations if note.yref == "y2"]
    assert words == ["<b>1.00</b> (0.70..1.50)", "no fit"]


def test_guides_have_the_slopes_they_are_called_by():
    """The guide "slope 2" has another slope."""
    guides = drawn().data[-1]
    x, y = (np.log10(np.array(v, dtype=float)) for v in (guides.x, guides.y))
    assert (y[1] - y[0]) / (x[1] - x[0]) == 1
    assert math.isclose((y[4] - y[3]) / (x[4] - x[3]), 2)


def test_guides_are_named_inside_the_axes():
    """The name of a steep guide stands on the words over the figure."""
    layout = drawn(ahead=100_000).layout
    (steep,) = [note for note in layout.annotations if note.text == "slope 2"]
    assert (steep.xanchor, steep.yanchor) == ("left", "top")
    assert steep.y <= layout.yaxis.range[1] + 1e-9
    assert steep.x < layout.xaxis.range[1] - 0.3


def test_what_is_not_measured_is_shaded():
    """An extrapolation looks like a measurement."""
    shade = drawn().layout.shapes[0]
    assert shade.x0 == 400
    assert shade.x1 > 20_000
    assert "extrapolated, not measured" in [note.text for note in drawn().layout.annotations]


def test_an_empty_figure_says_why():
    """Nothing is drawn and nothing is said."""
    empty = scaling({}, models=MODELS, empty="no run")
    assert "no run" in [note.text for note in empty.layout.annotations]
    assert len(empty.data) == len(drawn().data)
    assert drawn(models=(*MODELS, "LSTM")).data[-1].name == "guides"
