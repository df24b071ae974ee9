"""Costs and gains of many budgets on one map, and beside it what one slider moves."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures.theme import GROUNDS, MODELS, figure
from rsa_edu.figures.traces import scatter
from rsa_edu.figures.tradeoff_picture import Axis, Dots, High, Low, Mean, Picture, Row
from rsa_edu.figures.tradeoff_rows import STAR, row_traces

FULL = "MemRNN, full attention"
OTHERS = ("RNN", "OrthogonalRNN", "ExpRNN", "LSTM", "RelLSTM", "MemLSTM", "SAB", "Transformer")
"""Models other than RelRNN with a policy and MemRNN, which is FULL."""
OTHER = "other models"
LOOKS = {
    "Screening": (MODELS["RelRNN"][0], "circle"),
    "Screening corrected for primacy": ("#c08000", "cross"),
    "Window": ("#7c7c7c", "square"),
    "Sinks": ("#009e73", "triangle-up"),
    "HeavyHitters": ("#b8629a", "triangle-down"),
    "Random": ("#8f6fc9", "x"),
    "LowestAttention": ("#1f9aa8", "pentagon"),
    FULL: (MODELS["MemRNN"][0], "diamond"),
} | {model: (MODELS[model][0], "hexagon") for model in OTHERS}
"""Policy or model -> colour and symbol."""
GROUPS = (*(name for name in LOOKS if name not in OTHERS), OTHER)
"""Points that share a trace and a word in the legend."""
FRONT = len(GROUPS)
SEEDS, NOW, PINS, LIVE = range(FRONT + 1, FRONT + 5)
ROWS = LIVE + 1
"""Places of the traces; from ROWS on band, mean and seeds of one row after the other."""
MOST_ROWS = 5
FRONT_COLOR = "#7c7c7c"
GAP = 0.055
"""Between two rows, of the height of the figure."""


def tradeoff_map(
    picture: Picture | None = None, theme: str = "light", *, stacked: bool = False
) -> go.Figure:
    """The map at the left, the rows at the right.

    Args:
        picture: None: an empty figure.
        theme: "light" or "dark".
        stacked: the rows below the map, for a narrow page.
    """
    shown, ink = picture or Picture(), GROUNDS[theme].ink
    rows = [*shown.rows, *[Row(Axis(""))] * (MOST_ROWS - len(shown.rows))]
    return figure(
        *(_points(group, shown.dots.get(group, Dots()), shown.x) for group in GROUPS),
        _front(shown),
        *_marks(shown, ink),
        *(
            trace
            for i, row in enumerate(rows)
            for trace in row_traces(row, i, LOOKS[shown.policy][0], ink)
        ),
        height=1080 if stacked else 620,
        hovermode="closest",
        margin={"l": 70, "r": 16, "t": 72, "b": 56},
        legend={"font": {"size": 12}, "y": 1.03 if not stacked else 1.015},
        **_layout(shown, rows, stacked, ink),
    )


def group_of(policy: str) -> str:
    """The group of a policy or model."""
    return OTHER if policy in OTHERS else policy


def _points(group: str, dots: Dots, across: Axis) -> dict:
    looks = [LOOKS[policy] for policy in dots.policies]
    color, symbol = LOOKS.get(group, (FRONT_COLOR, "hexagon"))
    return scatter(
        # A group without points stays in the legend, so that the map does not jump.
        x=[mean for _, mean, _ in dots.x] or [None],
        y=[mean for _, mean, _ in dots.y] or [None],
        error_x=_bars(dots.x, color),
        error_y=_bars(dots.y, color),
        # The other models have their names beside them: their colours are too many for a legend.
        text=list(dots.policies) if group == OTHER else [],
        textposition=[
            _beside(policy, mean, across)
            for policy, (_, mean, _) in zip(dots.policies, dots.x, strict=True)
            if group == OTHER
        ],
        textfont={"size": 11},
        customdata=list(dots.words),
        name=group.removesuffix(" for primacy"),
        mode="markers+text" if group == OTHER else "markers",
        marker={
            "color": [color for color, _ in looks] or color,
            "size": 10,
            "symbol": [
                symbol if whole else f"{symbol}-open"
                for (_, symbol), whole in zip(looks, dots.whole, strict=True)
            ]
            or [symbol],
            "line": {"width": 1.5, "color": [color for color, _ in looks] or color},
        },
        showlegend=True,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _beside(model: str, x: float, across: Axis) -> str:
    """Where its name stands: not over the edge, and not over that of the next model."""
    low, high = across.ends
    middle = math.sqrt(low * high) if across.log else (low + high) / 2
    above = "top" if OTHERS.index(model) % 2 else "bottom"
    return f"{above} {'right' if x < middle else 'left'}"


def _bars(values: Sequence[tuple[Low, Mean, High]], color: str) -> dict:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - mean for _, mean, high in values],
        "arrayminus": [mean - low for low, mean, _ in values],
        "color": f"rgba({red}, {green}, {blue}, 0.45)",
        "thickness": 1,
        "width": 0,
    }


def _front(shown: Picture) -> dict:
    """Stepped: what the best point that costs no more gains."""
    x, y = [x for x, _ in shown.front], [y for _, y in shown.front]
    return scatter(
        x=[*x, shown.x.ends[1]] if x else [],
        y=[*y, y[-1]] if y else [],
        name="Pareto front",
        mode="lines",
        line={"shape": "hv", "color": FRONT_COLOR, "width": 2},
        hoverinfo="skip",
    )


def _marks(shown: Picture, ink: str) -> Iterator[dict]:
    """Seeds and ring of the chosen point, pins, and runs made here."""
    color = LOOKS[shown.policy][0]
    quiet = {"showlegend": False, "hoverinfo": "skip"}
    yield scatter(
        x=[x for x, _ in shown.seeds],
        y=[y for _, y in shown.seeds],
        name="its seeds",
        mode="markers",
        marker={"size": 5, "color": color, "line": {"width": 1, "color": ink}},
        **quiet,
    )
    yield scatter(
        x=[] if shown.now is None else [shown.now[0]],
        y=[] if shown.now is None else [shown.now[1]],
        name="chosen",
        mode="markers",
        marker={"size": 19, "symbol": "circle-open", "color": ink, "line": {"width": 2.5}},
        **quiet,
    )
    yield scatter(
        x=[x for _, x, _ in shown.pins],
        y=[y for *_, y in shown.pins],
        text=[f"<b>{letter}</b>" for letter, *_ in shown.pins],
        name="pinned",
        mode="markers+text",
        textposition="top left",
        textfont={"size": 15, "color": ink},
        marker={"size": 15, "symbol": "square-open", "color": ink, "line": {"width": 1.5}},
        **quiet,
    )
    yield scatter(
        x=[x for x, *_ in shown.live] or [None],
        y=[y for _, y, _ in shown.live] or [None],
        text=[words for *_, words in shown.live],
        name="run here",
        mode="markers",
        marker={"size": 15, "symbol": "star", "color": STAR, "line": {"width": 1.5, "color": ink}},
        hovertemplate="%{text}<extra></extra>",
    )


# Axes and words ----------------------------------------------------------------------------------


def _layout(shown: Picture, rows: Sequence[Row], stacked: bool, ink: str) -> dict:
    across, up = ([0, 1], [0.56, 1]) if stacked else ([0, 0.54], [0, 1])
    beside, height = ([0, 1], 0.46) if stacked else ([0.62, 1], 1.0)
    step = height / MOST_ROWS
    domains = [
        [height - (i + 1) * step + 0.004, height - i * step - GAP * (0.62 if stacked else 1)]
        for i in range(MOST_ROWS)
    ]
    last = max(len(shown.rungs), 2) - 1
    axes = {
        "xaxis": _axis(shown.x) | {"domain": across, "anchor": "y"},
        "yaxis": _axis(shown.y) | {"domain": up, "anchor": "x"},
        "xaxis2": {
            "domain": beside,
            "anchor": f"y{MOST_ROWS + 1}",
            "range": [-0.25, last + 0.25],
            "tickvals": list(range(len(shown.rungs))),
            "ticktext": list(shown.rungs),
            "title": {"text": shown.along},
            "zeroline": False,
        },
    }
    for i, (row, domain) in enumerate(zip(rows, domains, strict=True)):
        axes[f"yaxis{i + 2}"] = _axis(row.axis, most=3 if row.axis.log else 4) | {
            "domain": domain,
            "anchor": "x2",
            "title": {"text": ""},
            "tickfont": {"size": 11},
        }
    return axes | {
        "shapes": _lines(shown, rows, ink),
        "annotations": [*_notes(shown), *_headings(rows, domains, beside[0])],
    }


def _axis(axis: Axis, most: int = 7) -> dict:
    """most: ticks."""
    low, high = np.log10(axis.ends) if axis.log else axis.ends
    room = 0.06 * (high - low) or 0.1
    low, high = (low if low == 0 and not axis.log else low - room), high + room
    ends = [float(high), float(low)] if axis.flipped else [float(low), float(high)]
    return {
        "title": {"text": axis.title},
        "type": "log" if axis.log else "linear",
        "range": ends,
        "zeroline": False,
        **(_log_ticks(low, high, most) if axis.log else {"nticks": most}),
    }


def _log_ticks(low: float, high: float, most: int) -> dict:
    """1, 2, 5 of every decade, or 1 and 3, or some whole decades: as many as there is room for."""
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    for digits in ((1, 2, 5), (1, 3)):
        ticks = [digit * 10.0**decade for decade in decades for digit in digits]
        ticks = [tick for tick in ticks if low <= np.log10(tick) <= high]
        if len(ticks) <= most and low >= -3 and high < 5:
            return {"tickvals": ticks, "ticktext": [f"{tick:.12g}" for tick in ticks]}
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (high - low) / step <= most)
    return {"dtick": step, "exponentformat": "power"}


def _lines(shown: Picture, rows: Sequence[Row], ink: str) -> list[dict]:
    """The gain of full attention on the map and in every row, and the cursor of the rows."""
    blue = {"color": LOOKS[FULL][0], "width": 1.5, "dash": "dot"}
    means = [(shown.full, "x domain", "y")]
    means += [(row.full and row.full[1], "x2 domain", f"y{i + 2}") for i, row in enumerate(rows)]
    lines = [
        {"type": "line", "xref": x, "yref": y, "x0": 0, "x1": 1, "y0": mean, "y1": mean}
        | {"line": blue}
        for mean, x, y in means
        if mean is not None
    ]
    bands = [
        {"type": "rect", "xref": "x2 domain", "yref": f"y{i + 2}", "x0": 0, "x1": 1}
        | {"y0": row.full[0], "y1": row.full[2], "fillcolor": blue["color"], "opacity": 0.15}
        for i, row in enumerate(rows)
        if row.full
    ]
    cursors = [
        {"type": "line", "xref": "x2", "yref": f"y{i + 2} domain", "y0": 0, "y1": 1}
        | {"x0": shown.rung, "x1": shown.rung, "line": {"color": ink, "width": 1.5}}
        for i in range(MOST_ROWS)
        if shown.rung is not None
    ]
    return [*bands, *lines, *cursors]


def _notes(shown: Picture) -> list[dict]:
    middle = {"xref": "x domain", "yref": "y domain", "x": 0.5, "y": 0.5}
    return [{"text": shown.note, "showarrow": False} | middle] if shown.note else []


def _headings(rows: Sequence[Row], domains: Sequence[Sequence[float]], left: float) -> list[dict]:
    """Above each row what it is and what it is now."""
    return [
        {
            "text": f"{row.axis.title}: <b>{row.said}</b>" if row.said else row.axis.title,
            "xref": "paper",
            "yref": "paper",
            "x": left,
            "y": domain[1] + 0.002,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 12},
        }
        for row, domain in zip(rows, domains, strict=True)
    ]
