"""What a longer sequence costs: cost over length on log axes, and the exponent of each model."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis
from rsa_edu.figures.traces import scatter

SEEDS, MEAN, FIT, EXPONENTS = range(4)
"""The traces of a model, in this order; those of model i begin at i * PER_MODEL."""
PER_MODEL = 4
SLOPES = (1, 2)
"""Of the guide lines."""
UNDER = 0.6
"""The guide lines begin at this part of the lowest cost, so that they touch no curve."""
EDGES = (2e3, 5e3, 1e4, 2e4, 5e4, 1e5)
"""Where the length axis may end: few places, so that it seldom moves."""
LEFT, RIGHT = [0, 0.58], [0.76, 1]


@dataclass(frozen=True)
class Growth:
    """What is drawn of a model; every field may be empty.

    lengths, costs, seeds: one per run. fit: (length, cost) where the fitted line begins and where
    it is drawn on to; spread: lowest and highest cost there, of the lines of single seeds.
    exponent: of all seeds; exponents: of each seed alone, by seed.
    """

    lengths: Sequence[float] = ()
    costs: Sequence[float] = ()
    seeds: Sequence[int] = ()
    fit: Sequence[tuple[float, float]] = ()
    spread: tuple[float, float] | None = None
    exponent: float | None = None
    exponents: Mapping[int, float] | None = None


def scaling(
    growths: Mapping[str, Growth],
    *,
    models: Sequence[str],
    label: str = "",
    unit: str = "",
    ahead: float = 1e4,
    empty: str = "",
) -> go.Figure:
    """Left the cost over the length, right one row per model with its exponents.

    Args:
        growths: model -> what is drawn of it, in the order of the rows.
        models: all models that may come; the figure holds `PER_MODEL` traces for each.
        label: of the cost, with its unit. unit: the same for a single value.
        ahead: the length to which the fits are drawn on.
        empty: what is said where nothing is to be drawn.
    """
    rows = {model: len(growths) - 1 - row for row, model in enumerate(growths)}
    lengths = [length for growth in growths.values() for length in growth.lengths] or [100]
    first, last = min(lengths), max(lengths)
    decades, lowest = _decades(growths.values())
    end = next((edge for edge in EDGES if edge >= ahead), ahead)
    across = [math.log10(first) - 0.08, math.log10(end) + 0.06]
    guides = _guides(first, end, lowest, 10 ** decades[1])
    return theme.figure(
        *(
            trace
            for model in models
            for trace in _traces(model, growths.get(model, Growth()), rows.get(model), unit)
        ),
        _dotted(guides),
        height=520,
        hovermode="closest",
        margin={"l": 70, "r": 118, "t": 108, "b": 56},
        legend={"y": 1.06},
        xaxis={**log_axis("length T (steps)", across), "domain": LEFT},
        yaxis=log_axis(label, decades),
        xaxis2=_exponent_axis(growths.values()),
        yaxis2={
            "anchor": "x2",
            "range": [-0.6, max(len(rows), 1) - 0.4],
            "tickvals": list(rows.values()),
            "ticktext": list(rows),
            "showgrid": False,
            "zeroline": False,
        },
        shapes=[_not_measured(last, 10 ** across[1])],
        annotations=[
            _heading("extrapolated, not measured", math.log10(last) + 0.03, "x", "left"),
            _heading(
                "exponent p of T<sup>p</sup> (lowest..highest seed)", RIGHT[0], "paper", "left"
            ),
            *(_slope(slope, ends, end) for slope, ends in guides.items()),
            *(_in_words(growth, rows[model]) for model, growth in growths.items()),
            {"text": empty, "x": 0.5, "y": 0.5, "xref": "x domain", "yref": "y domain"},
        ],
    )


def _traces(model: str, growth: Growth, row: int | None, unit: str):
    color = theme.MODELS[model][0]
    means = _means(growth)
    points = {"color": color, "size": 5, "opacity": 0.7}
    shared = {"legendgroup": model, "showlegend": False}
    yield scatter(
        x=list(growth.lengths),
        y=list(growth.costs),
        customdata=list(growth.seeds),
        mode="markers",
        marker=points,
        hovertemplate=f"{model}, seed %{{customdata}}, T = %{{x}}: %{{y:.3g}} {unit}"
        "<extra></extra>",
        **shared,
    )
    yield scatter(
        x=list(means),
        y=list(means.values()),
        name=model,
        mode="lines",
        line=theme.line(model),
        hoverinfo="skip",
        **shared | {"showlegend": bool(means)},
    )
    yield _fit(model, growth, unit, shared)
    yield _exponents(model, growth, row, shared)


def _fit(model: str, growth: Growth, unit: str, shared: dict) -> dict:
    """The fitted line, with a mark and the spread of the seeds at its far end."""
    color, costs = theme.MODELS[model][0], [cost for _, cost in growth.fit]
    low, high = growth.spread or (costs or [0.0])[-1:] * 2
    return scatter(
        x=[length for length, _ in growth.fit],
        y=costs,
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [0, high - costs[1]] if costs else [],
            "arrayminus": [0, costs[1] - low] if costs else [],
            "color": color,
            "thickness": 1.5,
            "width": 4,
        },
        mode="lines+markers",
        line={"color": color, "width": 1.2, "dash": "6px,4px"},
        marker={"color": color, "size": [0, 9], "symbol": "diamond-open", "line": {"width": 2}},
        hovertemplate=f"{model}, fitted, T = %{{x}}: %{{y:.3g}} {unit}<extra></extra>",
        **shared,
    )


def _exponents(model: str, growth: Growth, row: int | None, shared: dict) -> dict:
    """A dot for each seed, and last a bar for all of them."""
    color, exponents = theme.MODELS[model][0], growth.exponents or {}
    words = [f"seed {seed}" for seed in exponents]
    x = list(exponents.values())
    if growth.exponent is not None:
        words, x = [*words, "all seeds"], [*x, growth.exponent]
    return scatter(
        x=x,
        y=[row] * len(x),
        text=words,
        mode="markers",
        marker={
            "color": color,
            "symbol": ["circle"] * len(exponents) + ["line-ns"],
            "size": [7] * len(exponents) + [15],
            "opacity": [0.7] * len(exponents) + [1],
            "line": {"color": color, "width": [0] * len(exponents) + [3]},
        },
        xaxis="x2",
        yaxis="y2",
        hovertemplate=f"{model}, %{{text}}: %{{x:.3f}}<extra></extra>",
        **shared,
    )


def _means(growth: Growth) -> dict[float, float]:
    """Length -> mean over the seeds, by rising length."""
    lengths, costs = np.asarray(growth.lengths), np.asarray(growth.costs)
    return {float(at): float(costs[lengths == at].mean()) for at in np.unique(lengths)}


def _decades(growths) -> tuple[list[float], float]:
    """The decades of the cost axis, whole ones so that it seldom moves; where the guides begin."""
    measured = [cost for growth in growths for cost in growth.costs]
    costs = [*measured, *(cost for growth in growths for _, cost in growth.fit)]
    lowest, highest = UNDER * min(measured, default=1.0), max(costs, default=10.0)
    return [math.floor(math.log10(lowest)), math.ceil(math.log10(highest) + 0.05)], lowest


def _guides(first: float, last: float, lowest: float, highest: float) -> dict[int, np.ndarray]:
    """Slope -> ((length, cost), (length, cost)) of a line from one point to where the axes end."""
    lines = {}
    for slope in SLOPES:
        end = min(last, first * (highest / lowest) ** (1 / slope))
        lines[slope] = np.array([(first, lowest), (end, lowest * (end / first) ** slope)])
    return lines


def _dotted(guides: dict[int, np.ndarray]) -> dict:
    gap = [None]
    return scatter(
        x=[x for ends in guides.values() for x in (*ends[:, 0], *gap)],
        y=[y for ends in guides.values() for y in (*ends[:, 1], *gap)],
        name="guides",
        mode="lines",
        line={"color": "#7c7c7c", "width": 1, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
    )


def _slope(slope: int, ends: np.ndarray, last: float) -> dict:
    """The word at a guide line: under the flattest; over the end of a steeper one, or to its right
    where it ends at the top and not at the last length."""
    below, at_top = slope == SLOPES[0], ends[1, 0] < last
    x, y = np.log10(ends[0]) + (0.6 if below else 1) * np.log10(ends[1] / ends[0])
    place = {"x": x, "y": y, "xref": "x", "yref": "y"}
    place["xanchor"] = "left" if below or at_top else "right"
    place["yanchor"] = "top" if below or at_top else "bottom"
    return {"text": f"slope {slope}", "font": {"size": 12}, **place}


def _exponent_axis(growths) -> dict:
    exponents = [p for growth in growths for p in (growth.exponents or {}).values()]
    low, high = min([0.5, *exponents]), max([2.0, *exponents])
    return {
        "title": {"text": "exponent"},
        "domain": RIGHT,
        "anchor": "y2",
        "range": [low - 0.1 * (high - low), high + 0.1 * (high - low)],
        "dtick": 1 if high - low > 1.6 else 0.5,
    }


def _in_words(growth: Growth, row: int) -> dict:
    """The exponent of a row, with the lowest and highest of its seeds."""
    text = "no fit" if growth.exponent is None else f"<b>{growth.exponent:.2f}</b>"
    if growth.exponents:
        low, high = min(growth.exponents.values()), max(growth.exponents.values())
        text += f" ({low:.2f}..{high:.2f})"
    place = {"x": 1.01, "xref": "paper", "xanchor": "left", "y": row, "yref": "y2"}
    return {"text": text, "font": {"size": 12}, **place}


def _heading(text: str, x: float, xref: str, xanchor: str) -> dict:
    at = {"x": x, "xref": xref, "xanchor": xanchor, "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "font": {"size": 12}, **at}


def _not_measured(start: float, end: float) -> dict:
    """A shade over the lengths that no run had."""
    return {"type": "rect", "x0": start, "x1": end, "y0": 0, "y1": 1, "yref": "y domain"}
