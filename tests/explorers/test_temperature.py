"""The temperature explorer against the theory it shows."""

import re

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.temperature import AT, FITTED_FROM, Settings, T, survey
from rsa_edu.theory.peaked import KINDS, ONE_STATE, PER_PAIR, PER_STATE, RECENCY


@pytest.mark.parametrize("kind", [ONE_STATE, PER_STATE, PER_PAIR])
@pytest.mark.parametrize("combine", ["mean", "sum", "attention"])
def test_warm_attention_follows_the_uniform_law(kind, combine):
    """If this failed, the reference line would not be what the curves come from."""
    numbers = survey(Settings(tau=20.0, v=0.4, energies=kind, combine=combine))
    assert numbers.law == pytest.approx(rsa.theory.uniform_attention_exponent(0.4, combine))
    np.testing.assert_allclose(numbers.exponents, numbers.law, atol=0.02)
    np.testing.assert_allclose(numbers.shares, 1, atol=0.2)
    np.testing.assert_allclose(numbers.kappa[:, -1], T - 1, rtol=0.01)


def test_cold_attention_favours_few():
    """If this failed, lowering the temperature would starve nobody."""
    numbers = survey(Settings(tau=0.1, energies=PER_STATE))
    favoured, disfavoured = numbers.shares
    assert favoured > 50 * disfavoured
    assert np.median(numbers.kappa[:, -1]) < 10
    assert (numbers.gradient[:, 0, -1] > numbers.gradient[:, 1, -1]).all()


def test_one_state_keeps_its_gradient_until_it_is_outnumbered():
    """If this failed, the marked crossover would be at the wrong place."""
    numbers = survey(Settings(tau=0.25, energies=ONE_STATE))
    assert 20 < numbers.lasts < 100
    curve = numbers.gradient[0, 0]
    assert curve[20] / curve[10] > 0.75  # uniform attention leaves 2 ** -0.67 = 0.63 of it
    slope = np.log(curve[-1] / curve[T // 2]) / np.log((T - 1) / (T // 2))
    assert slope == pytest.approx(numbers.law, abs=0.1)


def test_the_newest_take_it_all():
    """If this failed, a window would look as good as attention to all the past."""
    explorer = rsa.explore.temperature(energies=RECENCY, tau=1.0)
    assert explorer.numbers.gradient[0, 0, -1] < 1e-20
    factor = float(re.search(r"factor (0\.\d+) per step", explorer.summary)[1])
    curve = explorer.numbers.gradient[0, 0]
    assert factor == pytest.approx((curve[600] / curve[500]) ** 0.01, abs=0.01)


@pytest.mark.parametrize("name", rsa.explore.temperature.presets)
def test_every_preset_draws_its_numbers(name):
    """If this failed, a preset would raise or show other numbers than the core returns."""
    explorer = rsa.explore.temperature().preset(name).wait()
    expected = survey(explorer.settings)
    np.testing.assert_array_equal(explorer.figure.data[0].x, AT)
    reference = np.asarray(explorer.figure.data[0].y, dtype=float)
    np.testing.assert_array_equal(reference, expected.uniform[AT])
    for trace, state in ((2, 0), (4, 1)):
        median = np.median(expected.gradient[:, state, AT], axis=0)
        drawn = np.asarray(explorer.figure.data[trace].y, dtype=float)
        np.testing.assert_array_equal(drawn, np.where(median > 0, median, np.nan))
    assert explorer.summary
    assert explorer.status == ""


def test_the_sentence_gives_measured_and_predicted():
    """If this failed, the sentence would name other numbers than the core returns."""
    explorer = rsa.explore.temperature(v=0.5)
    high, low = explorer.numbers.exponents
    said = explorer.summary.replace("−", "-")
    assert f"From T = {FITTED_FROM} to {T - 1}" in said
    assert f"{high:.2f} (favoured state) and {low:.2f} (disfavoured)" in said
    assert "uniform law: -0.67, typical for τ → 0: -1.10" in said
    assert "typical" not in rsa.explore.temperature(energies=PER_PAIR).summary


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_eigenvalue_there_is_no_gradient(kind):
    """If this failed, v = 0 would end in an error or in an invented exponent."""
    explorer = rsa.explore.temperature(v=0.0, energies=kind)
    assert "there is no gradient" in explorer.summary
    assert explorer.status == ""
    assert explorer.numbers.law is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("combine", ["mean", "sum", "attention"])
@pytest.mark.parametrize("v", [-0.95, 0.05, 0.95])
def test_the_corners_give_finite_numbers(kind, combine, v):
    """If this failed, a corner of the sliders would show nothing or a warning."""
    for tau in (0.05, 20.0):
        numbers = survey(Settings(tau=tau, v=v, energies=kind, combine=combine))
        assert np.isfinite(numbers.gradient).all()
        assert rsa.explore.temperature(tau=tau, v=v, energies=kind, combine=combine).status == ""


def test_the_table_holds_every_draw():
    """If this failed, the CSV file would lack what the thin lines show."""
    explorer = rsa.explore.temperature()
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert len(rows) == T - 1
    assert {len(head)} == {len(row) for row in rows}
    row = dict(zip(head, rows[499], strict=True))
    assert row["T"] == 500
    assert row["favoured_3"] == explorer.numbers.gradient[2, 0, 500]
    assert row["disfavoured_7"] == explorer.numbers.gradient[6, 1, 500]
    assert row["kappa_1"] == explorer.numbers.kappa[0, 500]
