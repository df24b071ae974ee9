"""A Dask cluster that was there before."""

from contextlib import contextmanager


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
