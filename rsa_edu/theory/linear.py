"""The exact gradient of a linear network that attends with given weights."""

import numpy as np
from jaxtyping import Complex, Float

from rsa_edu.theory.links import gammas
from rsa_edu.theory.reads import reads
from rsa_edu.theory.sparse import sparse_attention, tree, waypoints


def orthogonal_eigenvalues(size: int = 16, seed: int = 0) -> Complex[np.ndarray, " size"]:
    """(size,) eigenvalues of a random orthogonal matrix, all of modulus 1."""
    square = np.random.default_rng(seed).standard_normal((size, size))
    orthogonal, upper = np.linalg.qr(square)
    return np.linalg.eigvals(orthogonal * np.sign(np.diag(upper))).astype(complex)


def linear_gradient(
    attention, eigenvalues, *, positions=None, combine: str = "mean", target: int | None = None
) -> Float[np.ndarray, " T"]:
    """(T,) the spectral norm of dh_target/dh_t for h_{m} = V s_{m-1}, with constant attention.

    V is normal (e.g. g times an orthogonal matrix): dh_target/dh_t is a polynomial in V, so its
    norm is the largest modulus of this polynomial over the eigenvalues of V. 1 at the target
    itself, 0 after it, inf beyond what a float64 can hold.

    Args:
        attention: row m is the read used to compute h_m, as in a Trace: (T, T), or (T, K) with
            `positions`.
        eigenvalues: of V.
        positions: (T, K) the state in each column, -1 for an empty one.
        combine: "mean", "sum" or "attention", as in the models.
        target: the state whose gradient is taken; None: the last.

    Source: the path expansion, summed from the target backwards (dynamic programming).
    """
    read = reads(attention, positions)
    target = len(read) - 1 if target is None else target
    if not 0 <= target < len(read):
        raise ValueError(f"target must lie between 0 and {len(read) - 1}, but is {target}.")
    recurrent, attended = gammas(combine)
    values = np.atleast_1d(np.asarray(eigenvalues, dtype=complex))
    # What a step reads is often a run of neighbours, and a slice is added faster than its parts.
    order = np.argsort(read.positions, axis=1)
    places = np.take_along_axis(read.positions, order, 1)
    weights = attended * np.take_along_axis(read.weights, order, 1)[:, :, None]
    empty = (places.shape[1] - read.counts).tolist()
    last = places[:, -1].tolist()
    gradient = np.zeros((len(read), len(values)), dtype=complex)
    gradient[target] = 1
    with np.errstate(over="ignore", invalid="ignore"):
        for m in range(target, 0, -1):
            through = values * gradient[m]
            gradient[m - 1] += recurrent * through
            count = len(places[m]) - empty[m]
            first = last[m] - count + 1
            if count and places[m, empty[m]] == first:
                gradient[first : last[m] + 1] += weights[m, empty[m] :] * through
            elif count:
                gradient[places[m, empty[m] :]] += weights[m, empty[m] :] * through
        norms = np.abs(gradient).max(1)
    return np.where(np.isnan(norms), np.inf, norms)


def chain_gradient(
    kappa: int, depth: int, T: int, *, gain: float = 0.8, size: int = 16, seed: int = 0
) -> float:
    """‖dh_{T-1}/dh_0‖ with a chain of `depth` jumps of equal stride; what `sparse_floor` predicts.

    Linear network, s = (h + c)/2, V = gain times a random orthogonal matrix (size, size); each step
    reads its jump and its most recent states, κ in all. With depth = 0 there is no jump: a control.
    """
    return _first(kappa, T, waypoints(depth, T), gain, size, seed)


def tree_gradient(kappa: int, T: int, *, gain: float = 0.8, size: int = 16, seed: int = 0) -> float:
    """‖dh_{T-1}/dh_0‖ with a κ-ary tree hung from h_{T-1}; all else as in `chain_gradient`.

    Its chain to h_0 has least_depth(κ, T) jumps, but many other paths lead there too, so that the
    gradient lies above the floor of the one chain unless they cancel.
    """
    return _first(kappa, T, tree(kappa, T), gain, size, seed)


def _first(kappa, T, jumps, gain, size, seed) -> float:
    attention, positions = sparse_attention(kappa, T, jumps)
    eigenvalues = gain * orthogonal_eigenvalues(size, seed)
    return float(linear_gradient(attention, eigenvalues, positions=positions)[0])
