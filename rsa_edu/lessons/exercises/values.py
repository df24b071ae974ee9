"""When two answers count as the same, and what kind of value an answer must be."""

from cmath import isfinite
from operator import index

import numpy as np

from rsa_edu.lessons.words import plain


def same_slot(given: object, expected: object) -> bool:
    """Equal slot numbers, or both None."""
    if given is None or expected is None:
        return given is expected
    return index(given) == index(expected)


def slot_fault(given: object) -> str:
    """ "" for a whole number or None, else what it is instead."""
    return "" if given is None else whole_fault(given)


def same_number(given: object, expected: object) -> bool:
    return index(given) == index(expected)


def whole_fault(given: object) -> str:
    """ "" for a whole number of Python, NumPy or torch, else what it is instead."""
    try:
        index(given)
    except TypeError:
        return f"is no whole number: {plain(given)!r}"
    return f"is no whole number: {given!r}" if isinstance(given, bool) else ""


def same_array(given: object, expected: object) -> bool:
    """Equal shapes, and entries within 1e-6 of one another (relative, where they are large)."""
    given, expected = np.asarray(plain(given), float), np.asarray(expected, float)
    if given.shape != expected.shape:
        return False
    return np.allclose(given, expected, rtol=1e-6, atol=1e-6, equal_nan=True)


def array_fault(axes: int, shape: str):
    """A check that a value is an array with this many axes, described as `shape`."""

    def fault(given: object) -> str:
        try:
            found = np.asarray(plain(given), float)
        except (TypeError, ValueError):
            return f"is no array of shape {shape}: {given!r}"
        return "" if found.ndim == axes else f"has shape {found.shape} in the place of {shape}"

    return fault


def same_complex(given: object, expected: object) -> bool:
    """Numbers within 1e-6 of one another, real or complex."""
    return abs(complex(given) - complex(expected)) < 1e-6


def number_fault(given: object) -> str:
    """ "" for a finite number of Python, NumPy or torch, else what it is instead."""
    try:
        found = None if isinstance(given, str) else complex(given)
    except (TypeError, ValueError):
        found = None
    return "" if found is not None and isfinite(found) else f"is no number: {plain(given)!r}"


def same_text(given: object, expected: object) -> bool:
    return str(given) == str(expected)


def one_of_fault(*answers: str):
    """A check that a value is one of these texts."""
    known = " or ".join(repr(answer) for answer in answers)

    def fault(given: object) -> str:
        said = isinstance(given, str) and given in answers
        return "" if said else f"is not {known}: {plain(given)!r}"

    return fault
