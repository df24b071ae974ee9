"""The gradient as a sum over paths: each link from state to state is a recurrent link or a hop."""

import numpy as np
from jaxtyping import Bool, Float, Shaped

from rsa_edu.theory.links import gammas
from rsa_edu.theory.reads import reads as checked


def path_expansion(
    jacobians: Float[np.ndarray, "time n n"],
    attention: Float[np.ndarray, "time time"],
    combine: str,
    source: int,
    target: int,
) -> Float[np.ndarray, "hops n n"]:
    """dh_target/dh_source, split by the number of hops; row r is the sum over all paths of r hops.

    A path source = i_0 < i_1 < .. < i_q = target contributes the product of its links. The link
    i -> m costs J_m and either gamma_h (the recurrent link, m = i+1) or gamma_c alpha_{i,m} (a
    hop). The 2^(target-source) and more paths are not visited one by one: those that arrive at m
    with r hops go on from earlier states,

        P_r(m) = J_m ( gamma_h P_r(m-1) + gamma_c sum_i alpha_{i,m} P_{r-1}(i) ),  P_0(source) = I

    The sum over r is the whole derivative where attention does not itself depend on the states
    (alpha constant). Row 0 is back-propagation through the recurrence alone.

    Args:
        jacobians: (T, n, n), row m is J_m = diag(phi'(z_m)) V, through which h_m is computed.
        attention: (T, T), row m is the read used to compute h_m, as in a Trace; alpha_{i,m} is the
            weight of h_i there, 0 for i >= m.
        combine: "mean" (gamma_h, gamma_c) = (1/2, 1/2), "sum" (1, 1), "attention" (0, 1).
        source, target: steps, 0 <= source <= target < T.

    Returns:
        (target - source + 1, n, n); more hops than steps there cannot be.

    Raises:
        ValueError: shapes that do not fit, a read of a later state, steps outside the sequence.

    Source: derived for this course; the paper's Proposition 1, as we understand it.
    """
    gamma_h, gamma_c = gammas(combine)
    alpha, jacobians = checked(attention).weights, np.asarray(jacobians, dtype=float)
    steps = len(alpha)
    if jacobians.ndim != 3 or len(jacobians) != steps or jacobians.shape[1] != jacobians.shape[2]:
        raise ValueError(
            f"jacobians must be ({steps}, n, n), one for each row of attention, but have shape "
            f"{jacobians.shape}."
        )
    _check_steps(source, target, steps)
    length, n = target - source, jacobians.shape[1]
    paths = np.zeros((length + 1, length + 1, n, n))  # [m - source, hops]
    paths[0, 0] = np.eye(n)
    for k in range(1, length + 1):
        m = source + k
        arriving = gamma_h * paths[k - 1]
        arriving[1:] += gamma_c * np.tensordot(alpha[m, source:m], paths[:k, :-1], 1)
        paths[k] = jacobians[m] @ arriving
    return paths[length]


def count_paths(
    reads: Bool[np.ndarray, "time time"], source: int, target: int
) -> Shaped[np.ndarray, " hops"]:
    """How many paths lead from h_source to h_target, by their number of hops; exact.

    The recurrent link i -> i+1 and a hop i -> m for each state that step m reads are links; a state
    that is read at the very next step is reached in two ways. If every step reads all its past,
    C(k+r, 2r) paths of r hops lead over k steps, together the Fibonacci number F_{2k+1}.

    Args:
        reads: (T, T), whether step m (row) reads h_i (column).
        source, target: steps, 0 <= source <= target < T.

    Returns:
        (target - source + 1,) Python integers of any size, in an object array.

    Raises:
        ValueError: no square matrix of truth values, a read of a later state, steps outside.

    Source: the recursion of `path_expansion` with every factor 1.
    """
    reads = np.asarray(reads)
    if reads.dtype != bool:
        raise ValueError(f"reads must hold True and False, but holds {reads.dtype}.")
    checked(reads)
    _check_steps(source, target, len(reads))
    length = target - source
    paths = np.zeros((length + 1, length + 1), dtype=object)
    paths[0, 0] = 1
    for k in range(1, length + 1):
        m = source + k
        paths[k] = paths[k - 1]
        paths[k, 1:] += paths[:k, :-1][reads[m, source:m]].sum(0)
    return paths[length]


def _check_steps(source: int, target: int, steps: int) -> None:
    if not 0 <= source <= target < steps:
        raise ValueError(
            f"source and target must be steps with 0 <= source <= target < {steps}, but are "
            f"{source} and {target}."
        )
