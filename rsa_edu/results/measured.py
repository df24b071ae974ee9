"""The sweeps that come with the package: which of their runs were made, and what they gave."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rsa_edu.exports import Export, read_export
from rsa_edu.points import Point, points
from rsa_edu.store import Run
from rsa_edu.sweeps import RunSettings, plan

FILE = Path(__file__).with_name("paper.json.gz")
"""All shipped runs."""


@dataclass(frozen=True)
class Measured:
    """A sweep: runs are those that are shipped, missing are those that were not made."""

    name: str
    runs: tuple[Run, ...]
    missing: tuple[RunSettings, ...]

    @property
    def points(self) -> list[Point]:
        """The runs that differ in the seed only, put together."""
        return points(self.runs)

    def __str__(self) -> str:
        """How many runs there are, when and on what they were made, and how to make the others."""
        made, planned = len(self.runs), len(self.runs) + len(self.missing)
        command = f"`rsa-edu sweep {self.name}`"
        said = f"{self.name}: {made} of {planned} runs were made by {command}"
        if self.runs:
            dates = sorted(run.date[:10] for run in self.runs)
            when = " to ".join(dict.fromkeys((dates[0], dates[-1])))
            on = "; ".join(sorted({run.machine for run in self.runs}))
            with_ = ", ".join(sorted({f"torch {run.torch}" for run in self.runs}))
            minutes = sum(run.seconds for run in self.runs) / 60
            said += f" on {when}: {minutes:.0f} minutes of training on {on} ({with_})"
        if self.missing:
            said += f"; the same command makes the {len(self.missing)} that are missing"
        return f"{said}."


@lru_cache
def sweep(name: str) -> Measured:
    """The shipped runs of a sweep of the package, in its order.

    Raises:
        ValueError: there is no such sweep.
    """
    made = {run.key: run for run in shipped().runs}
    wanted = plan(name)
    runs = tuple(made[settings.key] for settings in wanted if settings.key in made)
    missing = tuple(settings for settings in wanted if settings.key not in made)
    return Measured(name, runs, missing)


@lru_cache
def shipped() -> Export:
    """All shipped runs, with their provenance."""
    return read_export(FILE)
