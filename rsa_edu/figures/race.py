"""A race to the target: accuracy over updates or seconds, and where each seed of a model met it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis
from rsa_edu.figures.traces import scatter

SEEDS, MEAN, MARKS = range(3)
"""The traces of a model, in this order; those of model i begin at i * PER_MODEL."""
PER_MODEL = 3
MET, NEVER, DIVERGED, MEDIAN = "circle", "x-thin-open", "triangle-down-open", "line-ns"
"""The marks in a row, and their sizes in pixels."""
SIZES = {MET: 8, NEVER: 5, DIVERGED: 9, MEDIAN: 17}
ABOVE, BELOW = [0.46, 1], [0, 0.39]
APART = 0.16
"""Between the marks of two seeds in a row, where a row is 1 high."""


@dataclass(frozen=True)
class Lane:
    """What is drawn of a model. All x are of the same kind, updates or seconds.

    seeds: of its runs. curves: x and accuracy of each run, up to its end; mean: the same of all.
    met: where each run met the target, None: it did not; diverged: where it broke off, None: it did
    not. median: of met, None where fewer than half of the runs met it. here: mean at the cursor.
    """

    seeds: Sequence[int]
    curves: Sequence[tuple[np.ndarray, np.ndarray]]
    mean: tuple[np.ndarray, np.ndarray]
    met: Sequence[float | None]
    diverged: Sequence[float | None]
    median: float | None
    here: float


def race(
    lanes: Mapping[str, Lane],
    *,
    models: Sequence[str],
    over: str = "updates",
    spent: float = 1.0,
    target: float = 0.95,
    span: tuple[float, float] = (10, 3000),
    empty: str = "",
) -> go.Figure:
    """Above the curves, below one row per model, over one log axis.

    Args:
        lanes: model -> what is drawn of it, in the order of the rows.
        models: all models that may come; the figure holds `PER_MODEL` traces for each, and one for
            the accuracies at the cursor.
        over: what the x are. spent: where the cursor stands. target: an accuracy.
        span: first and last x.
        empty: what is said where nothing is to be drawn.
    """
    rows = {model: len(lanes) - 1 - row for row, model in enumerate(lanes)}
    left, right = math.log10(span[0]), math.log10(span[1])
    edge = right + 0.04 * (right - left)
    traces = [
        trace
        for model in models
        for trace in _traces(model, lanes.get(model), rows.get(model), over, 10**edge)
    ]
    return theme.figure(
        *traces,
        _here(lanes, spent),
        height=420 + 27 * max(len(rows), 5),
        hovermode="closest",
        margin={"l": 118, "r": 84, "t": 104, "b": 56},
        legend={"y": 1.02},
        xaxis={
            **log_axis(over, [left, edge + 0.02 * (right - left)]),
            "dtick": 1 if right - left > 2 else "D2",
            "anchor": "y2",
        },
        yaxis={
            "title": {"text": "accuracy, last 50 updates"},
            "domain": ABOVE,
            "range": [0, 1.03],
        },
        yaxis2={
            "domain": BELOW,
            "range": [-0.6, max(len(rows), 1) - 0.4],
            "tickvals": list(rows.values()),
            "ticktext": list(rows),
            "showgrid": False,
            "zeroline": False,
        },
        shapes=[_target(target), _cursor(spent)],
        annotations=[
            _words(f"target {target:.0%}", target, "y", x=0, xanchor="left"),
            _words(
                "to the target: ● a seed that met it, ┃ median, ✕ never, ▽ diverged",
                BELOW[1] + 0.005,
                "paper",
                x=0,
                xanchor="left",
            ),
            *(_share(lane, rows[model]) for model, lane in lanes.items()),
            {"text": empty, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "y domain"},
        ],
    )


def _traces(model: str, lane: Lane | None, row: int | None, over: str, edge: float):
    color = theme.MODELS[model][0]
    shared = {"legendgroup": model, "showlegend": False}
    there = lane is not None
    curves = lane.curves if lane else ()
    yield scatter(
        x=_joined(x for x, _ in curves),
        y=_joined(accuracy for _, accuracy in curves),
        mode="lines",
        line={"color": color, "width": 1},
        opacity=0.45,
        hoverinfo="skip",
        **shared,
    )
    yield scatter(
        x=lane.mean[0] if lane else [],
        y=lane.mean[1] if lane else [],
        name=model,
        mode="lines",
        line=theme.line(model, 3),
        hovertemplate=f"{model}, mean: %{{y:.2f}} after %{{x:.4g}} {over}<extra></extra>",
        **shared | {"showlegend": there},
    )
    marks = list(_marks(lane, row, edge)) if lane else []
    symbols = [mark[2] for mark in marks]
    yield scatter(
        x=[mark[0] for mark in marks],
        y=[mark[1] for mark in marks],
        text=[mark[3] for mark in marks],
        mode="markers",
        marker={
            "symbol": symbols,
            "color": color,
            "size": [SIZES[symbol] for symbol in symbols],
            "opacity": 1,
            "line": {"color": color, "width": [3 if s == MEDIAN else 1.5 for s in symbols]},
        },
        yaxis="y2",
        hovertemplate=f"{model}, %{{text}} %{{x:.4g}} {over}<extra></extra>",
        **shared,
    )


def _joined(parts) -> np.ndarray:
    """One array, with a gap after each part."""
    return np.concatenate([[], *(np.append(part, np.nan) for part in parts)])


def _marks(lane: Lane, row: int, edge: float):
    """x, y, symbol and words of each seed, a little apart in one row, and of their median."""
    for place, seed in enumerate(lane.seeds):
        y = row + APART * ((len(lane.seeds) - 1) / 2 - place)
        if lane.met[place] is not None:
            yield lane.met[place], y, MET, f"seed {seed} met the target after"
        elif lane.diverged[place] is not None:
            yield lane.diverged[place], y, DIVERGED, f"seed {seed} diverged after"
        else:
            yield edge, y, NEVER, f"seed {seed} did not meet the target; the axis ends at"
    if lane.median is not None:
        yield lane.median, row, MEDIAN, "median:"


def _here(lanes: Mapping[str, Lane], spent: float) -> dict:
    """The accuracy of each model at the cursor."""
    return scatter(
        x=[spent] * len(lanes),
        y=[lane.here for lane in lanes.values()],
        mode="markers",
        marker={"size": 9, "color": [theme.MODELS[model][0] for model in lanes]},
        showlegend=False,
        hoverinfo="skip",
    )


def _share(lane: Lane, row: int) -> dict:
    met = sum(place is not None for place in lane.met)
    place = {"x": 1.01, "xref": "paper", "xanchor": "left", "y": row, "yref": "y2"}
    return {"text": f"{met} of {len(lane.seeds)}", **place}


def _words(text: str, y: float, yref: str, **place) -> dict:
    return {"text": text, "y": y, "yref": yref, "yanchor": "bottom", "xref": "paper"} | place


def _target(level: float) -> dict:
    span = {"x0": 0, "x1": 1, "xref": "paper", "y0": level, "y1": level, "yref": "y"}
    return {"type": "line", **span, "line": {"width": 1.5, "dash": "dash"}}


def _cursor(x: float) -> dict:
    span = {"x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **span, "line": {"width": 1.5, "dash": "dot"}}
