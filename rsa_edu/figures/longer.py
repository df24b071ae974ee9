"""A trained network at many delays: which answers are right, and how accuracy goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures.theme import MODELS, figure
from rsa_edu.figures.traces import bar, scatter

MOST_CURVES = 6
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star")
BARS, BARS_GUESS, GUESS, CURVES = range(4)
"""Places of the traces; the curves come last, the present one at CURVES."""
LEFT, RIGHT = [0, 0.36], [0.46, 1]
ENDS = [0.93, 3.78]
"""Decades of the delay axis."""


@dataclass(frozen=True)
class Curve:
    """What was measured of one network with one budget.

    model: gives the colour. mark: number of the curve, gives the symbol. delays: rising.
    accuracy; error: standard error over the sequences; sequences: how many.
    """

    name: str
    model: str
    mark: int
    delays: Sequence[int]
    accuracy: Sequence[float]
    error: Sequence[float]
    sequences: Sequence[int]


def longer(
    right: np.ndarray | None = None,
    curves: Sequence[Curve] = (),
    *,
    delay: int = 100,
    trained: tuple[int, int] = (1, 100),
    chance: float = 0.125,
) -> go.Figure:
    """Left the answers of the present delay, right all that was measured so far.

    Args:
        right: (n,) share of sequences in which each answer is right.
        curves: the present one first; at most MOST_CURVES are drawn.
        delay: the present one. trained: shortest and longest of the training, shaded.
        chance: of guessing.
    """
    right = np.zeros(0) if right is None else right
    color = MODELS[curves[0].model][0] if curves else MODELS["RelRNN"][0]
    shown = [*curves[:MOST_CURVES], *[None] * (MOST_CURVES - len(curves))]
    return figure(
        bar(
            x=list(range(1, len(right) + 1)),
            y=right.tolist(),
            marker={"color": color},
            showlegend=False,
            hovertemplate="answer %{x}: right in %{y:.0%}<extra></extra>",
        ),
        _guessing([0.4, 10.6], chance, "x", ""),
        _guessing([10**end for end in ENDS], chance, "x2", "guessing"),
        *(_curve(curve, place == 0) for place, curve in enumerate(shown)),
        height=470,
        hovermode="closest",
        margin={"l": 70, "r": 20, "t": 120, "b": 56},
        legend={"y": 1.1},
        xaxis={
            "title": {"text": "answer"},
            "domain": LEFT,
            "range": [0.4, 10.6],
            "tickvals": list(range(1, 11)),
        },
        yaxis={"title": {"text": "share right"}, "range": [-0.02, 1.06], "tickformat": ".0%"},
        xaxis2={
            "title": {"text": "delay"},
            "domain": RIGHT,
            "anchor": "y2",
            "type": "log",
            "range": ENDS,
            "tickvals": [10, 30, 100, 300, 1000, 3000],
            "ticktext": ["10", "30", "100", "300", "1000", "3000"],
        },
        yaxis2={"anchor": "x2", "range": [-0.02, 1.06], "tickformat": ".0%"},
        shapes=[
            {"type": "rect", "x0": 0.97 * trained[0], "x1": 1.03 * trained[1], **_tall()},
            {"type": "line", "x0": delay, "x1": delay, **_tall(), "line": _dots(1.5)},
        ],
        annotations=[
            _over(f"answers at delay {delay}", LEFT),
            _over("accuracy, measured so far", RIGHT),
            {
                **{"text": "trained", "x": np.log10(trained[1]), "xref": "x2", "xanchor": "right"},
                **{"y": 0.5, "yref": "y2 domain", "xshift": -6},
            },
        ],
    )


def _curve(curve: Curve | None, present: bool) -> dict:
    if curve is None:
        return scatter(x=[], y=[], xaxis="x2", yaxis="y2", showlegend=False)
    color = MODELS[curve.model][0]
    return scatter(
        x=list(curve.delays),
        y=list(curve.accuracy),
        error_y={"type": "data", "array": list(curve.error), "color": color, "thickness": 1.2},
        customdata=list(curve.sequences),
        name=curve.name,
        showlegend=True,
        mode="lines+markers",
        opacity=1 if present else 0.55,
        line={"color": color, "width": 2.5 if present else 1, "dash": MODELS[curve.model][1]},
        marker={"size": 9, "symbol": SYMBOLS[curve.mark % len(SYMBOLS)], "color": color},
        xaxis="x2",
        yaxis="y2",
        hovertemplate=f"{curve.name}<br>delay %{{x}}: %{{y:.1%}} of %{{customdata}} sequences"
        "<extra></extra>",
    )


def _guessing(ends: Sequence[float], chance: float, axis: str, word: str) -> dict:
    """The dotted line of guessing, its word at the right end."""
    return scatter(
        x=list(ends),
        y=[chance, chance],
        text=["", word],
        textposition="top left",
        textfont={"size": 12, "color": "#7c7c7c"},
        mode="lines+text",
        line={"color": "#7c7c7c", **_dots(1.5)},
        xaxis=axis,
        yaxis=axis.replace("x", "y"),
        showlegend=False,
        hoverinfo="skip",
    )


def _tall() -> dict:
    return {"xref": "x2", "y0": 0, "y1": 1, "yref": "y2 domain"}


def _dots(width: float) -> dict:
    return {"width": width, "dash": "dot"}


def _over(text: str, domain: Sequence[float]) -> dict:
    """A heading over one side."""
    at = {"x": domain[0], "xref": "paper", "xanchor": "left", "y": 1.0, "yref": "paper"}
    return {"text": text, "yanchor": "bottom", **at}
