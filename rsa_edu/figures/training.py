"""A training run: loss, accuracy, where the network attends and where its gradient goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.theme import GROUNDS, MODELS, figure
from rsa_edu.figures.traces import heatmap, scatter

NO_RUN = "Start a run"


@dataclass(frozen=True)
class Run:
    """What is drawn of a run.

    name: in the legend; model: gives the colour; update, loss, accuracy: the curves, each point
    the mean of `block` updates; memoryless: loss of the best network without memory; notes: what
    was changed on the way, (update, words); flow: norm of dL/dh_t per step; attention: alpha, step
    by attended state, None in empty cells; cell: steps that a cell of the map stands for;
    answers: how many steps at the end hold the answer.
    """

    name: str
    model: str
    update: Sequence[int] = ()
    loss: Sequence[float] = ()
    accuracy: Sequence[float] = ()
    block: int = 1
    memoryless: float | None = None
    chance: float | None = None
    notes: Sequence[tuple[int, str]] = ()
    flow: Sequence[float] = ()
    attention: Sequence[Sequence[float | None]] | None = None
    cell: int = 1
    answers: int = 0


def training_figure(run: Run | None, kept: Run | None, theme: str) -> go.Figure:
    """The present run, and a kept one in dashes.

    Args:
        run, kept: None where there is none.
        theme: "light" or "dark".
    """
    ground = GROUNDS[theme]
    now = run or Run("", "RNN")
    old = kept or Run("", "RNN")
    last = max([20, *now.update[-1:], *old.update[-1:]])
    return figure(
        *_both(now, old, "update", "loss", {}),
        *_both(now, old, "update", "accuracy", {"xaxis": "x2", "yaxis": "y2"}),
        *_both(now, old, None, "flow", {"xaxis": "x4", "yaxis": "y4"}),
        _yardstick(now.memoryless, last, "no memory", {}, ground),
        _yardstick(now.chance, last, "chance", {"xaxis": "x2", "yaxis": "y2"}, ground),
        _notes(now, last, ground),
        _map(now),
        height=620,
        **_layout(run, now, old, last),
    )


def _both(now, old, x, field, axes):
    for run, dash in ((now, "solid"), (old, "dash")):
        y = list(getattr(run, field))
        yield scatter(
            x=list(getattr(run, x)) if x else list(range(len(y))),
            y=y,
            name=run.name,
            legendgroup=dash,
            showlegend=field == "loss" and bool(run.name),
            mode="lines",
            line={"color": MODELS[run.model][0], "dash": dash, "width": 2.5},
            hovertemplate="%{y:.3g}" if field == "flow" else "%{y:.3f}",
            **axes,
        )


def _yardstick(level, last, words, axes, ground):
    return scatter(
        x=[0, last],
        y=[level, level],
        name=words,
        text=["", "" if level is None else words],
        textposition="top left",
        textfont={"color": ground.quiet, "size": 12},
        mode="lines+text",
        line={"color": ground.quiet, "width": 1.5, "dash": "dot"},
        showlegend=False,
        hoverinfo="skip",
        **axes,
    )


def _notes(run, last, ground):
    return scatter(
        x=[update for update, _ in run.notes],
        y=[0] * len(run.notes),
        text=[words for _, words in run.notes],
        name="changed",
        mode="markers+text",
        textposition=[f"top {'left' if x > last / 2 else 'right'}" for x, _ in run.notes],
        textfont={"color": ground.ink, "size": 12},
        marker={"symbol": "triangle-up", "size": 11, "color": ground.ink},
        showlegend=False,
        cliponaxis=False,
        hovertemplate="%{text}",
    )


def _map(run):
    attention = run.attention or [[None]]
    places = [i * run.cell for i in range(len(attention))]
    return heatmap(
        x=places,
        y=places,
        z=attention,
        name="attention",
        xaxis="x3",
        yaxis="y3",
        zmin=0,
        colorscale="Viridis",
        colorbar={"len": 0.42, "y": 1, "yanchor": "top", "thickness": 12, "title": {"text": "α"}},
        showscale=run.attention is not None,
        hovertemplate="step %{y}, state %{x}: α = %{z:.3f}<extra></extra>",
    )


def _layout(run, now, old, last):
    left, right, top, bottom = [0, 0.43], [0.57, 1], [0.58, 1], [0, 0.42]
    mean = f" (mean of {now.block})" if now.block > 1 else ""
    pooled = f", largest of {now.cell} × {now.cell}" if now.cell > 1 else ""
    highest = max([*now.loss, *old.loss, now.memoryless or 2.2])
    steps = len(now.flow) or 40
    return {
        "margin": {"l": 64, "r": 64, "t": 84, "b": 56},
        "legend": {"y": 1.07},
        "xaxis": {"domain": left, "anchor": "y", "range": [0, last]},
        "yaxis": {
            "domain": top,
            "anchor": "x",
            "range": [0, highest * 1.06],
            "title": {"text": f"loss, nats{mean}"},
        },
        "xaxis2": {
            "domain": left,
            "anchor": "y2",
            "range": [0, last],
            "title": {"text": "update"},
        },
        "yaxis2": {
            "domain": bottom,
            "anchor": "x2",
            "range": [0, 1.03],
            "title": {"text": f"accuracy{mean}"},
        },
        "xaxis3": {"domain": right, "anchor": "y3", "showgrid": False}
        | {"range": [-0.5, steps - 0.5], "zeroline": False},
        "yaxis3": {
            "domain": top,
            "anchor": "x3",
            "range": [-0.5, steps - 0.5],
            "showgrid": False,
            "zeroline": False,
            "title": {"text": "step t"},
        },
        "xaxis4": {
            "domain": right,
            "anchor": "y4",
            "range": [-0.5, max(steps, len(old.flow)) - 0.5],
            "title": {"text": "step t"},
        },
        "yaxis4": {
            "domain": bottom,
            "anchor": "x4",
            **log_axis("‖∂L/∂h<sub>t</sub>‖", log_range([*now.flow, *old.flow], floor=1e-12)),
        },
        "shapes": [_answers(len(now.flow), now.answers)],
        "annotations": [
            _heading(f"attention: which state is read at step t{pooled}", 0.57, 1.0),
            _heading("gradient flow; shaded: the answer", 0.57, 0.42),
            {
                "text": _instead_of_a_map(run),
                "x": 0.785,
                "y": 0.79,
                "xref": "paper",
                "yref": "paper",
            },
        ],
    }


def _answers(steps, answers):
    edges = {"x0": steps - answers - 0.5, "x1": steps - 0.5} if steps else {"x0": 0, "x1": 0}
    return {"type": "rect", "xref": "x4", "yref": "y4 domain", "y0": 0, "y1": 1} | edges


def _heading(text, x, y):
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": text, "x": x, "y": y} | place


def _instead_of_a_map(run) -> str:
    if run is None:
        return NO_RUN
    return f"{run.model} has no attention" if run.attention is None and len(run.flow) else ""
