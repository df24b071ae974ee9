"""Driving a sweep in a thread: what is stored is not run again, what is finished is stored."""

import atexit
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rsa_edu.models.checks import whole_number
from rsa_edu.models.pool import usable_cores
from rsa_edu.store import Run, Store
from rsa_edu.sweeps.cluster import connected
from rsa_edu.sweeps.flight import outcomes
from rsa_edu.sweeps.grid import distinct
from rsa_edu.sweeps.measure import measure
from rsa_edu.sweeps.settings import RunSettings

LOOK_EVERY = 0.1
"""Seconds between two looks for finished runs."""
_alive: "weakref.WeakSet[SweepRun]" = weakref.WeakSet()


@dataclass(frozen=True)
class Failure:
    """A run that gave no result, and why."""

    settings: RunSettings
    why: str

    def __str__(self) -> str:
        """In one sentence."""
        return f"{self.settings} gave no result: {self.why}"


class SweepRun:
    """A sweep in the background.

    Args:
        sweep: settings of runs; those that are in the store already are not run again.
        store: a Store, or the path of one; only this process writes it.
        scheduler: address of a Dask scheduler, such as "tcp://10.0.0.1:8786"; None: workers of our
            own on this machine.
        workers: how many of our own; None: one a core.
        dashboard: address for Dask's dashboard, such as "127.0.0.1:8787"; None: there is none.
        measure: what makes a Run of RunSettings; it must be importable where the workers are.

    Raises:
        ValueError: an empty sweep. StoreError: the store cannot be written.

    `state` is "ready", "running", "stopped", "finished" or "failed". `done` of `total` runs are in
    the store; `found` of them were there before, `new` are the others. `failures` are runs that
    gave no result, while the others went on. A sweep that stopped or failed may be started again,
    and goes on.
    """

    def __init__(
        self,
        sweep: Iterable[RunSettings],
        store: Store | str | Path = "sweeps.sqlite",
        *,
        scheduler: str | None = None,
        workers: int | None = None,
        dashboard: str | None = None,
        measure: Callable[[RunSettings], Run] = measure,
    ):
        self.sweep = distinct(sweep)
        if not self.sweep:
            raise ValueError("the sweep is empty: it has no run.")
        if workers is not None:
            whole_number("workers", workers, least=1)
        self.store = store if isinstance(store, Store) else Store(store)
        self.scheduler, self.workers, self.dashboard = scheduler, workers, dashboard
        self.measure = measure
        self.state = "ready"
        self.error: BaseException | None = None
        self.failures: list[Failure] = []
        self.total = len(self.sweep)
        self.found = self.done = self.total - len(self._todo())
        self._unwritten: list[Run] = []
        self.new: list[Run] = []
        self._times: list[float] = []
        self._flag = threading.Event()
        self._changed = threading.Condition()
        # Not Thread.join: where Ctrl-C interrupts that, Python 3.11 takes the thread for ended.
        self._over = threading.Event()
        self._over.set()

    @property
    def seconds_left(self) -> float | None:
        """At the pace since the start; None before the first run has finished."""
        left = self.total - self.done - len(self.failures)
        if not left:
            return 0.0
        if len(self._times) < 2:
            return None
        pace = (self._times[-1] - self._times[0]) / (len(self._times) - 1)
        return max(0.0, pace * left - (time.monotonic() - self._times[-1]))

    @property
    def message(self) -> str:
        """How the sweep stands, in plain words."""
        said = f"{self.done} of {self.total} runs"
        if self.found:
            said += f", {self.found} of them found in the store"
        if self.failures:
            said += f", {len(self.failures)} without result"
        if self.state == "failed":
            return f"Failed after {said}: {self.error}"
        left = self.seconds_left
        if self.state == "running" and left is not None:
            said += f"; about {spoken_time(left)} left"
        return f"{self._phase}: {said}."

    @property
    def _phase(self) -> str:
        if self.state == "running" and self._flag.is_set():
            return "Stopping ..."
        if self.state == "running" and not self._times:
            return "Starting workers ..."
        return self.state.capitalize()

    def start(self) -> "SweepRun":
        """Begin, or go on: with what was stopped, and once more with what gave no result."""
        with self._changed:
            if self.state != "running":
                self._flag.clear()
                self.state, self.error = "running", None
                self.failures.clear()
                self._times.clear()
                self._over.clear()
                _alive.add(self)
                threading.Thread(target=self._work, daemon=True).start()
        return self

    def stop(self, *, wait: bool = True) -> None:
        """End now. Finished runs are stored; those in flight are broken off. Returns when all
        worker processes are gone, at most a few seconds later; without `wait` at once."""
        self._flag.set()
        if wait:
            self._over.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the sweep ends, for at most `timeout` seconds; True if it has ended."""
        return self._over.wait(timeout)

    def result(self, timeout: float | None = None) -> list[Run]:
        """The runs of this sweep that are in the store, in its order, when it has ended.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds.
            StoreError, ClusterError: what made it fail, in a sentence.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the sweep has not ended after {timeout} s. {self.message}")
        if self.error is not None:
            raise self.error
        stored = {run.key: run for run in self.store.runs()}
        return [stored[settings.key] for settings in self.sweep if settings.key in stored]

    def __iter__(self) -> Iterator[Run]:
        """Runs as they finish (not those found in the store), until the sweep ends."""
        given = 0
        while True:
            with self._changed:
                while len(self.new) == given and self.state == "running":
                    self._changed.wait(LOOK_EVERY)  # on Windows, Ctrl-C waits for it
                new, over = self.new[given:], self.state != "running"
            yield from new
            given += len(new)
            if over and given == len(self.new):
                break
        if self.error is not None:
            raise self.error

    def _is_stored(self, settings: RunSettings) -> bool:
        return settings.key in self.store

    def _todo(self) -> list[RunSettings]:
        stored = self.store.keys()
        return [settings for settings in self.sweep if settings.key not in stored]

    def _work(self) -> None:
        state, error = "finished", None
        try:
            self._write()
            todo = self._todo()
            self.done = self.total - len(todo)
            if todo:
                workers = min(self.workers or usable_cores(), len(todo))
                with connected(self.scheduler, workers, self.dashboard) as client:
                    self._times.append(time.monotonic())
                    flight = outcomes(client, todo, self.measure, self._flag, self._is_stored)
                    with closing(flight):
                        for settings, made in flight:
                            self._take(settings, made)
            if self.done + len(self.failures) < self.total:
                state = "stopped"
        except BaseException as caught:
            state, error = "failed", caught
        with self._changed:
            self.state, self.error = state, error
            self._changed.notify_all()
        self._over.set()

    def _take(self, settings: RunSettings, made: Run | str | None) -> None:
        """Store what a worker has made, or keep the reason why it made nothing."""
        if isinstance(made, Run) and made.key != settings.key:
            made = f"its worker has another version of rsa_edu ({made.rsa_edu})."
        if isinstance(made, Run):
            self._unwritten.append(made)
            self._write()
        elif made is None:
            self.done += 1
        else:
            self.failures.append(Failure(settings, made))
        self._times.append(time.monotonic())

    def _write(self) -> None:
        """Write what is not yet written; where that fails it is kept, for the next start."""
        while self._unwritten:
            self.store.add(self._unwritten[0])
            with self._changed:
                self.new.append(self._unwritten.pop(0))
                self.done += 1
                self._changed.notify_all()


def sweep(
    sweep: Iterable[RunSettings], store: Store | str | Path = "sweeps.sqlite", **options
) -> SweepRun:
    """Start a sweep in the background: what is in the store is not run again.

        for run in rsa.sweep(rsa.sweeps.grid(model=["LSTM", "RelRNN"], seed=range(5))):
            print(run.settings["model"], run.result["accuracy"])

    In a script (not in a notebook) this must stand under `if __name__ == "__main__":`, because the
    workers are new Python processes that load the script once more.

    Args:
        sweep, store: as for SweepRun. options: scheduler, workers, dashboard, likewise.
    """
    return SweepRun(sweep, store, **options).start()


def spoken_time(seconds: float) -> str:
    """12 s, 3 min, 1 h 20 min."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


@atexit.register
def _stop_all() -> None:
    for run in list(_alive):
        run.stop()
