"""A plotly figure in the page that is brought to a new state with one message."""

import numpy as np
import plotly.graph_objects as go


def live(figure: go.Figure) -> go.FigureWidget:
    """The widget that shows this figure."""
    widget = go.FigureWidget(figure)
    widget._config = {"displaylogo": False, "displayModeBar": "hover"}
    return widget


def redraw(widget: go.FigureWidget, old: go.Figure, new: go.Figure) -> None:
    """Send the widget what changed from `old`, the figure last shown, to `new`.

    What the reader did in the page (zoom, hidden curves) is in neither of the two, and stays.

    Raises:
        ValueError: the figures differ in their number of traces; draw an empty trace instead.
    """
    if not len(widget.data) == len(old.data) == len(new.data):
        raise ValueError(f"{len(old.data)} traces cannot become {len(new.data)}.")
    with widget.batch_update():
        for shown, was, now in zip(widget.data, old.data, new.data, strict=True):
            for name, value in _changes(was, now).items():
                shown[name] = value
        for name, value in _changes(old.layout, new.layout).items():
            widget.layout[name] = value


def _changes(old, new) -> dict:
    """The properties of `new` that are not as in `old`; None for one that is gone."""
    before, after = old.to_plotly_json(), new.to_plotly_json()
    names = [*after, *(name for name in before if name not in after)]
    return {name: after.get(name) for name in names if not _same(before.get(name), after.get(name))}


def _same(a, b) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple | np.ndarray) and isinstance(b, list | tuple | np.ndarray):
        return len(a) == len(b) and all(map(_same, a, b))
    return a is b or bool(a == b)
