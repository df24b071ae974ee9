"""What a Dask worker does: one run, until it is done or nobody waits for it any more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rsa_edu.models import interruptible
from rsa_edu.store import Run
from rsa_edu.sweeps.fresh import in_fresh_process
from rsa_edu.sweeps.measure import measure
from rsa_edu.sweeps.settings import RunSettings

LOOK_EVERY = 0.2
"""Seconds between two looks whether a run was called off."""


def work(settings: RunSettings, measure: Callable[[RunSettings], Run] = measure) -> Run:
    """One run on a worker. When the sweep is stopped, or its process dies, so does the run.

    A worker with several threads gives each run a process of its own: they would share torch's
    settings and the interpreter, and none would have its core.
    """
    from distributed import get_worker

    worker = get_worker()
    with _called_off(worker, worker.get_current_task()) as stop:
        if settings.fresh_process or worker.state.nthreads > 1:
            return in_fresh_process(settings, stop)
        with interruptible(stop):
            return measure(settings)


@contextmanager
def _called_off(worker, key: str) -> Iterator[threading.Event]:
    """A flag that is set when nobody waits for this task any more."""
    from distributed.core import Status

    stop, over = threading.Event(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            task = worker.state.tasks.get(key)
            wanted = task is not None and task.state == "executing"
            if not wanted or worker.status in (Status.closing, Status.closed):
                stop.set()

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield stop
    finally:
        over.set()
        watcher.join()
