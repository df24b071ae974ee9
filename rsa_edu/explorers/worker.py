"""Work that is too long for a drag: in a thread, and only the newest job counts."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from rsa_edu.models import Interrupted, interruptible


class Latest:
    """Runs one job at a time; a newer job stops the older within one time step of a model.

    A job is an iterable of ever better results; each is handed to `deliver`, in the thread of the
    job, as long as no newer job has come. An exception goes to `fail` and to `wait`.
    """

    def __init__(self, deliver: Callable, finish: Callable, fail: Callable):
        self._deliver, self._finish, self._fail = deliver, finish, fail
        self._pool = ThreadPoolExecutor(1, "explorer")
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._future: Future | None = None

    def submit(self, job: Callable[[], Iterable]) -> None:
        """Start this job; what was running or waiting is dropped."""
        with self._lock:
            self._stop.set()
            self._stop = threading.Event()
            self._future = self._pool.submit(self._run, job, self._stop)

    def stop(self) -> None:
        """Drop the job."""
        with self._lock:
            self._stop.set()

    def wait(self, timeout: float | None = None) -> None:
        """Until the newest job is done, also when a newer one comes while waiting.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
            Exception: what the job raised.
        """
        future = None
        while future is not self._future:
            future = self._future
            future.result(timeout)

    def settle(self, seconds: float) -> None:
        """Give the newest job that long, whatever becomes of it."""
        if self._future:
            wait([self._future], seconds)

    def _run(self, job, stop: threading.Event) -> None:
        try:
            with interruptible(stop):
                for result in job():
                    if not self._if_newest(stop, self._deliver, result):
                        return
            self._if_newest(stop, self._finish)
        except Interrupted:
            return
        except Exception as error:
            if self._if_newest(stop, self._fail, error):
                raise

    def _if_newest(self, stop: threading.Event, action: Callable, *args) -> bool:
        with self._lock:  # submit waits, so that an old result never follows a newer setting
            if stop.is_set():
                return False
            action(*args)
            return True
