"""Uniform attention in a linear recurrence: the gradient is a power of T, and here is which.

Every step weighs all its past alike, alpha = 1/n over the n states there are, and phi is linear:

    h_{t+1} = V s_t,   s_t = gamma_h h_t + gamma_c c_t,   c_t = (h_1 + .. + h_t) / t

V diagonalisable: one eigenvalue v at a time is enough. With D_T = dh_T/dh_t and the sum
S_T = D_t + .. + D_T, where t is the step the gradient is sent back to,

    D_{n+1} = v (gamma_h D_n + gamma_c S_n / n),   D_t = S_t = 1                              (1)

For large n there are two solutions: one that is a power of n, and one that is w^n times a power,
w = gamma_h v. Put S_n = n^a into (1): a = w a + gamma_c v, so

    a = gamma_c v / (1 - w)        w = v/2 "mean",  v "sum",  0 "attention" (then a = v)

and D_n, the difference of S_n, goes as n^(a-1). Put D_n = w^n n^b into (1): then
S_n = w D_n / (w - 1), and b = gamma_c v / (w - 1) = -a. So

    D_T = A T^(a-1) + B w^T T^(-a)                                                            (2)

For |w| < 1 the first term wins. With "mean" and "sum" its constant A is not zero for t = 1: the
series sum_n S_n x^n is x (1-x)^(-1-a) (1-wx)^(a-1). For |w| = 1, w != 1, Re a = -1/2, so the second
term grows as T^(1/2) and the first falls as T^(-3/2): always the second wins. For w = 1 the two
merge: the series is x (1-x)^(-2) exp(x/(1-x)), which grows as exp(2 sqrt T), faster than any power.

Source: derived for this course. As we understand the paper, its Theorem 1 states the floor 1/T^2.
"""

import math

import numpy as np
from jaxtyping import Float

from rsa_edu.theory.links import finite, gammas, whole

ON_THE_CIRCLE = 1e-12
"""|w| this near to 1 counts as 1: numbers such as e^(i pi/4) carry that rounding."""
REACH = math.log(1e130)
"""Within one block of the recurrence no number grows by more than this."""


def uniform_attention_exponent(eigenvalue: complex, combine: str = "mean") -> float:
    """The exponent of T: |dh_T/dh_t| goes as T^exponent for an eigenvalue v of V.

    |w| < 1: Re a - 1. |w| = 1, w != 1: 1/2. v = 0: -inf, there is no gradient at all. With
    "attention" w = 0, so Re v - 1 holds for every v; only where -v is a whole number, at least the
    start t, is the gradient exactly 0 instead. Derivation: equations (1) and (2) of this module.

    Args:
        eigenvalue: v, real or complex.
        combine: "mean" s = (h + c)/2, "sum" s = h + c, "attention" s = c.

    Raises:
        ValueError: w = 1 or |w| > 1, where the growth is no power of T; v that is not finite; an
            unknown `combine`.
    """
    v, w, a = _law(eigenvalue, combine)
    if v == 0:
        return -math.inf
    return 0.5 if _on_circle(w) else a.real - 1


def start_exponent(eigenvalue: complex, combine: str = "mean") -> float:
    """The exponent of t: |dh_T/dh_t| goes as T^(..) t^exponent while t is far from T.

    |w| < 1: -Re a. Far from both ends S_T can depend on T/t only, so it goes as (T/t)^a, and D_T is
    the part a/T of it. |w| = 1, w != 1: -1/2, for the second term of (2) goes as (T/t)^(-a) with
    Re a = -1/2.

    Args and errors are those of `uniform_attention_exponent`, and

    Raises:
        ValueError: v = 0, where there is no gradient.
    """
    v, w, a = _law(eigenvalue, combine)
    if v == 0:
        raise ValueError("v = 0: there is no gradient, so it has no exponent of t.")
    return -0.5 if _on_circle(w) else -a.real


def exponent_range(combine: str = "mean") -> tuple[float, float]:
    """(lowest, highest) exponent of T over the disc |v| <= 1.

    a = w/(1-w) maps a disc of w to a disc or to a half plane, and its real part is extreme on the
    real axis. "mean", |w| <= 1/2: Re a from -1/3 (v = -1) to 1 (v = 1), never growing. "sum":
    Re a > -1/2, so above -3/2, and without an upper bound; it grows (Re a > 1) in the small disc
    |v - 3/4| < 1/4, and on the circle |v| = 1. "attention": from -2 (v = -1), the worst case of
    all, to 0. The bounds of "sum" are not attained.

    Raises:
        ValueError: an unknown `combine`.
    """
    gammas(combine)
    return {"mean": (-4 / 3, 0.0), "sum": (-1.5, math.inf), "attention": (-2.0, 0.0)}[combine]


def exponential_rate(eigenvalue: complex, combine: str | None = None) -> float:
    """What one step without attention adds to log |dh_T/dh_t|.

    `combine` None: a recurrence that never had attention, log |v|. Else the recurrent links of
    s = f(h, c) alone, log |gamma_h v|; -inf where there are none.

    Raises:
        ValueError: v that is not finite; an unknown `combine`.
    """
    gamma_h = 1.0 if combine is None else gammas(combine)[0]
    size = abs(gamma_h * finite("eigenvalue", eigenvalue))
    return math.log(size) if size else -math.inf


def uniform_attention_gradient(
    eigenvalue: complex, steps: int, combine: str = "mean", start: int = 1
) -> Float[np.ndarray, " times"]:
    """(steps+1,) natural logarithm of |dh_{start+k}/dh_start| for k = 0..steps, -inf where it is 0.

    Equation (1) step by step, any v. D and S are rescaled before they could leave the range of
    floating-point numbers (v = 0.99 with "sum" grows as T^98). A pair of complex eigenvalues is a
    2x2 block of V; this is then the spectral norm of its Jacobian, where each of the real entries
    would swing about 0.

    Args:
        eigenvalue: v, real or complex.
        steps: how many.
        combine: "mean", "sum" or "attention".
        start: t, the step the gradient is sent back to; h_1 is the first state.

    Raises:
        ValueError: v that is not finite, an unknown `combine`, no whole number.
    """
    v = finite("eigenvalue", eigenvalue)
    gamma_h, gamma_c = gammas(combine)
    steps, start = whole("steps", steps, 0), whole("start", start, 1)
    if v.imag == 0:
        v = v.real  # as exact, and four times as fast
    w, skip = gamma_h * v, gamma_c * v
    block = max(1, int(REACH / math.log(2 + 2 * abs(v))))
    logs = np.zeros(steps + 1)
    d, total, scale = 1.0, 1.0, 0.0
    for first in range(0, steps, block):
        last = min(first + block, steps)
        sizes = []
        for n in range(start + first, start + last):
            d = w * d + skip * total / n
            total += d
            sizes.append(abs(d))
        with np.errstate(divide="ignore"):
            logs[first + 1 : last + 1] = np.log(sizes) + scale
        size = max(abs(d), abs(total))
        if size == 0:
            logs[last + 1 :] = -math.inf
            break
        d, total, scale = d / size, total / size, scale + math.log(size)
    return logs


def measured_exponent(
    log_gradient: Float[np.ndarray, " times"], start: int = 1, first: int | None = None
) -> float:
    """The slope of log |dh_T/dh_start| against log T, from T = `first` to the last T.

    A straight line between these two points of the curve. It tells of the law only where `first`
    is at least `reliable_from`.

    Args:
        log_gradient: as `uniform_attention_gradient` returns it.
        start: the same start.
        first: a T within the curve. Default: a tenth of the last, but not before start + 1.

    Raises:
        ValueError: `first` outside the curve or at its end; a gradient that is 0 or not finite
            there.
    """
    logs = np.asarray(log_gradient, dtype=float)
    last = whole("start", start, 1) + len(logs) - 1
    first = max(last // 10, start + 1) if first is None else whole("first", first, start)
    if first >= last:
        raise ValueError(
            f"The slope needs two steps: it is to be measured from T = {first} on, but the "
            f"gradient is known up to T = {last}."
        )
    begin, end = logs[first - start], logs[-1]
    if not (math.isfinite(begin) and math.isfinite(end)):
        raise ValueError("A gradient that is 0 or not finite has no slope on a log axis.")
    return float((end - begin) / math.log(last / first))


def reliable_from(
    eigenvalue: complex, combine: str = "mean", start: int = 1, tolerance: float = 0.01
) -> int:
    """The T from which on the slope of the gradient may be taken for the exponent.

    Two things must have become small. (i) The term of (2) that loses, against the one that wins.
    For |w| < 1 it is the direct path, about w^(T-t) (T/t)^(-a), against a/(1-w) (T/t)^a / T: its
    share |w|^T is negligible only after log T / log(1/|w|) steps. (ii) The next order of the term
    that wins: A T^(a-1) (1 + e/T + ..) has the slope Re a - 1 - Re e/T. Putting the series into (1)
    gives e = (a-1)/2 ((a-1)(1+w)/(1-w) - 1); on the circle e = a (1+a)(1-2a)/2.

    Args:
        eigenvalue, combine, start: as for `uniform_attention_gradient`.
        tolerance: how small, of both; about the error of a slope that is measured from here on.

    Raises:
        ValueError: as `uniform_attention_exponent`; v = 0; a tolerance outside 0..1.
    """
    v, w, a = _law(eigenvalue, combine)
    start = whole("start", start, 1)
    if v == 0:
        raise ValueError("v = 0: there is no gradient to be measured.")
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance must lie between 0 and 1, but is {tolerance!r}.")
    if _on_circle(w):
        bend = a * (1 + a) * (1 - 2 * a) / 2
        other = math.sqrt(start / tolerance) / abs(1 - w)
    else:
        bend = (a - 1) / 2 * ((a - 1) * (1 + w) / (1 - w) - 1)
        other = _direct_path_gone(w, a, start, tolerance) if w else start
    return max(start + 1, math.ceil(abs(bend) / tolerance), math.ceil(other))


def _direct_path_gone(w: complex, a: complex, start: int, tolerance: float) -> int:
    """The least T after which |w|^(T-t) (T/t)^(-2 Re a) T |1-w|/|a| stays below the tolerance."""

    def too_large(n: float) -> bool:
        share = (n - start) * math.log(abs(w)) + math.log(n * abs(1 - w) / abs(a))
        return share - 2 * a.real * math.log(n / start) > math.log(tolerance)

    # The share is largest at T = (1 - 2 Re a) / log(1/|w|) and falls from there on.
    low = max(start, math.ceil((1 - 2 * a.real) / -math.log(abs(w))))
    if not too_large(low):
        return start
    high = 2 * low
    while too_large(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if too_large(middle) else (low, middle)
    return high


def _law(eigenvalue: complex, combine: str) -> tuple[complex, complex, complex]:
    """(v, w, a), or a ValueError where the gradient follows no power of T."""
    v = finite("eigenvalue", eigenvalue)
    gamma_h, gamma_c = gammas(combine)
    w = gamma_h * v
    letter = "v/2" if combine == "mean" else "v"
    if abs(w - 1) <= ON_THE_CIRCLE:
        raise ValueError(
            f"w = {letter} = 1: the gradient grows as exp(2 √T), faster than any power of T, so "
            "it has no exponent."
        )
    if abs(w) > 1 and not _on_circle(w):
        raise ValueError(
            f"|w| = |{letter}| = {abs(w):.4g} is above 1: the gradient grows exponentially, as "
            "|w|^T, so it has no exponent."
        )
    return v, w, gamma_c * v / (1 - w)


def _on_circle(w: complex) -> bool:
    return abs(abs(w) - 1) <= ON_THE_CIRCLE
