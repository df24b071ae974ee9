"""The tradeoff map draws the points, the front and the rows that it is given."""

import numpy as np
import pytest

from rsa_edu.figures import tradeoff_map as view
from rsa_edu.figures.theme import GROUNDS, MODELS
from rsa_edu.figures.tradeoff_map import tradeoff_map
from rsa_edu.figures.tradeoff_picture import Axis, Dots, Picture, Row
from rsa_edu.figures.tradeoff_rows import PER_ROW

ROW = Row(
    Axis("accuracy at delay 100"),
    seeds=[(0.1, 0.3), (), (0.5, 0.7), (0.8,)],
    live=[(), (0.4,), (), ()],
    apart=[(), (0.9,), (), ()],
    full=(0.9, 0.95, 1.0),
    said="60%",
)
PICTURE = Picture(
    x=Axis("time per update (ms)", (1.0, 20.0), log=True),
    y=Axis("accuracy", (0.0, 1.0)),
    dots={"Sinks": Dots([(1, 2, 4), (5, 6, 7)], [(0.1, 0.2, 0.5), (0.5, 0.5, 0.5)], [True, False],
                        ["one", "two"], ["Sinks", "Sinks"]),
          view.OTHER: Dots([(1, 2, 4), (5, 6, 7)], [(0.1, 0.2, 0.5), (0.5, 0.5, 0.5)], [True, True],
                           ["three", "four"], ["LSTM", "Transformer"])},
    front=[(2, 0.2), (6, 0.5)],
    now=(6, 0.5),
    seeds=[(5, 0.5), (7, 0.5)],
    pins=[("A", 2, 0.2)],
    live=[(3, 0.3, "here")],
    full=0.95,
    rows=[ROW] * view.MOST_ROWS,
    rungs=["0", "2", "5", "10"],
    along="relevant set ρ",
    rung=2,
    policy="Sinks",
)  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    return tradeoff_map(PICTURE)


def test_a_point_stands_at_its_means_with_bars_to_its_seeds(drawn):
    """A point is drawn at another place, or the bars hide a seed."""
    points = drawn.data[view.GROUPS.index("Sinks")]
    assert list(points.x) == [2, 6]
    assert list(points.y) == [0.2, 0.5]
    assert list(points.error_x.arrayminus) == [1, 1]
    assert list(points.error_x.array) == [2, 1]
    np.testing.assert_allclose(points.error_y.array, [0.3, 0])
    assert list(points.customdata) == ["one", "two"]


def test_a_point_without_all_its_seeds_is_hollow(drawn):
    """The mean of the seeds that got there passes for the mean of all."""
    symbols = drawn.data[view.GROUPS.index("Sinks")].marker.symbol
    assert list(symbols) == ["triangle-up", "triangle-up-open"]


def test_a_policy_without_points_keeps_its_place_in_the_legend(drawn):
    """The map jumps when another cost is chosen, or a line is drawn at a number that is none."""
    empty = drawn.data[view.GROUPS.index("Window")]
    assert (list(empty.x), list(empty.y)) == ([None], [None])
    assert empty.showlegend


def test_other_models_have_their_colour_and_their_name_beside_them(drawn):
    """A hexagon is just some model."""
    points = drawn.data[view.GROUPS.index(view.OTHER)]
    assert list(points.text) == ["LSTM", "Transformer"]
    assert "text" in points.mode
    assert list(points.marker.color) == [MODELS["LSTM"][0], MODELS["Transformer"][0]]
    assert list(points.customdata) == ["three", "four"]


def test_the_front_is_stepped_and_goes_on_to_the_edge(drawn):
    """Between two points the line promises a gain that nobody measured."""
    front = drawn.data[view.FRONT]
    assert front.line.shape == "hv"
    assert list(front.x) == [2, 6, 20]
    assert list(front.y) == [0.2, 0.5, 0.5]


def test_chosen_pinned_and_live_points_have_marks_of_their_own(drawn):
    """The reader cannot tell which point the sliders mean, or which run was made here."""
    now, pins, live, seeds = (
        drawn.data[i] for i in (view.NOW, view.PINS, view.LIVE, view.SEEDS)
    )  # fmt: skip
    assert (now.x[0], now.y[0]) == (6, 0.5)
    assert list(seeds.x) == [5, 7]
    assert (pins.x[0], pins.text[0]) == (2, "<b>A</b>")
    assert (live.x[0], live.marker.symbol) == (3, "star")


def test_a_row_shows_mean_every_seed_and_the_run_made_here(drawn):
    """A row hides a seed, or joins its mean over what was not measured or cannot be compared."""
    band, mean, seeds = drawn.data[view.ROWS : view.ROWS + PER_ROW]
    assert list(mean.y) == [pytest.approx(0.2), None, pytest.approx(0.6), 0.8]
    assert not mean.connectgaps
    assert list(zip(seeds.x, seeds.y, strict=True)) == [
        (0, 0.1), (0, 0.3), (2, 0.5), (2, 0.7), (3, 0.8), (1, 0.9), (1, 0.4)
    ]  # fmt: skip
    assert list(seeds.marker.symbol) == ["circle"] * 5 + ["circle-open", "star"]
    assert list(zip(band.x, band.y, strict=True)) == [
        (0, 0.1), (0, 0.3), (None, None), (2, 0.5), (3, 0.8), (3, 0.8), (2, 0.7)
    ]  # fmt: skip


def test_one_cursor_goes_through_all_rows(drawn):
    """The rows do not show the same budget."""
    cursors = [shape for shape in drawn.layout.shapes if shape.xref == "x2"]
    assert [shape.x0 for shape in cursors] == [2] * view.MOST_ROWS
    assert len({shape.yref for shape in cursors}) == view.MOST_ROWS


def test_full_attention_is_a_line_wherever_it_was_measured(drawn):
    """There is nothing to tell a good gain from."""
    lines = [shape for shape in drawn.layout.shapes if shape.line.dash == "dot"]
    assert [shape.y0 for shape in lines] == [0.95] * (1 + view.MOST_ROWS)


def test_an_axis_holds_its_ends_and_small_can_be_good():
    """A point lies outside the map, or a better one stands lower."""
    high, low = tradeoff_map(
        Picture(y=Axis("effective depth", (0.0, 9.0), flipped=True))
    ).layout.yaxis.range
    assert high > 9
    assert low <= 0
    ends = tradeoff_map(PICTURE).layout.xaxis.range
    assert ends[0] < 0 < np.log10(20) < ends[1]


@pytest.mark.parametrize("ends", [(3.0, 9.0), (1.0, 80.0), (1e-8, 1.0), (5.0, 5.0), (20, 60_000)])
@pytest.mark.parametrize("most", [3, 7])
def test_a_log_axis_has_some_ticks_and_not_too_many(ends, most):
    """An axis without a number, or with numbers over one another."""
    axis = view._axis(Axis("time", ends, log=True), most)
    low, high = axis["range"]
    if "tickvals" in axis:
        assert all(low <= np.log10(tick) <= high for tick in axis["tickvals"])
        assert 1 <= len(axis["tickvals"]) <= most
    else:
        assert (high - low) / axis["dtick"] <= most


@pytest.mark.parametrize("theme", GROUNDS)
def test_traces_do_not_come_and_go(theme):
    """The page would not know which trace to change."""
    count = view.ROWS + PER_ROW * view.MOST_ROWS
    for shown in (None, PICTURE, Picture(note="nothing")):
        for stacked in (False, True):
            assert len(tradeoff_map(shown, theme, stacked=stacked).data) == count


def test_an_empty_map_says_why():
    """A blank figure looks like a fault."""
    assert "nothing yet" in [
        note.text for note in tradeoff_map(Picture(note="nothing yet")).layout.annotations
    ]
