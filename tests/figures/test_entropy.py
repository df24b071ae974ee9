"""The figure of a training run shows the numbers it is given."""

import pytest

from rsa_edu.figures import theme
from rsa_edu.figures.entropy import entropy_along_training
from tests.figures.test_theme import contrast


def test_the_curves_are_those_given():
    """If this failed, kappa and accuracy would be mixed up, or shown at other updates."""
    figure = entropy_along_training(
        [0, 100, 200], [40.0, 9.0, 2.0], [0.1, 0.2, 0.9], uniform=44.5, chance=0.125
    )
    kappa, uniform, accuracy, chance = figure.data
    assert list(kappa.x) == list(accuracy.x) == [0, 100, 200]
    assert list(kappa.y) == [40, 9, 2]
    assert list(accuracy.y) == [0.1, 0.2, 0.9]
    assert kappa.yaxis == uniform.yaxis == "y2"
    assert accuracy.yaxis == chance.yaxis == "y"
    assert (set(uniform.y), set(chance.y)) == ({44.5}, {0.125})
    assert "44.5" in uniform.text[1]
    assert figure.layout.yaxis2.range[1] > 1.65  # log10 of 44.5


@pytest.mark.parametrize("name", theme.THEMES)
def test_it_can_be_read_on_both_grounds(name):
    """In Lab's dark theme the figure is a white card, or its words cannot be read."""
    layout = entropy_along_training([0], [40.0], [0.1], uniform=44.5, chance=0.125).layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert contrast(layout.font.color, theme.GROUNDS[name].paper) >= 4
