"""How much each step of a sequence matters to the loss: the norm of dL/dh_t of several models."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.steps import FLOOR, marks, words
from rsa_edu.figures.traces import scatter


def gradient_flow(
    curves: Mapping[str, np.ndarray],
    *,
    models: Sequence[str],
    length: int,
    faded: Sequence[str] = (),
    data: Sequence[int] = (),
    answers: Sequence[int] = (),
    cursor: int | None = None,
) -> go.Figure:
    """One curve per model on one log axis, and one cursor.

    Args:
        curves: model -> (T,) norm of dL/dh_t for each step t.
        models: all models that may come; the figure holds a trace for each, and one for the cursor.
        length: steps of the sequence.
        faded: models whose curve is of a moment ago, because the new one is being computed.
        data, answers: steps to be shaded: where something is to be remembered, and where told.
        cursor: a step to be marked.
    """
    arrays = {model: np.asarray(curve, dtype=float) for model, curve in curves.items()}
    low, high = log_range([1e-5, *np.concatenate([[], *arrays.values()])], FLOOR)
    under = any((curve < FLOOR).any() for curve in arrays.values())
    return theme.figure(
        *(_curve(model, arrays.get(model, np.array([])), model in faded) for model in models),
        _cursor_marks({m: arrays[m] for m in models if m in arrays}, cursor),
        height=460,
        xaxis={"title": {"text": "step t"}, "range": [-0.5, length - 0.5]},
        yaxis=log_axis("‖∂L/∂h<sub>t</sub>‖", [low - 0.065 * (high - low), high]),
        shapes=marks(data, answers, cursor),
        annotations=words(data, answers, under=under),
    )


def _curve(model: str, values: np.ndarray, faded: bool) -> dict:
    return scatter(
        x=np.arange(len(values)),
        y=np.maximum(values, FLOOR),
        customdata=values,
        name=model,
        mode="lines",
        line=theme.line(model),
        opacity=0.35 if faded else 1.0,
        showlegend=bool(len(values)),
        hovertemplate="%{customdata:.2e}",
    )


def _cursor_marks(curves: Mapping[str, np.ndarray], cursor: int | None) -> dict:
    here = {m: c[cursor] for m, c in curves.items() if cursor is not None and cursor < len(c)}
    return scatter(
        x=[cursor] * len(here),
        y=[max(value, FLOOR) for value in here.values()],
        mode="markers",
        marker={"size": 10, "color": [theme.MODELS[model][0] for model in here]},
        showlegend=False,
        hoverinfo="skip",
    )
