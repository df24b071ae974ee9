"""The figure of transfer shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.transfer import PER_MODEL, STRIDE, Scores, transfer

DELAYS, MODELS = (10, 20, 100), ("LSTM", "RelRNN")
ACCURACY = np.array([[1.0, 0.5, 0.1], [0.8, 0.7, 0.3]])


def drawn(tested, **more):
    return transfer(tested, DELAYS, models=MODELS, trained=10, chance=0.125, cursor=20, **more)


def test_the_line_is_the_mean_and_every_seed_has_its_points():
    """The line is another mean, or a seed is missing."""
    figure = drawn({"RelRNN": Scores(ACCURACY, [4, 7])})
    line, seeds = figure.data[PER_MODEL : 2 * PER_MODEL]
    assert list(line.x) == list(DELAYS)
    np.testing.assert_allclose(line.y, ACCURACY.mean(0))
    assert list(seeds.y) == ACCURACY.ravel().tolist()
    assert [list(pair) for pair in seeds.customdata] == [
        [seed, delay] for seed in (4, 7) for delay in DELAYS
    ]
    np.testing.assert_allclose(seeds.x, np.tile(DELAYS, 2) * 10 ** (STRIDE / 2))


def test_a_model_without_runs_is_not_in_the_legend():
    """The legend names a line that is not there."""
    figure = drawn({"RelRNN": Scores(ACCURACY, [0, 1])})
    assert [trace.name for trace in figure.data if trace.showlegend] == ["RelRNN"]
    assert not figure.data[0].x


def test_the_training_is_shaded_and_the_cursor_marked():
    """The reader takes another delay for that of the training, or of the sentence."""
    shade, cursor = drawn({}).layout.shapes
    assert shade.x1 == 10
    assert cursor.x0 == cursor.x1 == 20


def test_an_empty_figure_says_so_and_has_as_many_traces():
    """Nothing is drawn and nothing is said, or the page does not know which trace to change."""
    empty, full = drawn({}, empty="no run"), drawn({"LSTM": Scores(ACCURACY, [0, 1])})
    assert "no run" in [note.text for note in empty.layout.annotations]
    assert len(empty.data) == len(full.data)
