"""Values said in plain words: one way for claims, predictions and exercise checks."""

import math
from collections.abc import Iterable

# A longer list is cut, a larger matrix only described: a sentence is read, not scanned.
_MOST_VALUES, _MOST_NUMBERS = 9, 25


def plain(value: object) -> object:
    """`value` with every tensor, array and NumPy scalar in it turned into Python numbers."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def numbers_in(value: object) -> Iterable[float]:
    """Every number in `value`, however deep the lists and dicts it stands in."""
    value = plain(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from numbers_in(item)
    elif isinstance(value, int | float):
        yield value


def has_nan(value: object) -> bool:
    return any(math.isnan(number) for number in numbers_in(value))


def in_words(value: object) -> str:
    """One short phrase: 0.0123, not a number (NaN), [0.5, 0.2], RNN 0.31, LSTM 0.97."""
    value = plain(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {in_words(item)}" for key, item in value.items())
    if isinstance(value, list):
        if value and isinstance(value[0], list) and len(value) * len(value[0]) > _MOST_NUMBERS:
            return f"an array of {len(value)} × {len(value[0])} numbers"
        shown = ", ".join(in_words(item) for item in value[:_MOST_VALUES])
        rest = f", … {len(value)} in all" if len(value) > _MOST_VALUES else ""
        return f"[{shown}{rest}]"
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    if math.isnan(value):
        return "not a number (NaN)"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if 1e4 <= abs(value) < 1e9:
        return f"{value:.0f}"
    return f"{value:.4g}"
