"""Log axes that stand still while a slider moves, and numbers as one says them."""

import numpy as np

_DECADES = (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 250, 325)


def log_axis(title: str, decades: list[float]) -> dict:
    """A log axis over [lowest, highest] decade, with a tick at every so many whole decades."""
    span = decades[1] - decades[0]
    return {
        "title": {"text": title},
        "type": "log",
        "range": decades,
        "dtick": next(step for step in (1, 2, 5, 10, 20, 50, 100) if span / step <= 9),
        "exponentformat": "power",
    }


def log_range(values, floor: float = 0.0) -> list[float]:
    """[lowest, highest] decade of a log axis that holds all positive finite `values`.

    Only a few ranges are used, so that a curve moves against its axis and not the axis against the
    curve. Values under `floor` do not stretch the axis.
    """
    values = np.asarray(values, dtype=float).ravel()
    values = values[np.isfinite(values) & (values > 0)]
    if not len(values):
        return [-5, 1]
    lowest, highest = np.log10([max(values.min(), floor), max(values.max(), floor)])
    return [-_step_beyond(-lowest), max(1, _step_beyond(highest))]


def _step_beyond(decades: float) -> float:
    tight = decades - 1e-9
    return next((step for step in _DECADES if step >= tight), _DECADES[-1]) if tight > 0 else 0


def spoken(value: float) -> str:
    """A number in a sentence: 0.032, 12, 2.7e-05, 0."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
    return f"{value:.1e}"
