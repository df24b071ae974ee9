"""The gradient of every state, over its time and over its dependency depth."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.steps import FLOOR, marks, words
from rsa_edu.figures.traces import scatter

KINDS = (
    ("in memory", "#d55e00", "diamond"),
    ("lost, but read by one in memory", "#1a7ab8", "circle"),
    ("lost", "#7c7c7c", "circle-open"),
)
"""By depth 1, 2 and more, seen from the step of the loss."""


def by_depth(
    gradients: np.ndarray | None = None,
    depths: np.ndarray | None = None,
    line: tuple[float, float] | None = None,
    *,
    data: Sequence[int] = (),
    cursor: int = 0,
) -> go.Figure:
    """Left over the steps, right over the depth, on one log axis.

    Args:
        gradients: (T,) norm of dL/dh_t over that at the step of the loss, t before that step.
        depths: (T,) links from h_t to the step of the loss.
        line: intercept and slope of log10 gradient over depth, fitted.
        data: steps to be shaded. cursor: a state to be marked on both sides.
    """
    gradients = np.zeros(0) if gradients is None else gradients
    depths = np.zeros(0, int) if depths is None else depths
    steps, kinds = np.arange(len(depths)), np.clip(depths, 1, len(KINDS)) - 1
    low, high = log_range([1e-3, *gradients], FLOOR)
    deepest = int(depths.max(initial=2))
    shown = np.maximum(gradients, FLOOR)
    traces = [
        _states(kind, over[kinds == kind], shown[kinds == kind], steps[kinds == kind], axis)
        for axis, over in (("x", steps), ("x2", depths))
        for kind in range(len(KINDS))
    ]
    here = slice(cursor, cursor + 1)
    both = [_here(steps[here], shown[here], "x"), _here(depths[here], shown[here], "x2")]
    return theme.figure(
        *traces,
        _fitted(line, deepest),
        *both,
        height=470,
        hovermode="closest",
        xaxis={
            "title": {"text": "step t"},
            "domain": [0, 0.56],
            "range": [-1, max(len(depths), 2)],
        },
        xaxis2={
            "title": {"text": "dependency depth of h<sub>t</sub>"},
            "domain": [0.61, 1],
            "range": [0, 1.08 * deepest + 0.5],
        },
        yaxis=log_axis(
            "‖∂L/∂h<sub>t</sub>‖ / ‖∂L/∂h<sub>m</sub>‖", [low - 0.065 * (high - low), high]
        ),
        shapes=[shape | {"xref": "x"} for shape in marks(data, (), cursor)],
        annotations=words(data, (), under=bool((gradients < FLOOR).any())),
    )


def _states(kind: int, over, gradients, steps, axis: str) -> dict:
    name, color, symbol = KINDS[kind]
    return scatter(
        x=over,
        y=gradients,
        customdata=steps,
        name=name,
        legendgroup=name,
        showlegend=axis == "x",
        mode="markers",
        marker={"color": color, "symbol": symbol, "size": 7, "line": {"width": 1, "color": color}},
        xaxis=axis,
        hovertemplate="h<sub>%{customdata}</sub>: %{y:.1e}<extra></extra>",
    )


def _fitted(line: tuple[float, float] | None, deepest: int) -> dict:
    ends = np.array([1, deepest])
    return scatter(
        x=ends,
        y=[] if line is None else 10 ** (line[0] + line[1] * ends),
        name="fitted",
        mode="lines",
        line={"color": theme.OTHER, "width": 2.5, "dash": "dash"},
        xaxis="x2",
        hoverinfo="skip",
    )


def _here(over, gradients, axis: str) -> dict:
    return scatter(
        x=over,
        y=gradients,
        mode="markers",
        marker={"size": 15, "symbol": "circle-open", "color": theme.OTHER, "line": {"width": 3}},
        xaxis=axis,
        showlegend=False,
        hoverinfo="skip",
    )
