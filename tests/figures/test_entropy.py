"""The figure of a training run shows the numbers it is given."""

from rsa_edu.figures.entropy import entropy_along_training


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
