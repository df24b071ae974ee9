"""The drawing of the surface over sparsity, depth and length."""

import numpy as np
import pytest

from rsa_edu.explorers.depth_surface import DEPTHS, KAPPAS, LENGTHS, TREES, Settings, surface
from rsa_edu.figures import depth_surface as view
from rsa_edu.figures import theme as look

AXES = (KAPPAS, DEPTHS, TREES, LENGTHS)


def draw(theme="light", width=900, **changes):
    """Numbers and figure of these settings."""
    settings = Settings(**changes)
    *_, numbers = surface(settings)
    point = (settings.kappa, settings.depth, settings.T)
    return numbers, view.depth_surface(numbers, point, AXES, theme, width)


def test_every_kappa_has_its_column():
    """On the log axis a cell lies beside its κ."""
    _, figure = draw()
    edges = np.asarray(figure.data[view.MAP].x)
    assert len(edges) == len(KAPPAS) + 1
    assert (edges[:-1] < np.array(KAPPAS)).all()
    assert (np.array(KAPPAS) < edges[1:]).all()


def test_what_is_out_of_reach_is_veiled():
    """A cell is faded though its jumps reach all states, or the border runs elsewhere."""
    numbers, figure = draw(T=100)
    veil = np.asarray(figure.data[view.VEIL].z)
    np.testing.assert_array_equal(veil == 1, np.array(DEPTHS)[:, None] < numbers.least)
    border = figure.data[view.LEAST]
    for kappa in (2, 9, 32):
        between = (np.array(border.x)[::2] < kappa) & (kappa < np.array(border.x)[1::2])
        assert np.array(border.y)[::2][between] == numbers.least[kappa - 1] - 0.5


def test_dots_have_the_colour_of_what_is_measured():
    """Dots and cells do not share their colours, or a tree stands at another depth."""
    numbers, figure = draw(T=500)
    dots, cells = figure.data[view.TREES], figure.data[view.MAP]
    assert (dots.marker.cmin, dots.marker.cmax) == (cells.zmin, cells.zmax)
    np.testing.assert_allclose(dots.marker.color, np.log10(numbers.trees))
    assert [numbers.least[kappa - 1] for kappa in TREES] == list(dots.y)


def test_the_chosen_cell_is_framed():
    """The frame stands around another cell."""
    _, figure = draw(kappa=6, depth=9)
    assert (*figure.data[view.POINT].x, *figure.data[view.POINT].y) == (6, 9)


def test_the_law_of_all_paths_goes_through_the_last_dot():
    """The slope is drawn where no tree was measured."""
    numbers, figure = draw(kappa=3)
    assert figure.data[view.PATHS].y[-1] == pytest.approx(numbers.tree[-1])
    assert "−1.37" in figure.data[view.PATHS].name
    assert f"{numbers.exponents[1]:.2f}" == "-1.37"


def test_what_is_not_measured_yet_is_not_drawn():
    """Before they are measured, dots stand somewhere."""
    settings = Settings(kappa=11, g=0.35, T=1500)
    numbers = next(surface(settings))
    missing = np.isnan(numbers.trees)
    figure = view.depth_surface(numbers, (11, 3, 1500), AXES, "dark", 900)
    assert missing.any()
    assert np.isnan(np.asarray(figure.data[view.TREES].y, dtype=float)[missing]).all()


@pytest.mark.parametrize("theme", look.THEMES)
def test_the_veil_is_of_the_ground(theme):
    """In the dark theme what is out of reach turns white."""
    _, figure = draw(theme)
    assert figure.data[view.VEIL].colorscale[1][1] == look.GROUNDS[theme].paper


def test_on_a_narrow_page_the_curves_stand_under_the_map():
    """Map and curves lie over each other, or beside each other where nothing can be read."""
    for width, side_by_side in ((900, True), (480, False)):
        layout = draw(width=width)[1].layout
        assert (layout.xaxis.domain[1] < layout.xaxis2.domain[0]) == side_by_side
        assert (layout.yaxis2.domain[1] < layout.yaxis.domain[0]) != side_by_side
