"""The stored runs of the tradeoff map, by budget or model."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rsa_edu import results
from rsa_edu.explorers import policies
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.tradeoff_map import FULL, OTHERS
from rsa_edu.points import QUANTITIES, Point, Spread, points
from rsa_edu.store import Run
from rsa_edu.sweeps import RunSettings, distinct, plan

SWEEPS = ("budgets", "policies", "models")
PACE = "pace"
"""The sweep that times the same points, short runs, one at a time."""
TASKS = ("Copy", "Denoise")
POLICIES = (*policies.POLICIES, FULL, *OTHERS)
"""What may be chosen: a policy of RelRNN, or another model."""
FIXED = (FULL, *OTHERS)
"""Of these no budget is varied."""
WHOLE = (policies.WINDOW, policies.LOWEST)
"""Of these only K counts."""
NUS, RHOS = (1, 2, 5, 10, 25), (0, 2, 5, 10, 25)
DELAYS = (30, 100, 300)
RHO, NU, BOTH = "relevant set ρ", "short-term buffer ν", "both, ρ = ν"
COSTS = {
    "time per update": "milliseconds",
    "saved for the backward pass": "saved",
    "budget K": "slots",
    "updates to the target": "updates",
    "seconds to the target": "seconds",
}
GAINS = {
    "accuracy": "accuracy",
    "gradient reach": "reach",
    "effective depth": "effective_depth",
    "recall of the relevant set": "recall",
}
ROWS = ("accuracy", "milliseconds", "saved", "reach", "effective_depth")
"""What one slider moves together."""
TIMED = ("milliseconds", "seconds")
"""Only runs of one machine can be compared in these."""
LETTERS = "ABCD"
"""Names of pins."""


class Place(NamedTuple):
    """A task with a budget, or with another model: then `policy` is its name, and nu = rho = 0.

    Where only K counts, nu and rho are its halves.
    """

    task: str
    policy: str
    nu: int = 0
    rho: int = 0

    @property
    def budget(self) -> str:
        """The policy and its sizes in words."""
        if self.policy in FIXED:
            return self.policy
        if self.policy in WHOLE:
            return f"{self.policy}, K = {self.nu + self.rho}"
        return f"{self.policy}, ν = {self.nu}, ρ = {self.rho}"

    def __str__(self) -> str:
        """The budget and the task."""
        return f"{self.budget} on {self.task}"


def place_of(settings: dict) -> Place:
    """The place of a run with these settings."""
    task, policy = settings["task"], settings["policy"]
    if settings["model"] != "RelRNN":
        return Place(task, FULL if settings["model"] == "MemRNN" else settings["model"])
    if policy in WHOLE:
        size = settings["size"] or settings["buffer_size"]
        return Place(task, policy, size - size // 2, size // 2)
    name = policies.CORRECTED if settings["correct_primacy"] else policy
    return Place(task, name, settings["buffer_size"], settings["relevant_size"])


class Stored:
    """Runs by place: those that were planned, and those that were made.

    pace: short runs on copy, for the time of an update only. A task does not change it.
    """

    def __init__(self, planned: Iterable[RunSettings], runs: Iterable[Run], pace=()):
        self.planned: dict[Place, list[RunSettings]] = {}
        for settings in planned:
            self.planned.setdefault(place_of(vars(settings)), []).append(settings)
        made = {run.key: run for run in runs}
        self.points = {place_of(point.settings): point for point in points(made.values())}
        self._paced = {place_of(point.settings)[1:]: point for point in points(pace)}
        clocks: dict[str, Counter] = {}
        for place, point in self.points.items():
            clocks.setdefault(place.task, Counter())[_machines(point)] += 1
        self._clocks = {task: count.most_common(1)[0][0] for task, count in clocks.items()}

    def point(self, place: Place, quantity: str) -> Point | None:
        """The runs that tell this quantity of a place; None where nothing was measured."""
        made = self.points.get(place)
        paced = self._paced.get(place[1:]) if quantity == "milliseconds" else None
        return paced if made and paced else made

    def comparable(self, place: Place, quantity: str) -> bool:
        """False for a time that was not measured where most of this task were."""
        point = self.point(place, quantity)
        if point is None or quantity not in TIMED or point is not self.points[place]:
            return True
        return _machines(point) == self._clocks[place.task]

    def machines(self, place: Place) -> str:
        """Where the time of an update was measured."""
        point = self.point(place, "milliseconds")
        return " and ".join(sorted({machine for machine, _ in _machines(point)}))

    def settings(self, place: Place, seed: int) -> RunSettings:
        """The run of this place and seed, with the recipe of the planned ones.

        Raises:
            ValueError: nothing was planned for this task and policy.
        """
        same = [s for p, s in self.planned.items() if p[:2] == place[:2]]
        if not same:
            raise ValueError(f"no run of {place.policy} on {place.task} was planned.")
        sizes = {"buffer_size": place.nu, "relevant_size": place.rho}
        if place.policy in FIXED:
            sizes = {}
        elif place.policy in WHOLE:
            given = "size" if same[0][0].size is not None else "buffer_size"
            sizes = {given: place.nu + place.rho}
        return replace(same[0][0], seed=seed, **sizes)

    def next_seed(self, place: Place, live: Sequence[Run]) -> int:
        """A seed that no run of this place has, planned or made here."""
        seeds = [settings.seed for settings in self.planned.get(place, ())]
        seeds += [run.seed for run in live if place_of(run.settings) == place]
        return max(seeds, default=-1) + 1

    def nearest(self, place: Place) -> list[Place]:
        """The measured places of the same task and policy with the nearest sizes, at most two."""
        there = [p for p in self.points if p[:2] == place[:2]]
        return sorted(there, key=lambda p: abs(p.nu - place.nu) + abs(p.rho - place.rho))[:2]


def _machines(point: Point) -> frozenset:
    return frozenset((run.machine, run.torch) for run in point.runs)


@lru_cache
def shipped() -> Stored:
    """What comes with the package."""
    planned = distinct(settings for name in SWEEPS for settings in plan(name))
    runs = [run for name in SWEEPS for run in results.sweep(name).runs]
    return Stored(planned, runs, results.sweep(PACE).runs)


def of(point: Point, quantity: str, delay: int) -> Spread | None:
    """The values of a quantity; accuracy: when tested at this delay."""
    return point.accuracy_at(delay) if quantity == "accuracy" else point.spread(quantity)


@lru_cache(maxsize=4096)
def spread(stored: Stored, place: Place, quantity: str, delay: int) -> Spread | None:
    """The same for a place; None where nothing was measured."""
    point = stored.point(place, quantity)
    return None if point is None else of(point, quantity, delay)


def label(quantity: str, delay: int) -> str:
    """What stands at an axis."""
    return f"accuracy at delay {delay}" if quantity == "accuracy" else QUANTITIES[quantity].label


def told(quantity: str, value: float) -> str:
    """A value in a sentence, without its unit."""
    return f"{value:.0%}" if quantity == "accuracy" else spoken(value)


def told_spread(quantity: str, found: Spread) -> str:
    """Mean, and the lowest and highest seed where they differ from it."""
    low, mean, high = (told(quantity, v) for v in (found.low, found.mean, found.high))
    return mean if low == high else f"{mean} ({low} to {high})"
