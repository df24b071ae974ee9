"""κ-sparse attention: the floor of one chain of jumps, and how few jumps reach the whole past."""

import itertools
import math
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float, Int

from rsa_edu.theory.links import gammas, whole


def sparse_floor(kappa: float, depth: int, gamma: float = 0.5, sigma: float = 1.0) -> float:
    """(γ σ / κ)^d: what one chain of d jumps leaves of a gradient, however long the sequence.

    Every link of the chain costs the factor γ of s = γ (h + c), the weight 1/κ of uniform
    attention to κ states, and at most the smallest singular value σ of the Jacobians on the chain.
    It is a floor of the norm of dh_T/dh_t where the other paths do not cancel this one, e.g. where
    V and φ' have no negative entries; elsewhere it has to be measured. Weights that are not
    uniform, or a chain that also walks the recurrence, give another product: `chain_floor`.

    Source: our derivation; the paper's bound, as we understand it, is the part κ^-d.

    Args:
        kappa: states attended at each step; an effective κ, exp(entropy), need not be whole.
        depth: d, the number of jumps.
        gamma: 1/2 where s = (h + c)/2, 1 where s = h + c or s = c.
        sigma: the smallest singular value of the Jacobians on the chain.

    Raises:
        ValueError: κ < 1, a depth that is no whole number >= 0, or γ or σ negative.
    """
    if not kappa >= 1:
        raise ValueError(f"kappa must be at least 1, but is {kappa}.")
    whole("depth", depth, 0)
    if gamma < 0 or sigma < 0:
        raise ValueError(f"gamma and sigma must not be negative, but are {gamma} and {sigma}.")
    return float(gamma * sigma / kappa) ** depth


def chain_floor(
    chain: Iterable[int],
    weights: Iterable[float],
    combine: str = "mean",
    sigma: float = 1.0,
) -> float:
    """The product over the links i -> m of a chain as it is: σ (γ_h [i = m-1] + γ_c α_{i,m}).

    Args:
        chain: the states, e.g. `Depth.chain(0)`.
        weights: the attention weight of each link, e.g. `Depth.weights(chain)`.
        combine: "mean", "sum" or "attention", as in the models: γ_h and γ_c.
        sigma: smallest singular value of the Jacobians on the chain.
    """
    states = tuple(chain)
    recurrent, attended = gammas(combine)
    links = zip(states, states[1:], weights, strict=False)
    return math.prod(sigma * (recurrent * (i == m - 1) + attended * alpha) for i, m, alpha in links)


def reach(kappa: int, depth: int) -> int:
    """1 + κ + .. + κ^d: states in reach of d jumps, if every step reads κ; the last included."""
    whole("kappa", kappa, 1)
    whole("depth", depth, 0)
    return sum(kappa**level for level in range(depth + 1))


def least_depth(kappa: int, T: int) -> int:
    """The fewest jumps d with 1 + κ + .. + κ^d >= T: less cannot reach all of T states.

    T counts the last state too, from which the jumps start. This d lies between log_κ T rounded
    down and rounded up, and a κ-ary tree attains it (`tree`); with κ = 1 it is T - 1, a chain.
    The count is of jumps. Where a chain may walk the recurrence too, h_{m-1} may be one more state
    in reach of h_m: a dependency depth is at least least_depth(κ + 1, T), and at least
    least_depth(κ, T) where every step attends to the state just before it.

    Source: our derivation (the paper leaves the relation of κ and d open).

    Raises:
        ValueError: κ < 1 or T < 1.
    """
    whole("kappa", kappa, 1)
    whole("T", T, 1)
    if kappa == 1:
        return T - 1
    depth, reached = 0, 1
    while reached < T:
        depth += 1
        reached += kappa**depth
    return depth


def log_depth(kappa: int, T: int) -> int:
    """log_κ T rounded up, in whole numbers; for this d, κ^-d lies in (1/(κ T), 1/T].

    Raises:
        ValueError: κ < 2, for which there is no logarithm, or T < 1.
    """
    whole("kappa", kappa, 2)
    whole("T", T, 1)
    depth = 0
    while kappa**depth < T:
        depth += 1
    return depth


def tree_floor_exponent(kappa: int, gamma: float = 0.5, sigma: float = 1.0) -> float:
    """-1 + log_κ(γ σ): with d = log_κ T the floor (γ σ / κ)^d is this power of T.

    With γ = 1/2, σ = 1 and κ = 2 it is -2; for large κ it comes near -1. Less than -1 means that
    the chain alone promises less than uniform attention's direct link of 1/T: a bounded floor
    needs a task whose events are linked by few jumps.

    Raises:
        ValueError: κ < 2 (a chain of T - 1 links: the floor is exponential in T), or γ σ <= 0.
    """
    whole("kappa", kappa, 2)
    if not gamma * sigma > 0:
        raise ValueError(f"gamma times sigma must be above 0, but is {gamma * sigma}.")
    return -1 + math.log(gamma * sigma) / math.log(kappa)


def tree_exponent(kappa: int, eigenvalue: float, combine: str = "mean") -> float:
    """-1 + log_κ a, a = γ_c v / (1 - γ_h v): the power of T of dh_T/dh_0 along a tree, all paths.

    A state of one level of a κ-ary tree is read by one state of the level above, with 1/κ, and its
    neighbour of the same level comes from it along the recurrence. Numbered from the root,

        D_r = γ_h v D_{r-1} + (γ_c v / κ) D_{r/κ}

    Within a level D hardly changes, so D_r (1 - γ_h v) = (γ_c v / κ) D_{r/κ}: each of the log_κ T
    levels costs a/κ. Where the one chain of `tree_floor_exponent` costs γ σ / κ, the many paths
    that add up beside it make a of γ v. It is the a of uniform attention, T^(a - 1).

    Args:
        kappa: states that a step reads; the leaves of the tree read the most recent ones.
        eigenvalue: v of V, not negative, so that no paths cancel.
        combine: "mean", "sum" or "attention", as in the models.

    Source: our derivation.

    Raises:
        ValueError: κ < 2; v <= 0 or (γ_h + γ_c) v >= 1, where reads among the leaves take over.
    """
    whole("kappa", kappa, 2)
    recurrent, attended = (gamma * eigenvalue for gamma in gammas(combine))
    if not (eigenvalue > 0 and recurrent + attended < 1):
        raise ValueError(
            f"eigenvalue must be above 0 and below {1 / sum(gammas(combine)):g} for "
            f"{combine!r}, but is {eigenvalue}."
        )
    return -1 + math.log(attended / (1 - recurrent)) / math.log(kappa)


def waypoints(depth: int, T: int) -> tuple[tuple[int, int], ...]:
    """Jumps (i, m) that lead from h_0 to h_{T-1} in `depth` strides of equal length; 0: none."""
    whole("T", T, 1)
    if not 0 <= depth < T:
        raise ValueError(f"depth must lie between 0 and {T - 1}, but is {depth}.")
    stops = [round(stop) for stop in np.linspace(0, T - 1, depth + 1)]
    return tuple(itertools.pairwise(stops))


def tree(kappa: int, T: int) -> tuple[tuple[int, int], ...]:
    """Jumps (i, m) of a κ-ary tree hung from h_{T-1}: its depth is least_depth(κ, T).

    The last state reads the κ before it, these read the κ² before those, and so on, until every
    state hangs in the tree.
    """
    whole("kappa", kappa, 1)
    whole("T", T, 1)
    last = T - 1
    return tuple((i, last - (last - i - 1) // kappa) for i in range(last))


def sparse_attention(
    kappa: int, T: int, jumps: Iterable[tuple[int, int]] = ()
) -> tuple[Float[np.ndarray, "T K"], Int[np.ndarray, "T K"]]:
    """Uniform attention to κ states: at each step its jumps, then the most recent states.

    Args:
        kappa: states that a step reads; the first steps have fewer before them and read all.
        T: steps of the sequence.
        jumps: pairs (i, m): h_i is read for h_m.

    Returns:
        attention, positions: (T, K) as in a Trace, K = min(κ, T). Row m is the read used to
        compute h_m; an empty column has weight 0 and position -1. Each weight is 1/κ, or 1/m
        where m < κ.

    Raises:
        ValueError: a jump that does not lead to a later step, is there twice, or is one more than
            κ into the same step.
    """
    whole("kappa", kappa, 1)
    whole("T", T, 1)
    width = min(kappa, T)
    steps = np.arange(T)[:, None]
    positions = np.maximum(steps - width, 0) + np.arange(width)
    positions[positions >= steps] = -1
    attention = np.where(positions >= 0, 1 / np.clip(steps, 1, width), 0.0)
    into: dict[int, list[int]] = {}
    for i, m in jumps:
        if not 0 <= i < m < T:
            raise ValueError(f"A jump leads from h_i to a later h_m, m < {T}, but is ({i}, {m}).")
        if i in into.setdefault(m, []):
            raise ValueError(f"The jump ({i}, {m}) is there twice.")
        into[m].append(i)
    for m, chosen in into.items():
        if len(chosen) > kappa:
            raise ValueError(f"{len(chosen)} jumps lead to h_{m}, but a step reads κ = {kappa}.")
        count = min(kappa, m)
        recent = (i for i in range(m - 1, -1, -1) if i not in chosen)
        filled = [*chosen, *(next(recent) for _ in range(count - len(chosen)))]
        positions[m, :count] = filled
    return attention, positions
