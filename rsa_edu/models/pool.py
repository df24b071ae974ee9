"""One pool of threads for the compiled kernels, which release the GIL."""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from torch import Tensor

from rsa_edu.models import interrupt

PATIENCE = 0.02
"""Seconds between two looks at the stop flag while waiting."""
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
GROUP = 8
"""Most batch elements that go through a sequence together."""


def usable_cores(quota: Path = _QUOTA) -> int:
    """Cores this process may run on: the scheduler's affinity and a container's quota respected."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
        cores = min(cores, math.ceil(int(share) / int(period)))
    except (OSError, ValueError):
        pass  # no container, or one without a limit ("max")
    return max(cores, 1)


@cache
def _pool(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="rsa-kernels")


def over_batch(kernel, batch: int, workers: int, *arguments) -> None:
    """kernel(first, last, stop, *arguments) for groups of the batch, split over the pool.

    How the batch is grouped follows from the sizes and the workers, so that the same call gives
    the same bits again on the same machine. The caller waits interruptibly: when the stop flag of
    its thread is set, or Ctrl-C arrives, the kernels end at their next time step, and the
    interruption is raised here.
    """
    interrupt.check()
    rounds = -(-batch // (workers * GROUP))
    size = -(-batch // (workers * rounds))
    todo, lock, stop = iter(range(0, batch, size)), Lock(), np.zeros(1, np.uint8)

    def work() -> None:
        # Gradients of starved states underflow, and arithmetic on denormal floats is many times
        # slower; the setting is the thread's own.
        torch.set_flush_denormal(True)
        while True:
            with lock:
                first = next(todo, None)
            if first is None or not kernel(first, min(first + size, batch), stop, *arguments):
                return

    futures = [_pool(workers).submit(work) for _ in range(min(batch, workers))]
    try:
        while wait(futures, PATIENCE).not_done:
            interrupt.check()
    except BaseException:
        stop[0] = 1
        wait(futures)
        raise
    for future in futures:
        future.result()


def together(workers: int, *tasks: Callable[[], Tensor]) -> list[Tensor]:
    """The results of the tasks, computed side by side if there is more than one worker."""
    if workers == 1:
        return [task() for task in tasks]
    return list(_pool(workers).map(lambda task: task(), tasks))
