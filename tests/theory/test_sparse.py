"""κ-sparse attention: its floors, the fewest jumps to reach the past, the measuring network."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsa_edu import theory

KAPPAS = (2, 4, 8, 16, 32)


def brute_force(attention, matrix, combine, target):
    """dh_target/dh_t for every t, from the products of full matrices, forwards from t."""
    recurrent, attended = {"mean": (0.5, 0.5), "sum": (1, 1), "attention": (0, 1)}[combine]
    size, norms = len(matrix), np.zeros(len(attention))
    for t in range(target + 1):
        moved = [np.zeros((size, size))] * t + [np.eye(size)]
        for m in range(t + 1, target + 1):
            read = sum(attention[m, i] * moved[i] for i in range(t, m))
            moved.append(matrix @ (recurrent * moved[m - 1] + attended * read))
        norms[t] = np.linalg.norm(moved[target], 2)
    return norms


def dense(attention, positions):
    """The same attention as a (T, T) matrix."""
    full = np.zeros((len(attention), len(attention)))
    rows, columns = np.nonzero(positions >= 0)
    full[rows, positions[rows, columns]] = attention[rows, columns]
    return full


# The floor ------------------------------------------------------------------------------------


def test_the_floor_is_the_product_over_the_jumps():
    """The floor has a factor too many or too few."""
    assert theory.sparse_floor(4, 3, gamma=0.5, sigma=0.8) == pytest.approx((0.5 * 0.8 / 4) ** 3)
    assert theory.sparse_floor(7, 0) == 1
    assert theory.sparse_floor(2.5, 1, gamma=1) == pytest.approx(0.4)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("kappa", KAPPAS)
def test_a_chain_of_jumps_keeps_its_floor(kappa, depth):
    """The table of floors against κ and d is not what a linear network shows at T = 1601."""
    measured = theory.chain_gradient(kappa, depth, 1601, gain=0.8)
    assert measured == pytest.approx(theory.sparse_floor(kappa, depth, 0.5, 0.8), rel=1e-3)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_the_floor_falls_as_a_power_of_kappa_and_does_not_know_the_length(depth):
    """The slope against log κ is not -d, or the gradient falls with T."""
    measured = [theory.chain_gradient(kappa, depth, 1601, gain=0.8) for kappa in KAPPAS]
    slope = np.polyfit(np.log(KAPPAS), np.log(measured), 1)[0]
    assert slope == pytest.approx(-depth, abs=1e-3)
    # κ = 16 and 32 have long windows: at T = 401 the path along them still adds to the floor.
    shorter = [theory.chain_gradient(kappa, depth, 401, gain=0.8) for kappa in KAPPAS[:3]]
    np.testing.assert_allclose(measured[:3], shorter, rtol=0.01)


def test_without_jumps_the_gradient_dies_exponentially():
    """The window alone keeps a gradient: then the floors above prove nothing."""
    lengths = (101, 201, 401, 801)
    norms = np.log([theory.chain_gradient(8, 0, T, gain=0.8) for T in lengths])
    rates = np.diff(norms) / np.diff(lengths)
    assert (rates < -0.07).all()
    assert rates == pytest.approx(rates.mean(), rel=0.05)


def test_other_seeds_and_sizes_show_the_same_floor():
    """The floor is the luck of one matrix."""
    for seed in range(5):
        measured = theory.chain_gradient(4, 2, 801, gain=0.9, size=6, seed=seed)
        assert measured == pytest.approx(theory.sparse_floor(4, 2, 0.5, 0.9), rel=0.02)


def test_paths_that_cancel_break_the_floor():
    """The floor is a bound for every V: then "no cancellation" need not be assumed."""
    attention, positions = theory.sparse_attention(4, 12, theory.waypoints(2, 12))
    depth = theory.dependency_depth(attention, positions=positions)
    chain = depth.chain(3)
    floor = theory.chain_floor(chain, depth.weights(chain), "mean", 0.8)
    assert theory.linear_gradient(attention, [-0.8], positions=positions)[3] < 0.1 * floor
    assert theory.linear_gradient(attention, [0.8], positions=positions)[3] > floor


def test_the_floor_of_a_chain_counts_recurrent_links_too():
    """A link along the recurrence costs an attention weight, or one that is both counts once."""
    floor = theory.chain_floor((0, 1, 5, 6), (0.0, 0.25, 0.2), "mean", 0.8)
    assert floor == pytest.approx(0.8**3 * 0.5 * (0.5 * 0.25) * (0.5 + 0.5 * 0.2))
    assert theory.chain_floor((3,), ()) == 1
    uniform = theory.chain_floor((0, 9, 20), (0.25, 0.25), "sum", 0.7)
    assert uniform == pytest.approx(theory.sparse_floor(4, 2, 1.0, 0.7))


# How κ and d hang together -----------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 5000))
def test_least_depth_is_the_least(kappa, T):
    """One jump less would do, or the jumps do not reach all states."""
    depth = theory.least_depth(kappa, T)
    assert theory.reach(kappa, depth) >= T
    assert depth == 0 or theory.reach(kappa, depth - 1) < T
    if kappa > 1:
        assert theory.log_depth(kappa, T) - 1 <= depth <= theory.log_depth(kappa, T)


@given(st.integers(2, 50), st.integers(1, 10**9))
def test_at_log_depth_the_floor_is_near_one_over_length(kappa, T):
    """For d = log_κ T rounded up, κ^-d lies elsewhere than in (1/(κ T), 1/T]."""
    depth = theory.log_depth(kappa, T)
    assert T <= kappa**depth < kappa * T


@given(st.integers(2, 30), st.integers(2, 10**6), st.floats(0.05, 1.0))
def test_the_floor_of_a_tree_is_a_power_of_the_length(kappa, T, sigma):
    """The exponent -1 + log_κ(γ σ) is not that of the floor at least depth."""
    link = 0.5 * sigma / kappa
    exponent = theory.tree_floor_exponent(kappa, 0.5, sigma)
    law = T**exponent
    floor = theory.sparse_floor(kappa, theory.least_depth(kappa, T), 0.5, sigma)
    assert law * link < floor * (1 + 1e-9)
    assert floor < law / link * (1 + 1e-9)


def test_the_exponent_of_the_paper_with_two_states():
    """κ = 2, γ = 1/2, σ = 1 does not give the exponent -2."""
    assert theory.tree_floor_exponent(2) == pytest.approx(-2)
    assert theory.tree_floor_exponent(10**9) == pytest.approx(-1, abs=0.04)


@pytest.mark.parametrize("kappa", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("T", [1, 2, 7, 40, 121])
def test_a_tree_attains_the_least_depth(kappa, T):
    """The tree is deeper than the count allows, leaves a state out, or has too many branches."""
    attention, positions = theory.sparse_attention(kappa, T, theory.tree(kappa, T))
    depths = theory.dependency_depth(attention, positions=positions).depths
    assert depths.max() == theory.least_depth(kappa, T)
    level = [0]
    for i, m in reversed(theory.tree(kappa, T)):
        assert i == T - 1 - len(level)
        level.append(level[T - 1 - m] + 1)
    np.testing.assert_array_equal(depths[::-1], level)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_sparse_attention_is_less_deep_than_the_count(data):
    """Some κ-sparse attention reaches its past in fewer links than the bound says."""
    kappa, T = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 30))
    reads = [
        data.draw(st.lists(st.integers(0, m - 1), max_size=kappa, unique=True)) if m else []
        for m in range(T)
    ]
    attention = np.zeros((T, T))
    for m, states in enumerate(reads):
        attention[m, states] = 1 / kappa
    assert theory.dependency_depth(attention).depths.max() >= theory.least_depth(kappa + 1, T)
    for m, states in enumerate(reads[1:], 1):
        attention[m, [m - 1, *(i for i in states if i != m - 1)][:kappa]] = 1 / kappa
        attention[m, [i for i in states if i != m - 1][kappa - 1 :]] = 0
    assert theory.dependency_depth(attention).depths.max() >= theory.least_depth(kappa, T)


def test_a_tree_keeps_more_than_its_floor():
    """Positive paths cancel, or the gradient along a tree falls under that of its one chain."""
    for kappa in (2, 3, 8):
        for T in (20, 300):
            depth = theory.least_depth(kappa, T)
            attention, positions = theory.sparse_attention(kappa, T, theory.tree(kappa, T))
            measured = theory.linear_gradient(attention, [0.6], positions=positions)[0]
            assert measured >= theory.sparse_floor(kappa, depth, 0.5, 0.6)


@pytest.mark.parametrize(
    ("kappa", "v", "combine"),
    [(2, 0.8, "mean"), (3, 0.8, "mean"), (4, 0.5, "mean"), (2, 0.4, "sum"), (3, 0.7, "attention")],
)
def test_all_paths_of_a_tree_make_another_power(kappa, v, combine):
    """One level more of a full tree does not cost κ^exponent, or that is the exponent of one chain.

    A full tree of one level more is κ times as long in the end.
    """
    sizes = [theory.reach(kappa, depth) for depth in range(20) if theory.reach(kappa, depth) < 4000]
    lengths = sizes[-2:]
    norms = []
    for T in lengths:
        attention, positions = theory.sparse_attention(kappa, T, theory.tree(kappa, T))
        norms.append(
            theory.linear_gradient(attention, [v], positions=positions, combine=combine)[0]
        )
    exponent = theory.tree_exponent(kappa, v, combine)
    assert norms[1] / norms[0] == pytest.approx(kappa**exponent, rel=0.01)
    if combine != "attention":  # without a recurrent path there is nothing beside the chain
        gamma = {"mean": 0.5, "sum": 1.0}[combine]
        assert exponent > theory.tree_floor_exponent(kappa, gamma, v) + 0.1


def test_the_sum_over_paths_is_the_measured_gradient():
    """The path expansion and the linear network do not mean the same."""
    attention, positions = theory.sparse_attention(3, 12, [(0, 6), (6, 11)])
    V = np.full((12, 1, 1), 0.7)
    for combine in ("mean", "sum", "attention"):
        paths = theory.path_expansion(V, dense(attention, positions), combine, 0, 11)
        measured = theory.linear_gradient(attention, [0.7], positions=positions, combine=combine)
        assert measured[0] == pytest.approx(paths.sum())


# Patterns ----------------------------------------------------------------------------------------


def test_jumps_come_first_and_recent_states_fill_up():
    """A step reads more or less than κ states, or its jump takes no place in the window."""
    attention, positions = theory.sparse_attention(3, 8, [(0, 6), (5, 6), (2, 7)])
    assert set(positions[6]) == {0, 5, 4}
    assert set(positions[7]) == {2, 6, 5}
    assert set(positions[5]) == {2, 3, 4}
    assert [set(row) - {-1} for row in positions[:3]] == [set(), {0}, {0, 1}]
    np.testing.assert_allclose(attention[1:].sum(1), 1)
    assert attention[6].tolist() == [1 / 3] * 3
    assert (attention[positions == -1] == 0).all()


def test_waypoints_lead_from_the_first_state_to_the_last():
    """The chain has another number of jumps, or does not hang together."""
    assert theory.waypoints(3, 41) == ((0, 13), (13, 27), (27, 40))
    assert theory.waypoints(0, 41) == ()
    assert theory.waypoints(40, 41)[:2] == ((0, 1), (1, 2))


# The linear network ------------------------------------------------------------------------------


@pytest.mark.parametrize("combine", ["mean", "sum", "attention"])
@pytest.mark.parametrize("target", [9, 5])
def test_the_gradient_is_that_of_the_full_matrices(combine, target):
    """The sweep over eigenvalues is not the spectral norm of the product of matrices."""
    rng = np.random.default_rng(3)
    matrix = 0.9 * np.linalg.qr(rng.standard_normal((5, 5)))[0]
    attention = np.tril(rng.random((10, 10)), -1)
    norms = theory.linear_gradient(
        attention, np.linalg.eigvals(matrix), combine=combine, target=target
    )
    np.testing.assert_allclose(norms, brute_force(attention, matrix, combine, target), rtol=1e-10)


def test_both_forms_of_attention_give_the_same_gradient():
    """(T, K) with positions is read otherwise than (T, T), or an empty column leaks."""
    attention, positions = theory.sparse_attention(4, 30, [(0, 20), (3, 20), (20, 29)])
    eigenvalues = 0.8 * theory.orthogonal_eigenvalues(8, seed=1)
    norms = theory.linear_gradient(attention, eigenvalues, positions=positions)
    full = theory.linear_gradient(dense(attention, positions), eigenvalues)
    np.testing.assert_allclose(norms, full, rtol=1e-12)


def test_eigenvalues_lie_on_the_circle_and_follow_the_seed():
    """The matrix is not orthogonal, or changes from call to call."""
    values = theory.orthogonal_eigenvalues(16, seed=2)
    np.testing.assert_allclose(np.abs(values), 1)
    np.testing.assert_array_equal(values, theory.orthogonal_eigenvalues(16, seed=2))
    assert not np.allclose(values, theory.orthogonal_eigenvalues(16, seed=3))


def test_growth_beyond_floats_is_infinite():
    """A gradient beyond the largest float is nan, or a warning."""
    attention, positions = theory.sparse_attention(2, 3000)
    norms = theory.linear_gradient(attention, [1.0, -1.0], positions=positions, combine="sum")
    assert norms[0] == math.inf
    assert norms[-1] == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: theory.sparse_floor(0.5, 2), "kappa must be at least 1, but is 0.5"),
        (lambda: theory.sparse_floor(2, -1), "depth must be a whole number of at least 0"),
        (lambda: theory.sparse_floor(2, 1, sigma=-1.0), "must not be negative"),
        (lambda: theory.least_depth(0, 5), "kappa must be a whole number of at least 1"),
        (lambda: theory.least_depth(2, 0), "T must be a whole number of at least 1"),
        (lambda: theory.log_depth(1, 5), "kappa must be a whole number of at least 2"),
        (lambda: theory.tree_floor_exponent(1), "kappa must be a whole number of at least 2"),
        (lambda: theory.tree_floor_exponent(2, sigma=0.0), "must be above 0, but is 0.0"),
        (lambda: theory.tree_exponent(2, 0.6, "sum"), "below 0.5 for 'sum', but is 0.6"),
        (lambda: theory.tree_exponent(2, -0.6), "above 0 and below 1 for 'mean', but is -0.6"),
        (lambda: theory.waypoints(5, 5), "depth must lie between 0 and 4, but is 5"),
        (lambda: theory.sparse_attention(2, 5, [(3, 3)]), r"later h_m, m < 5, but is \(3, 3\)"),
        (lambda: theory.sparse_attention(2, 5, [(0, 3)] * 2), r"\(0, 3\) is there twice"),
        (
            lambda: theory.sparse_attention(1, 5, [(0, 3), (1, 3)]),
            "2 jumps lead to h_3, but a step reads κ = 1",
        ),
        (lambda: theory.linear_gradient(np.zeros((3, 2)), [1]), "needs the positions"),
        (lambda: theory.linear_gradient(np.eye(3), [1]), "h_0 cannot read h_0"),
        (lambda: theory.linear_gradient(np.zeros((3, 3)), [1], combine="max"), "'max'"),
        (lambda: theory.linear_gradient(np.zeros((3, 3)), [1], target=3), "but is 3"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, said):
    """A wrong argument is a traceback from deep inside, or a wrong number."""
    with pytest.raises(ValueError, match=said):
        call()
