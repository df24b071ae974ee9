"""The vanishing figure shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.vanishing import vanishing

MEASURED = 0.9 ** np.arange(50)


def test_the_curve_is_what_was_measured():
    """The figure shows other numbers, or at other distances."""
    figure = vanishing(MEASURED, radius=0.9, norm=0.9, exact=True)
    np.testing.assert_array_equal(figure.data[0].y, MEASURED)
    np.testing.assert_array_equal(figure.data[0].x, np.arange(50))
    np.testing.assert_allclose(figure.data[1].y, MEASURED, rtol=1e-14)
    assert "exact" in figure.data[1].name


def test_radius_and_norm_get_a_curve_each_where_they_part():
    """Of a non-normal V only one of the two rates is shown."""
    figure = vanishing(MEASURED, radius=0.9, norm=1.2)
    np.testing.assert_allclose(figure.data[2].y, 1.2 ** np.arange(50), rtol=1e-12)
    assert figure.data[2].showlegend
    assert not vanishing(MEASURED, radius=0.9, norm=0.9).data[2].showlegend


def test_exact_zeros_are_marked_within_the_axis():
    """Where the gradient is exactly 0 the figure shows a gap."""
    measured = np.array([1, 1e-200, 0, 0])
    figure = vanishing(measured, radius=1e-200, norm=1e-200)
    marks, (low, high) = figure.data[3], figure.layout.yaxis.range
    assert list(marks.x) == [2, 3]
    assert all(low <= np.log10(y) <= high for y in marks.y)


def test_traces_are_as_many_before_there_are_numbers():
    """The empty figure cannot become the full one."""
    assert len(vanishing().data) == len(vanishing(MEASURED, radius=0.9, norm=1.2).data)
