"""Work that is too long for a drag: in a thread, and only the newest job counts."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from rsa_edu.models import Interrupted, interruptible

PATIENCE = 0.15
"""Seconds an outdated job may go on. Were it stopped at once, a slider that is being dragged would
stop every job before it can show anything."""


@dataclass
class _Job:
    make: Callable[[], Iterable]
    stop: threading.Event = field(default_factory=threading.Event)
    begun: float | None = None
    future: Future | None = None

    def retire(self) -> None:
        """Stop soon: at once if it has not begun or has had its time."""
        left = 0 if self.begun is None else self.begun + PATIENCE - time.monotonic()
        if left <= 0:
            self.stop.set()
        else:
            timer = threading.Timer(left, self.stop.set)
            timer.daemon = True
            timer.start()


class Latest:
    """Runs one job at a time; a newer job soon stops the older, within one time step of a model.

    A job is an iterable of ever better results, each handed to `deliver` in the thread of the job.
    At the end of the newest job `finish` is called; an exception goes to `fail` and to `wait`.
    """

    def __init__(self, deliver: Callable, finish: Callable, fail: Callable):
        self._deliver, self._finish, self._fail = deliver, finish, fail
        self._pool = ThreadPoolExecutor(1, "explorer")
        self._lock = threading.RLock()
        self._newest: _Job | None = None
        self._busy = False

    def submit(self, make: Callable[[], Iterable]) -> None:
        """Start this job; what was running or waiting is dropped."""
        with self._lock:
            if self._busy:
                self._newest.retire()
            self._newest, self._busy = _Job(make), True
            self._newest.future = self._pool.submit(self._run, self._newest)

    def if_busy(self, action: Callable[[], None]) -> None:
        """Call `action` if the newest job is not finished; it finishes after that."""
        with self._lock:
            if self._busy:
                action()

    def settle(self, seconds: float) -> None:
        """Give the newest job that long, whatever becomes of it."""
        if self._newest:
            wait([self._newest.future], seconds)

    def wait(self, timeout: float | None = None) -> None:
        """Until the newest job is done, also when a newer one comes while waiting.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
            Exception: what the job raised.
        """
        job = None
        while job is not self._newest:
            job = self._newest
            job.future.result(timeout)

    def _run(self, job: _Job) -> None:
        job.begun = time.monotonic()
        try:
            with interruptible(job.stop):
                for result in job.make():
                    with self._lock:
                        if job.stop.is_set():
                            return
                        self._deliver(result)
            self._end(job, self._finish)
        except Interrupted:
            return
        except Exception as error:
            if self._end(job, self._fail, error):
                raise

    def _end(self, job: _Job, action: Callable, *args) -> bool:
        with self._lock:
            if job is not self._newest:
                return False
            self._busy = False
            action(*args)
            return True
