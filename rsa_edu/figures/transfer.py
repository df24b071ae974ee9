"""Accuracy over the delay a network is tested at: a line per model, a point per seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.traces import scatter

STRIDE = 0.011
"""Decades between the seeds of two models at one delay, so that they lie side by side."""
PER_MODEL = 2


@dataclass(frozen=True)
class Scores:
    """One model: accuracy (seeds, delays), and the number of each seed."""

    accuracy: np.ndarray
    seeds: Sequence[int]


def transfer(
    tested: Mapping[str, Scores],
    delays: Sequence[int],
    *,
    models: Sequence[str],
    trained: int,
    chance: float,
    cursor: int,
    empty: str = "",
) -> go.Figure:
    """The mean of the seeds as a line, every seed as a small point beside it.

    Args:
        tested: model -> what was measured; a model that is not in it is not drawn.
        delays: the tested ones, rising. models: all that may come, two traces each.
        trained: the delay of the training, up to which the ground is shaded. chance: of guessing.
        cursor: a delay to be marked. empty: what is said where there is nothing to draw.
    """
    ends = [np.log10(min(delays)) - 0.14, np.log10(max(delays)) + 0.14]
    return theme.figure(
        *(
            trace
            for place, model in enumerate(models)
            for trace in _traces(model, tested.get(model), delays, place - (len(models) - 1) / 2)
        ),
        _guessing(chance, ends),
        height=460,
        hovermode="closest",
        margin={"l": 70, "r": 20, "t": 78, "b": 56},
        xaxis={
            "title": {"text": "tested at delay"},
            "type": "log",
            "range": ends,
            "tickvals": list(delays),
            "ticktext": [f"{delay}" for delay in delays],
        },
        yaxis={"title": {"text": "accuracy"}, "range": [-0.04, 1.06], "tickformat": ".0%"},
        shapes=[
            {"type": "rect", "x0": 1, "x1": trained, "y0": 0, "y1": 1, "yref": "paper"},
            {
                **{"type": "line", "x0": cursor, "x1": cursor, "y0": 0, "y1": 1, "yref": "paper"},
                "line": {"width": 1.5, "dash": "dot"},
            },
        ],
        annotations=[
            {
                **{"text": "trained", "xanchor": "left", "x": ends[0], "textangle": 0},
                **{"y": 0.5, "yref": "paper"},
            },
            {"text": empty, "x": 0.5, "xref": "paper", "y": 0.7, "yref": "paper"},
        ],
    )


def _traces(model: str, tested: Scores | None, delays: Sequence[int], beside: float):
    """The line, then the seeds; empty where nothing was measured."""
    accuracy = np.zeros((0, len(delays))) if tested is None else tested.accuracy
    seeds = () if tested is None else tested.seeds
    there = len(accuracy) > 0
    yield scatter(
        x=list(delays) if there else [],
        y=accuracy.mean(0).tolist() if there else [],
        name=model,
        legendgroup=model,
        showlegend=there,
        mode="lines+markers",
        line=theme.line(model),
        marker={"size": 6, "color": theme.MODELS[model][0]},
        hovertemplate=f"{model}, mean, delay %{{x}}: %{{y:.1%}}<extra></extra>",
    )
    at = np.tile(np.asarray(delays, dtype=float), (len(accuracy), 1))
    numbers = np.repeat(np.asarray(seeds, dtype=int), len(delays))
    yield scatter(
        x=(at * 10 ** (STRIDE * beside)).ravel().tolist(),
        y=accuracy.ravel().tolist(),
        customdata=np.stack([numbers, at.ravel().astype(int)], 1).tolist(),
        legendgroup=model,
        showlegend=False,
        mode="markers",
        marker={"size": 5, "symbol": "circle-open", "color": theme.MODELS[model][0]},
        hovertemplate=f"{model}, seed %{{customdata[0]}}, delay %{{customdata[1]}}: %{{y:.1%}}"
        "<extra></extra>",
    )


def _guessing(chance: float, ends: Sequence[float]) -> dict:
    """A dotted line with its word at the left end."""
    return scatter(
        x=[10 ** ends[0], 10 ** ends[1]],
        y=[chance, chance],
        text=["guessing", ""],
        textposition="top right",
        textfont={"size": 12, "color": "#7c7c7c"},
        mode="lines+text",
        line={"color": "#7c7c7c", "width": 1.5, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )
