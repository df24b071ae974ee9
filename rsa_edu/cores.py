"""How many cores this process may use, which on a shared server is fewer than the machine has."""

import math
import os
import sys
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _QUOTA) -> int:
    """Cores this process may run on: the scheduler's affinity and a container's quota respected."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
        cores = min(cores, math.ceil(int(share) / int(period)))
    except (OSError, ValueError):
        pass  # No container, or one without a limit ("max").
    return max(cores, 1)


def respect_cores() -> None:
    """Let torch start no more threads than there are cores to use.

    torch counts the machine's cores. On a shared server that starts many threads for few cores,
    and they wait for one another. Whoever set OMP_NUM_THREADS knows better and is obeyed.
    """
    cores = usable_cores()
    if "OMP_NUM_THREADS" in os.environ or cores >= (os.cpu_count() or 1):
        return
    # Read by OpenMP when torch is loaded.
    os.environ["OMP_NUM_THREADS"] = str(cores)
    torch = sys.modules.get("torch")
    if torch and torch.get_num_threads() > cores:
        torch.set_num_threads(cores)
