"""Dependency depth against its definition, by another way of counting."""

import itertools
import time

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rsa_edu import theory

UNIFORM = np.tril(np.ones((9, 9)), -1) / np.maximum(np.arange(9), 1)[:, None]
NOTHING = np.zeros((9, 9))


def counted(attention, target, threshold=None):
    """Depths by going back step by step, and the edges of the definition."""
    edges = {
        (i, m)
        for m in range(1, target + 1)
        for i in range(m)
        if i == m - 1 or 0 < attention[m, i] >= (threshold or 0.5 / np.count_nonzero(attention[m]))
    }
    depths = [-1] * len(attention)
    depths[target] = 0
    for i in range(target - 1, -1, -1):
        depths[i] = 1 + min(depths[m] for m in range(i + 1, target + 1) if (i, m) in edges)
    return depths, edges


@st.composite
def attentions(draw):
    """Some weights of which many are 0; rows need not sum to 1."""
    T = draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    held = rng.random((T, T)) < draw(st.floats(0, 1))
    return np.tril(held * rng.random((T, T)), -1)


@settings(deadline=None)
@given(attentions(), st.data())
def test_depth_is_as_defined(attention, data):
    """Some state has another depth than the fewest edges to the target."""
    target = data.draw(st.integers(0, len(attention) - 1))
    threshold = data.draw(st.none() | st.floats(0.01, 1))
    depth = theory.dependency_depth(attention, target, threshold=threshold)
    depths, edges = counted(attention, target, threshold)
    assert depth.depths.tolist() == depths
    assert depth.target == target
    for source in range(target + 1):
        chain = depth.chain(source)
        assert (chain[0], chain[-1], len(chain)) == (source, target, depths[source] + 1)
        links = list(itertools.pairwise(chain))
        assert set(links) <= edges
        least = [threshold or 0.5 / max(1, np.count_nonzero(attention[m])) for _, m in links]
        weights = [attention[link[::-1]] for link in links]
        assert depth.weights(chain) == tuple(weights)
        strong = tuple(bool(0 < w >= t) for w, t in zip(weights, least, strict=True))
        assert depth.by_attention(chain) == strong


@settings(deadline=None, max_examples=40)
@given(attentions())
def test_all_shortest_chains_are_found(attention):
    """A shortest chain is missing, or one that is not shortest is there."""
    target = len(attention) - 1
    _, edges = counted(attention, target)
    graph = nx.DiGraph()
    graph.add_node(target)
    graph.add_edges_from(sorted(edges))
    depth = theory.dependency_depth(attention)
    for source in range(len(attention)):
        expected = sorted(map(tuple, nx.all_shortest_paths(graph, source, target)))
        assert sorted(depth.chains(source)) == expected
        assert depth.chain(source) in expected


def test_full_attention_brings_every_state_next_to_the_loss():
    """Uniform attention to everything is deeper than one."""
    depth = theory.dependency_depth(UNIFORM)
    assert depth.depths.tolist() == [1] * 8 + [0]
    assert depth.by_attention(depth.chain(0)) == (True,)


def test_without_attention_every_step_counts():
    """The recurrence is no edge, or costs more or less than one."""
    depth = theory.dependency_depth(NOTHING)
    assert depth.depths.tolist() == list(range(8, -1, -1))
    assert depth.chain(5) == (5, 6, 7, 8)
    assert depth.by_attention((5, 6, 7, 8)) == (False, False, False)


def test_after_the_target_there_is_no_depth():
    """A state that comes after the loss is said to matter to it."""
    assert theory.dependency_depth(UNIFORM, 4).depths.tolist() == [1] * 4 + [0] + [-1] * 4


def test_a_weight_under_half_of_uniform_is_no_edge():
    """The threshold is not half of uniform over the states that are attended."""
    attention = NOTHING.copy()
    attention[8, [0, 2, 3, 4]] = 0.124, 0.126, 0.35, 0.4
    depths = theory.dependency_depth(attention).depths
    assert depths[[0, 2]].tolist() == [3, 1]
    assert theory.dependency_depth(attention, threshold=0.1).depths[0] == 1
    assert theory.dependency_depth(attention, threshold=0.38).depths[[2, 3, 4]].tolist() == [
        3,
        2,
        1,
    ]


def test_slots_count_even_where_their_weight_is_zero():
    """A softmax that underflows changes how many states were attended, and so the threshold."""
    attention = np.array([[0, 0, 0]] * 8 + [[0.2, 0.8, 0.0]])
    positions = np.array([[-1, -1, -1]] * 8 + [[0, 5, 2]])
    depths = theory.dependency_depth(attention, positions=positions).depths
    assert depths[[0, 5, 2]].tolist() == [1, 1, 4]
    full = NOTHING.copy()
    full[8, [0, 5]] = 0.2, 0.8
    assert theory.dependency_depth(full).depths[0] == 6


def test_positions_give_the_same_as_a_full_matrix():
    """Attention as in a Trace is read otherwise than as a matrix."""
    attention, positions = theory.sparse_attention(3, 50, [(0, 20), (20, 40), (46, 48)])
    full = np.zeros((50, 50))
    for m, (weights, states) in enumerate(zip(attention, positions, strict=True)):
        full[m, states[states >= 0]] = weights[states >= 0]
    one = theory.dependency_depth(attention, positions=positions)
    other = theory.dependency_depth(full)
    np.testing.assert_array_equal(one.depths, other.depths)
    assert one.chain(0) == other.chain(0) == (0, 20, 40, 43, 46, 49)


def test_depth_answers_a_drag():
    """Depth under full attention over 400 steps takes longer than an explorer can wait."""
    T = 400
    attention = np.tril(np.ones((T, T)), -1) / np.maximum(np.arange(T), 1)[:, None]
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        theory.dependency_depth(attention)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: theory.dependency_depth(UNIFORM, 9), "between 0 and 8, but is 9"),
        (lambda: theory.dependency_depth(UNIFORM, threshold=0), "above 0, but is 0"),
        (lambda: theory.dependency_depth(UNIFORM[0]), r"has shape \(9,\)"),
        (lambda: theory.dependency_depth(-UNIFORM), "no finite number >= 0"),
        (lambda: theory.dependency_depth(UNIFORM * np.nan), "no finite number >= 0"),
        (lambda: theory.dependency_depth(UNIFORM.T), "h_0 cannot read h_1"),
        (lambda: theory.dependency_depth(UNIFORM, positions=[[0.5]]), "positions must be whole"),
        (lambda: theory.dependency_depth(UNIFORM, 5).chain(6), "between 0 and 5, but is 6"),
        (lambda: theory.dependency_depth(NOTHING).weights((2, 5)), "No link joins h_2 and h_5"),
    ],
)
def test_bad_input_is_said_in_one_sentence(call, said):
    """A wrong argument is a traceback from deep inside, or a wrong depth."""
    with pytest.raises(ValueError, match=said):
        call()
