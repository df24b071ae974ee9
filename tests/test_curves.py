"""The points of a curve are means of the records, and its yardsticks are right."""

import math
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.curves import MOST_POINTS, curves, memoryless_loss, notes
from rsa_edu.training import Recipe


def records(count):
    return [rsa.Record(i + 1, math.sin(i), i / count, 1.0, 0.1 * i) for i in range(count)]


@given(st.integers(0, 3000))
def test_a_point_is_the_mean_of_its_block(count):
    """If this failed, the curve would show other losses than were measured."""
    given_records = records(count)
    drawn = curves(given_records)
    assert len(drawn.update) <= MOST_POINTS
    start = 0
    for update, loss, accuracy in zip(drawn.update, drawn.loss, drawn.accuracy, strict=True):
        block = given_records[start:update]
        assert loss == pytest.approx(fmean(r.loss for r in block))
        assert accuracy == pytest.approx(fmean(r.accuracy for r in block))
        assert len(block) == drawn.block or update == count
        start = update
    assert start == count


def test_points_stay_where_they_are_while_a_run_goes_on():
    """If this failed, the whole curve would wobble with every update."""
    before, after = curves(records(505)), curves(records(560))
    full = len(before.loss) - 1
    assert before.block == after.block
    assert after.update[:full] == before.update[:full]
    assert after.loss[:full] == before.loss[:full]


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(loss="answers"), math.log(8)),
        (Recipe(loss="answers", vary_delay=True), math.log(8)),
        (Recipe(loss="all"), 10 * math.log(8) / 22),
        (Recipe(loss="all", vary_delay=True), fmean(10 * math.log(8) / n for n in (21, 22))),
    ],
)
def test_the_memoryless_loss_fits_the_recipe(recipe, expected):
    """If this failed, a network that remembers nothing would seem better or worse than it is."""
    assert memoryless_loss(rsa.tasks.Copy(2), recipe) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        (rsa.models.Screening(3, 0), "Screening ν 3, ρ 0"),
        (rsa.models.Screening(3, 2, correct_primacy=True), "Screening ν 3, ρ 2, corrected"),
        (rsa.models.Random(3, 2, seed=7), "Random ν 3, ρ 2"),
        (rsa.models.Window(17), "Window K 17"),
        (rsa.models.LowestAttention(17), "LowestAttention K 17"),
    ],
)
def test_changes_are_told_in_the_words_of_the_sliders(memory, said):
    """If this failed, the mark in the curve would speak Python."""
    changes = [(5, "learning_rate = 0.003"), (90, f"memory = {memory}")]
    assert notes(changes) == [(5, "learning rate 0.003"), (90, said)]


def test_of_a_drag_only_its_end_is_told():
    """If this failed, moving a slider would cover the curve with marks."""
    drag = [(10 + i, f"learning_rate = {0.001 * i}") for i in range(5)]
    later = (200, "learning_rate = 0.5")
    assert notes([*drag, later]) == [(14, "learning rate 0.004"), (200, "learning rate 0.5")]
