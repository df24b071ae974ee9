"""The figure of the exponents shows the numbers it is given."""

import numpy as np
import pytest

from rsa_edu.figures import exponents as view

MEASURED, PREDICTED, PLAIN, MEASURED_2, PREDICTED_2, PLAIN_2, ENDS = range(7)
TIMES = np.arange(1, 10_001)
LAW = -1.5 * np.log10(TIMES) + 0.3
FULL = {"exponent": -1.5, "rate": np.log10(0.9), "reliable": 100, "slope": (1000, 10_000)}


def test_both_panels_show_what_was_measured():
    """A panel shows other numbers, or at other times."""
    figure = view.exponents(TIMES, LAW, **FULL)
    for place in (MEASURED, MEASURED_2):
        trace = figure.data[place]
        np.testing.assert_allclose(trace.y, LAW[np.asarray(trace.x, dtype=int) - 1])
        assert len(trace.x) <= 200
    assert figure.data[MEASURED].x[-1] == 10_000
    assert list(figure.data[ENDS].x) == [1000, 10_000]
    np.testing.assert_allclose(figure.data[ENDS].y, LAW[[999, 9999]])


def test_the_laws_are_straight_where_the_axes_say_so():
    """The power is no straight line in T's log axis, or the exponential none in the linear one."""
    figure = view.exponents(TIMES, LAW, **FULL)
    power, plain = figure.data[PREDICTED], figure.data[PLAIN_2]
    np.testing.assert_allclose(power.y, -1.5 * np.log10(power.x) + 0.3)
    inside = plain.y > figure.layout.yaxis.range[0]
    np.testing.assert_allclose(plain.y[inside], (plain.x[inside] - 1) * np.log10(0.9), atol=1e-12)
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis2.type is None
    assert "−1.500" in power.name


def test_the_semi_log_panel_ends_where_the_exponential_has_left_it():
    """The exponential is a wall at the left of the panel, or has not left it at its end."""
    for v in (0.5, 0.9, 0.99):
        figure = view.exponents(TIMES, LAW, exponent=-1.5, rate=np.log10(v))
        left = figure.layout.yaxis.range[0] / np.log10(v)
        window = figure.layout.xaxis2.range[1]
        assert window >= left or window == 10_000
        assert window < 3.5 * left or window == view.WINDOWS[0]


def test_what_has_no_law_and_no_number_is_left_out():
    """A gradient that is exactly 0, or grows as no power, gets a law drawn."""
    gone = np.where(TIMES > 2, -np.inf, 0.0)
    figure = view.exponents(TIMES, gone, exponent=-2.0, rate=0.0)
    assert np.isnan(figure.data[PREDICTED].y).all()
    assert np.isnan(figure.data[MEASURED].y[3:]).all()
    growing = view.exponents(TIMES, 0.8 * np.sqrt(TIMES), exponent=None, rate=0.0)
    assert growing.data[PREDICTED].name == "predicted: no power of T"
    assert growing.layout.yaxis.range[1] >= 80
    nothing = view.exponents(TIMES, gone, exponent=-np.inf, rate=-np.inf)
    assert np.isnan(nothing.data[PLAIN].y).all()


def test_numbers_beyond_floating_point_have_their_place():
    """A growth beyond 1e308 leaves the picture."""
    figure = view.exponents(TIMES, 0.05 * TIMES, exponent=98.0, rate=-0.004)
    low, high = figure.layout.yaxis.range
    assert low <= 0.05 * 1
    assert high >= 500
    assert (high - low) / figure.layout.yaxis.dtick < 10


@pytest.mark.parametrize(("reliable", "side"), [(20, "left"), (3000, "right")])
def test_the_mark_stands_where_the_law_begins(reliable, side):
    """The line is at another T, or its words run out of the panel."""
    figure = view.exponents(TIMES, LAW, **FULL | {"reliable": reliable, "slope": None})
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == reliable
    (note,) = figure.layout.annotations
    assert note.x == pytest.approx(np.log10(reliable))
    assert note.xanchor == side
    beyond = view.exponents(TIMES, LAW, **FULL | {"reliable": 20_000, "slope": None})
    assert not beyond.layout.shapes
    assert not beyond.layout.annotations


def test_on_a_narrow_page_the_panels_stand_below_each_other():
    """Side by side they would be too narrow, or stacked they lie over each other."""
    beside, stacked = (view.exponents(TIMES, LAW, **FULL, stacked=s).layout for s in (False, True))
    assert beside.xaxis.domain[1] < beside.xaxis2.domain[0]
    assert stacked.xaxis.domain == stacked.xaxis2.domain == (0, 1)
    assert stacked.yaxis2.domain[1] < stacked.yaxis.domain[0]
    assert stacked.height > beside.height


def test_traces_are_as_many_before_there_are_numbers():
    """The empty figure cannot become the full one."""
    assert len(view.exponents().data) == len(view.exponents(TIMES, LAW, **FULL).data) == 7


@pytest.mark.parametrize("theme", view.PALETTES)
def test_the_palette_has_its_quiet_colour_at_zero(theme):
    """0 is coloured as a decay or a growth, or the two sides cannot be told by brightness."""
    palette = view.PALETTES[theme]
    rgb = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in palette])
    middle = len(palette) // 2
    assert len(palette) % 2 == 1
    assert np.ptp(rgb[middle]) < 5
    luminance = rgb @ [0.2126, 0.7152, 0.0722]
    towards_zero = np.diff(luminance)[:middle], -np.diff(luminance)[middle:]
    sign = 1 if theme == "light" else -1
    assert all((sign * part > 0).all() for part in towards_zero)
    assert (rgb[:middle, 2] > rgb[:middle, 0]).all()  # blue falls
    assert (rgb[middle + 1 :, 0] > rgb[middle + 1 :, 2]).all()  # orange grows
