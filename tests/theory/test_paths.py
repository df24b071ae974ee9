"""The split by hops against every path written out one by one."""

from itertools import combinations, pairwise, product
from math import comb

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rsa_edu import theory
from rsa_edu.theory.links import GAMMAS

RECURRENT, HOP = 0, 1


def all_paths(source, target):
    """Every way from source to target: [(i, m, kind of link), ..]."""
    for q in range(target - source):
        for between in combinations(range(source + 1, target), q):
            states = (source, *between, target)
            steps = list(pairwise(states))
            kinds = [(RECURRENT, HOP) if m == i + 1 else (HOP,) for i, m in steps]
            for chosen in product(*kinds):
                yield [(i, m, kind) for (i, m), kind in zip(steps, chosen, strict=True)]
    if source == target:
        yield []


def written_out(jacobians, attention, combine, source, target):
    """The sum over all paths, by hops."""
    gammas, n = GAMMAS[combine], jacobians.shape[1]
    terms = np.zeros((target - source + 1, n, n))
    for path in all_paths(source, target):
        derivative = np.eye(n)
        for i, m, kind in path:
            weight = attention[m, i] if kind == HOP else 1
            derivative = jacobians[m] @ derivative * gammas[kind] * weight
        terms[sum(kind for *_, kind in path)] += derivative
    return terms


def random_case(seed, steps, n):
    """Jacobians and attention of a sequence; about a third of the weights are 0."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(size=(steps, steps)) * (rng.uniform(size=(steps, steps)) > 0.3)
    return rng.normal(size=(steps, n, n)), np.tril(weights, -1)


@given(
    seed=st.integers(0, 10**6),
    combine=st.sampled_from(tuple(GAMMAS)),
    steps=st.integers(1, 7),
    data=st.data(),
)
def test_the_terms_are_those_of_the_paths_written_out(seed, combine, steps, data):
    """A path is lost, counted twice, or put to the wrong number of hops."""
    target = data.draw(st.integers(0, steps - 1))
    source = data.draw(st.integers(0, target))
    case = random_case(seed, steps, 2)
    terms = theory.path_expansion(*case, combine, source, target)
    expected = written_out(*case, combine, source, target)
    np.testing.assert_allclose(terms, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("combine", GAMMAS)
def test_the_terms_add_up_to_the_derivative(combine):
    """The sum over the hops is not the derivative that autograd takes with constant attention."""
    steps, n, source = 20, 3, 4
    rng = np.random.default_rng(1)
    matrix = torch.tensor(rng.normal(size=(n, n)) / 2)
    _, attention = random_case(2, steps, n)
    attention /= np.maximum(attention.sum(1, keepdims=True), 1e-9)
    alpha, (gamma_h, gamma_c) = torch.tensor(attention), GAMMAS[combine]

    def last(start, jacobians):
        h = [torch.zeros(n, dtype=matrix.dtype)] * source + [start]
        for m in range(source + 1, steps):
            c = alpha[m, :m] @ torch.stack(h)
            h.append(torch.tanh(matrix @ (gamma_h * h[-1] + gamma_c * c)))
            jacobians.append((1 - h[-1] ** 2)[:, None] * matrix)
        return h[-1]

    after, start = [], torch.tensor(rng.normal(size=n))
    expected = torch.autograd.functional.jacobian(lambda h: last(h, []), start)
    last(start, after)
    jacobians = np.stack([np.zeros((n, n))] * (source + 1) + [j.numpy() for j in after])
    terms = theory.path_expansion(jacobians, attention, combine, source, steps - 1)
    np.testing.assert_allclose(terms.sum(0), expected.numpy(), rtol=1e-10, atol=1e-14)


def test_without_hops_only_the_recurrence_is_left():
    """Row 0 holds something else than the product of the Jacobians, each with its 1/2."""
    jacobians, attention = random_case(3, 6, 2)
    product_of_all = np.linalg.multi_dot(jacobians[5:0:-1]) / 2**5
    terms = theory.path_expansion(jacobians, attention, "mean", 0, 5)
    np.testing.assert_allclose(terms[0], product_of_all)
    np.testing.assert_allclose(theory.path_expansion(jacobians, attention, "attention", 0, 5)[0], 0)


@pytest.mark.parametrize("combine", GAMMAS)
def test_uniform_attention_is_the_recurrence_of_the_law(combine):
    """The two accounts of uniform attention, by paths and by recursion, differ."""
    v, steps = -0.8, 30
    attention = np.tril(np.ones((steps, steps)), -1) / np.maximum(np.arange(steps), 1)[:, None]
    jacobians = np.full((steps, 1, 1), v)
    terms = theory.path_expansion(jacobians, attention, combine, 0, steps - 1)
    logs = theory.uniform_attention_gradient(v, steps - 1, combine)
    assert abs(terms.sum()) == pytest.approx(np.exp(logs[-1]), rel=1e-9)


@given(seed=st.integers(0, 10**6), steps=st.integers(1, 7), data=st.data())
def test_paths_are_counted_as_they_are_written_out(seed, steps, data):
    """The count differs from that of the paths listed one by one."""
    reads = random_case(seed, steps, 1)[1] > 0
    target = data.draw(st.integers(0, steps - 1))
    source = data.draw(st.integers(0, target))
    expected = [0] * (target - source + 1)
    for path in all_paths(source, target):
        if all(reads[m, i] for i, m, kind in path if kind == HOP):
            expected[sum(kind for *_, kind in path)] += 1
    assert theory.count_paths(reads, source, target).tolist() == expected


def test_the_number_of_paths_through_full_attention():
    """The closed form does not hold, or large counts are rounded."""
    steps = 120
    counts = theory.count_paths(np.tril(np.ones((steps + 1, steps + 1), bool), -1), 0, steps)
    assert counts.tolist() == [comb(steps + r, 2 * r) for r in range(steps + 1)]
    fibonacci = [1, 1]
    while len(fibonacci) < 2 * steps + 1:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert counts.sum() == fibonacci[-1] > 2**64


def test_what_is_no_sequence_is_refused_in_words(unchecked):
    """Shapes or steps that make no sense are a traceback from inside numpy, or give numbers."""
    jacobians, attention = random_case(0, 4, 2)
    with pytest.raises(ValueError, match=r"jacobians must be \(4, n, n\).*shape \(3, 2, 2\)"):
        theory.path_expansion(jacobians[:3], attention, "sum", 0, 3)
    with pytest.raises(ValueError, match="0 <= source <= target < 4, but are 3 and 1"):
        theory.path_expansion(jacobians, attention, "sum", 3, 1)
    with pytest.raises(ValueError, match="h_0 cannot read h_0"):
        theory.path_expansion(jacobians, np.eye(4), "sum", 0, 3)
    with pytest.raises(ValueError, match="combine must be one of"):
        theory.path_expansion(jacobians, attention, "min", 0, 3)
    with pytest.raises(ValueError, match="reads must hold True and False, but holds float64"):
        theory.count_paths(attention, 0, 3)
