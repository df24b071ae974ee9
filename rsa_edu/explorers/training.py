"""Train with a budget: a run in the background, seen while it learns."""

import threading
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar

from rsa_edu import checkpoints, results
from rsa_edu.explorers import policies, runs
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.cells import only_one_per_cell
from rsa_edu.explorers.files import free_path
from rsa_edu.explorers.panel import Panel
from rsa_edu.explorers.runs import LIVE, NEW, Progress, Settings, picture, settings_of, standing
from rsa_edu.explorers.watcher import PATIENCE, Watcher
from rsa_edu.figures.training import Run, training_figure
from rsa_edu.probe import Probe
from rsa_edu.runner import Runner
from rsa_edu.training import Record

PROBE_EVERY = 1.0
"""Seconds between two looks at the attention map and the gradient."""
CLOSED = "closed"


class TrainWithABudget(Explorer):
    """Choose a budget, start, and watch: loss, accuracy, attention and gradient flow.

    From code: `start()`, `pause()`, `resume()`, `stop()`, `keep()`, `checkpoint()`, `load(path)`;
    `result()` waits for the end and gives the records. `run` is the rsa.Runner.
    """

    name = "training"
    Settings = Settings
    presets: ClassVar = {
        "Ample budget": {},
        "Starved budget": {"nu": 2, "rho": 2},
        "Sinks, same budget": {"policy": policies.SINKS},
        "Sinks, scattered data": {"policy": policies.SINKS, "task": "Denoise"},
        "Window, same budget": {"policy": policies.WINDOW},
        "Full attention": {"model": "MemRNN"},
        "No attention": {"model": "LSTM"},
        "No recurrence": {"model": "Transformer"},
        "Learning rate too high": {"learning_rate": 1.0},
        **{f"Go on with {name}": {"start": name} for name in results.names() if "relrnn" in name},
    }

    def __init__(self, *, theme: str = "auto", **settings):
        only_one_per_cell(self)
        self.run: Runner | None = None
        self._kept: Run | None = None
        self._kept_records: list[Record] = []
        self._probe: Probe | None = None
        self._before = 0  # updates before the run was started here
        self._probed, self._news = 0.0, None
        self._telling = threading.Lock()
        self._watcher = Watcher(lambda: self._active, self._watch, self._failed)
        super().__init__(theme=theme)
        if settings:
            self.set(**settings)

    def start(self) -> "TrainWithABudget":
        """A new run with the present settings."""
        if self._active:
            return self._refuse("Stop the run first.")
        training = runs.new_training(self.settings)
        self.run, self._probe, self._before = Runner(training), None, training.update
        return self._go()

    def resume(self) -> "TrainWithABudget":
        """Go on after Pause or Stop, after an error, or with more updates after the end."""
        if self.run is None:
            return self.start()
        if self.run.state != "paused":
            self._before = len(self.run.records)
        if self.run.state == "finished":  # a Runner ends once
            ended, self.run = self.run, Runner(self.run.training)
            self.run.changes = ended.changes
        return self._go()

    def pause(self) -> "TrainWithABudget":
        """Rest at the present update."""
        return self._ask("pause")

    def stop(self) -> "TrainWithABudget":
        """End the run; what was reached is kept, and `resume` would go on."""
        return self._ask("stop")

    def close(self) -> None:
        """Stop, and draw no more: the page is gone."""
        with self._lock:
            self._news = CLOSED
        if self.run is not None:
            self.run.stop()

    def keep(self) -> "TrainWithABudget":
        """Keep the present run as run A, in dashes, to compare the next one with it."""
        if self.run is not None:
            kept = picture(self.run, self._probe)
            self._kept = replace(kept, name=f"A: {kept.name}")
            self._kept_records = list(self.run.records)
            self._refresh()
        return self

    def checkpoint(self) -> Path:
        """Write the run to a file beside the notebook, never over another; returns its name."""
        training = self._present_run().training
        stem = f"{type(training.net.recurrence).__name__}-{training.update}".lower()
        path = free_path(stem, "safetensors")
        checkpoints.save(path, training, command=self.code)
        return path

    def load(self, path: str | Path) -> "TrainWithABudget":
        """Take up a run from a checkpoint, with its settings; `resume` goes on with it."""
        if self._active:
            return self._refuse("Stop the run first.")
        training = checkpoints.load(path)
        super().set(**settings_of(training))
        self.run, self._probe = Runner(training, updates=training.update), None
        self._watch(active=False)
        return self

    def result(self, timeout: float | None = 60) -> list[Record]:
        """All records, when the run has ended and its last figure stands.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds.
            Exception: what went wrong in the run.
        """
        try:
            return self._present_run().result(timeout)
        finally:
            if not self._active:
                self._watcher.wait(timeout)

    def set(self, **changes) -> "TrainWithABudget":
        """Move settings. Budget and learning rate also hold for the run that is under way."""
        now = vars(self.settings)
        fixed = [k for k, v in changes.items() if k not in LIVE and v != now.get(k)]
        if fixed and self._active:
            return self._refuse(f"Stop the run first: {fixed[0]} cannot change while it is on.")
        start = changes.get("start", self.settings.start)
        if start != NEW and fixed and "start" not in changes:
            return self._refuse(f"{fixed[0]} comes with {start}; start from a {NEW} to choose it.")
        if changes.get("start") in results.names():
            brought = settings_of(results.load(start).training, start)
            changes = brought | {k: v for k, v in changes.items() if k in LIVE}
        super().set(**changes)
        if self._active:
            self._steer()
        return self

    def preset(self, name: str) -> "TrainWithABudget":
        """The settings behind the preset button of this name; a shipped network brings its own."""
        chosen = self.presets[name]
        return self.set(**chosen) if "start" in chosen else super().preset(name)

    def reset(self) -> "TrainWithABudget":
        """Stop, forget both runs, and go back to the defaults."""
        self.stop()
        self.run = self._kept = self._probe = None
        self._tell()
        return super().reset()

    def usual(self) -> dict:
        """The defaults; where a shipped network is named, what it brings."""
        start, usual = self.settings.start, super().usual()
        if start == NEW:
            return usual
        return usual | settings_of(results.load(start).training) | {"start": NEW}

    @property
    def _active(self) -> bool:
        return self.run is not None and self.run.state in ("running", "paused")

    def _go(self) -> "TrainWithABudget":
        self._error = None
        self._say("")
        self._steer()
        self.run.start()
        self._refresh()
        self._watcher.watch()
        return self

    def _present_run(self) -> Runner:
        if self.run is None:
            raise RuntimeError("there is no run yet; start one.")
        return self.run

    def _ask(self, what: str) -> "TrainWithABudget":
        if self.run is not None:
            getattr(self.run, what)()
            self._tell()  # at once; the watcher draws the curves
            self._watcher.watch()
        return self

    def _refuse(self, why: str) -> "TrainWithABudget":
        self._obey()
        self._say(why)
        return self

    def _steer(self) -> None:
        """Bring the run to the settings that may change while it is on."""
        self.run.updates = self._before + self.settings.updates
        runs.steer(self.run, self.settings)

    # Looking at it -------------------------------------------------------------------------------

    def _watch(self, active: bool) -> None:
        """Called by the watcher: attention and gradient now and then, the curves always."""
        run = self.run
        if run is None:
            return
        if not active or time.monotonic() > self._probed + PROBE_EVERY:
            began = time.monotonic()
            seen = runs.look(run)
            if run is self.run:
                self._probe = seen
            self._probed = time.monotonic() + PATIENCE * (time.monotonic() - began)
        self._refresh()
        if not active and run.error is not None:
            self._say(run.message)

    def _tell(self) -> None:
        """Buttons and progress as the run is now. Waits for no figure: a click is answered here."""
        with self._telling:
            if self._news is not CLOSED:
                self.panel.show(self.run)
                self._grey_out()
                for button in self._presets:
                    button.disabled = self._active

    def _refresh(self) -> None:
        """The page as the run is now; a figure only where something is new."""
        self._tell()
        with self._lock:
            run = self.run
            news = run and (len(run.records), run.state, len(run.changes))
            news = (run, self._probe, self._kept, news)
            if self._news not in (CLOSED, news):
                self._news = news
                self.numbers = self.compute(self.settings)
                self._show()

    # What the base asks for ----------------------------------------------------------------------

    def compute(self, settings) -> Progress:
        """The run as it stands; the settings are those of the next one."""
        run = self.run
        return Progress(run and picture(run, self._probe), self._kept)

    def draw(self, settings, numbers):
        """Curves, attention map and gradient flow."""
        progress = numbers or Progress()
        return training_figure(progress.run, progress.kept, self.theme)

    def summarise(self, settings, numbers) -> str:
        """Where the run stands, against no memory, chance and the kept run."""
        there = [standing(run) for run in (numbers.run, numbers.kept) if run is not None]
        return " ".join(there) if numbers.run else "Choose a budget and press Start."

    def table(self, settings, numbers):
        """One row per update of the present run, and of the kept one."""
        yield ("run", *(field.name for field in fields(Record)))
        if numbers.run:
            yield from runs.rows(numbers.run.name, self.run.records)
        if numbers.kept:
            yield from runs.rows(numbers.kept.name, self._kept_records)

    def idle(self, settings) -> dict[str, str]:
        """What is fixed while a run is on, what a checkpoint brings, what a model does not have."""
        idle = runs.without_effect(settings)
        others = [f for f in vars(settings) if f not in LIVE]
        if settings.start != NEW:
            brought = f"Comes with {settings.start}."
            idle |= {name: brought for name in others if name != "start"}
        if self._active:
            idle |= dict.fromkeys(others, "Stop the run first.")
        return idle

    def arrange(self) -> list:
        """The run's buttons and progress stand between the settings and the figure."""
        self.panel, rows = Panel(self), super().arrange()
        rows.insert(rows.index(self.figure), self.panel.widget)
        return rows

    def preset_row(self):
        """The presets can be used between two runs; Reset at any time."""
        row = super().preset_row()
        self._presets = row.children[:-1]
        return row
