"""Runs small enough for a test, and measures that go wrong on purpose, importable by workers."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from rsa_edu.store import Run
from rsa_edu.sweeps import RunSettings, grid, measure
from rsa_edu.sweeps.settings import MEASURE

TINY = {"hidden_size": 8, "delay": 5, "updates": 10, "sequences": 10}
LONG = TINY | {"hidden_size": 32, "updates": 10**6, "target": None}


def tiny(**words) -> list[RunSettings]:
    """A grid of runs that take some hundredths of a second each."""
    return grid(**(TINY | words))


def made_up(settings: RunSettings, accuracy: float = 0.5) -> Run:
    """A run that nobody made."""
    result = {"accuracy": accuracy, "first_losses": [2.0, 1.5], "curve": {"loss": [0.1, 1 / 3]}}
    return Run(
        key=settings.key, measure=MEASURE, settings=settings.plain(), seed=settings.seed, updates=2,
        seconds=0.25, peak_memory=None, result=result, date="2026-01-01T00:00:00+00:00",
        machine="a machine", rsa_edu="0", torch="0", numba="0", python="0",
    )  # fmt: skip


def numbers(run: Run) -> dict:
    """What must be the same whenever and wherever a run is made: all but the times."""
    return {name: value for name, value in run.result.items() if "seconds" not in name}


def attempts(folder: Path, settings: RunSettings) -> int:
    """How often a worker began with this run."""
    note = folder / settings.key
    return len(note.read_text()) if note.exists() else 0


def begin(folder: Path, settings: RunSettings) -> None:
    """Leave a mark that a worker has begun with this run."""
    with (folder / settings.key).open("a") as note:
        note.write("x")


def noting(folder: Path, settings: RunSettings) -> Run:
    """Measure, and leave a mark."""
    begin(folder, settings)
    return measure(settings)


def dying_once(folder: Path, settings: RunSettings) -> Run:
    """The first worker that takes seed 1 is killed."""
    if settings.seed == 1 and not attempts(folder, settings):
        begin(folder, settings)
        os.kill(os.getpid(), signal.SIGKILL)
    return noting(folder, settings)


def dying(folder: Path, settings: RunSettings) -> Run:
    """Every worker that takes seed 1 is killed."""
    if settings.seed == 1:
        begin(folder, settings)
        os.kill(os.getpid(), signal.SIGKILL)
    return noting(folder, settings)


def slow_at_first(folder: Path, settings: RunSettings) -> Run:
    """The first attempt never ends."""
    again = attempts(folder, settings)
    begin(folder, settings)
    return measure(settings if again else replace(settings, updates=10**6, target=None))


def failing(settings: RunSettings) -> Run:
    """Seed 1 raises."""
    if settings.seed == 1:
        raise ZeroDivisionError("nothing to divide by")
    return measure(settings)


def inventing(settings: RunSettings) -> Run:
    """No training at all."""
    return made_up(settings)


def dawdling(settings: RunSettings) -> Run:
    """Deaf to Stop."""
    time.sleep(0.3)
    return made_up(settings)
