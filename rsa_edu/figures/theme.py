"""One theme and one palette: each model has the same colour and dash everywhere.

The colours are Okabe and Ito's, made a little darker where needed so that every line has a contrast
of at least 3 : 1 on the light and on the dark ground. Hue tells what may be attended, the dash
tells RNN from LSTM, so that no two models differ in colour only where it is hard to see.
"""

from dataclasses import dataclass
from functools import cache

import plotly.graph_objects as go

THEMES = ("light", "dark")
WIDTH = 900
"""Pixels; explorers make a figure narrower where the page is."""
HEIGHT = 420


@dataclass(frozen=True)
class Ground:
    """The colours of one theme that do not stand for a quantity."""

    paper: str
    ink: str
    quiet: str
    grid: str
    shade: str


GROUNDS = {
    "light": Ground("#ffffff", "#1f1f1f", "#5f5f5f", "#e3e3e3", "rgba(90, 90, 90, 0.13)"),
    "dark": Ground("#111111", "#ececec", "#a8a8a8", "#353535", "rgba(190, 190, 190, 0.17)"),
}

MODELS = {
    "RNN": ("#7c7c7c", "solid"),
    "LSTM": ("#b8629a", "dash"),
    "MemRNN": ("#1a7ab8", "solid"),
    "MemLSTM": ("#1a7ab8", "dash"),
    "RelRNN": ("#d55e00", "solid"),
    "RelLSTM": ("#c08000", "dash"),
    "OrthogonalRNN": ("#009e73", "solid"),
    "ExpRNN": ("#009e73", "dot"),
    "SAB": ("#8f6fc9", "dashdot"),
    "Transformer": ("#1f9aa8", "dot"),
}
"""Model -> (colour, dash)."""

MEASURED, BOUND, OTHER = "#1a7ab8", "#d55e00", "#009e73"
"""For figures about one model: what is measured, what the theory says, a second such line."""


def line(model: str, width: float = 2.5) -> dict:
    """The line of a model, for a plotly trace."""
    color, dash = MODELS[model]
    return {"color": color, "dash": dash, "width": width}


@cache
def template(theme: str) -> go.layout.Template:
    """The plotly template of a theme; shapes and annotations take their colours from it too."""
    ground = GROUNDS[theme]
    axis = {
        "gridcolor": ground.grid,
        "linecolor": ground.quiet,
        "zerolinecolor": ground.grid,
        "tickcolor": ground.quiet,
        "ticks": "outside",
        "showline": True,
        "automargin": True,
        "title": {"standoff": 10, "font": {"size": 14}},
        "tickfont": {"size": 13},
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": ground.paper,
            "plot_bgcolor": ground.paper,
            "font": {"color": ground.ink, "size": 14, "family": "system-ui, sans-serif"},
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 70, "r": 20, "t": 48, "b": 56},
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "hoverlabel": {"bgcolor": ground.paper, "font": {"color": ground.ink}},
            "shapedefaults": {
                "fillcolor": ground.shade,
                "line": {"color": ground.quiet, "width": 0},
                "layer": "below",
            },
            "annotationdefaults": {"font": {"color": ground.quiet, "size": 13}, "showarrow": False},
            "colorscale": {"sequential": "Viridis", "diverging": "RdBu"},
            "hovermode": "x unified",
        }
    )


def figure(*traces, height: int = HEIGHT, **layout) -> go.Figure:
    """A figure of the house: explicit size, zoom kept while numbers change, light until themed.

    plotly does not check its words: see traces.py.
    """
    return go.Figure(
        traces,
        {
            "template": template("light"),
            "width": WIDTH,
            "height": height,
            "uirevision": "kept",
            **layout,
        },
        _validate=False,
    )
