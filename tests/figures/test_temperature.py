"""The temperature figure shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.temperature import temperature

N = np.array([1, 2, 5, 10, 100])
HIGH = np.array([[1.0, 0.5, 0.4, 0.3, 0.2], [1.0, 0.9, 0.8, 0.7, 0.6], [0.0, 1.0, 0.1, 0.1, 0.1]])
KAPPA = np.array([[1.0, 2, 4, 6, 20]] * 3)


def test_median_and_draws_are_those_given():
    """If this failed, the figure would show other numbers, or at other steps."""
    figure = temperature(N, HIGH, HIGH / 10, N**-0.5, KAPPA, exponent=-0.5)
    uniform, draws, median, low_draws, low, kappas, kappa, all_of_them = figure.data
    np.testing.assert_array_equal(uniform.y, N**-0.5)
    assert "−0.50" in uniform.name
    np.testing.assert_array_equal(median.y, np.median(HIGH, axis=0))
    np.testing.assert_array_equal(low.y, np.median(HIGH / 10, axis=0))
    np.testing.assert_array_equal(median.x, N)
    assert median.name == "favoured state, median of 3"
    assert temperature(N, HIGH[:1], HIGH[:1], N, KAPPA).data[2].name == "favoured state"
    shown = np.reshape(draws.y, (3, len(N) + 1))  # after each draw a gap
    assert np.isnan(shown[:, -1]).all()
    np.testing.assert_array_equal(shown[:, :-1], np.where(HIGH > 0, HIGH, np.nan))
    np.testing.assert_array_equal(np.reshape(low_draws.x, (3, -1))[:, :-1], [N] * 3)
    np.testing.assert_array_equal(np.reshape(kappas.y, (3, -1))[:, :-1], KAPPA)
    np.testing.assert_array_equal(kappa.y, KAPPA[0])
    np.testing.assert_array_equal(all_of_them.y, N)


def test_a_mark_stands_only_within_the_picture():
    """If this failed, a line would push the axis out to where nothing is."""
    figure = temperature(N, HIGH, HIGH, N, KAPPA, lasts=20.0)
    assert [shape.x0 for shape in figure.layout.shapes] == [20.0]
    assert "= 20" in figure.layout.annotations[0].text
    for outside in (0.5, 1e6):
        assert not temperature(N, HIGH, HIGH, N, KAPPA, lasts=outside).layout.shapes


def test_very_small_gradients_do_not_stretch_the_axis():
    """If this failed, a gradient of 1e-200 would make all others look alike."""
    low, _ = temperature(N, HIGH, HIGH * 1e-200, N**-0.5, KAPPA).layout.yaxis.range
    assert -20 < low < 0


def test_traces_are_as_many_before_there_are_numbers():
    """If this failed, the empty figure could not become the full one."""
    assert len(temperature().data) == len(temperature(N, HIGH, HIGH, N, KAPPA).data)
