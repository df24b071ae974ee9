"""The figure of the race shows the numbers it is given."""

import numpy as np

from rsa_edu.figures.race import (
    DIVERGED,
    MARKS,
    MEAN,
    MEDIAN,
    MET,
    NEVER,
    PER_MODEL,
    SEEDS,
    Lane,
    race,
)

MODELS = ("RNN", "RelRNN", "SAB")
CURVE = (np.array([10.0, 100.0]), np.array([0.1, 0.9]))
LANE = Lane(
    seeds=(0, 1, 2),
    curves=(CURVE, CURVE, CURVE),
    mean=CURVE,
    met=(300.0, None, None),
    diverged=(None, None, 40.0),
    median=300.0,
    here=0.4,
)


def drawn(**more):
    given = {"models": MODELS, "over": "updates", "spent": 50, "span": (10, 3000)}
    return race({"RelRNN": LANE}, **given | more)


def of_relrnn(place):
    return drawn().data[PER_MODEL * MODELS.index("RelRNN") + place]


def test_seeds_are_thin_and_parted():
    """Two seeds are joined by a line, or one is missing."""
    seeds = of_relrnn(SEEDS)
    assert np.isnan(np.asarray(seeds.y, dtype=float)).sum() == 3
    assert seeds.line.width < of_relrnn(MEAN).line.width
    assert list(of_relrnn(MEAN).y) == [0.1, 0.9]


def test_every_seed_has_its_mark():
    """A seed that never met the target looks like one that did, or stands inside the axis."""
    marks = of_relrnn(MARKS)
    assert list(marks.marker.symbol) == [MET, NEVER, DIVERGED, MEDIAN]
    met, never, diverged, median = marks.x
    assert (met, diverged, median) == (300, 40, 300)
    assert 3000 < never < 10 ** drawn().layout.xaxis.range[1]
    assert len(set(marks.y[:3])) == 3
    assert max(abs(y - marks.y[-1]) for y in marks.y) < 0.5


def test_the_share_is_said():
    """It is not said how many seeds met the target."""
    assert "1 of 3" in [note.text for note in drawn().layout.annotations]


def test_the_cursor_stands_where_it_is_put():
    """The accuracies at the cursor are drawn elsewhere."""
    here = drawn().data[-1]
    assert (list(here.x), list(here.y)) == ([50], [0.4])
    assert drawn().layout.shapes[1].x0 == drawn().layout.shapes[1].x1 == 50


def test_the_target_is_a_line():
    """The target is drawn at another accuracy."""
    assert drawn(target=0.7).layout.shapes[0].y0 == 0.7


def test_an_empty_figure_says_why():
    """Nothing is drawn and nothing is said, or the page would not know which trace to change."""
    empty = race({}, models=MODELS, empty="no run")
    assert "no run" in [note.text for note in empty.layout.annotations]
    assert len(empty.data) == len(drawn().data)
