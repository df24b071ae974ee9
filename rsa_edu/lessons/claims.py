"""Claims: sentences of a notebook that are checked each time it runs."""

from html import escape

from IPython.display import display

from rsa_edu.lessons.page import Shown, mark
from rsa_edu.lessons.words import has_nan, in_words


class ClaimError(AssertionError):
    """A claim of the prose does not hold on this machine, in this run."""


def claim(text: str, condition: object, measured: object) -> None:
    """Check a claim and print it in one line: ``✓ text — measured: 0.0123``.

    text: the claim as the prose makes it, tolerance included.
    condition: whether it holds: a bool, or a tensor or array holding a single one.
    measured: what was measured; a number, a text, a tensor, or a list or dict of them.

    Raises ClaimError where the claim does not hold or NaN was measured, and TypeError where the
    condition is not one yes or no.
    """
    holds = _one_bool(text, condition)
    if has_nan(measured):
        raise ClaimError(
            f"The claim “{text}” cannot be checked: what was measured is {in_words(measured)}."
        )
    if not holds:
        raise ClaimError(f"The claim “{text}” does not hold here: measured {in_words(measured)}.")
    said = f"{text} — measured: {in_words(measured)}"
    display(Shown(f"✓ {said}", f"<div>{mark('✓', 'good')} {escape(said)}</div>"))


def _one_bool(text: str, condition: object) -> bool:
    value = condition.tolist() if hasattr(condition, "tolist") else condition
    many = 1
    while isinstance(value, list):
        many *= len(value)
        if not value:
            break
        value = value[0]
    if many != 1:
        raise TypeError(
            f"The claim “{text}” needs one yes or no, and its condition holds {many} values; "
            "reduce them with .all() or .any()."
        )
    if not isinstance(value, bool):
        raise TypeError(
            f"The claim “{text}” needs a condition that is true or false, such as error < 0.01; "
            f"it was given {in_words(condition)} ({type(condition).__name__})."
        )
    return value
