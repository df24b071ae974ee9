"""Can stored numbers be made again? A random sample of them is."""

import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rsa_edu.models.checks import whole_number
from rsa_edu.points import but_seed
from rsa_edu.store import Run
from rsa_edu.sweeps.run import SweepRun
from rsa_edu.sweeps.settings import MEASURE, RunSettings

LOSS_TOLERANCE = 1e-4
"""How far apart the first losses may be, in nats."""
MARGIN = 0.01
"""How far beyond the stored seeds' range an accuracy may lie: another processor rounds otherwise,
and after thousands of updates that is another run of the same kind."""


@dataclass(frozen=True)
class Verdict:
    """One run made again. loss_gap: the largest between the first losses; accuracy: now, low and
    high: the range of all stored seeds."""

    settings: RunSettings
    loss_gap: float
    accuracy: float
    low: float
    high: float
    seeds: int

    @property
    def good(self) -> bool:
        """Whether it agrees with what is stored."""
        within = self.low - MARGIN <= self.accuracy <= self.high + MARGIN
        return self.loss_gap <= LOSS_TOLERANCE and within

    def __str__(self) -> str:
        """In one line, with all numbers."""
        return (
            f"{'agrees' if self.good else 'DIFFERS'}: {self.settings}: first losses differ by "
            f"{self.loss_gap:.1e} (at most {LOSS_TOLERANCE:g}); accuracy {self.accuracy:.3f}, "
            f"{self.seeds} stored seeds {self.low:.3f} to {self.high:.3f} (± {MARGIN:g})"
        )


def check(
    stored: Iterable[Run], *, sample: int = 3, seed: int | None = None, **options
) -> list[Verdict]:
    """Make a random sample of stored runs again, and compare.

    The first losses must agree to 1e-4; the accuracy must lie in the range of all stored runs that
    differ in the seed only, a hundredth more on either side.

    Args:
        stored: runs of a store or an export. sample: how many are made again. seed: of the choice;
            None: another one each time. options: scheduler, workers, as for SweepRun.

    Raises:
        ValueError: there is no run of this version. RuntimeError: a run gave no result.
    """
    whole_number("sample", sample, least=1)
    runs = [run for run in stored if run.measure == MEASURE]
    if not runs:
        raise ValueError(f"there is no stored run that was measured as now (version {MEASURE}).")
    chosen = random.Random(seed).sample(runs, min(sample, len(runs)))
    wanted = [RunSettings(**run.settings) for run in chosen]
    with tempfile.TemporaryDirectory() as folder:
        again = SweepRun(wanted, Path(folder, "again.sqlite"), **options).start()
        try:
            made = again.result()
        finally:
            again.stop()
    if again.failures:
        raise RuntimeError(str(again.failures[0]))
    return [
        _compare(settings, old, new, runs)
        for settings, old, new in zip(wanted, chosen, made, strict=True)
    ]


def _compare(settings: RunSettings, old: Run, new: Run, runs: Sequence[Run]) -> Verdict:
    first, again = old.result["first_losses"], new.result["first_losses"]
    gap = float("inf")
    if len(first) == len(again):
        gap = max((abs(a - b) for a, b in zip(first, again, strict=True)), default=0.0)
    alike = [run.result["accuracy"] for run in runs if but_seed(run) == but_seed(old)]
    return Verdict(settings, gap, new.result["accuracy"], min(alike), max(alike), len(alike))
