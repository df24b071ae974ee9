"""States on a line, what they read as arcs, and the gradient that comes through."""

import itertools

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme as look
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.traces import bar, scatter

WINDOW, RECURRENCE, JUMPS, CHAIN, HANDLES, STATES, MEASURED, CHOSEN, FLOORS, FLOOR, PLAIN = range(
    11
)
"""Places of the traces."""
MARGIN = {"l": 92, "r": 16, "t": 40, "b": 52}
POINTS = 9
"""Points of an arc, drawn as a spline."""
NARROW = 620
"""Pixels; in a narrower figure the lower legend has no room between the two parts."""
LOWEST = 1e-15
"""What is under this does not stretch the axis."""


def attention_graph(graph, step: int, picked: int | None, theme: str, width: int) -> go.Figure:
    """The graph above, ‖∂h_{T-1}/∂h_t‖ for every t below.

    Args:
        graph: rsa_edu.explorers.attention_graph.Graph, or anything with its fields.
        step: the state whose chain is shown.
        picked: the state chosen as the start of a new jump, or None.
        theme: "light" or "dark".
        width: of the figure, in pixels.
    """
    ground = look.GROUNDS[theme]
    T = len(graph.measured)
    decades = log_range([*graph.measured, graph.floors[step]], LOWEST)
    room = (width - MARGIN["l"] - MARGIN["r"]) / T
    traces = [
        _arcs(graph.window, T, -1, "reads recent states", ground.quiet, 1, opacity=0.45),
        scatter(
            x=[0, T - 1],
            y=[0, 0],
            name="recurrence",
            mode="lines",
            line={"color": ground.quiet, "width": 2},
            hoverinfo="skip",
        ),
        _arcs(graph.jumps, T, 1, "jump", look.OTHER, 2),
        _chain(graph, T),
        _handles(graph.jumps, T, ground),
        _states(graph, step, picked, min(18.0, 0.86 * room), ground),
        *_gradient(graph, step, room, 10.0 ** decades[0], ground),
    ]
    return look.figure(*traces, height=580, **_layout(T, decades, width < NARROW))


def _arcs(links, T, side, name, color, width, **rest):
    x, y = _drawn(links, [side] * len(links), T)
    return scatter(
        x=x,
        y=y,
        name=name,
        mode="lines",
        line={"color": color, "width": width, "shape": "spline"},
        hoverinfo="skip",
        **rest,
    )


def _drawn(links, sides, T) -> tuple[np.ndarray, np.ndarray]:
    """Each link as half an ellipse above (1) or below (-1) the line, or along it (0)."""
    i, m = np.array(links, dtype=float).reshape(-1, 2).T[:, :, None]
    side = np.array(sides, dtype=float)[:, None]
    angle = np.linspace(np.pi, 0, POINTS)
    height = np.where(side > 0, _height(m - i, T), -0.28 * np.sqrt((m - i) / 8) * (side < 0))
    points = (i + m) / 2 + (m - i) / 2 * np.cos(angle), height * np.sin(angle)
    gap = np.full((len(links), 1), np.nan)  # where the pen is lifted
    x, y = (np.hstack([along, gap]).ravel().astype(np.float32) for along in points)
    return x, y


def _height(span, T: int):
    """Of an arc above: it grows with its span, but so that a short one can be seen."""
    return (span / (T - 1)) ** 0.4


def _chain(graph, T):
    """The links of the chain, each where it is drawn anyway."""
    links = list(itertools.pairwise(graph.chain))
    sides = [1 if link in graph.jumps else -(link[1] > link[0] + 1) for link in links]
    x, y = _drawn(links, sides, T)
    return scatter(
        x=x,
        y=y,
        name="shortest chain",
        mode="lines",
        line={"color": look.BOUND, "width": 5, "shape": "spline"},
        hoverinfo="skip",
    )


def _handles(jumps, T, ground):
    return scatter(
        x=[(i + m) / 2 for i, m in jumps],
        y=[_height(m - i, T) for i, m in jumps],
        name="remove",
        mode="markers",
        marker={
            "symbol": "circle-x",
            "size": 12,
            "color": ground.paper,
            "opacity": 1,
            "line": {"width": 1.5, "color": ground.quiet},
        },
        text=[f"h<sub>{i}</sub> → h<sub>{m}</sub>" for i, m in jumps],
        hovertemplate="%{text}: click to remove<extra></extra>",
        showlegend=False,
    )


def _states(graph, step, picked, size, ground):
    """Circles with the depth of each state written inside, where there is room for it."""
    states = range(len(graph.measured))
    on_chain = set(graph.chain)
    return scatter(
        x=np.array(states),
        y=np.zeros(len(states)),
        name="state and its depth d",
        mode="markers+text",
        text=[str(d) for d in graph.depth.depths] if size > 13 else ["\u00a0" for _ in states],
        textfont={
            "size": 10,
            "color": ["#ffffff" if t in on_chain else ground.ink for t in states],
        },
        marker={
            "size": [size + 4 if t in (picked, step) else size for t in states],
            "color": [look.BOUND if t in on_chain else ground.paper for t in states],
            "opacity": 1,
            "line": {
                "color": [look.OTHER if t == picked else ground.ink for t in states],
                "width": [4 if t == picked else 1.5 for t in states],
            },
        },
        hovertemplate="h<sub>%{x}</sub>, depth %{text}: click to draw a jump<extra></extra>",
    )


def _gradient(graph, step, room, lowest, ground):
    T = len(graph.measured)
    t = np.arange(T)
    floor = float(graph.floors[step])
    yield bar(
        x=t,
        y=graph.measured,
        name="measured",
        legend="legend2",
        marker={"color": look.MEASURED, "line": {"width": 0}},
        customdata=graph.depth.depths,
        width=0.8,
        yaxis="y2",
        hovertemplate="h<sub>%{x}</sub>, depth %{customdata}: %{y:.2e}, click to see its chain"
        "<extra>measured</extra>",
    )
    height = graph.measured[step]
    # An outline of its own, so that only lines change when another state is chosen.
    yield scatter(
        x=np.array([-0.4, -0.4, 0.4, 0.4]) + step,
        y=[lowest, height, height, lowest],
        name="chosen",
        mode="lines",
        line={"color": ground.ink, "width": 2.5},
        yaxis="y2",
        hoverinfo="skip",
        showlegend=False,
    )
    yield scatter(
        x=t,
        y=graph.floors,
        name="floor of each state's own chain",
        legend="legend2",
        mode="markers",
        marker={
            "symbol": "line-ew-open",
            "size": max(4.0, 0.8 * room),
            "line": {"width": 3, "color": look.BOUND},
            "color": look.BOUND,
        },
        yaxis="y2",
        hovertemplate="h<sub>%{x}</sub>: %{y:.2e}<extra>floor</extra>",
    )
    yield scatter(
        x=[step, T - 1],
        y=[floor, floor],
        name="floor of the chain shown",
        mode="lines",
        line={"color": look.BOUND, "width": 2, "dash": "dash"},
        yaxis="y2",
        hoverinfo="skip",
        showlegend=False,
    )
    yield scatter(
        x=t,
        y=graph.plain,
        name="without attention",
        legend="legend2",
        mode="lines",
        line={"color": ground.quiet, "width": 2, "dash": "dot"},
        yaxis="y2",
        hovertemplate="h<sub>%{x}</sub>: %{y:.2e}<extra>without attention</extra>",
    )


def _layout(T, decades, narrow):
    row = {"orientation": "h", "x": 0, "yanchor": "bottom", "entrywidth": 0}
    return {
        "legend": row | {"y": 1.01},
        "legend2": row | ({"y": -0.2, "yanchor": "top"} if narrow else {"y": 0.425}),
        "margin": MARGIN,
        "hovermode": "closest",
        "xaxis": {
            "range": [-0.9, T - 0.1],
            "title": {"text": f"state h<sub>t</sub>, the loss is read at h<sub>{T - 1}</sub>"},
            "dtick": 5,
            "zeroline": False,
            "showgrid": False,
            "fixedrange": True,
            "anchor": "y2",
        },
        "yaxis": {
            "domain": [0.5, 1],
            "range": [-0.36, 1.06],
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "showline": False,
            "ticks": "",
            "showticklabels": False,
            "title": {"text": "who reads whom"},
        },
        "yaxis2": log_axis(f"‖∂h<sub>{T - 1}</sub>/∂h<sub>t</sub>‖", decades)
        | {"domain": [0, 0.42], "fixedrange": True},
    }
