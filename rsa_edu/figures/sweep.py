"""What a sweep has given so far: every run a small point, their means joined, their range a bar."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.traces import scatter

LOOKS = (
    ("#1a7ab8", "circle", "solid"),
    ("#d55e00", "square", "dash"),
    ("#009e73", "diamond", "dot"),
    ("#b8629a", "triangle-up", "dashdot"),
    ("#c08000", "cross", "solid"),
    ("#8f6fc9", "triangle-down", "dash"),
    ("#1f9aa8", "x", "dot"),
    ("#7c7c7c", "star", "dashdot"),
    ("#1a7ab8", "square-open", "dash"),
    ("#d55e00", "circle-open", "dot"),
)
"""Colour, symbol and dash of the kinds of runs, in their order."""
MOST_KINDS = len(LOOKS)
MOST_TICKS = 9
BESIDE = 0.012
"""How far a run stands from the bar of its place, in widths of the figure."""


@dataclass(frozen=True)
class Line:
    """The points that are joined.

    kind: their place in `Picture.kinds`; slot: lines of different slots stand beside each other.
    x: positions; mean, low, high: over the seeds; words: for the cursor. seeds: (x, y, words) of
    single runs.
    """

    kind: int
    slot: int = 0
    x: Sequence[float] = ()
    mean: Sequence[float] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    words: Sequence[str] = ()
    seeds: Sequence[tuple[float, float, str]] = ()


@dataclass(frozen=True)
class Picture:
    """What is drawn.

    kinds: (name in the legend, model whose colour and dash it has or None), at most MOST_KINDS;
    legend: what tells them apart. lines: those of one kind side by side. ticks: (position, text) on
    the x axis; ordered: whether the positions are numbers, whose points are joined. x, y: titles.
    unit: whether y goes from 0 to 1; log: whether y spans decades. chance: a level of y. foot: a
    line under the x axis; note: what is said where there is no point.
    """

    kinds: Sequence[tuple[str, str | None]] = ()
    legend: str = ""
    lines: Sequence[Line] = ()
    ticks: Sequence[tuple[float, str]] = ((0.0, ""),)
    ordered: bool = True
    x: str = ""
    y: str = ""
    unit: bool = False
    log: bool = False
    chance: float | None = None
    foot: str = ""
    note: str = ""


def sweep_figure(picture: Picture | None = None) -> go.Figure:
    """Means with their ranges, then single runs, of every kind; then chance."""
    shown = picture or Picture()
    gap = _gap([x for x, _ in shown.ticks])
    low, high = shown.ticks[0][0] - 0.5 * gap, shown.ticks[-1][0] + 0.5 * gap
    shift = _shift(shown, gap)
    return theme.figure(
        *(_means(shown, kind, shift) for kind in range(MOST_KINDS)),
        *(_runs(shown, kind, shift, BESIDE * (high - low)) for kind in range(MOST_KINDS)),
        _chance(shown.chance, low, high),
        height=460,
        hovermode="closest",
        margin={"l": 70, "r": 20, "t": 64, "b": 90},
        legend={"title": {"text": shown.legend, "font": {"size": 14}}},
        xaxis={
            "title": {"text": f"{shown.x}<br><span style='font-size:12px'>{shown.foot}</span>"},
            "range": [low, high],
            "tickvals": [x for x, _ in shown.ticks],
            "ticktext": [text for _, text in shown.ticks],
            "zeroline": False,
        },
        yaxis=_y_axis(shown),
        annotations=[
            {"text": shown.note, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"},
        ],
    )


def _means(shown: Picture, kind: int, shift: Callable) -> dict:
    color, symbol, dash = _look(shown, kind)
    own = [line for line in shown.lines if line.kind == kind]
    return scatter(
        # Between two lines of one kind stands an empty point, so that they are not joined.
        x=_apart([x + shift(line) for x in line.x] for line in own),
        y=_apart(line.mean for line in own),
        error_y={
            "type": "data",
            "symmetric": False,
            "array": _apart(_differences(line.high, line.mean) for line in own),
            "arrayminus": _apart(_differences(line.mean, line.low) for line in own),
            "thickness": 1.5,
            "width": 5,
            "color": color,
        },
        text=_apart(line.words for line in own),
        name=shown.kinds[kind][0] if kind < len(shown.kinds) else "",
        legendgroup=str(kind),
        showlegend=bool(shown.legend) and kind < len(shown.kinds),
        mode="lines+markers" if shown.ordered else "markers",
        line={"color": color, "dash": dash, "width": 2},
        marker={"color": color, "symbol": symbol, "size": 10, "line": {"width": 2, "color": color}},
        hovertemplate="%{text}<extra></extra>",
    )


def _runs(shown: Picture, kind: int, shift: Callable, beside: float) -> dict:
    color, *_ = _look(shown, kind)
    own = [line for line in shown.lines if line.kind == kind]
    seeds = [(x + shift(line) + beside, y, words) for line in own for x, y, words in line.seeds]
    return scatter(
        x=[x for x, _, _ in seeds],
        y=[y for _, y, _ in seeds],
        text=[words for *_, words in seeds],
        legendgroup=str(kind),
        showlegend=False,
        mode="markers",
        marker={"color": color, "size": 5},
        hovertemplate="%{text}<extra></extra>",
    )


def _chance(level: float | None, low: float, high: float) -> dict:
    return scatter(
        x=[low, high],
        y=[level, level],
        text=["", "" if level is None else "chance"],
        textposition="top left",
        mode="lines+text",
        line={"color": "#7c7c7c", "width": 1.5, "dash": "dot"},
        textfont={"color": "#7c7c7c", "size": 12},
        showlegend=False,
        hoverinfo="skip",
    )


def _look(shown: Picture, kind: int) -> tuple[str, str, str]:
    color, symbol, dash = LOOKS[kind]
    model = shown.kinds[kind][1] if kind < len(shown.kinds) else None
    if model is not None:
        color, dash = theme.MODELS[model]
    return color, symbol, dash


def _gap(positions: Sequence[float]) -> float:
    """The smallest distance between two neighbours; 1 where there is only one."""
    return min((b - a for a, b in pairwise(positions)), default=1.0)


def _shift(shown: Picture, gap: float) -> Callable[[Line], float]:
    """Lines stand beside each other: what lies on the same place would hide the spread."""
    count = 1 + max((line.slot for line in shown.lines), default=0)
    step = gap * (min(0.16, 0.5 / count) if shown.ordered else min(0.2, 0.7 / count))
    return lambda line: step * (line.slot - (count - 1) / 2)


def _apart(pieces: Iterable[Sequence]) -> list:
    """One list of all pieces, None between two."""
    joined: list = []
    for piece in pieces:
        joined += [None, *piece] if joined else piece
    return joined


def _differences(above: Sequence[float], below: Sequence[float]) -> list[float]:
    return [a - b for a, b in zip(above, below, strict=True)]


def _y_axis(shown: Picture) -> dict:
    values = [y for line in shown.lines for _, y, _ in line.seeds]
    axis = {"title": {"text": shown.y}, "zeroline": False}
    if shown.log and values and min(values) > 0:
        rungs = _rungs(min(values), max(values))
        axis |= {"type": "log", "range": [log10(rungs[0]), log10(rungs[-1])]}
        if len(rungs) <= MOST_TICKS:
            return axis | {"tickvals": rungs, "ticktext": [f"{rung:g}" for rung in rungs]}
        return axis | {"dtick": 1, "exponentformat": "power"}
    highest = 1.0 if shown.unit else max(values, default=1.0) or 1.0
    return axis | {"type": "linear", "range": [0, 1.04 * highest]}


def _rungs(least: float, most: float) -> list[float]:
    """1, 2 and 5 of every decade, from one below `least` to one above `most`: an axis with these
    ends seldom moves while runs come in."""
    decades = range(floor(log10(least)) - 1, floor(log10(most)) + 2)
    rungs = [float(f"{rung}e{decade}") for decade in decades for rung in (1, 2, 5)]
    below = max(i for i, rung in enumerate(rungs) if rung < least)
    above = min(i for i, rung in enumerate(rungs) if rung > most)
    return rungs[below : above + 1]
