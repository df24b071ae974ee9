"""Budgets and gradients: what a larger buffer or relevant set does to the gradient of early states.

The paper's figure "Gradient norms on the Denoise task", made anew with five seeds, and by hops.
"""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Ladder, Switch, setting
from rsa_edu.figures import budget_gradients as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.orders import name, places
from rsa_edu.points import QUANTITIES, Point
from rsa_edu.registry import TASKS
from rsa_edu.results import Measured, sweep

SWEEP = "gradients"
FIXED = 15
"""The size of the part of the budget that does not vary."""
RHO, NU = NAMES["rho"], NAMES["nu"]
PARTS = {
    RHO: ("relevant_size", "ρ", "buffer_size", "ν"),
    NU: ("buffer_size", "ν", "relevant_size", "ρ"),
}
"""What varies -> its word in the settings of a run and its letter, then those of what does not."""
ALL = "all hops"
ORDERS = (ALL, *(name(place) for place in places(view.ORDERS)))
"""The rows of the gradients of a budget."""
SCORES = dict(zip(view.SCORES, ("accuracy", "reach", "effective_depth"), strict=True))


@dataclass(frozen=True)
class Settings:
    """What varies, which budget stands out, which part of the gradient, which way time runs."""

    size: int = setting(18, Ladder(view.SIZES, NAMES["size"]))
    varies: str = setting(RHO, Choice(tuple(PARTS), NAMES["varies"]))
    order: str = setting(ALL, Choice(ORDERS, NAMES["order"]))
    relative: bool = setting(False, Switch(NAMES["relative"]))
    latest_first: bool = setting(False, Switch(NAMES["latest_first"]))


@dataclass(frozen=True, eq=False)
class Profiles:
    """What was measured with one part of the budget varied.

    budgets: size -> its runs, of those that were made; their norms as measured, or over the norm
    of the whole at the first answer step, run by run. early: size -> (seeds, 1 + orders) norm at
    the steps before marker // 2, geometric mean over them. marker: its step, 0 where nothing was
    made. missing, planned: how many runs.
    """

    budgets: dict[int, view.Budget]
    early: dict[int, np.ndarray]
    marker: int
    missing: int
    planned: int


def profiles(settings: Settings) -> Profiles:
    """The shipped runs of the budgets; only `varies` and `relative` play a part."""
    return gathered(sweep(SWEEP), settings.varies, settings.relative)


def gathered(measured: Measured, varies: str, relative: bool = False) -> Profiles:
    """Of a sweep, the runs in which only this part of the budget varies."""
    part, _, other, _ = PARTS[varies]
    found = {
        point.settings[part]: point
        for point in measured.points
        if point.settings[other] == FIXED and point.settings[part] in view.SIZES
    }
    marker = 0
    if found:
        words = next(iter(found.values())).settings
        marker = TASKS[words["task"]](words["delay"]).marker_step
    unit = marker + 1 if relative else None
    budgets = {size: _budget(found[size], unit) for size in view.SIZES if size in found}
    missing = sum(getattr(settings, other) == FIXED for settings in measured.missing)
    return Profiles(
        budgets=budgets,
        early={s: geometric_mean(b.norms[:, :, : marker // 2], 2) for s, b in budgets.items()},
        marker=marker,
        missing=missing,
        planned=missing + sum(len(budget.seeds) for budget in budgets.values()),
    )


def _budget(point: Point, unit: int | None) -> view.Budget:
    """The runs of a budget, with norms over that of the whole at the step `unit`."""
    results = [run.result for run in point.runs]
    rows = [[result["gradient"], *result["gradient_by_hops"]] for result in results]
    norms = np.array(rows, dtype=float)
    if unit is not None:
        whole = norms[:, :1, unit : unit + 1]
        shown = np.where(norms < view.FLOOR, 0.0, norms)
        norms = np.divide(shown, whole, out=np.full_like(norms, np.nan), where=whole > 0)
    return view.Budget(
        seeds=tuple(run.seed for run in point.runs),
        ended=tuple(result["ended"] for result in results),
        norms=norms,
        mean=geometric_mean(norms, 0),
        scores={
            score: tuple(QUANTITIES[quantity].of(run) for run in point.runs)
            for score, quantity in SCORES.items()
        },
    )


def geometric_mean(norms: np.ndarray, axis: int) -> np.ndarray:
    """Along an axis, of those that are not nan; nan where all are. None is below FLOOR."""
    known = ~np.isnan(norms)
    logs = np.log(np.maximum(np.where(known, norms / view.FLOOR, 1.0), 1.0))
    many = known.sum(axis)
    mean = np.exp(logs.sum(axis) / np.maximum(many, 1)) * view.FLOOR
    return np.where(many > 0, mean, np.nan)


class BudgetGradients(Explorer):
    """The gradient of every state of trained RelRNNs, over the budget and by hops."""

    name = "budget_gradients"
    Settings = Settings
    sweeps = (SWEEP,)
    presets: ClassVar = {
        "Relevant set": {},
        "Buffer": {"varies": NU},
        "Smallest set": {"size": 3},
        "Smallest buffer": {"varies": NU, "size": 3},
        "Recurrence alone": {"order": "0 hops"},
        "By one hop": {"order": "1 hop"},
        "Relative to the answer": {"relative": True},
        "As in the paper": {"latest_first": True},
    }

    def compute(self, settings):
        """Nothing is trained here: runs are read."""
        return profiles(settings)

    def draw(self, settings, numbers):
        """All budgets, and one of them by hops."""
        if numbers is None:
            return view.budget_gradients()
        _, letter, _, other = PARTS[settings.varies]
        return view.budget_gradients(
            numbers.budgets,
            letter=letter,
            fixed=f"{other} = {FIXED}",
            size=settings.size,
            order=ORDERS.index(settings.order),
            marker=numbers.marker,
            relative=settings.relative,
            latest_first=settings.latest_first,
            lacking=f"not made yet:<br>rsa-edu sweep {SWEEP}",
        )

    def summarise(self, settings, numbers):
        """The early gradient of the smallest and the largest budget, and the hops it came by."""
        said = [_compared(settings, numbers), _split(settings, numbers)]
        if any(_too_small(numbers, size, ORDERS.index(settings.order)) for size in numbers.budgets):
            said.append(f"Norms below {view.FLOOR:.0e} count as {view.FLOOR:.0e}.")
        if numbers.missing:
            said.append(
                f"{numbers.missing} of the {numbers.planned} runs of this figure are missing; "
                f"`rsa-edu sweep {SWEEP}` makes them."
            )
        return " ".join(filter(None, said))

    def table(self, settings, numbers):
        """One row per budget, seed and step."""
        part, _, other, _ = PARTS[settings.varies]
        yield part, other, "seed", "ended", *SCORES, "t", *ORDERS
        for size, budget in numbers.budgets.items():
            for place, seed in enumerate(budget.seeds):
                scores = [budget.scores[score][place] for score in SCORES]
                run = size, FIXED, seed, budget.ended[place], *scores
                for t, row in enumerate(budget.norms[place].T.tolist()):
                    yield *run, t, *row


def _compared(settings: Settings, numbers: Profiles) -> str:
    """The part of the gradient that the left panel shows, for the largest and smallest budget."""
    if not numbers.budgets:
        return ""
    _, letter, _, other = PARTS[settings.varies]
    row = ORDERS.index(settings.order)
    what = "the gradient" if row == 0 else f"the gradient that came by {settings.order}"
    if settings.relative:
        what += ", over that at the first answer step,"
    largest, smallest = max(numbers.budgets), min(numbers.budgets)
    means, parts = {}, []
    for size in dict.fromkeys((largest, smallest)):
        early, ended = numbers.early[size][:, row], numbers.budgets[size].ended
        means[size] = float(geometric_mean(early, 0))
        limit = "at most " if _too_small(numbers, size, row) else ""
        parts.append(
            f"{limit}{spoken(means[size])} for {letter} = {size} ({_range(early)}, "
            f"{ended.count('target')} of which met the target)"
        )
    times = ""
    small = any(_too_small(numbers, size, row) for size in means)
    if largest != smallest and not small and np.isfinite(list(means.values())).all():
        ratio = spoken(means[largest] / means[smallest])
        times = f": {ratio} times as much for {letter} = {largest}"
    return (
        f"With {other} = {FIXED}, at the early half of the steps before the marker (0 to "
        f"{numbers.marker // 2 - 1}), {what} is {' and '.join(parts)}{times}. {_caution(settings)}"
    )


def _too_small(numbers: Profiles, size: int, row: int) -> bool:
    """Whether a norm at the early half cannot be told from 0."""
    early = numbers.budgets[size].norms[:, row, : numbers.marker // 2]
    return bool((early < view.FLOOR).any())


def _range(early: np.ndarray) -> str:
    """Over the seeds."""
    seeds = "1 seed" if len(early) == 1 else f"{len(early)} seeds"
    known = early[~np.isnan(early)]
    ends = f"{spoken(known.min())} to {spoken(known.max())}" if len(known) else "no number"
    return f"{ends} over {seeds}"


def _caution(settings: Settings) -> str:
    means = "These are geometric means over the steps"
    if settings.relative:
        return f"{means}."
    return f"{means}; where the loss is smaller, all gradients are."


def _split(settings: Settings, numbers: Profiles) -> str:
    """By how many hops most of it came. Norms do not add up, so there are no shares."""
    if settings.size not in numbers.budgets:
        return ""
    _, letter, _, _ = PARTS[settings.varies]
    early = np.nan_to_num(numbers.early[settings.size][:, 1:])
    seeds = Counter(early.argmax(1).tolist()).most_common()
    named = ", ".join(f"by {_counted(place)} in {many}" for place, many in seeds)
    most = geometric_mean(early[:, seeds[0][0]], 0)
    return (
        f"For {letter} = {settings.size} the largest part there came {named} of {len(early)} "
        f"seeds; that by {_counted(seeds[0][0])} is {spoken(float(most))}."
    )


def _counted(place: int) -> str:
    """The order at this place, in a sentence."""
    return ORDERS[1 + place] if place < view.ORDERS - 1 else f"more than {view.ORDERS - 2} hops"
