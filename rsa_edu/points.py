"""Finished runs as points: the seeds of one setting together, with mean and spread."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean, median

import numpy as np

from rsa_edu.store import Run


@dataclass(frozen=True)
class Quantity:
    """Something measured of a run.

    label: for an axis, with the unit. better: "high" or "low"; "": neither. of: a run's value,
    None where it has none. log: whether it spans decades.
    """

    label: str
    better: str
    of: Callable[[Run], float | None]
    log: bool = False


def _result(name: str, scale: float = 1.0) -> Callable[[Run], float | None]:
    def of(run: Run) -> float | None:
        value = run.result[name]
        return None if value is None else scale * value

    return of


def slots(run: Run) -> int | None:
    """K, the most states that a step may attend to; None: there is no such number."""
    sizes = [run.settings[name] for name in ("buffer_size", "relevant_size", "size", "top_k")]
    return sum(size for size in sizes if size is not None) or None


def _longest(run: Run) -> float | None:
    """Accuracy at the longest of the tested delays."""
    return max(zip(run.settings["test_delays"], run.result["test_accuracy"], strict=True))[1]


QUANTITIES = {
    "accuracy": Quantity("accuracy", "high", _result("accuracy")),
    "longest": Quantity("accuracy at the longest tested delay", "high", _longest),
    "slots": Quantity("budget K = ν + ρ", "low", slots),
    "milliseconds": Quantity(
        "time per update (ms)", "low", _result("seconds_per_update", 1e3), log=True
    ),
    "saved": Quantity(
        "saved for the backward pass (MB)", "low", _result("saved_bytes", 1e-6), log=True
    ),
    "peak": Quantity(
        "peak memory (MB)",
        "low",
        lambda run: None if run.peak_memory is None else run.peak_memory / 1e6,
        log=True,
    ),
    "updates": Quantity("updates to the target", "low", _result("updates_to_target"), log=True),
    "seconds": Quantity("seconds to the target", "low", _result("seconds_to_target"), log=True),
    "reach": Quantity("gradient reach", "high", _result("gradient_reach"), log=True),
    "effective_depth": Quantity("effective depth", "low", _result("effective_depth")),
    "effective_kappa": Quantity("effective sparsity κ", "", _result("effective_kappa")),
    "recall": Quantity("recall of the relevant set", "high", _result("recall")),
}
"""What can be asked of a run, by name."""


@dataclass(frozen=True)
class Spread:
    """One value per seed that has one; of: how many seeds there are."""

    values: tuple[float, ...]
    of: int

    @property
    def mean(self) -> float:
        """Their mean."""
        return fmean(self.values)

    @property
    def median(self) -> float:
        """Their median."""
        return median(self.values)

    @property
    def low(self) -> float:
        """The smallest."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest."""
        return max(self.values)


@dataclass(frozen=True)
class Point:
    """The runs that differ in the seed only, in the order of their seeds."""

    runs: tuple[Run, ...]

    @property
    def settings(self) -> dict:
        """What they share: all settings but the seed."""
        return but_seed(self.runs[0])

    def spread(self, quantity: str) -> Spread | None:
        """The values of a quantity; None where no seed has one.

        Raises:
            ValueError: there is no such quantity.
        """
        if quantity not in QUANTITIES:
            raise ValueError(f"there is no {quantity!r}; there are {', '.join(QUANTITIES)}.")
        return self.of(QUANTITIES[quantity].of)

    def of(self, value: Callable[[Run], float | None]) -> Spread | None:
        """The same for a function of a run."""
        found = [value(run) for run in self.runs]
        finite = tuple(float(v) for v in found if v is not None and isfinite(v))
        return Spread(finite, len(self.runs)) if finite else None

    def accuracy_at(self, delay: int) -> Spread | None:
        """Accuracy when tested at this delay; None where it was not tested there."""
        delays = self.settings["test_delays"]
        if delay not in delays:
            return None
        place = delays.index(delay)
        return self.of(lambda run: run.result["test_accuracy"][place])


def but_seed(run: Run) -> dict:
    """The settings of a run that its brothers with other seeds share."""
    return {name: value for name, value in run.settings.items() if name != "seed"}


def points(runs: Iterable[Run]) -> list[Point]:
    """Runs that differ in the seed only, put together; in the order in which they first appear."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(repr(sorted(but_seed(run).items())), []).append(run)
    return [Point(tuple(sorted(group, key=lambda run: run.seed))) for group in groups.values()]


def pareto_front(pairs: Sequence[tuple[float, float]]) -> list[int]:
    """Which (cost, gain) pairs no other beats: none is at most as costly and gains at least as
    much, with one of the two strictly better. Indices, by rising cost."""
    order = sorted(range(len(pairs)), key=lambda i: (pairs[i][0], -pairs[i][1]))
    front: list[int] = []
    for i in order:
        best = pairs[front[-1]] if front else None
        if best is None or pairs[i][1] > best[1] or pairs[i] == best:
            front.append(i)
    return front


def growth_exponent(x: Sequence[float], y: Sequence[float]) -> float:
    """p of y ~ x^p: the slope of log y over log x, least squares.

    Raises:
        ValueError: fewer than two different x, or a value that is not above 0 or not finite.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = np.concatenate([x, y])
    if len(np.unique(x)) < 2 or not ((both > 0) & np.isfinite(both)).all():
        raise ValueError(
            f"an exponent needs two different x, and all values finite and above 0; x is {x}, "
            f"y is {y}."
        )
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
