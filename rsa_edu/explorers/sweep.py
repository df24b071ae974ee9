"""A sweep in the background: started, watched and stopped from a notebook cell."""

import html
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

import ipywidgets

from rsa_edu.explorers import investigation
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.cells import only_one_per_cell
from rsa_edu.explorers.files import free_path, write_csv
from rsa_edu.explorers.page import button
from rsa_edu.explorers.panel import ROW
from rsa_edu.explorers.watcher import Watcher
from rsa_edu.explorers.worker import Latest
from rsa_edu.figures.sweep import sweep_figure
from rsa_edu.models.pool import usable_cores
from rsa_edu.store import Run, Store, StoreError
from rsa_edu.sweeps import ClusterError, RunSettings, SweepRun, costs, measure
from rsa_edu.sweeps.run import spoken_time

QUICK = "quick"
"""The sweep that is shown where none is given."""
STORE = "investigation.sqlite"
MOST_TOLD = 3
"""Failures that are told one by one."""


class Sweep(Explorer):
    """A grid of runs, made in the background on all cores; the figure grows while they finish.

        grid = rsa.sweeps.grid(model="RelRNN", delay=15, relevant_size=[0, 5, 10], seed=range(3))
        rsa.explore.sweep(grid, x="relevant_size", y="accuracy")

    Args:
        grid: a list of RunSettings, or the name of a sweep of the package.
        x, colour: settings that differ; None: the first number that does, and the next setting.
        y: one of rsa_edu.points.QUANTITIES.
        store: file beside the notebook, where finished runs are kept and found again.
        scheduler, workers, measure: as for rsa.sweeps.SweepRun.

    From code: `start()`, `stop()`, `estimate()`, `wait(timeout)`; `result(timeout)` gives the
    finished runs. `run` is the SweepRun. What goes wrong is said in the status line.
    """

    name = "sweep"
    presets: ClassVar = {
        "What is learned": {},
        "What carries on": {"y": "longest"},
        "How soon": {"y": "updates"},
        "What an update costs": {"y": "milliseconds"},
        "How far the gradient reaches": {"y": "reach"},
    }

    def __init__(
        self,
        grid: Iterable[RunSettings] | str = QUICK,
        *,
        x: str | None = None,
        y: str | None = None,
        colour: str | None = None,
        store: Store | str | Path = STORE,
        scheduler: str | None = None,
        workers: int | None = None,
        measure: Callable[[RunSettings], Run] = measure,
        theme: str = "auto",
    ):
        self.run: SweepRun | None = None
        self._options = {"scheduler": scheduler, "workers": workers, "measure": measure}
        self._asked, self._store = grid, store
        self._error: Exception | None = None
        self._faults: list[str] = []
        self._closed, self._news, self._time = False, None, ""
        self._telling = threading.Lock()
        self._watcher = Watcher(lambda: self._active, self._watch, self._fault)
        self._estimator = Latest(self._estimated, lambda: None, self._fault)
        self.grid: list[RunSettings] = []
        self._made: dict[str, Run] = {}
        only_one_per_cell(self)
        try:
            self.grid = investigation.runs_of(grid)
            self._made = self._stored()
        except (ValueError, StoreError) as error:
            self._error, self._faults = error, [str(error)]
        self.varies = investigation.varying(self.grid)
        self.Settings = investigation.settings_for(self.varies, x)
        given = {"x": x, "y": y, "colour": colour}
        super().__init__(theme=theme, **{k: v for k, v in given.items() if v is not None})

    def start(self) -> "Sweep":
        """Begin, or go on: with what was stopped, and once more with what gave no result."""
        if self._active or self._closed or not self.grid:
            return self
        self._estimator.submit(list)  # which ends an estimate that is on
        self._error, self._faults, self._time = None, [], ""
        try:
            if self.run is None:
                self.run = SweepRun(self.grid, self._store, **self._options)
                self._made = self._stored()
            self.run.start()
        except Exception as error:
            self._fault(error)
            return self
        self._refresh()
        self._watcher.watch()
        return self

    def stop(self) -> "Sweep":
        """End the sweep; what is finished is stored. Returns when all workers are gone."""
        if self._active:
            self.run.stop()
            self._look_again()
        return self

    def close(self) -> None:
        """Stop, and draw no more: the page is gone."""
        self._closed = True
        self._estimator.submit(list)
        if self._active:
            self.run.stop()

    def estimate(self) -> "Sweep":
        """Time a few updates of every kind of run that is to be made; then it is said how long
        they would take. In the background."""
        if self.grid and not self._active:
            self._time = "Timing a few updates ..."
            self._estimator.submit(self._timed)
            self._tell()
        return self

    def wait(self, timeout: float | None = None) -> "Sweep":
        """Until the sweep, where it was started, has ended and its last figure stands.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds.
            StoreError, ClusterError, ValueError: what made it fail, in a sentence.
        """
        if self.run is not None:
            if not self.run.wait(timeout):
                raise TimeoutError(f"not ended after {timeout} s. {self.run.message}")
            self._look_again()
        if self._error is not None:
            raise self._error
        return self

    def result(self, timeout: float | None = None) -> list[Run]:
        """The finished runs of the grid, in its order, when the sweep has ended; see `wait`."""
        self.wait(timeout)
        return [self._made[s.key] for s in self.grid if s.key in self._made]

    def set(self, **changes) -> "Sweep":
        """Move settings. Where x takes what gave the colour, the two change places."""
        if changes.get("x") == self.settings.colour and "colour" not in changes:
            changes["colour"] = self.settings.x
        return super().set(**changes)

    def save(self) -> Path:
        """Write what is finished to a CSV file beside the notebook; a sweep goes on meanwhile."""
        path = free_path(self.name, "csv")
        write_csv(path, self.code, self.table(self.settings, self.numbers))
        return path

    @property
    def code(self) -> str:
        """One line that rebuilds this state; `grid` where the runs are not those of one call."""
        words = super().code.removeprefix(f"rsa.explore.{self.name}(").removesuffix(")")
        if isinstance(self._asked, str):
            runs = repr(self._asked) if self._asked != QUICK else ""
        else:
            runs = investigation.as_code(self.grid) or "grid"
        store = "" if self._store == STORE else f"store={str(self._path)!r}"
        return f"rsa.explore.{self.name}({', '.join(filter(None, [runs, words, store]))})"

    # The sweep -----------------------------------------------------------------------------------

    @property
    def _active(self) -> bool:
        return self.run is not None and self.run.state == "running"

    @property
    def _path(self) -> Path:
        return self._store.path if isinstance(self._store, Store) else Path(self._store)

    def _stored(self) -> dict[str, Run]:
        """Runs of the grid that are in the store; it is not made where there is none."""
        if not self._path.exists():
            return {}
        keys = {settings.key for settings in self.grid}
        store = self._store
        if not isinstance(store, Store):
            # One that only reads would leave SQLite's two files behind.
            store = Store(self._path, writing=os.access(self._path, os.W_OK))
        runs = store.runs()
        return {run.key: run for run in runs if run.key in keys}

    @property
    def _left(self) -> list[RunSettings]:
        return [settings for settings in self.grid if settings.key not in self._made]

    def _timed(self):
        """The estimate, in words, better with every kind of run that was timed."""
        left = self._left
        workers = min(self._options["workers"] or usable_cores(), len(left))
        runs = minutes = 0
        for cost in costs(left):
            runs, minutes = runs + cost.runs, minutes + cost.minutes
            yield (
                f"About {spoken_time(60 * minutes / workers)} of training at most for {runs} of "
                f"them on {workers} core{'s' * (workers > 1)}, less where a run meets its target; "
                "tests and measurements come on top."
            )

    def _estimated(self, words: str) -> None:
        self._time = words
        self._tell()

    def _watch(self, active: bool) -> None:
        """Called by the watcher, a few times a second while the sweep is on, and at its end."""
        if active:
            self._made |= {run.key: run for run in list(self.run.new)}
        else:
            self._made = self._stored()  # with those that another sweep has put there meanwhile
            self._error = self.run.error
        self._faults = _faults(self.run)
        self._refresh()

    def _look_again(self) -> None:
        """The page as it is now that the sweep has ended."""
        self._watcher.watch()
        self._watcher.wait()

    def _ask_to_stop(self) -> None:
        """Stop, without waiting for the workers: the page stays alive, and follows them."""
        if self._active:
            self.run.stop(wait=False)
            self._tell()
            self._watcher.watch()

    def _fault(self, error: Exception) -> None:
        self._error, self._faults = error, [_sentence(error)]
        self._refresh()

    def _refresh(self) -> None:
        """Buttons and progress; a figure and the status line only where something is new."""
        self._tell()
        with self._lock:
            news = (frozenset(self._made), tuple(self._faults), self.run and self.run.state)
            if not self._closed and news != self._news:
                self._news = news
                self._recompute([])

    def _recompute(self, messages: list[str]) -> None:
        """Called when a setting moves, and by the watcher: one at a time, and with all faults."""
        with self._lock:
            error = self._error
            super()._recompute([*messages, *self._faults])
            self._error = self._error or error

    # What the base asks for ----------------------------------------------------------------------

    def compute(self, settings) -> investigation.Numbers:
        """The runs that there are now, by what differs."""
        return investigation.numbers(self.grid, self.varies, self._made)

    def draw(self, settings, numbers):
        """All runs over x, by colour."""
        if numbers is None or not numbers.places:
            return sweep_figure()
        return sweep_figure(investigation.picture(settings, numbers))

    def summarise(self, settings, numbers) -> str:
        """What differs, the best and the worst, and what to make of it."""
        return investigation.sentence(settings, numbers)

    def table(self, settings, numbers):
        """A row for each finished run, with all settings and results."""
        return investigation.rows(numbers.runs)

    def arrange(self) -> list:
        """The sweep's buttons and progress stand between the settings and the figure."""
        self.buttons = {
            "Start": button("Start", lambda _: self.start()),
            "Stop": button("Stop", lambda _: self._ask_to_stop()),
            "Estimate time": button("Estimate time", lambda _: self.estimate()),
        }
        self.buttons["Start"].button_style = "primary"
        self.buttons["Start"].tooltip = "make the runs that are missing; go on after Stop"
        self.buttons["Stop"].tooltip = "end within seconds; finished runs are stored"
        self.buttons["Estimate time"].tooltip = "time a few updates of every kind of run"
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "220px"})
        self.bar.add_class("rsa-progress")
        self._progress = ipywidgets.HTML()
        panel = [
            ipywidgets.HBox([*self.buttons.values(), self.bar], layout=ROW),
            self._progress,
        ]
        rows = super().arrange()
        rows.insert(rows.index(self.figure), ipywidgets.VBox(panel))
        self._tell()
        return rows

    @property
    def progress(self) -> str:
        """How the sweep stands, in words."""
        return html.unescape(self._progress.value)

    def _tell(self) -> None:
        """Buttons and progress as the sweep is now. Waits for no figure."""
        with self._telling:
            active, total = self._active, len(self.grid)
            self.buttons["Start"].disabled = active or not self._left
            self.buttons["Stop"].disabled = not active
            self.buttons["Estimate time"].disabled = active or not self._left
            self.bar.value = (total - len(self._left)) / total if total else 0
            state = self.run.state if self.run else ""
            self.bar.bar_style = {"finished": "success", "failed": "danger"}.get(state, "")
            self._progress.value = html.escape(self._standing())

    def _standing(self) -> str:
        if self._active or (self.run and self.run.state == "finished"):
            return self.run.message
        if not self.grid:
            return ""
        there, total = len(self.grid) - len(self._left), len(self.grid)
        if self.run:
            said = f"{self.run.state.capitalize()}: {there} of {total} runs; Start goes on."
        else:
            said = f"{total} runs, {there} of them in {self._path.name} already."
        return f"{said} {self._time}".strip() if self._left else said


def _sentence(error: BaseException) -> str:
    """What went wrong; what is not said in our words is called by its name."""
    ours = isinstance(error, ValueError | StoreError | ClusterError | RuntimeError)
    return str(error) if ours else f"This did not work ({type(error).__name__}: {error})."


def _faults(run: SweepRun) -> list[str]:
    """What went wrong in a sweep, in sentences."""
    said = [] if run.error is None else [_sentence(run.error)]
    failures = list(run.failures)
    if failures:
        said.append(f"{len(failures)} gave no result; Start tries again.")
        said += [f"{failure.settings}: {failure.why}" for failure in failures[:MOST_TOLD]]
    if len(failures) > MOST_TOLD:
        said.append(f"And {len(failures) - MOST_TOLD} more.")
    return said
