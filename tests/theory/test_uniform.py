"""The law of uniform attention against its recurrence, and both against matrices."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rsa_edu import theory
from rsa_edu.theory.links import GAMMAS

EIGENVALUES = (
    *(-1, -0.9, -0.5, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9, 1j),
    *(cmath.rect(0.5, 2), cmath.rect(0.8, 2), cmath.rect(0.9, 0.8), cmath.rect(1, 2.5)),
)
COMBINES = tuple(GAMMAS)

# Measured when the law was derived: combine, v, slope of log|dh_T/dh_1| over log T, T = 2e3..2e4.
TABLE = [
    *[("sum", -0.9, -1.4736), ("sum", -0.5, -1.3333), ("sum", 0.1, -0.8889), ("sum", 0.3, -0.5714)],
    *[("sum", 0.5, 0.0), ("sum", 0.7, 1.3323), ("mean", -0.9, -1.3103), ("mean", 0.1, -0.9474)],
    *[("mean", 0.5, -0.6667), ("mean", 0.9, -0.1818), ("mean", 1j, -1.2), ("mean", -1, -1.3333)],
    *[("attention", -0.999, -1.9985), ("attention", -0.5, -1.4995), ("attention", 0.5, -0.4998)],
    *[("attention", 0.9, -0.1), ("sum", cmath.exp(0.25j * math.pi), 0.5), ("sum", 1j, 0.5)],
    ("sum", -1, 0.5),
]

combines = pytest.mark.parametrize("combine", COMBINES)
disc = st.builds(cmath.rect, st.floats(0.02, 1), st.floats(-math.pi, math.pi))


def derivatives(matrix, steps, combine, start):
    """dh_{start+k}/dh_start for k = 0..steps, from the three equations as they stand."""
    gamma_h, gamma_c = GAMMAS[combine]
    zero = np.zeros_like(matrix)
    h = [*[zero] * (start - 1), np.eye(len(matrix))]  # the derivatives of h_1 .. h_start
    for _ in range(steps):
        c = sum(h) / len(h)
        h.append(matrix @ (gamma_h * h[-1] + gamma_c * c))
    return np.stack(h[start - 1 :])


@combines
@pytest.mark.parametrize("start", [1, 2, 5])
@pytest.mark.parametrize("v", [0.7, -0.95, 1.3, -3.0, 0.0])
def test_the_recurrence_is_that_of_the_network(combine, start, v):
    """The logarithms are not those of dh_T/dh_t in the three equations."""
    expected = np.abs(derivatives(np.array([[v]]), 60, combine, start)[:, 0, 0])
    logs = theory.uniform_attention_gradient(v, 60, combine, start)
    np.testing.assert_allclose(np.exp(logs), expected, rtol=1e-10, atol=1e-300)


@combines
@pytest.mark.parametrize("angle", [0.3, 1.5, 3.0])
def test_a_complex_eigenvalue_is_the_norm_of_its_real_block(combine, angle):
    """|d| of the complex number is not the spectral norm of the 2x2 block it stands for."""
    v = cmath.rect(0.9, angle)
    block = np.array([[v.real, -v.imag], [v.imag, v.real]])
    norms = np.linalg.matrix_norm(derivatives(block, 50, combine, 1), ord=2)
    logs = theory.uniform_attention_gradient(v, 50, combine)
    np.testing.assert_allclose(np.exp(logs), norms, rtol=1e-10)


def test_many_eigenvalues_of_a_matrix_go_their_own_ways():
    """The derivative of a diagonalisable matrix is not ruled by its eigenvalues one by one."""
    rng = np.random.default_rng(0)
    basis, values = rng.normal(size=(4, 4)), np.array([0.9, -0.6, 0.2, 0.5])
    matrix = basis @ np.diag(values) @ np.linalg.inv(basis)
    last = derivatives(matrix, 40, "mean", 1)[-1]
    in_basis = np.diag(np.linalg.inv(basis) @ last @ basis)
    logs = [theory.uniform_attention_gradient(v, 40, "mean")[-1] for v in values]
    np.testing.assert_allclose(np.log(np.abs(in_basis)), logs, rtol=1e-8)


@pytest.mark.parametrize(("combine", "v", "slope"), TABLE)
def test_the_table_of_the_derivation_is_measured_again(combine, v, slope):
    """The slope is not the one that was measured when the law was derived."""
    logs = theory.uniform_attention_gradient(v, 19_999, combine)
    assert theory.measured_exponent(logs, first=2_000) == pytest.approx(slope, abs=1.5e-3)


@combines
def test_predicted_and_measured_exponents_agree(combine):
    """The law is not what the recurrence does. `pytest -s` prints the table."""
    print(f"\n{combine}\n{'v':>15} {'predicted':>10} {'measured':>10} {'from T':>8} {'to T':>8}")
    for v in EIGENVALUES:
        start = 2 if (combine, v) == ("attention", -1) else 1
        first = max(theory.reliable_from(v, combine, start), 1000)
        last = 10 * first
        logs = theory.uniform_attention_gradient(v, last - start, combine, start)
        predicted = theory.uniform_attention_exponent(v, combine)
        measured = theory.measured_exponent(logs, start, first)
        print(f"{v:>15.3g} {predicted:10.4f} {measured:10.4f} {first:8} {last:8}")
        assert measured == pytest.approx(predicted, abs=0.01), v


@given(v=disc, combine=st.sampled_from(COMBINES), start=st.integers(1, 20))
@example(v=cmath.rect(0.99, 1), combine="sum", start=1)
@example(v=0.85, combine="sum", start=1)
@example(v=cmath.rect(1, 2.9), combine="sum", start=3)
def test_from_where_it_is_called_reliable_the_slope_is_the_exponent(v, combine, start):
    """`reliable_from` promises a slope that is not yet there."""
    assume((combine, v) != ("sum", 1))
    first = theory.reliable_from(v, combine, start)
    last = 3 * max(first, 10 * start)
    assume(last < 30_000)
    logs = theory.uniform_attention_gradient(v, last - start, combine, start)
    assume(math.isfinite(logs[-1]))  # v = -1, -2, ..: the next test
    measured = theory.measured_exponent(logs, start, last // 3)
    # 0.01 is the default tolerance of each of the two parts.
    expected = theory.uniform_attention_exponent(v, combine)
    assert measured == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("v", [-1, -2, -3])
def test_attention_alone_can_lose_the_first_states_for_good(v):
    """With s = c and v = -1, -2, .. the first states keep a gradient, or later ones lose theirs."""
    for start in (1, 2, 3, 4):
        logs = theory.uniform_attention_gradient(v, 5000, "attention", start)
        assert np.isneginf(logs[-1]) == (start <= -v)
        if start > -v:
            measured = theory.measured_exponent(logs, start)
            assert measured == pytest.approx(v - 1, abs=0.03)


def test_too_early_a_slope_misleads():
    """Near |w| = 1 a slope would do before |w|^T is negligible, or not even after."""
    for v, early, late in [
        (cmath.rect(0.8, 2), -0.966, -1.422),
        (cmath.rect(0.99, 1), -4.83, -1.489),
    ]:
        first = theory.reliable_from(v, "sum")
        logs = theory.uniform_attention_gradient(v, 39_999, "sum")
        begin = 40 if abs(v) < 0.9 else 400
        assert begin < first
        assert abs(theory.measured_exponent(logs[: 10 * begin], first=begin) - early) < 0.3
        assert theory.measured_exponent(logs, first=4000) == pytest.approx(late, abs=0.01)
        exponent = theory.uniform_attention_exponent(v, "sum")
        assert theory.measured_exponent(logs, first=first) == pytest.approx(exponent, abs=0.02)


@pytest.mark.parametrize(("v", "steps", "decades"), [(0.99, 100_000, 140), (0.9999, 200_000, 340)])
def test_growth_beyond_floating_point_is_followed(v, steps, decades):
    """Numbers beyond 1e308 overflow, or rescaling changes them."""
    logs = theory.uniform_attention_gradient(v, steps, "sum")
    assert logs[-1] / math.log(10) > decades
    # The same without any scale: the ratio of D_n to S_n, and log S_n as a sum.
    ratio, log_sum, expected = 1.0, 0.0, [0.0]
    for n in range(1, steps + 1):
        part = v * (ratio + 1 / n)
        log_sum, ratio = log_sum + math.log1p(part), part / (1 + part)
        expected.append(log_sum + math.log(ratio))
    np.testing.assert_allclose(logs, expected, rtol=1e-9)


def test_a_large_exponent_is_reached_in_the_end():
    """v = 0.9 with "sum" does not come to grow as T^8, or is called reliable too early."""
    first = theory.reliable_from(0.9, "sum")
    logs = theory.uniform_attention_gradient(0.9, 10 * first, "sum")
    assert theory.measured_exponent(logs[: first // 10]) < 7.8
    assert theory.measured_exponent(logs, first=first) == pytest.approx(8, abs=0.01)


def test_numbers_of_any_size_are_followed():
    """A large eigenvalue overflows within a block, or a small one is lost."""
    for v in (1e40, -1e-40, 1e3j):
        logs = theory.uniform_attention_gradient(v, 500, "sum")
        assert np.isfinite(logs).all()
        assert logs[1] == pytest.approx(math.log(2 * abs(v)))
        if abs(v) > 1:
            assert logs[-1] == pytest.approx(500 * math.log(abs(v)), rel=0.01)


def test_at_one_the_growth_is_faster_than_any_power():
    """At w = 1 the gradient does not grow as exp(2 sqrt T) but for a power of T."""
    logs = theory.uniform_attention_gradient(1, 40_000, "sum")
    rest = logs - 2 * np.sqrt(np.arange(1, len(logs) + 1))
    assert np.ptp(rest[4000::4000]) < 1
    assert logs[40_000] - logs[10_000] == pytest.approx(200, abs=1)


@pytest.mark.parametrize(
    ("v", "combine"),
    [
        *((v, "mean") for v in (0.5, 0.9, -0.5, 0.9j)),
        *[(0.5, "sum"), (-0.8, "sum"), (0.6j, "attention"), (-0.7, "attention"), (1j, "sum")],
        (-1, "sum"),
    ],
)
def test_the_exponent_of_the_start(v, combine):
    """Seen from a fixed T, the gradient of h_t does not go as this power of t."""
    last = 40_000
    early, late = 40, 400
    logs = [theory.uniform_attention_gradient(v, last - t, combine, t)[-1] for t in (early, late)]
    slope = (logs[1] - logs[0]) / math.log(late / early)
    assert slope == pytest.approx(theory.start_exponent(v, combine), abs=0.03)


@combines
@given(v=disc)
def test_no_exponent_leaves_its_range(combine, v):
    """An eigenvalue of the disc has an exponent outside the range that is told."""
    assume(combine != "sum" or abs(v) < 1 - 1e-9)
    low, high = theory.exponent_range(combine)
    assert low - 1e-12 <= theory.uniform_attention_exponent(v, combine) <= high + 1e-12


def test_the_ends_of_the_ranges():
    """A range is wider than it need be; the worst case of all is not -2 at v = -1."""
    exponent = theory.uniform_attention_exponent
    assert theory.exponent_range("mean") == pytest.approx((exponent(-1), exponent(1)))
    assert theory.exponent_range("attention") == (exponent(-1, "attention"), 0) == (-2, 0)
    assert exponent(-1 + 1e-9, "sum") == pytest.approx(theory.exponent_range("sum")[0])
    assert exponent(1 - 1e-9, "sum") > 1e8


@given(v=disc)
def test_where_a_sum_grows(v):
    """With "sum" the gradient grows elsewhere than in |v - 3/4| < 1/4 and on the circle."""
    distance = abs(v - 0.75) - 0.25
    assume(abs(distance) > 1e-9)
    assume(abs(v) < 1 - 1e-9)
    assert (theory.uniform_attention_exponent(v, "sum") > 0) == (distance < 0)


def test_rounding_does_not_push_a_number_off_the_circle():
    """e^(i x), a digit off the circle, is refused or takes the law of the inside."""
    for angle in np.linspace(0.1, 3.1, 50):
        assert theory.uniform_attention_exponent(cmath.exp(1j * angle), "sum") == 0.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, "sum"), r"w = v = 1: the gradient grows as exp\(2 √T\)"),
        ((2, "mean"), r"w = v/2 = 1: the gradient grows as exp\(2 √T\)"),
        ((1.5j, "sum"), r"\|w\| = \|v\| = 1.5 is above 1: the gradient grows exponentially"),
        ((float("nan"), "mean"), "eigenvalue must be a finite number, real or complex, but is nan"),
        ((complex(0, math.inf), "mean"), "must be a finite number"),
        ((0.5, "product"), "combine must be one of 'mean', 'sum', 'attention', but is 'product'"),
    ],
)
def test_where_there_is_no_exponent_the_reason_is_said(arguments, message):
    """A growth that is no power of T gets an exponent, or the refusal does not say why."""
    for function in (theory.uniform_attention_exponent, theory.start_exponent):
        with pytest.raises(ValueError, match=message):
            function(*arguments)
    with pytest.raises(ValueError, match=message):
        theory.reliable_from(*arguments)


@combines
def test_without_an_eigenvalue_there_is_no_gradient(combine):
    """v = 0 gets a power law, though nothing is passed on."""
    assert theory.uniform_attention_exponent(0, combine) == -math.inf
    assert np.isneginf(theory.uniform_attention_gradient(0, 5, combine)[1:]).all()
    with pytest.raises(ValueError, match="v = 0: there is no gradient"):
        theory.start_exponent(0, combine)
    with pytest.raises(ValueError, match="v = 0: there is no gradient"):
        theory.reliable_from(0, combine)


def test_attention_alone_has_an_exponent_for_every_eigenvalue():
    """Attention without recurrence is refused outside the disc, where its law still holds."""
    for v in (1, 1.7, 3 + 2j, -2.5):
        logs = theory.uniform_attention_gradient(v, 20_000, "attention")
        expected = theory.uniform_attention_exponent(v, "attention")
        assert theory.measured_exponent(logs) == pytest.approx(expected, abs=0.01)
        assert expected == v.real - 1


def test_the_rate_without_attention():
    """The exponential is not that of the plain recurrence, or the 1/2 of the mean is forgotten."""
    assert theory.exponential_rate(0.5j) == pytest.approx(math.log(0.5))
    assert theory.exponential_rate(-0.8, "mean") == pytest.approx(math.log(0.4))
    assert theory.exponential_rate(-0.8, "sum") == pytest.approx(math.log(0.8))
    assert theory.exponential_rate(0.8, "attention") == -math.inf
    assert theory.exponential_rate(0) == -math.inf


def test_a_slope_that_cannot_be_taken_is_refused_in_words(unchecked):
    """A slope is made up where the curve has no two points, or no finite ones."""
    logs = theory.uniform_attention_gradient(0.5, 100)
    with pytest.raises(ValueError, match=r"from T = 101 on, but .* known up to T = 101"):
        theory.measured_exponent(logs, first=101)
    with pytest.raises(ValueError, match="0 or not finite has no slope"):
        theory.measured_exponent(np.full(100, -np.inf))
    for steps in (-1, 2.5, True):
        with pytest.raises(ValueError, match="steps must be a whole number of at least 0"):
            theory.uniform_attention_gradient(0.5, steps)
    with pytest.raises(ValueError, match="start must be a whole number of at least 1, but is 0"):
        theory.uniform_attention_gradient(0.5, 5, start=0)
    with pytest.raises(ValueError, match=r"eigenvalue must be a finite number.*but is '1'"):
        theory.uniform_attention_exponent("1")
    with pytest.raises(ValueError, match="tolerance must lie between 0 and 1, but is 0"):
        theory.reliable_from(0.5, tolerance=0)
