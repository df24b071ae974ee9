"""Peaked attention against the general linear network, and what is said about its mean."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rsa_edu import theory
from rsa_edu.theory import peaked
from rsa_edu.theory.links import GAMMAS
from rsa_edu.theory.peaked import FAVOURED, KINDS, ONE_STATE, PER_PAIR, PER_STATE, RECENCY

COMBINES = tuple(GAMMAS)


def attention(energies, temperature):
    """(T, T) as equation (1) says it, row by row; row 0 reads nothing."""
    rows = np.zeros_like(energies)
    for n in range(1, len(energies)):
        weights = np.exp((energies[n, :n] - energies[n, :n].max()) / temperature)
        rows[n, :n] = weights / weights.sum()
    return rows


@given(
    st.sampled_from(KINDS),
    st.floats(0.02, 50),
    st.floats(-1, 1),
    st.sampled_from(COMBINES),
    st.integers(0, 100),
)
def test_equals_the_linear_network(kind, temperature, v, combine, seed):
    """If this failed, the forward recurrence would leave out a path or count one twice."""
    T, sources = 12, np.array([0, 3])
    chosen = theory.energies(kind, T, draws=2, seed=seed)
    found = theory.peaked_gradient(chosen, temperature, v, combine, sources=sources).gradient
    for draw in range(2):
        read = attention(chosen[draw], temperature)
        for n in (1, 4, 11):
            expected = theory.linear_gradient(read, v, combine=combine, target=n)[sources]
            np.testing.assert_allclose(np.abs(found[draw, :, n]), expected, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("combine", COMBINES)
@pytest.mark.parametrize("v", [-0.7, 0.3, 0.9])
def test_without_preferences_it_is_the_uniform_law(kind, combine, v):
    """If this failed, an infinite temperature would not be uniform attention."""
    T, source = 60, 5
    found = theory.peaked_gradient(
        theory.energies(kind, T), math.inf, v, combine, sources=np.array([source])
    )
    law = np.exp(theory.uniform_attention_gradient(v, T - 1 - source, combine, start=source + 1))
    expected = np.broadcast_to(law, (7, len(law)))
    np.testing.assert_allclose(np.abs(found.gradient[:, 0, source:]), expected, rtol=1e-9)
    assert (found.gradient[:, 0, :source] == 0).all()
    np.testing.assert_allclose(found.entropy[0, 1:], np.log(np.arange(1, T)), atol=1e-12)


@pytest.mark.parametrize(("kind", "temperature"), [(PER_PAIR, 0.3), (PER_PAIR, 2.0)])
@pytest.mark.parametrize("combine", COMBINES)
def test_per_pair_the_mean_gradient_is_the_uniform_one(kind, temperature, combine):
    """If this failed, the first statement of the module would be wrong."""
    assert_mean_is_uniform(kind, temperature, combine)


@pytest.mark.parametrize("combine", COMBINES)
def test_records_keep_the_uniform_gradient_in_the_mean(combine):
    """If this failed, what is said of fixed energies and temperature 0 would be wrong."""
    assert_mean_is_uniform(PER_STATE, 1e-4, combine)


@pytest.mark.parametrize(("v", "combine"), [(0.5, "mean"), (-0.8, "mean"), (0.6, "attention")])
def test_records_make_the_typical_gradient_a_power_of_its_own(v, combine):
    """If this failed, log |a| would not be the exponent that a figure shows at temperature 0."""
    T, draws, first = 400, 200, 20
    chosen = theory.energies(PER_STATE, T, draws)
    gradient = theory.peaked_gradient(
        chosen, 1e-4, v, combine, sources=chosen[:, 0, :10].argmax(1)[:, None]
    ).gradient[:, 0]
    slopes = np.log(np.abs(gradient[:, -1] / gradient[:, first])) / math.log((T - 1) / first)
    error = slopes.std() / math.sqrt(draws)
    typical = theory.record_exponent(v, combine)
    assert abs(slopes.mean() - typical) < 4 * error
    assert error < 0.1 * abs(typical)


def test_the_mean_test_can_fail():
    """If this failed, the two tests above would pass with any energies."""
    with pytest.raises(AssertionError):
        assert_mean_is_uniform(ONE_STATE, 0.5, "mean")


def assert_mean_is_uniform(kind, temperature, combine):
    """The mean over many draws, to five times its standard error."""
    T, draws, v, source = 16, 20_000, 0.8, FAVOURED
    chosen = theory.energies(kind, T, draws)
    sources = np.array([source])
    values = theory.peaked_gradient(chosen, temperature, v, combine, sources=sources).gradient[:, 0]
    law = np.exp(theory.uniform_attention_gradient(v, T - 1 - source, combine, start=source + 1))
    error = values.std(0)[source:] / math.sqrt(draws)
    assert (np.abs(values.mean(0)[source:] - law) < 5 * error + 1e-9).all()


@pytest.mark.parametrize("temperature", [0.1, 0.3, 1.0])
def test_one_state_gets_what_equation_2_says(temperature):
    """If this failed, the peak would be as high as it is by another formula."""
    T = 200
    found = theory.peaked_gradient(
        theory.energies(ONE_STATE, T, 1), temperature, 0.5, sources=np.array([FAVOURED])
    )
    for n in (FAVOURED + 1, 20, T - 1):
        top = 1 / (1 + (n - 1) * math.exp(-1 / temperature))
        rest = (1 - top) / (n - 1)
        entropy = -top * math.log(top) - (n - 1) * rest * math.log(rest)
        assert found.entropy[0, n] == pytest.approx(entropy, rel=1e-9)
    half = theory.peak_lasts(temperature)
    assert 1 / (1 + half * math.exp(-1 / temperature)) == pytest.approx(0.5)


@pytest.mark.parametrize("combine", COMBINES)
def test_a_peak_keeps_the_gradient_until_it_is_outnumbered(combine):
    """If this failed, peaked attention would not change the exponent, or change it for ever."""
    v, both = 0.6, np.array([FAVOURED, FAVOURED + 1])
    law = theory.uniform_attention_exponent(v, combine)

    def exponents(temperature):
        chosen = theory.energies(ONE_STATE, 2000, 1)
        gradient = theory.peaked_gradient(chosen, temperature, v, combine, sources=both).gradient
        return theory.fitted_exponent(gradient, first=500)[0]

    sharp, flat = exponents(0.05), exponents(0.5)  # exp(1/tau) is 5e8 and 7
    np.testing.assert_allclose(sharp, 0, atol=0.02)
    np.testing.assert_allclose(flat, law, atol=0.05)


def test_recency_falls_exponentially():
    """If this failed, a window would be enough for Theorem 1."""
    chosen = theory.energies(RECENCY, 400, 1)
    gradient = theory.peaked_gradient(chosen, 0.5, 0.9, sources=np.array([0])).gradient[0, 0]
    rates = np.diff(np.log(np.abs(gradient[[100, 200, 300, 399]]))) / [100, 100, 99]
    np.testing.assert_allclose(rates, rates[0], rtol=0.01)
    assert rates[0] < -0.01


def test_favoured_and_disfavoured():
    """If this failed, the curves would be those of other states."""
    chosen = theory.energies(PER_STATE, 30, 3)
    for draw, (best, worst) in enumerate(theory.favoured_and_disfavoured(chosen)):
        assert chosen[draw, 0, best] == chosen[draw, 0, :10].max()
        assert chosen[draw, 0, worst] == chosen[draw, 0, :10].min()
    one = theory.favoured_and_disfavoured(theory.energies(ONE_STATE, 30, 1))
    assert one.tolist() == [[FAVOURED, 9]]
    assert theory.favoured_and_disfavoured(theory.energies(RECENCY, 30, 1)).tolist() == [[9, 0]]


def test_the_fit_finds_a_power():
    """If this failed, measured exponents would be biased, or hide a gradient that is 0."""
    n = np.arange(1000)
    powers = np.maximum(n, 1)[None] ** np.array([[-0.5], [2.0]])
    np.testing.assert_allclose(theory.fitted_exponent(powers, 10), [-0.5, 2.0], rtol=1e-9)
    assert np.isnan(theory.fitted_exponent(np.zeros(50), 10))


def test_the_seed_decides_the_draws():
    """If this failed, a figure could not be drawn twice."""
    one, again, other = (theory.energies(PER_STATE, 40, 2, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert (one[0] != one[1]).any()


@pytest.mark.usefixtures("unchecked")
def test_bad_input_is_said_in_words():
    """If this failed, a wrong word or number would give a wrong curve."""
    chosen = theory.energies(PER_STATE, 20, 2)
    with pytest.raises(ValueError, match="kind must be one of 'one state'"):
        theory.energies("sink", 20)
    for temperature in (0, -1, math.nan):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            theory.peaked_gradient(chosen, temperature, 0.5, sources=np.array([1]))
        with pytest.raises(ValueError, match="temperature must be above 0"):
            theory.peak_lasts(temperature)
    with pytest.raises(ValueError, match="combine must be one of"):
        theory.peaked_gradient(chosen, 1.0, 0.5, "max", sources=np.array([1]))
    with pytest.raises(ValueError, match="eigenvalue must be real"):
        theory.peaked_gradient(chosen, 1.0, 0.5j, sources=np.array([1]))
    with pytest.raises(ValueError, match="must be below 1"):
        theory.record_exponent(1.0, "sum")
    with pytest.raises(ValueError, match="sources must lie between 0 and 19"):
        theory.peaked_gradient(chosen, 1.0, 0.5, sources=np.array([20]))
    with pytest.raises(ValueError, match="more than 10 states"):
        theory.favoured_and_disfavoured(theory.energies(PER_STATE, 10, 1))
    with pytest.raises(ValueError, match="first must lie between 1 and 48"):
        theory.fitted_exponent(np.ones(50), 49)


def test_without_a_recurrence_nothing_is_typical():
    """If this failed, v = 0 would be an error."""
    assert theory.record_exponent(0.0) == -math.inf


def test_a_very_cold_peak_lasts_for_ever():
    """If this failed, a small temperature would end in an overflow."""
    assert peaked.peak_lasts(1e-4) == math.inf
