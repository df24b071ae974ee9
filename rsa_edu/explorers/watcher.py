"""Looking at a run from a thread of its own, without getting in its way."""

import threading
import time
from collections.abc import Callable

LOOK_EVERY = 0.25
"""Seconds between two looks."""
PATIENCE = 4
"""After a look that took s seconds none for PATIENCE * s: the training comes first."""


class Watcher:
    """Calls `look(active)` again and again while `active()`, and once more when it has ended.

    An exception ends the watching and goes to `fail`.
    """

    def __init__(self, active: Callable, look: Callable, fail: Callable):
        self._active, self._look, self._fail = active, look, fail
        self._lock = threading.Lock()
        self._now = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self) -> None:
        """Start looking, or look at once."""
        self._now.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_looking, daemon=True)
                self._thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Until the last look has been taken."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _keep_looking(self) -> None:
        try:
            while True:
                began = time.monotonic()
                active = self._active()
                self._now.clear()
                self._look(active)
                if active:
                    self._now.wait(max(LOOK_EVERY, PATIENCE * (time.monotonic() - began)))
                elif self._ends():
                    return
        except Exception as error:
            self._fail(error)
            with self._lock:
                self._thread = None

    def _ends(self) -> bool:
        """True after a look at a run that had ended, if nothing was asked for since."""
        with self._lock:
            if self._now.is_set() or self._active():
                return False
            self._thread = None
            return True
