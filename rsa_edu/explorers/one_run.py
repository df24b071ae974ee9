"""One run of a sweep in a thread of its own, to be looked at and stopped."""

import atexit
import threading
import time
import weakref

from rsa_edu.models import Interrupted, interruptible
from rsa_edu.store import Run
from rsa_edu.sweeps import RunSettings, measure
from rsa_edu.training import Training

_alive: "weakref.WeakSet[OneRun]" = weakref.WeakSet()


class Watched(RunSettings):
    """Settings that let their training be seen while `measure` is at it."""

    __slots__ = ("now",)  # not among the words of a run

    def __post_init__(self):
        object.__setattr__(self, "now", None)
        super().__post_init__()

    def training(self) -> Training:
        """The training before its first update."""
        object.__setattr__(self, "now", super().training())
        return self.now


class OneRun:
    """Trains, tests and measures one run; it starts at once.

    `state` is "running", "stopped", "finished" or "failed". `run` is what was measured, None before
    the end; `error` what went wrong. A run that was stopped leaves nothing.
    """

    def __init__(self, settings: RunSettings):
        self.settings = Watched(**settings.plain())
        self.state, self.run, self.error = "running", None, None
        self._began, self._took = time.monotonic(), 0.0
        self._lock, self._flag = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        _alive.add(self)
        self._thread.start()

    @property
    def updates(self) -> int:
        """Made so far."""
        return 0 if self.settings.now is None else self.settings.now.update

    @property
    def seconds(self) -> float:
        """Since the start, until the end."""
        return self._took or time.monotonic() - self._began

    @property
    def message(self) -> str:
        """How the run stands, in plain words."""
        seed, most = f"Seed {self.settings.seed}", self.settings.updates
        match self.state:
            case "failed":
                return f"{seed} failed after {self.updates} updates: {self.error}"
            case "stopped":
                return f"{seed} was stopped after {self.updates} updates; nothing was measured."
            case "finished":
                said = f"{seed}: {self.updates} updates, measured after {self.seconds:.0f} s."
                if self.run.result["ended"] == "diverged":
                    said += f" It diverged: {self.run.result['why']}"
                return said
        if not self.updates:
            return f"{seed}: getting ready, {self.seconds:.0f} s"
        return f"{seed}: {self.updates} of at most {most} updates, {self.seconds:.0f} s"

    def stop(self) -> None:
        """Break it off. The thread ends at its next time step; it is not waited for."""
        self._end("stopped")
        self._flag.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Until the thread has ended, for at most `timeout` seconds; True if it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            with interruptible(self._flag):
                run = measure(self.settings)
        except Interrupted:
            return
        except BaseException as error:
            self._end("failed", error=error)
        else:
            self._end("finished", run=run)

    def _end(self, state: str, run: Run | None = None, error: BaseException | None = None) -> None:
        """Only the first end counts: what lands after Stop is dropped."""
        with self._lock:
            if self.state == "running":
                self.run, self.error, self._took = run, error, time.monotonic() - self._began
                self.state = state


@atexit.register
def _stop_all() -> None:
    for one in list(_alive):
        one.stop()
        one.wait()
