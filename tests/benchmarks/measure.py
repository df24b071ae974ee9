"""How the benchmarks measure: all sides by turns in one process, and the peak of a fresh one."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numba
import numpy as np

from rsa_edu.models import kernels

ROOT = Path(__file__).parents[2]
Times = dict[str, list[float]]


def by_turns(benchmark, ours: Callable, *, rounds: int, warm_up: int = 2, **others) -> Times:
    """Seconds of every round; in a round each side runs once, so that noise hits all of them.

    Args:
        benchmark: the fixture of pytest-benchmark; it times `ours`.
        warm_up: rounds before those that count.
        others: what to compare with, functions.
    """
    times: Times = {name: [] for name in others}

    def run_the_others():
        for name, run in others.items():
            began = perf_counter()
            run()
            times[name].append(perf_counter() - began)

    benchmark.pedantic(ours, setup=run_the_others, rounds=rounds, warmup_rounds=warm_up)
    counted = {name: seconds[warm_up:] for name, seconds in times.items()}
    return counted | {"ours": list(benchmark.stats.stats.data)}


@numba.njit(nogil=True, fastmath=True, error_model="numpy")
def _fill(x, out, repeats):
    for _ in range(repeats):
        for j in range(len(x)):
            out[j] = kernels.tanh(x[j])


def tanh_rate(size: int = 4096, repeats: int = 200, rounds: int = 50) -> float:
    """tanh a second on one thread, of float32 numbers that stay in the first cache; the best."""
    x = np.linspace(-2, 2, size, dtype=np.float32)
    out = np.empty_like(x)
    _fill(x, out, 1)  # compiles
    seconds = []
    for _ in range(rounds):
        began = perf_counter()
        _fill(x, out, repeats)
        seconds.append(perf_counter() - began)
    return size * repeats / min(seconds)


def tanh_count(steps: int, batch: int, hidden: int, slots: int) -> int:
    """tanh of one additive forward pass: one for every attended state, unit and step."""
    attended = sum(min(t, slots) for t in range(steps))
    return attended * batch * hidden


def peak(what: str, model: str, *, steps: int, batch: int, hidden: int) -> tuple[int, int]:
    """Bytes at the peak of a fresh process: after a small warm-up, and at the end (memory.py)."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", what, model]
    sizes = [str(size) for size in (steps, batch, hidden)]
    done = subprocess.run([*command, *sizes], cwd=ROOT, check=True, capture_output=True, text=True)
    before, after = json.loads(done.stdout.splitlines()[-1])
    return before, after
