"""Driving a training: in the foreground (train), or in a thread with Pause and Stop (Runner)."""

import atexit
import copy
import statistics
import threading
import weakref
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from rsa_edu.checkpoints import save, writable
from rsa_edu.models import Interrupted, MemoryPolicy, interruptible
from rsa_edu.network import Network
from rsa_edu.training import Record, Training

KEEP_EVERY = 100
"""Updates between two writings of a checkpoint."""
_alive: "weakref.WeakSet[Runner]" = weakref.WeakSet()


def train(
    net: Network | Training,
    task=None,
    updates: int = 2000,
    *,
    checkpoint: str | Path | None = None,
    **recipe,
) -> Iterator[Record]:
    """Train a network on a task; yields a Record after each update.

    Args:
        net: a network to train in place; or a Training to go on with (as `rsa.load` gives), then
            task and recipe are its.
        task: what to learn. updates: how many, counted from the start of the training.
        checkpoint: a file to keep the run in; written every 100 updates and at the end, also when
            the loop is left early.
        recipe: fields of Recipe, such as learning_rate, batch_size, seed.

    Raises:
        Diverged: in words, with the network back at its last good state.
    """
    training = net if isinstance(net, Training) else Training(net, task, **recipe)
    return _steps(training, updates, checkpoint and writable(checkpoint))


def _steps(training: Training, updates: int, checkpoint) -> Iterator[Record]:
    try:
        while training.update < updates:
            yield training.step()
            if checkpoint is not None and training.update % KEEP_EVERY == 0:
                save(checkpoint, training)
    finally:
        if checkpoint is not None:
            save(checkpoint, training)


class Runner:
    """Trains in a thread of its own.

    Args:
        net: a network to train in place; or a Training to go on with, then task and recipe are its.
        task, updates, recipe: as for rsa.train; `updates` counts from the start of the training.
        checkpoint: a file to keep the run in; written every 100 updates and whenever it pauses,
            stops, ends or fails.

    `state` is "ready", "running", "paused", "stopped", "finished" or "failed". A stopped run may be
    started again and goes on bit for bit where it was. A running update is broken off by pause and
    stop at the next time step, and made again from the same random numbers.
    """

    def __init__(
        self,
        net: Network | Training,
        task=None,
        updates: int = 2000,
        *,
        checkpoint: str | Path | None = None,
        **recipe,
    ):
        self.training = net if isinstance(net, Training) else Training(net, task, **recipe)
        self.updates = updates
        self.checkpoint = checkpoint and writable(checkpoint)
        self.state = "ready"
        self.error: BaseException | None = None
        self.changes: list[tuple[int, str]] = []
        self._wanted: dict[str, object] = {}
        self._flag = threading.Event()
        self._go = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def records(self) -> list[Record]:
        """One Record per update, also from before a checkpoint was loaded."""
        return self.training.records

    @property
    def seconds_per_update(self) -> float | None:
        """Median of the latest updates; None before the second."""
        times = [record.seconds for record in self.records[-21:]]
        if len(times) < 2:
            return None
        return statistics.median(b - a for a, b in pairwise(times))

    @property
    def seconds_left(self) -> float | None:
        """Until the last update at the present pace; None while the pace is unknown."""
        pace = self.seconds_per_update
        return None if pace is None else pace * max(0, self.updates - len(self.records))

    @property
    def message(self) -> str:
        """How the run stands, in plain words."""
        done = f"{len(self.records)} of {self.updates} updates"
        match self.state:
            case "failed":
                return f"Failed after {done}: {self.error}"
            case "finished":
                return f"Finished: {done}."
            case _:
                return f"{self.state.capitalize()}: {done}."

    @property
    def learning_rate(self) -> float:
        """May be set at any time; holds from the next update on."""
        return self._wanted.get("learning_rate", self.training.learning_rate)

    @learning_rate.setter
    def learning_rate(self, value: float):
        if not value > 0:
            raise ValueError(f"learning_rate must be above 0, but is {value!r}.")
        self._change("learning_rate", value)

    @property
    def memory(self) -> MemoryPolicy | None:
        """The attention budget; may be set at any time and holds from the next update on."""
        return self._wanted.get("memory", self.training.memory)

    @memory.setter
    def memory(self, policy: MemoryPolicy):
        if not isinstance(policy, MemoryPolicy) or self.training.memory is None:
            name = type(self.training.net.recurrence).__name__
            raise ValueError(f"memory of {name} cannot be set to {policy!r}.")
        self._change("memory", policy)

    def start(self) -> "Runner":
        """Begin, or go on after Pause or Stop. Does nothing while running."""
        with self._go:
            if self.state in ("ready", "stopped", "paused", "failed"):
                self._flag.clear()
                self.state, self.error = "running", None
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._work, daemon=True)
                    _alive.add(self)
                    self._thread.start()
                self._go.notify_all()
        return self

    resume = start

    def pause(self) -> None:
        """Rest at the present update; `resume` goes on."""
        self._ask("paused")

    def stop(self) -> None:
        """End at the present update; what was reached is kept, and `start` would go on."""
        self._ask("stopped")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run ends, for at most `timeout` seconds; True if it has ended."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self.state not in ("running", "paused")

    def result(self, timeout: float | None = None) -> list[Record]:
        """All records, when the run has ended; an error inside the run is raised here.

        Raises:
            TimeoutError: it has not ended after `timeout` seconds.
        """
        if not self.wait(timeout):
            raise TimeoutError(f"the run has not ended after {timeout} s. {self.message}")
        if self.error is not None:
            raise self.error
        return self.records

    def snapshot(self) -> Network:
        """A copy of the network as it is now, for figures; the run is not disturbed."""
        with self.training.applying:
            return copy.deepcopy(self.training.net)

    def _change(self, name: str, value) -> None:
        with self._go:
            self._wanted[name] = value

    def _ask(self, state: str) -> None:
        with self._go:
            if self.state in ("running", "paused"):
                self.state = state
                self._flag.set()
                self._go.notify_all()
        if state == "stopped" and self._thread not in (None, threading.current_thread()):
            self._thread.join()

    def _work(self) -> None:
        try:
            with interruptible(self._flag):
                while self._may_go_on():
                    try:
                        self.training.step()
                    except Interrupted:
                        continue
                    if self.training.update % KEEP_EVERY == 0:
                        self._keep()
        except BaseException as error:
            self._fail(error)
        try:
            self._keep()
        except OSError as error:
            self._fail(self.error or error)

    def _may_go_on(self) -> bool:
        """Wait while paused; apply what was asked for; say whether to make one more update."""
        if self.state == "paused":
            self._keep()
        with self._go:
            self._go.wait_for(lambda: self.state != "paused")
            for name, value in self._wanted.items():
                setattr(self.training, name, value)
                self.changes.append((self.training.update, f"{name} = {value}"))
            self._wanted.clear()
            if self.state == "running" and self.training.update >= self.updates:
                self.state = "finished"
            return self.state == "running"

    def _fail(self, error: BaseException) -> None:
        with self._go:
            self.state, self.error = "failed", error

    def _keep(self) -> None:
        if self.checkpoint is not None:
            save(self.checkpoint, self.training)


@atexit.register
def _stop_all() -> None:
    for runner in list(_alive):
        runner.stop()
