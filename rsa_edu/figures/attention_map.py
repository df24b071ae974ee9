"""An attention map with its margins: how many states a step reads, and one step's weights."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures.names import NAMES
from rsa_edu.figures.theme import BOUND, GROUNDS, MEASURED, figure
from rsa_edu.figures.traces import bar, heatmap, scatter

BLANK = "\u00a0"
"""No symbol. Where a text was empty, plotly (7.1) never writes one again."""
WEIGHTS = 3
"""The place of the bars: the weights of the step at the cursor."""


def attention_map(
    attention: np.ndarray | None,
    kappa: np.ndarray,
    weights: np.ndarray,
    theme: str,
    *,
    cell: int = 1,
    symbols: Sequence[str] = (),
    answers: Sequence[int] = (),
    cursor: int = 0,
) -> go.Figure:
    """Which state every step reads (left), how many it really reads (right), one row (below).

    Args:
        attention: (rows, rows) alpha, step by attended state; NaN where nothing could be attended.
            None: nothing is known yet.
        kappa: (T,) effective kappa of each step; NaN where there is nothing to attend to.
        weights: (T,) alpha of the step at the cursor, 0 for a state that it cannot attend to.
        theme: "light" or "dark".
        cell: how many steps and states a cell of `attention` stands for.
        symbols: what was shown at each step; "" for a blank.
        answers: the steps of the answer, shaded.
        cursor: the step whose weights stand below.
    """
    ground, T = GROUNDS[theme], len(kappa)
    ends = [-0.5, max(T, 2) - 0.5]
    return figure(
        _map(attention, cell),
        _symbols(symbols, ground, T),
        _kappa(kappa),
        _weights(weights),
        *_cursor(cursor, T, ground),
        height=620,
        showlegend=False,
        hovermode="closest",
        margin={"l": 64, "r": 24, "t": 40, "b": 52},
        xaxis=_plain([0, 0.68], "y3", ends, "state i"),
        yaxis=_plain([0.3, 1], "x", ends, NAMES["step"]),
        xaxis2={
            "domain": [0.76, 1],
            "anchor": "y",
            "type": "log",
            "range": [-0.05, np.log10(max(T, 10))],
            "dtick": 1,
            "title": {"text": "effective κ", "standoff": 4},
        },
        yaxis3={
            "domain": [0, 0.2],
            "anchor": "x",
            "range": [0, 1.03],
            "nticks": 3,
            "title": {"text": "α of this step"},
        },
        shapes=[_shade(answers)],
        annotations=[
            _heading("attention α, from 0 (dark) to 1 (yellow)", 0),
            _heading("states really read", 0.76),
        ],
    )


def _map(attention, cell):
    cells = np.full((1, 1), np.nan) if attention is None else attention
    # A cell is drawn about its middle: that of the steps cell * i .. cell * (i+1) - 1.
    middles = np.arange(len(cells)) * cell + (cell - 1) / 2
    return heatmap(
        x=middles,
        y=middles,
        # None, for NaN is no JSON; an array, for a list of lists is checked number by number.
        z=np.where(np.isnan(cells), None, cells.round(4)),
        zmin=0,
        zmax=1,
        colorscale="Viridis",
        showscale=False,
        hovertemplate="step %{y}, state %{x}: α = %{z:.3f}<extra></extra>",
    )


def _symbols(symbols, ground, T):
    """The symbols that were shown, under the columns of their states."""
    room = round(
        560 / max(T, 2)
    )  # of one state, in pixels: neighbours must not overlap: else no text
    shown = [i for i, symbol in enumerate(symbols) if symbol]
    return scatter(
        x=shown,
        y=[1.0] * len(shown),
        yaxis="y3",
        text=[symbols[i] if room >= 7 else BLANK for i in shown],
        customdata=[symbols[i] for i in shown],
        mode="markers+text",
        marker={"symbol": "triangle-up", "size": max(5, min(9, room)), "color": BOUND},
        textposition="top center",
        textfont={"color": ground.ink, "size": 12},
        cliponaxis=False,
        hovertemplate="at step %{x} stands %{customdata}<extra></extra>",
    )


def _kappa(kappa):
    return scatter(
        x=kappa,
        y=np.arange(len(kappa)),
        xaxis="x2",
        mode="lines+markers",
        line={"color": MEASURED, "width": 2},
        marker={"size": 4},
        hovertemplate="step %{y} reads %{x:.2f} states<extra></extra>",
    )


def _weights(weights):
    return bar(
        x=np.arange(len(weights)),
        y=weights,
        yaxis="y3",
        marker={"color": MEASURED},
        width=max(0.82, len(weights) / 300),  # a narrower bar would not be seen
        hovertemplate="state %{x}: α = %{y:.3f}<extra></extra>",
    )


def _plain(domain, anchor, ends, title) -> dict:
    return {
        "domain": domain,
        "anchor": anchor,
        "range": ends,
        "showgrid": False,
        "zeroline": False,
        "title": {"text": title},
    }


def _shade(answers) -> dict:
    """Over the rows of the answer, in the margin: in the map it would change the colours."""
    edges = (answers[0] - 0.5, answers[-1] + 0.5) if len(answers) else (0, 0)
    return {"type": "rect", "xref": "x2 domain", "x0": 0, "x1": 1, "y0": edges[0], "y1": edges[1]}


def _cursor(cursor, T, ground):
    """Through the map and the curve beside it. As shapes they would redraw the axes, too."""
    for xaxis, ends in (("x", [-0.5, T - 0.5]), ("x2", [0.9, max(T, 10)])):
        yield scatter(
            x=ends,
            y=[cursor, cursor],
            xaxis=xaxis,
            mode="lines",
            line={"color": ground.quiet, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )


def _heading(text, x) -> dict:
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": text, "x": x, "y": 1.0} | place
