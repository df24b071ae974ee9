"""A plotly figure in the page that is brought to a new state with one message."""

from pathlib import Path

import ipywidgets
import numpy as np
import plotly.graph_objects as go
import traitlets


class Library(ipywidgets.Widget):
    """plotly's code for the page, 5 MB: sent once for all figures of a kernel."""

    code = traitlets.Unicode().tag(sync=True)

    _one = None

    @classmethod
    def one(cls) -> "Library":
        """The one of this kernel; a new one where somebody closed all widgets."""
        if cls._one is None or cls._one.comm is None:
            cls._one = cls(code=str(go.FigureWidget._esm))
        return cls._one


class LiveFigure(go.FigureWidget):
    """A FigureWidget that loses nothing on a slow page, and costs it plotly once.

    plotly opens an empty figure, sends data and layout after it, and its 5 MB of code with each.
    A page that needs more than two seconds to load that code loses all that is sent in between and
    after it (anywidget 0.11). So here the first message is the whole figure, as it then is, and
    live.js keeps what follows until plotly is there. A reloaded page gets the figure as it is, not
    as it was made.
    """

    _esm = Path(__file__).with_name("live.js")
    _library = traitlets.Instance(Library).tag(sync=True, **ipywidgets.widget_serialization)

    _made = False

    @traitlets.default("_library")
    def _the_library(self):
        return Library.one()

    def __init__(self, figure: go.Figure):
        super().__init__(figure)
        self._config = {"displaylogo": False}
        self._made = True
        self.open()

    def open(self):
        """Tell the page, once there is a figure to tell of."""
        if self._made:
            super().open()

    def get_state(self, key=None, drop_defaults=False):
        """What a page is told that has not followed the changes (key None), or one trait."""
        if key is None and self._made:
            # plotly sends changes as messages and leaves these two as they were at the start.
            self._trait_values["_widget_data"] = [trace.to_plotly_json() for trace in self.data]
            self._trait_values["_widget_layout"] = self.layout.to_plotly_json()
        return super().get_state(key, drop_defaults)


def redraw(widget: go.FigureWidget, old: go.Figure, new: go.Figure) -> None:
    """Send the widget what changed from `old`, the figure last shown, to `new`.

    What the reader did in the page (zoom, hidden curves) is in neither of the two, and stays.

    Raises:
        ValueError: the figures differ in their number of traces; draw an empty trace instead.
    """
    if not len(widget.data) == len(old.data) == len(new.data):
        raise ValueError(f"{len(old.data)} traces cannot become {len(new.data)}.")
    traces = [_changes(was, now) for was, now in zip(old.data, new.data, strict=True)]
    relayout = _changes(old.layout, new.layout)
    kinds = {trace.type for trace, changes in zip(new.data, traces, strict=True) if changes}
    for kind in sorted(kinds) or [None]:  # one message for all of one kind
        touched = [i for i, changes in enumerate(traces) if changes and new.data[i].type == kind]
        # Every touched trace gets every property that changed in any of them: a page that has not
        # drawn the figure yet takes "as before" for "none" (plotly 7.1).
        names = sorted({name for index in touched for name in traces[index]})
        restyle = {name: [new.data[index][name] for index in touched] for name in names}
        if restyle or relayout:
            widget.plotly_update(_plain(restyle), _plain(relayout), touched)
            relayout = {}


def _changes(old, new) -> dict:
    """The properties of `new` that are not as in `old`; None for one that is gone."""
    before, after = old.to_plotly_json(), new.to_plotly_json()
    names = [*after, *(name for name in before if name not in after)]
    return {name: after.get(name) for name in names if not _same(before.get(name), after.get(name))}


def _same(a, b) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype.kind == b.dtype.kind:
        return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, list | tuple | np.ndarray) and isinstance(b, list | tuple | np.ndarray):
        return len(a) == len(b) and all(map(_same, a, b))
    return a is b or bool(a == b)


def _plain(value):
    """Plotly objects as dictionaries, at any depth."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.to_plotly_json() if hasattr(value, "to_plotly_json") else value
