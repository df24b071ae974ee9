"""A figure over the steps of a sequence: where something is to be remembered or told, a cursor."""

from collections.abc import Sequence

import numpy as np

FLOOR = 1e-30
"""Smaller norms are drawn on this height, so that the rest of the picture keeps its size."""


def marks(data: Sequence[int], answers: Sequence[int], cursor: int | None) -> list[dict]:
    """Shapes: a shade over the data and over the answer steps, a dotted line at the cursor."""
    shapes = [_shade(run) for steps in (data, answers) for run in _runs(steps)]
    if cursor is not None:
        span = {"x0": cursor, "x1": cursor, "y0": 0, "y1": 1, "yref": "paper"}
        shapes.append({"type": "line", **span, "line": {"width": 1.5, "dash": "dot"}})
    return shapes


def words(data: Sequence[int], answers: Sequence[int], *, under: bool) -> list[dict]:
    """Annotations: what the shades are, and, if some norms lie `under` it, what the floor is."""
    said = [_note("data", data, 0), _note("answer", answers, 1)]
    if under:
        at = {"x": 0.5, "xref": "x domain", "y": 0, "yref": "paper", "yanchor": "bottom"}
        said.append({"text": f"norms below {FLOOR:.0e} are drawn at {FLOOR:.0e}", **at})
    return [note for note in said if note]


def _runs(steps: Sequence[int]) -> list[tuple[int, int]]:
    """Steps in a row, as (first, last)."""
    breaks = np.flatnonzero(np.diff(steps) > 1) + 1
    return [(int(run[0]), int(run[-1])) for run in np.split(np.asarray(steps), breaks) if len(run)]


def _shade(run: tuple[int, int]) -> dict:
    span = {"x0": run[0] - 0.5, "x1": run[1] + 0.5, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "rect", **span}


def _note(text: str, steps: Sequence[int], end: int) -> dict | None:
    """A word at the foot of the first (end 0) or last (end 1) shaded step."""
    if not len(steps):
        return None
    anchor = {"x": steps[-end] + end - 0.5, "xanchor": "right" if end else "left"}
    return {"text": text, "y": 0, "yref": "paper", "yanchor": "bottom", **anchor}
