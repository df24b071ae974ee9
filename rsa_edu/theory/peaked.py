"""From uniform to peaked attention: what is left of the uniform law when attention has preferences.

A linear recurrence attends to all its past with given energies e and a temperature tau,

    alpha_{i,n} = exp(e_{i,n} / tau) / sum_j exp(e_{j,n} / tau),      i, j = 0..n-1             (1)

tau -> infinity is uniform attention, tau -> 0 attends to the largest energy alone. Where the
energies come from decides what becomes of the law T^(Re a - 1) of theory/uniform.py:

"per pair", every step draws its own energies. The read for h_n holds alpha_{.,n} once, and no path
passes a read twice, so the mean of dh_T/dh_t over the energies is that of the mean weights. These
are 1/n each, for all states are alike: **the mean gradient is exactly that of uniform attention, at
every temperature.** How peaked a read is does not matter, if the peak is somewhere else each time.

"one state" has an energy 1 above all others. Among n states its weight is

    alpha = 1 / (1 + (n-1) exp(-1/tau))                                                         (2)

As long as n is well below exp(1/tau) this is nearly 1, and its gradient does not fall at all; the
others share what is left. For n well above, alpha is about exp(1/tau)/n, so the uniform exponent
comes back and only the constants stay apart. To keep a peak among n states, an energy gap must grow
as tau log n.

"per state", e_i is drawn once: some states attract all later steps. For tau -> 0 each step reads
the record so far, and again the mean is exactly that of uniform attention: h_i, born after some
step, is the largest of the first n with probability 1/n, whatever the order of those before it was.
But it is a mean of unlike things. While a record is read, the gradient settles at a times that of
the record, a = gamma_c v/(1-w) as in the uniform law, until the next record comes. There are about
log T of them, so |a|^(log T) is left: **typically the gradient goes as T^(log |a|)**. For a > 0
that is less than T^(a-1), and a few states that no record follows keep the mean up. For larger tau
the weights go as exp(e_i/tau)/(n M), M the mean of exp(e/tau), once n is large enough for a mean:
the uniform exponent, and a constant of its own for each state.

"recency", the energy falls with the distance. For every tau < infinity a window is left, and the
gradient falls exponentially: Theorem 1 needs that old states go on being read.

Source: derived for this course.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rsa_edu.theory.links import finite, gammas, whole

ONE_STATE, PER_STATE, PER_PAIR, RECENCY = "one state", "per state", "per pair", "recency"
KINDS = (ONE_STATE, PER_STATE, PER_PAIR, RECENCY)
FAVOURED = 4
"""The state that stands out in "one state"."""
STEPS_PER_UNIT = 10
"""In "recency": over so many steps the energy falls by 1."""


@dataclass(frozen=True)
class Peaked:
    """gradient: (draws, sources, T) dh_n/dh_source, 0 for n before the source. entropy: (draws, T)
    of the read used to compute h_n, in nats; NaN for h_0, which reads nothing.
    """

    gradient: Float[np.ndarray, "draws sources T"]
    entropy: Float[np.ndarray, "draws T"]


def energies(kind: str, T: int, draws: int = 7, seed: int = 0) -> Float[np.ndarray, "draws T T"]:
    """(draws, T, T), not to be written to: row n, columns i < n are the energies e_{i,n}.

    Args:
        kind: "one state": 1 for h_4, 0 for the others. "per state": e_i, normal, variance 1.
            "per pair": e_{i,n}, normal, variance 1. "recency": -(n-1-i)/10.
        T: number of states. draws: how often; not random ones are repeated. seed: of the draws.

    Raises:
        ValueError: an unknown kind, or T or draws below 1.
    """
    if kind not in KINDS:
        known = ", ".join(map(repr, KINDS))
        raise ValueError(f"kind must be one of {known}, but is {kind!r}.")
    whole("T", T, 1)
    whole("draws", draws, 1)
    dice, state = np.random.default_rng(seed), np.arange(T)
    if kind == PER_PAIR:
        return dice.standard_normal((draws, T, T))
    if kind == PER_STATE:
        chosen = dice.standard_normal((draws, 1, T))
    elif kind == ONE_STATE:
        chosen = (state == FAVOURED).astype(float)
    else:
        chosen = (state - (state[:, None] - 1)) / STEPS_PER_UNIT
    return np.broadcast_to(chosen, (draws, T, T))


def peaked_gradient(
    energies: Float[np.ndarray, "draws T T"],
    temperature: float,
    eigenvalue: float,
    combine: str = "mean",
    *,
    sources: np.ndarray,
) -> Peaked:
    """dh_n/dh_source for h_n = v s_{n-1} with the attention (1), for all n, step by step.

    Args:
        energies: as the function of that name gives them; only i < n is looked at.
        temperature: tau, above 0; inf is uniform attention.
        eigenvalue: v, real.
        combine: "mean", "sum" or "attention".
        sources: (sources,) or (draws, sources) the states whose gradient is asked for.

    Raises:
        ValueError: a temperature that is not above 0, an unknown `combine`, a v that is not finite
            and real, a source that is no state.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, but is {temperature!r}.")
    gamma_h, gamma_c = gammas(combine)
    v = _real(eigenvalue)
    draws, T, _ = energies.shape
    sources = np.broadcast_to(sources, (draws, np.shape(sources)[-1]))
    if not ((sources >= 0) & (sources < T)).all():
        raise ValueError(f"sources must lie between 0 and {T - 1}, but are {sources.tolist()}.")
    recurrent, attended = gamma_h * v, gamma_c * v
    gradient = np.zeros((draws, T, sources.shape[1]))
    np.put_along_axis(gradient, sources[:, None], 1.0, axis=1)
    entropy = np.full((draws, T), np.nan)
    for n in range(1, T):
        scaled = energies[:, n, :n] / temperature
        scaled -= scaled.max(1, keepdims=True)
        weights = np.exp(scaled)  # alpha, but for a factor
        total = weights.sum(1)
        entropy[:, n] = np.log(total) - np.einsum("di,di->d", weights, scaled) / total
        read = (weights[:, None] @ gradient[:, :n])[:, 0] / total[:, None]
        gradient[:, n] += recurrent * gradient[:, n - 1] + attended * read
    return Peaked(gradient.transpose(0, 2, 1), entropy)


def favoured_and_disfavoured(
    energies: Float[np.ndarray, "draws T T"], among: int = 10
) -> np.ndarray:
    """(draws, 2) of the first `among` states the one with the largest and that with the smallest
    energy, mean over the later reads; of equals the newest.

    Raises:
        ValueError: not more states than `among`.
    """
    whole("among", among, 1)
    if energies.shape[1] <= among:
        raise ValueError(f"there must be more than {among} states, but are {energies.shape[1]}.")
    means = energies[:, among:, :among].mean(1)
    newest_first = means[:, ::-1]
    return among - 1 - np.stack([newest_first.argmax(1), newest_first.argmin(1)], 1)


def peak_lasts(temperature: float) -> float:
    """exp(1/tau): among so many states a state whose energy is 1 above the others keeps half of
    the attention, equation (2).

    Raises:
        ValueError: a temperature that is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, but is {temperature!r}.")
    return math.exp(1 / temperature) if temperature > 1 / 700 else math.inf


def record_exponent(eigenvalue: float, combine: str = "mean") -> float:
    """log |a|: the exponent of T that is typical where each step reads the record so far.

    This is "per state" for tau -> 0; its mean over the energies goes as T^(a-1). -inf for v = 0.

    Raises:
        ValueError: |w| >= 1; v not finite and real; an unknown `combine`.
    """
    gamma_h, gamma_c = gammas(combine)
    v = _real(eigenvalue)
    if abs(gamma_h * v) >= 1:
        raise ValueError(f"|w| = {abs(gamma_h * v):g} must be below 1, else nothing settles.")
    a = gamma_c * v / (1 - gamma_h * v)
    return math.log(abs(a)) if a else -math.inf


def fitted_exponent(gradient: Float[np.ndarray, "... T"], first: int) -> Float[np.ndarray, "..."]:
    """The slope of log |gradient| against log n over n = first..T-1, by least squares.

    The points are spread evenly over log n, so that the end does not outweigh the beginning. NaN
    where the gradient is 0 at one of them.

    Raises:
        ValueError: `first` not between 1 and T - 2.
    """
    last = gradient.shape[-1] - 1
    if not 1 <= whole("first", first, 1) < last:
        raise ValueError(f"first must lie between 1 and {last - 1}, but is {first}.")
    n = np.unique(np.geomspace(first, last, 100).astype(int))
    x = np.log(n) - np.log(n).mean()
    sizes = np.abs(gradient[..., n])
    logs = np.log(np.where(sizes > 0, sizes, np.nan))
    return np.asarray(logs @ x / (x @ x))


def _real(eigenvalue: float) -> float:
    v = finite("eigenvalue", eigenvalue)
    if v.imag:
        raise ValueError(f"eigenvalue must be real here, but is {eigenvalue!r}.")
    return v.real
