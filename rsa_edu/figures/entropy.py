"""How many states a network attends to while it learns, and what it gets right by then."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis
from rsa_edu.figures.traces import scatter

GAP = 0.06
"""Between the two panels, as a part of the height."""
INK, GRID, NO_GROUND = "#7a7a7a", "rgba(128, 128, 128, 0.3)", "rgba(0, 0, 0, 0)"
"""A notebook shows this figure as it is, on the light and on the dark page."""


def entropy_along_training(
    updates: Sequence[int],
    kappa: Sequence[float],
    accuracy: Sequence[float],
    *,
    uniform: float,
    chance: float,
) -> go.Figure:
    """Effective kappa above, accuracy below, over the same updates.

    Args:
        updates: (N,) at which the network was looked at.
        kappa: (N,) effective kappa there. uniform: that of uniform attention.
        accuracy: (N,) of the answers. chance: that of guessing.
    """
    last, grid = max(updates, default=1), {"gridcolor": GRID}
    return theme.figure(
        _curve(updates, kappa, "effective κ", "y2"),
        _level(last, uniform, "uniform attention", "y2"),
        _curve(updates, accuracy, "accuracy", "y"),
        _level(last, chance, "guessing", "y"),
        height=460,
        xaxis=grid | {"title": {"text": "update"}, "range": [0, last], "anchor": "y"},
        yaxis=grid
        | {"title": {"text": "accuracy"}, "range": [0, 1.03], "domain": [0, 0.5 - GAP / 2]},
        yaxis2=grid
        | log_axis("effective κ", [-0.05, 0.2 + math.log10(max([uniform, *kappa]))])
        | {"domain": [0.5 + GAP / 2, 1]},
        showlegend=False,
        paper_bgcolor=NO_GROUND,
        plot_bgcolor=NO_GROUND,
        font={"color": INK},
    )


def _curve(x, y, name: str, axis: str) -> dict:
    return scatter(
        x=list(x),
        y=list(y),
        name=name,
        mode="lines+markers",
        line={"color": theme.MEASURED, "width": 2.5},
        marker={"size": 5},
        yaxis=axis,
        hovertemplate="%{y:.3g}",
    )


def _level(last: float, value: float, name: str, axis: str) -> dict:
    return scatter(
        x=[0, last],
        y=[value, value],
        name=name,
        mode="lines+text",
        text=["", f"{name}: {value:.3g}"],
        textposition="top left",
        line={"color": theme.BOUND, "width": 2, "dash": "dash"},
        yaxis=axis,
        hoverinfo="skip",
    )
