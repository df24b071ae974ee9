"""The explorer of exponents: theory and recurrence through sliders and disc."""

import math
import time

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu import theory
from rsa_edu.explorers.exponents import (
    COMBINE,
    RINGS,
    SPOKES,
    Settings,
    eigenvalue,
    exponent_map,
    law,
)


@pytest.fixture
def explorer():
    return rsa.explore.exponents()


@pytest.mark.parametrize("name", rsa.explore.exponents.presets)
def test_every_preset_is_measured_as_it_is_predicted(explorer, name):
    """A preset raises, measures nothing, or measures another exponent than is predicted."""
    explorer.preset(name).wait()
    numbers = explorer.numbers
    assert numbers.slope[2] == pytest.approx(numbers.exponent, abs=0.01)
    assert f"{numbers.exponent:z.3f}".replace("-", "−") in explorer.summary
    assert f"{numbers.slope[2]:z.3f}".replace("-", "−") in explorer.summary
    assert explorer.status == ""


@pytest.mark.parametrize("combine", COMBINE)
def test_the_numbers_are_those_of_the_theory(combine):
    """The explorer shows other numbers than rsa.theory returns."""
    settings = Settings(radius=0.8, angle=-70, combine=combine, T=1000, start=7)
    numbers = law(settings)
    v = eigenvalue(0.8, -70)
    logs = theory.uniform_attention_gradient(v, 993, combine, 7)
    np.testing.assert_array_equal(numbers.logs, logs)
    assert numbers.last == 1000
    assert numbers.exponent == theory.uniform_attention_exponent(v, combine)
    first = max(100, theory.reliable_from(v, combine, 7))
    assert numbers.slope == (first, 1000, theory.measured_exponent(logs, 7, first))


def test_a_real_or_imaginary_eigenvalue_is_exactly_so():
    """Rounding leaves a part of 1e-16, and v = -1 no longer loses its first state."""
    assert eigenvalue(1, 180) == -1
    assert eigenvalue(0.5, 90) == 0.5j
    assert abs(eigenvalue(1, 37)) == pytest.approx(1, abs=1e-13)


def test_what_has_no_law_is_said_in_words(explorer):
    """v = 1 with "sum", v = 0 or a gradient of exactly 0 is a traceback, or passes in silence."""
    explorer.set(radius=1, angle=0, combine="sum").wait()
    assert "w = v = 1: the gradient grows as exp(2 √T), faster than any power" in explorer.summary
    assert explorer.disc.here is None
    explorer.set(radius=0).wait()
    assert explorer.summary.startswith("v = 0: nothing is passed on, so there is no gradient")
    explorer.set(radius=1, angle=180, combine="attention").wait()
    assert "the gradient of h₁ is exactly 0" in explorer.summary
    explorer.set(start=2).wait()
    assert "−2.000 is predicted, −2.001 measured" in explorer.summary
    assert explorer.status == ""


def test_too_early_is_said(explorer):
    """A slope is taken before |w|^T has died out."""
    explorer.preset("Sum near the circle").set(T=1000)
    assert explorer.numbers.slope is None
    assert "negligible only from T = 1,940 on. Take a longer T." in explorer.summary
    assert "−1.492 measured, from T = 1,940" in explorer.set(T=10_000).summary
    assert "No T here will do" in explorer.set(radius=0.97, angle=0, T=100_000).summary


def test_without_attention_it_is_exponential(explorer):
    """The exponential in the sentence is not |v| to the number of steps."""
    explorer.set(radius=0.9, angle=180, T=1000, start=11)
    power = round(989 * math.log10(0.9))
    assert power == -45
    assert "as 0.9ᵏ, and be about 10⁻⁴⁵ after these k = 989 steps" in explorer.summary
    assert "keep its size" in explorer.set(radius=1).summary


def test_the_disc_and_the_sliders_keep_step(explorer):
    """A drag over the disc leaves the sliders behind, or a slider the point."""
    explorer.disc.point = (0.35, 120)
    assert (explorer.settings.radius, explorer.settings.angle) == (0.35, 120)
    assert (explorer.widgets["radius"].value, explorer.widgets["angle"].value) == (0.35, 120)
    assert explorer.numbers.eigenvalue == eigenvalue(0.35, 120)
    explorer.widgets["angle"].value = -45
    assert explorer.disc.point == (0.35, -45)
    assert "v = 0.25 − 0.25i" in explorer.disc.spoken
    explorer.reset()
    assert explorer.disc.point == (Settings().radius, Settings().angle)


@pytest.mark.parametrize("combine", COMBINE)
def test_the_disc_is_coloured_by_the_exponents(explorer, combine):
    """The colour under the point is not the exponent predicted there."""
    explorer.set(combine=combine)
    values = np.frombuffer(explorer.disc.values, np.float32).reshape(RINGS, SPOKES)
    np.testing.assert_array_equal(values, exponent_map(combine).astype(np.float32))
    for ring, spoke in [(13, 10), (39, 45), (52, 90)]:  # (RINGS-2) = 64 steps to the circle
        v = eigenvalue(ring / (RINGS - 2), 180 * spoke / (SPOKES - 1))
        expected = theory.uniform_attention_exponent(v, combine)
        assert values[ring, spoke] == pytest.approx(expected, abs=1e-4)
    rim = theory.uniform_attention_exponent(eigenvalue(1, 90), combine)
    assert values[-1, 45] == pytest.approx(rim)
    assert not np.isnan(values).any()


def test_a_drag_sends_the_colours_once(explorer):
    """Each move sends the whole map again."""
    sent = []
    explorer.disc.observe(lambda change: sent.append(change.name), ["values", "look"])
    explorer.disc.point = (0.5, 10)
    explorer.disc.point = (0.6, 20)
    assert sent == []
    explorer.set(combine="sum")
    assert sent == ["values"]


def test_the_disc_follows_the_theme(explorer):
    """In a dark Lab the disc stays light."""
    light = explorer.disc.look
    explorer.page.dark = True
    assert explorer.disc.look["paper"] != light["paper"]
    assert explorer.disc.look["palette"] != light["palette"]


def test_a_narrow_page_gets_a_tall_figure(explorer):
    """On a narrow page the two panels are squeezed beside each other."""
    wide = explorer.figure.layout.height
    explorer.page.width = 500
    assert explorer.figure.layout.height > wide
    explorer.page.width = 900
    assert explorer.figure.layout.height == wide


def test_the_table_holds_both(explorer):
    """The saved file misses the prediction or the measurement."""
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("T", "log10 measured", "log10 predicted", "log10 without attention")
    last = rows[-1]
    assert last[0] == 10_000
    assert last[1] == last[2] == pytest.approx(explorer.numbers.logs[-1] / math.log(10))
    assert last[3] == pytest.approx(9999 * math.log10(0.9))
    assert list(rows[0][:2]) == [1, 0.0]
    explorer.set(radius=1, angle=0, combine="sum")
    assert math.isnan(list(explorer.table(explorer.settings, explorer.numbers))[-1][2])


def test_zero_has_no_angle(explorer):
    """The slider of the angle invites to be moved where it does nothing."""
    assert explorer.set(radius=0).widgets["angle"].disabled
    assert not explorer.set(radius=0.1).widgets["angle"].disabled


def test_the_longest_answer_is_short():
    """A drag waits: the longest T takes longer than a moment."""
    settings = Settings(T=100_000)
    begin = time.perf_counter()
    law(settings)
    assert time.perf_counter() - begin < 1
