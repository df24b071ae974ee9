"""What a Dask worker does: one run, until it is done or nobody waits for it any more."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rsa_edu.models import Interrupted, interruptible
from rsa_edu.store import Run
from rsa_edu.sweeps.fresh import in_fresh_process
from rsa_edu.sweeps.settings import RunSettings

LOOK_EVERY = 0.05
"""Seconds between two looks whether a run was called off."""


def work(settings: RunSettings, topic: str, measure: Callable[[RunSettings], Run]) -> None:
    """One run on a worker. When the sweep is stopped, or its process dies, so does the run.

    What was measured goes to the sweep as an event, and the task goes on until the sweep has stored
    it and calls the task off. Were it the task's result, it would stay with the worker, and a
    worker that dies would have a finished run computed again.

    A worker with several threads gives each run a process of its own: they would share torch's
    settings and the interpreter, and none would have its core.
    """
    from distributed import Reschedule, get_worker

    worker = get_worker()
    key = worker.get_current_task()
    with _called_off(worker, key) as stop:
        try:
            if settings.fresh_process or worker.state.nthreads > 1:
                run = in_fresh_process(settings, stop)
            else:
                with interruptible(stop):
                    run = measure(settings)
        except Interrupted:  # where only this worker ends, another one takes the run
            raise Reschedule from None
        worker.log_event(topic, json.dumps([key, asdict(run)]))
        stop.wait()


@contextmanager
def _called_off(worker, key: str) -> Iterator[threading.Event]:
    """A flag that is set when nobody waits for this task any more, or the worker is to end."""
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
