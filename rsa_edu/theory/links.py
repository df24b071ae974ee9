"""What one link of a path costs, and how bad input is said."""

import cmath

# f(h, c) = gamma_h h + gamma_c c: the factor of a recurrent link, and that of a hop.
GAMMAS = {"mean": (0.5, 0.5), "sum": (1.0, 1.0), "attention": (0.0, 1.0)}


def gammas(combine: str) -> tuple[float, float]:
    """(gamma_h, gamma_c) of s = f(h, c).

    Raises:
        ValueError: `combine` is none of "mean", "sum", "attention".
    """
    if combine not in GAMMAS:
        known = ", ".join(repr(name) for name in GAMMAS)
        raise ValueError(f"combine must be one of {known}, but is {combine!r}.")
    return GAMMAS[combine]


def finite(name: str, value) -> complex:
    """`value` as a complex number, else a ValueError."""
    try:
        number = complex(value)
    except (TypeError, ValueError):
        number = complex("nan")
    if isinstance(value, str) or not cmath.isfinite(number):
        raise ValueError(f"{name} must be a finite number, real or complex, but is {value!r}.")
    return number


def whole(name: str, value, least: int) -> int:
    """`value` if it is a whole number of at least `least`, else a ValueError."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but is {value!r}.")
    return int(value)
