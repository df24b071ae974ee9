"""What all explorers share: core -> view -> control, and the row of buttons under them."""

import html
import json
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import ipywidgets
import plotly.graph_objects as go
from IPython.display import display

from rsa_edu.explorers.controls import STYLE, clamped, controls, defaults
from rsa_edu.explorers.files import free_path, write_csv
from rsa_edu.explorers.live import LiveFigure, redraw
from rsa_edu.explorers.page import CSS, Page, button, row
from rsa_edu.explorers.provenance import provenance
from rsa_edu.explorers.worker import Latest
from rsa_edu.figures.theme import THEMES, WIDTH, template


class Explorer:
    """Settings you can move, the numbers that follow, a figure that shows them.

    A subclass says what is particular to it:

        name        as in `rsa.explore.<name>()`
        Settings    a frozen dataclass; its fields are made by `controls.setting`
        presets     button label -> the settings that differ from the default
        sweeps      names of the shipped sweeps whose runs it shows; the page says where they are
                    from
        background  True if `compute` may take longer than a drag can wait (80 ms)
        compute(settings) -> numbers, or, with `background`, an iterator of ever better numbers,
                    of which the last is exact; a pure function
        draw(settings, numbers) -> plotly Figure, always with the same number of traces; numbers
                    is None until the first ones are there
        summarise(settings, numbers) -> one sentence that says what the figure now shows
        table(settings, numbers) -> rows for the CSV file, the head first
        idle(settings) -> setting name -> why it has no effect now (then it is greyed out)

    Read it from code: `settings`, `numbers`, `figure`, `summary`, `status`, `code`; move it with
    `set(nu=5)`, `preset(name)`, `reset()`; `wait()` until an exact figure stands. `shown` are the
    settings of the figure: those of a moment ago while a computation runs.
    """

    name: str
    Settings: type
    presets: ClassVar[dict[str, dict]]
    sweeps: tuple[str, ...] = ()
    background = False

    def __init__(self, *, theme: str = "auto", **settings):
        self.settings, messages = clamped(self.Settings, defaults(self.Settings), settings)
        self.shown, self.numbers = self.settings, None
        if theme not in ("auto", *THEMES):
            raise ValueError(f'theme must be "auto", "light" or "dark", but is {theme!r}.')
        self._theme = theme
        self._lock = threading.RLock()  # a figure is redrawn by one thread at a time
        self._moving = False
        self._worker = Latest(self._arrived, self._finished, self._failed)
        self.page = Page()
        self._drawn = self._draw()
        self.figure = LiveFigure(self._drawn)
        self._build()
        self._obey()
        self._recompute(messages)

    # What a subclass provides --------------------------------------------------------------------

    def compute(self, settings) -> object | Iterator:
        """The core."""
        raise NotImplementedError

    def draw(self, settings, numbers) -> go.Figure:
        """The view."""
        raise NotImplementedError

    def summarise(self, settings, numbers) -> str:
        """The view, in words."""
        raise NotImplementedError

    def table(self, settings, numbers) -> Iterable:
        """The view, as rows."""
        raise NotImplementedError

    def idle(self, settings) -> dict[str, str]:
        """Settings that have no effect now, each with the reason."""
        return {}

    def usual(self) -> dict:
        """The settings that `code` need not say."""
        return defaults(self.Settings)

    # What a reader of the notebook calls ---------------------------------------------------------

    def set(self, **changes) -> "Explorer":
        """Move these settings. What is out of range is clamped, and the status line says so."""
        self.settings, messages = clamped(self.Settings, vars(self.settings), changes)
        self._obey()
        self._recompute(messages)
        return self

    def preset(self, name: str) -> "Explorer":
        """The state behind the preset button of this name."""
        return self.set(**{**defaults(self.Settings), **self.presets[name]})

    def reset(self) -> "Explorer":
        """Back to the defaults."""
        return self.set(**defaults(self.Settings))

    def wait(self, timeout: float | None = 60) -> "Explorer":
        """Until the figure is exact. Raises what went wrong in the computation."""
        if self.background:
            self._worker.wait(timeout)
        elif self._error:
            raise self._error
        return self

    def result(self, timeout: float | None = 60):
        """The exact numbers of the present settings."""
        return self.wait(timeout).numbers

    @property
    def theme(self) -> str:
        """The theme shown, "light" or "dark"; may be set to one of these, or to "auto" (as Lab)."""
        if self._theme in THEMES:
            return self._theme
        return "dark" if self.page.dark else "light"

    @theme.setter
    def theme(self, value: str) -> None:
        self._theme = value
        self._themes.value = value
        self._tell_code()
        self._show()

    @property
    def code(self) -> str:
        """One line that rebuilds this state."""
        usual = self.usual()
        parts = [f"{k}={v!r}" for k, v in vars(self.settings).items() if v != usual[k]]
        if self._theme in THEMES:
            parts.append(f"theme={self._theme!r}")
        return f"rsa.explore.{self.name}({', '.join(parts)})"

    def save(self) -> Path:
        """Write the numbers to a CSV file in the folder of the notebook, never over another."""
        self.wait()
        path = free_path(self.name, "csv")
        write_csv(path, self.code, self.table(self.settings, self.numbers))
        return path

    # From settings to the page -------------------------------------------------------------------

    def _recompute(self, messages: list[str]) -> None:
        self._error, self._said = None, " ".join(messages)
        settings = self.settings
        if self.background:
            self._worker.submit(lambda: ((settings, n) for n in self.compute(settings)))
            self._worker.settle(0.02)  # what is known already comes without a word
            self._worker.if_busy(lambda: self._say("computing …"))
            return
        try:
            numbers = self.compute(settings)
        except Exception as error:
            self._failed(error)
        else:
            self._arrived((settings, numbers))
            self._finished()

    def _arrived(self, result) -> None:
        self.shown, self.numbers = result
        self._show()

    def _finished(self) -> None:
        self._say(self._said)

    def _failed(self, error: Exception) -> None:
        self._error = error
        self._say(f"{self._said} This could not be computed: {error}".strip())

    def _draw(self) -> go.Figure:
        figure = self.draw(self.shown, self.numbers)
        figure.layout.template = template(self.theme)
        figure.layout.width = min(WIDTH, self.page.width or WIDTH)
        return figure

    def _show(self) -> None:
        with self._lock:
            new = self._draw()
            redraw(self.figure, self._drawn, new)
            self._drawn = new
            if self.numbers is not None:
                self._summary.value = html.escape(self.summarise(self.shown, self.numbers))

    @property
    def summary(self) -> str:
        """What the figure now shows, in words."""
        return html.unescape(self._summary.value)

    @property
    def status(self) -> str:
        """What has to be said: clamped values, work in progress, errors."""
        return html.unescape(self._status.value)

    def _say(self, text: str) -> None:
        self._status.value = html.escape(text)

    # Widgets -------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._status, self._summary = ipywidgets.HTML(), ipywidgets.HTML()
        self._status.add_class("rsa-status")
        self._summary.add_class("rsa-summary")
        self.widgets = {}
        for name, control in controls(self.Settings).items():
            widget = control.widget(getattr(self.settings, name), self.settings)
            widget.observe(lambda change, name=name: self._moved(name, change.new), "value")
            self.widgets[name] = widget
        self.page.observe(lambda change: self._show(), ["dark", "width"])
        self.page.on_msg(self._copied)
        self.widget = ipywidgets.VBox(self.arrange())
        self.widget.add_class("rsa-explorer")

    def arrange(self) -> list:
        """The widgets from top to bottom; a subclass may put its own between them."""
        grid = ipywidgets.Box(list(self.widgets.values()))
        grid.add_class("rsa-grid")
        return [
            self.preset_row(),
            grid,
            self.figure,
            self._summary,
            self._status,
            *([provenance(*self.sweeps)] if self.sweeps else []),
            self.tool_row(),
            self.page,
            ipywidgets.HTML(CSS),
        ]

    def preset_row(self) -> ipywidgets.Widget:
        """One button per preset, and Reset."""
        buttons = [button(name, lambda _, n=name: self.preset(n)) for name in self.presets]
        return row(*buttons, button("Reset", lambda _: self.reset()))

    def tool_row(self) -> ipywidgets.Widget:
        """Copy as code, Save data, theme."""
        self._code = ipywidgets.Text(layout={"display": "none", "width": "calc(100% - 4px)"})
        self._themes = ipywidgets.Dropdown(
            options=["auto", *THEMES],
            value=self._theme,
            description="theme",
            style=STYLE,
            layout={"width": "max-content"},
        )
        self._themes.observe(lambda change: setattr(self, "theme", change.new), "value")
        copy = button("Copy as code", lambda _: self._copy())
        save = button("Save data", lambda _: self._save())
        return ipywidgets.VBox([row(copy, save, self._themes), self._code])

    def _moved(self, name: str, value) -> None:
        if not self._moving and getattr(self.settings, name) != value:
            self.set(**{name: value})

    def _obey(self) -> None:
        """Bring the widgets to the settings."""
        self._moving = True
        try:
            for name, control in controls(self.Settings).items():
                control.put(self.widgets[name], getattr(self.settings, name), self.settings)
        finally:
            self._moving = False
        self._grey_out()
        self._tell_code()

    def _grey_out(self) -> None:
        """Settings without effect cannot be moved, and a tooltip says why."""
        idle = self.idle(self.settings)
        for name, widget in self.widgets.items():
            widget.disabled = name in idle
            widget.tooltip = idle.get(name, "")

    def _copy(self) -> None:
        self._code.layout.display = "flex"
        self._tell_code()
        self.page.send({"copy": self.code})

    def _tell_code(self) -> None:
        """The line under the buttons, once it has been asked for, is that of the settings."""
        if self._code.layout.display != "none":
            self._code.value = self.code

    def _copied(self, page, message: dict, buffers) -> None:
        self._say("Copied: paste it into a cell." if message["copied"] else "Copy the line below.")

    def _save(self) -> None:
        try:
            self._say(f"Saved in {self.save()}, beside the notebook.")
        except Exception as error:
            self._say(f"The data could not be saved: {error}")

    def _ipython_display_(self) -> None:
        if self.background:
            self._worker.settle(2)
        display(self.widget)
        plain = {"application/vnd.plotly.v1+json": json.loads(self._drawn.to_json())}
        display({**plain, "text/plain": self.summary}, raw=True)
