"""Where a sweep runs: a Dask cluster of its own on this machine, or one that is there already."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

import torch

from rsa_edu.models import compiled

ATTEMPTS = 3
"""How many workers a run may kill on a cluster of our own, before it is given up."""
PATIENCE = 5
"""Seconds until a scheduler that does not answer counts as not there."""


LOST = "the connection to the Dask scheduler was lost; finished runs are stored, start again."


class ClusterError(RuntimeError):
    """There is nobody to run the sweep; the sentence says why."""


@contextmanager
def connected(scheduler: str | None, workers: int, dashboard: str | None) -> Iterator:
    """A Dask client: of the scheduler at this address, or of a new cluster of `workers` processes.

    The cluster of our own listens on this machine only, and its processes are gone afterwards.

    Raises:
        ClusterError: the scheduler does not answer, or no process could be started.
    """
    # Dask is loaded here and not before: it takes a second, and only a sweep needs it.
    from distributed import Client

    if scheduler is None:
        with _own(workers, dashboard) as cluster, Client(cluster, set_as_default=False) as client:
            yield client
        return
    try:
        # Tried by hand first: a Client that found nobody leaves noise behind when it is collected.
        asyncio.run(_reach(scheduler))
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {scheduler}; start one with `dask scheduler`, or leave "
            "the scheduler out to use this machine."
        ) from error
    with client:
        yield client


async def _reach(scheduler: str) -> None:
    from distributed import Security
    from distributed.comm import connect

    security = Security().get_connection_args("client")
    comm = await connect(scheduler, timeout=PATIENCE, **security)
    await comm.close()


def threads(client) -> int:
    """How many runs the workers can take at once.

    Raises:
        ClusterError: the scheduler is gone.
    """
    check_connection(client)
    try:
        return sum(client.nthreads().values())
    except (OSError, TimeoutError) as error:
        raise ClusterError(LOST) from error


def check_connection(client) -> None:
    """Raise ClusterError where the scheduler is gone: it does not keep what we asked it for."""
    if client.status != "running":
        raise ClusterError(LOST)


@contextmanager
def _own(workers: int, dashboard: str | None) -> Iterator:
    import dask
    from distributed import LocalCluster

    if not compiled.unavailable:
        compiled.get_ready(torch.float32)  # once, before the workers would all do it side by side
    # A worker that is paused when memory runs short would never go on: a run is one task.
    settings = {
        "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
    }
    if dashboard is None:
        settings |= {f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker")}
    with dask.config.set(settings), _without_interrupts():
        try:
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                scheduler_kwargs={
                    "dashboard": dashboard is not None,
                    "dashboard_address": dashboard or "127.0.0.1:0",
                },
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ClusterError(f"no worker process could be started here: {error}.") from error
        with cluster:
            yield cluster


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C in a terminal goes to every process there; the workers shall leave it to this one.

    Blocked in this thread, it is blocked in the threads and processes that are started from here.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start would let the signal through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
