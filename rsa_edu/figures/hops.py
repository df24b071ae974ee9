"""A gradient split by attention hops: the norm of every order, and their shares at one step."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.orders import COLORS, TOTAL, color, line, name, places
from rsa_edu.figures.steps import FLOOR, marks, words
from rsa_edu.figures.traces import bar, scatter


def hops(
    norms: np.ndarray | None = None,
    total: np.ndarray | None = None,
    shares: np.ndarray | None = None,
    *,
    data: Sequence[int] = (),
    answers: Sequence[int] = (),
    cursor: int = 0,
) -> go.Figure:
    """Left, one curve per order over the steps; right, what each order gives at the cursor.

    Args:
        norms: (R + 2, T) norm of what passed 0, 1, .., R reads, and of the rest.
        total: (T,) norm of the whole.
        shares: (R + 2, T) part of each order in the whole: along its direction, over its length.
            They add up to 1; one that points against the whole is negative.
        data, answers: steps to be shaded. cursor: the step of the right side.
    """
    norms = np.zeros((2, 0)) if norms is None else norms
    total = np.zeros(0) if total is None else total
    orders, length = norms.shape
    low, high = log_range([1e-5, *norms.ravel(), *total], FLOOR)
    shown = places(orders)
    curves = [_curve(place) for place in range(len(COLORS) + 1)]
    for place, values in zip(shown, norms, strict=True):
        curves[place] = _curve(place, values)
    return theme.figure(
        _whole(total),
        *curves,
        _bars(shown, np.zeros((orders, 0)) if shares is None else shares, cursor),
        height=480,
        bargap=0.35,
        xaxis={
            "title": {"text": "step t"},
            "domain": [0, 0.66],
            "range": [-0.5, max(length, 2) - 0.5],
        },
        yaxis=log_axis("‖∂L/∂h<sub>t</sub>‖ by hops", [low - 0.065 * (high - low), high]),
        xaxis2={
            "title": {"text": f"share of ∂L/∂h<sub>t</sub> at t = {cursor}"},
            "domain": [0.78, 1],
            "anchor": "y2",
            "tickformat": ".0%",
            "nticks": 5,
            "zeroline": True,
            "range": _reach(shares, cursor),
        },
        yaxis2={
            "anchor": "x2",
            "autorange": "reversed",
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [name(place) for place in shown],
        },
        shapes=marks(data, answers, cursor),
        annotations=words(data, answers, under=bool(((norms > 0) & (norms < FLOOR)).any())),
    )


def _whole(total: np.ndarray) -> dict:
    return scatter(
        x=np.arange(len(total)),
        y=np.maximum(total, FLOOR),
        customdata=total,
        name="all",
        mode="lines",
        line={"color": TOTAL, "width": 9},
        hovertemplate="%{customdata:.2e}",
    )


def _curve(place: int, values: np.ndarray | None = None) -> dict:
    """Where an order is exactly zero there is no path of so many hops, and no line."""
    values = np.zeros(0) if values is None else values
    return scatter(
        x=np.arange(len(values)),
        y=np.where(values > 0, np.maximum(values, FLOOR), np.nan),
        customdata=values,
        name=name(place),
        mode="lines",
        line=line(place),
        showlegend=bool((values > 0).any()),
        hovertemplate="%{customdata:.2e}",
    )


def _bars(orders: Sequence[int], shares: np.ndarray, cursor: int) -> dict:
    here = shares[:, cursor] if shares.shape[1] else []
    shown = orders[: len(here)]
    return bar(
        x=here,
        y=[name(place) for place in shown],
        orientation="h",
        marker={"color": [color(place) for place in shown]},
        xaxis="x2",
        yaxis="y2",
        showlegend=False,
        hovertemplate="%{x:.1%}<extra></extra>",
    )


def _reach(shares: np.ndarray | None, cursor: int) -> list[float]:
    """The shares lie between 0 and 1, as a rule; where they do not, the axis opens in halves."""
    if shares is None or not shares.shape[1]:
        return [0, 1]
    here = shares[:, cursor]
    return [
        min(0, np.floor(2 * here.min()) / 2 if here.min() < -0.02 else 0),
        max(1, np.ceil(2 * here.max()) / 2 if here.max() > 1.02 else 1),
    ]
