"""A Dask cluster that the sweeps of these tests find running."""

from contextlib import contextmanager

import pytest


@contextmanager
def a_cluster(workers: int = 1):
    """A scheduler that was there before, and its worker, a thread of this process."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        silence_logs=False,
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="session")
def external():
    """The address of the scheduler of such a cluster."""
    with a_cluster() as address:
        yield address
