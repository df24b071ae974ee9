"""Runs on their way: given to free workers one by one, and taken back as they land."""

import json
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Event

from rsa_edu.store import Run
from rsa_edu.sweeps.cluster import LOST, ClusterError, check_connection, threads
from rsa_edu.sweeps.settings import RunSettings
from rsa_edu.sweeps.work import work

LOOK_EVERY = 0.1
"""Seconds between two looks at the stop flag."""
COUNT_EVERY = 1.0
"""Seconds between two counts of the workers."""
ALONE = 60.0
"""Seconds to wait for a worker where there is none."""
KILLED = "it ended every worker that tried it; does it need more memory than there is?"

NOBODY = "the Dask scheduler has no worker; start some with `dask worker ADDRESS --nthreads 1`."


def outcomes(
    client,
    todo: Iterable[RunSettings],
    measure: Callable[[RunSettings], Run],
    stop: Event,
    there: Callable[[RunSettings], bool],
) -> Iterator[tuple[RunSettings, Run | str | None]]:
    """What becomes of each run, as they land: a Run, a sentence why there is none, or None.

    A run is let go (its worker may take the next) when the following one is asked for, so whoever
    loops over this has stored it by then: no worker that dies later takes it along. And no run
    waits on a busy worker, where it would be taken for guilty when that one dies.

    Args:
        client: of Dask. todo: what to run. measure: what a worker does with it.
        stop: when it is set, this ends, and what is on its way is called off.
        there: whether a run was made elsewhere meanwhile; it is then None.

    Raises:
        ClusterError: the scheduler is gone, or has had no worker for a minute.
    """
    todo, topic = deque(todo), f"rsa-{uuid.uuid4()}"
    landed, flying = queue.SimpleQueue(), {}
    client.subscribe_topic(topic, lambda event: landed.put(json.loads(event[1])))
    slots, counted, seen = 0, -COUNT_EVERY, time.monotonic()
    try:
        while (todo or flying) and not stop.is_set():
            if todo and time.monotonic() - counted > COUNT_EVERY:
                slots, counted = threads(client), time.monotonic()
                seen = counted if slots else seen
                if counted - seen > ALONE:
                    raise ClusterError(NOBODY)
            while todo and len(flying) < slots:
                settings = todo.popleft()
                if there(settings):
                    yield settings, None
                    continue
                key = f"{topic}-{len(todo)}"
                future = client.submit(work, settings, topic, measure, key=key, pure=False)
                flying[key] = settings, future
                future.add_done_callback(lambda future: landed.put([future.key, future]))
            check_connection(client)
            with suppress(queue.Empty):
                key, made = landed.get(timeout=LOOK_EVERY)
                if key in flying:
                    settings, future = flying[key]
                    yield settings, Run(**made) if isinstance(made, dict) else _why(made)
                    flying.pop(key)
                    future.release()
    finally:
        with suppress(Exception):  # where the scheduler is gone, the tasks end by themselves
            client.unsubscribe_topic(topic)
            client.cancel([future for _, future in flying.values()])


def _why(future) -> str:
    """Why a task ended without a run."""
    from distributed import KilledWorker

    if future.status != "error":
        raise ClusterError(LOST)
    try:
        error = future.exception(timeout=COUNT_EVERY)
    except (CancelledError, OSError, TimeoutError) as error:
        raise ClusterError(LOST) from error
    return KILLED if isinstance(error, KilledWorker) else f"{type(error).__name__}: {error}"
