"""The tradeoff map: what each unit of attention costs and buys, in trained networks."""

import html
from dataclasses import dataclass
from typing import ClassVar

import ipywidgets

from rsa_edu.explorers import policies
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.cells import only_one_per_cell
from rsa_edu.explorers.controls import Choice, Ladder, setting
from rsa_edu.explorers.files import free_path, write_csv
from rsa_edu.explorers.one_run import OneRun
from rsa_edu.explorers.page import button, row
from rsa_edu.explorers.pins import Pins
from rsa_edu.explorers.stored_points import (
    BOTH,
    COSTS,
    DELAYS,
    FIXED,
    FULL,
    GAINS,
    NU,
    NUS,
    PACE,
    POLICIES,
    RHO,
    RHOS,
    SWEEPS,
    TASKS,
    Place,
    place_of,
    shipped,
)
from rsa_edu.explorers.tradeoff_words import rows, sentence
from rsa_edu.explorers.tradeoffs import Numbers, chosen, numbers, tied
from rsa_edu.explorers.watcher import Watcher
from rsa_edu.figures import tradeoff_map as view
from rsa_edu.figures.names import NAMES
from rsa_edu.store import Run

NARROW = 640
"""Pixels; on a page with less the rows stand below the map."""


@dataclass(frozen=True)
class Settings:
    """A budget, what the map shows of it, and what it is compared with."""

    nu: int = setting(5, Ladder(NUS, NAMES["nu"]))
    rho: int = setting(10, Ladder(RHOS, NAMES["rho"]))
    policy: str = setting(policies.SCREENING, Choice(POLICIES, NAMES["policy_or_model"]))
    task: str = setting("Copy", Choice(TASKS, NAMES["task"]))
    cost: str = setting("saved for the backward pass", Choice(tuple(COSTS), NAMES["cost"]))
    gain: str = setting("accuracy", Choice(tuple(GAINS), NAMES["gain"]))
    test_delay: int = setting(100, Choice(DELAYS, NAMES["test_delay"]))
    along: str = setting(RHO, Choice((RHO, NU, BOTH), NAMES["along"]))
    pins: tuple = setting((), Pins(NAMES["pins"]))


class TradeoffMap(Explorer):
    """One slider for the budget moves accuracy, time, memory, gradient reach and depth together.

    From code: `pin()`, `clear_pins()`; `run_now()` trains the chosen point in the background,
    `stop()` breaks that off, `wait()` waits for it. `live` are the runs made here.
    """

    name = "tradeoff_map"
    Settings = Settings
    sweeps = (*SWEEPS, PACE)
    presets: ClassVar = {
        "Ample": {"nu": 10, "rho": 25},
        "Starved": {"nu": 1, "rho": 2},
        "No relevant set": {"nu": 10, "rho": 0, "pins": (("Copy", "Screening", 5, 5),)},
        "Same K, only sinks": {
            "policy": policies.SINKS,
            "nu": 10,
            "task": "Denoise",
            "pins": (("Denoise", "Screening", 10, 10),),
        },
        "Against full attention": {"pins": (("Copy", FULL, 0, 0),)},
        "Against a Transformer": {"pins": (("Copy", "Transformer", 0, 0),)},
        "Copy against denoise": {"task": "Denoise", "pins": (("Copy", "Screening", 5, 10),)},
        "Ten times the delay": {"test_delay": 300},
        "How deep": {"gain": "effective depth", "cost": "budget K"},
    }

    def __init__(self, *, theme: str = "auto", **settings):
        only_one_per_cell(self)
        self.stored = shipped()
        self.live: list[Run] = []
        self._run: OneRun | None = None
        self._closed = False
        self._watcher = Watcher(lambda: self._active, self._watch, self._failed)
        super().__init__(theme=theme, **settings)

    def pin(self) -> "TradeoffMap":
        """Mark the chosen point on the map; the next ones are compared with it."""
        here = tuple(chosen(self.settings))
        return self.set(pins=(*(p for p in self.settings.pins if p != here), here))

    def clear_pins(self) -> "TradeoffMap":
        """Take all pins off."""
        return self.set(pins=())

    def run_now(self) -> "TradeoffMap":
        """Train the chosen point in the background, with a seed that it does not have yet."""
        if self._active:
            self._say("Stop the run first.")
            return self
        place = chosen(self.settings)
        seed = self.stored.next_seed(place, self.live)
        self._run = OneRun(self.stored.settings(place, seed))
        self._tell()
        self._watcher.watch()
        return self

    def stop(self) -> "TradeoffMap":
        """Break the run off; nothing of it is kept."""
        if self._run is not None:
            self._run.stop()
            self._tell()
        return self

    def close(self) -> None:
        """Stop, and draw no more: the page is gone."""
        self._closed = True
        self.stop()

    def reset(self) -> "TradeoffMap":
        """Back to the defaults; the runs made here are forgotten."""
        self.stop()
        with self._lock:
            self._run = None
            self.live.clear()
            super().reset()
        self._tell()
        return self

    def wait(self, timeout: float | None = 60) -> "TradeoffMap":
        """Until a run that is under way stands on the map.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds.
            Exception: what went wrong, in the run or in the figure.
        """
        run = self._run
        if run is not None:
            if not run.wait(timeout):
                raise TimeoutError(f"the run has not ended after {timeout} s. {run.message}")
            self._watcher.wait(timeout)
            if run.error is not None:
                raise run.error
        return super().wait(timeout)

    def save(self):
        """Write what is on the map to a CSV file; a run that is under way is not waited for."""
        path = free_path(self.name, "csv")
        write_csv(path, self.code, self.table(self.settings, self.numbers))
        return path

    # The run under way ---------------------------------------------------------------------------

    @property
    def _active(self) -> bool:
        run = self._run
        return run is not None and run.state == "running"

    def _watch(self, active: bool) -> None:
        """Called by the watcher: progress now and then, and the point when it has landed."""
        with self._lock:
            run = self._run
            if run is not None and run.run is not None and not any(r is run.run for r in self.live):
                self.live.append(run.run)
                if not self._closed:
                    self._recompute([])
        self._tell()

    def _tell(self) -> None:
        """Buttons, bar and words as the run is now."""
        if self._closed:
            return
        run = self._run
        self._go.disabled, self._halt.disabled = self._active, not self._active
        self._bar.bar_style = ""
        if run is None:
            self._bar.value, self._progress.value = 0.0, ""
            return
        place = place_of(run.settings.plain())
        done = run.state == "finished"
        self._bar.value = 1.0 if done else run.updates / run.settings.updates
        self._bar.bar_style = {"finished": "success", "failed": "danger"}.get(run.state, "")
        self._progress.value = html.escape(f"{place}. {run.message}")

    def _recompute(self, messages: list[str]) -> None:
        with self._lock:  # a run may land at the same moment
            super()._recompute(messages)

    # What the base asks for ----------------------------------------------------------------------

    def compute(self, settings) -> Numbers:
        """Stored runs, and those made here."""
        return numbers(settings, self.stored, tuple(self.live))

    def draw(self, settings, numbers):
        """The map, and the rows that one slider moves together."""
        stacked = 0 < self.page.width < NARROW
        picture = None if numbers is None else numbers.picture
        return view.tradeoff_map(picture, self.theme, stacked=stacked)

    def summarise(self, settings, numbers) -> str:
        """The chosen point in numbers, against the front and the last pin."""
        return sentence(settings, self.stored, numbers)

    def table(self, settings, numbers):
        """One row per run of this task."""
        return rows(self.stored, self.live, settings.task)

    def idle(self, settings) -> dict[str, str]:
        """Sizes that a policy does not have, or that follow another."""
        if settings.policy in FIXED:
            why = f"{settings.policy}: its budget is not varied here."
            return dict.fromkeys(("nu", "rho", "along"), why)
        if settings.policy != policies.SCREENING:
            why = f"{settings.policy} was measured at ρ = ν only: ρ follows ν."
            return dict.fromkeys(("rho", "along"), why)
        return {"rho": "ρ follows ν."} if tied(settings) else {}

    def arrange(self) -> list:
        """What can be done with the chosen point stands above the figure."""
        self._go = button("Run this point now", lambda _: self._try(self.run_now))
        self._go.tooltip = "train it here, with a new seed: some seconds"
        self._go.button_style = "primary"
        self._halt = button("Stop", lambda _: self.stop())
        self._halt.disabled = True
        self._bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "150px"})
        self._progress = ipywidgets.HTML()
        pin = button("Pin this point", lambda _: self.pin())
        clear = button("Clear pins", lambda _: self.clear_pins())
        self._take_clicks()
        there = super().arrange()
        at = there.index(self.figure)
        there[at:at] = [row(pin, clear, self._go, self._halt, self._bar), self._progress]
        return there

    def _try(self, action) -> None:
        try:
            action()
        except Exception as error:
            self._say(f"This did not work: {error}")

    def _take_clicks(self) -> None:
        """A click on a point of the map chooses it, as the sliders do."""
        for at, group in enumerate(view.GROUPS):
            self.figure.data[at].on_click(
                lambda trace, points, state, group=group: self._choose(group, points.point_inds)
            )

    def _choose(self, group: str, clicked: list[int]) -> None:
        for i in clicked[:1]:
            self.move_to(self.numbers.chart.places[group][i])

    def move_to(self, place: Place) -> "TradeoffMap":
        """Choose this place."""
        if place.policy in FIXED:
            return self.set(policy=place.policy, task=place.task)
        along = self.settings.along
        if along == BOTH and place.nu != place.rho:
            along = RHO
        sizes = {"nu": place.nu, "rho": place.rho, "along": along}
        return self.set(policy=place.policy, task=place.task, **sizes)
