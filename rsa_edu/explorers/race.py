"""A race to the target: who learns first, counted in updates, and who in seconds?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import ClassVar

import numpy as np

from rsa_edu import results
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Ladder, Several, setting
from rsa_edu.explorers.runs import MODELS
from rsa_edu.figures import race as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.results import Measured
from rsa_edu.store import Run
from rsa_edu.sweeps.measure import RECENT

SWEEP = "learning"
TASKS = ("Copy", "Denoise")
DELAYS = (100, 200)
UPDATES, SECONDS = "updates", "seconds"
STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
SPENT = (*range(1, 10), *(decade * step for decade in (1, 10, 100) for step in STEPS))
POINTS = 60
"""Of a drawn curve."""
SLOW = (*("MemRNN", "MemLSTM"), *("RelRNN", "RelLSTM"), "SAB", "Transformer")


@dataclass(frozen=True)
class Settings:
    """Which runs, what is counted, and how much of it has been spent at the cursor."""

    spent: int = setting(1000, Ladder(SPENT, NAMES["spent"]))
    over: str = setting(UPDATES, Choice((UPDATES, SECONDS), NAMES["over"]))
    task: str = setting("Copy", Choice(TASKS, NAMES["task"]))
    delay: int = setting(100, Choice(DELAYS, NAMES["delay"]))
    models: tuple = setting(MODELS, Several(MODELS, NAMES["models"]))


@dataclass(frozen=True)
class Lane:
    """The runs of one model, in the order of their seeds."""

    runs: tuple[Run, ...]

    def median(self, over: str) -> float | None:
        """What the middle run needed to the target; None where fewer than half of them met it."""
        needed = [to_target(run, over) for run in self.runs]
        middle = median(math.inf if need is None else need for need in needed)
        return middle if math.isfinite(middle) else None

    def met(self, over: str, spent: float = math.inf) -> int:
        """How many runs had met the target when so much was spent."""
        needed = [to_target(run, over) for run in self.runs]
        return sum(need is not None and need <= spent for need in needed)

    def accuracy(self, over: str, spent: np.ndarray) -> np.ndarray:
        """Mean of all runs when so much was spent; a run that has ended counts as it then was."""
        return np.mean([accuracy(run, spent / pace(run, over)) for run in self.runs], axis=0)


def to_target(run: Run, over: str) -> float | None:
    """Updates or seconds to the target; None: it was not met."""
    return run.result[f"{over}_to_target"]


def pace(run: Run, over: str) -> float:
    """What an update costs: 1 update, or the mean of its seconds."""
    return 1.0 if over == UPDATES else run.seconds / run.updates


def accuracy(run: Run, updates: np.ndarray) -> np.ndarray:
    """Mean training accuracy of the last `RECENT` updates, which decides whether the target is met.

    The run holds means over blocks of updates, so inside a block all updates count alike. Before
    there are `RECENT` updates it is the mean of all; after the end it stays.
    """
    curve = run.result["curve"]
    ends = np.minimum(np.arange(len(curve["accuracy"]) + 1) * curve["block"], run.updates)
    right = np.cumsum([0.0, *(np.diff(ends) * curve["accuracy"])])
    last = np.clip(updates, 1, run.updates)
    first = np.maximum(last - RECENT, 0)
    return (np.interp(last, ends, right) - np.interp(first, ends, right)) / (last - first)


def lanes(settings: Settings, runs: Sequence[Run]) -> dict[str, Lane]:
    """Model -> its runs that made at least one update; models without are left out."""
    chosen = [
        run
        for run in runs
        if (run.settings["task"], run.settings["delay"]) == (settings.task, settings.delay)
        and run.updates
    ]
    found = {
        model: sorted((r for r in chosen if r.settings["model"] == model), key=lambda r: r.seed)
        for model in settings.models
    }
    return {model: Lane(tuple(own)) for model, own in found.items() if own}


def order(numbers: dict[str, Lane], over: str) -> list[str]:
    """The models of which at least half of the runs met the target, the first to do so first."""
    needed = {model: lane.median(over) for model, lane in numbers.items()}
    return sorted((m for m, need in needed.items() if need is not None), key=needed.get)


class Race(Explorer):
    """How many updates, and how many seconds, each model needs to learn the task."""

    name = "race"
    Settings = Settings
    sweeps = (SWEEP,)
    presets: ClassVar = {
        "Copy, in updates": {},
        "Copy, in seconds": {"over": SECONDS, "spent": 20},
        "Denoise, in updates": {"task": "Denoise"},
        "Denoise, in seconds": {"task": "Denoise", "over": SECONDS, "spent": 20},
        "Twice the delay": {"delay": 200, "over": SECONDS, "spent": 40},
        "With attention": {"models": SLOW},
        "Without": {"models": tuple(model for model in MODELS if model not in SLOW)},
    }

    def compute(self, settings):
        """The runs."""
        return lanes(settings, results.sweep(SWEEP).runs)

    def draw(self, settings, numbers):
        """Curves and rows."""
        over, numbers = settings.over, numbers or {}
        if not numbers:
            empty = f"no run of {_where(settings)} is shipped" if settings.models else ""
            return view.race({}, models=MODELS, over=over, spent=settings.spent, empty=empty)
        ends = [_end(run, over) for lane in numbers.values() for run in lane.runs]
        span = (start(over, numbers), max(ends))
        return view.race(
            {model: _drawn(lane, settings, span) for model, lane in numbers.items()},
            models=MODELS,
            over=over,
            spent=settings.spent,
            target=target(numbers),
            span=span,
        )

    def summarise(self, settings, numbers):
        """Who is first, who at the cursor, and what is missing."""
        said = []
        if numbers:
            said = [_orders(settings, numbers), machines(numbers)]
            said += [_then(settings, numbers), _recipes(numbers)]
        said.append(missing(settings, numbers, results.sweep(SWEEP)))
        return " ".join(filter(None, said))

    def table(self, settings, numbers):
        """One row per run."""
        results_of = ("ended", "updates_to_target", "seconds_to_target", "accuracy")
        recipe = ("learning_rate", "loss", "vary_delay")
        yield "task", "delay", "model", *recipe, "seed", *results_of, "updates", "seconds", "peak"
        for model, lane in numbers.items():
            for run in lane.runs:
                yield (
                    *(settings.task, settings.delay, model),
                    *(run.settings[word] for word in recipe),
                    run.seed,
                    *("" if run.result[word] is None else run.result[word] for word in results_of),
                    *(run.updates, run.seconds),
                    "" if run.peak_memory is None else run.peak_memory,
                )


def target(numbers: dict[str, Lane]) -> float:
    """The accuracy at which the runs end."""
    return next(iter(numbers.values())).runs[0].settings["target"]


def start(over: str, numbers: dict[str, Lane]) -> float:
    """Where the curves begin: after ten updates, of the fastest run where seconds are counted."""
    return 10 * min(pace(run, over) for lane in numbers.values() for run in lane.runs)


def machines(numbers: dict[str, Lane]) -> str:
    """A warning where seconds of different machines stand side by side."""
    different = {run.machine for lane in numbers.values() for run in lane.runs}
    if len(different) < 2:
        return ""
    return f"These runs were made on {len(different)} machines: their seconds cannot be compared."


def _end(run: Run, over: str) -> float:
    return run.updates * pace(run, over)


def _drawn(lane: Lane, settings: Settings, span: tuple[float, float]) -> view.Lane:
    over = settings.over
    ends = [_end(run, over) for run in lane.runs]
    grid = np.geomspace(span[0], max(max(ends), 1.01 * span[0]), POINTS)
    curves = []
    for run, end in zip(lane.runs, ends, strict=True):
        x = np.append(grid[grid < end], end)
        curves.append((x, accuracy(run, x / pace(run, over))))
    broke_off = [run.result["ended"] == "diverged" for run in lane.runs]
    return view.Lane(
        seeds=[run.seed for run in lane.runs],
        curves=curves,
        mean=(grid, lane.accuracy(over, grid)),
        met=[to_target(run, over) for run in lane.runs],
        diverged=[end if off else None for end, off in zip(ends, broke_off, strict=True)],
        median=lane.median(over),
        here=float(lane.accuracy(over, np.array([settings.spent]))[0]),
    )


def _orders(settings: Settings, numbers: dict[str, Lane]) -> str:
    """Both orders, and who is at another place in one than in the other."""
    level = f"{target(numbers):.0%}"
    orders = {over: order(numbers, over) for over in (UPDATES, SECONDS)}
    never = [m for m in numbers if m not in orders[UPDATES]]
    shares = [f"{m} ({numbers[m].met(UPDATES)} of {len(numbers[m].runs)})" for m in never]
    late = f"Fewer than half of the seeds met {level}: {_listed(shares)}." if never else ""
    if not orders[UPDATES]:
        return late
    said = (
        f"First to {level} (medians over the seeds): in updates "
        f"{_ranked(numbers, orders[UPDATES], UPDATES)}; in seconds "
        f"{_ranked(numbers, orders[SECONDS], SECONDS)}."
    )
    if orders[UPDATES] == orders[SECONDS]:
        return f"{said} Both orders are the same. {late}".strip()
    moved = [
        f"{m} is {_place(after)} and not {_place(before)}"
        for before, m in enumerate(orders[UPDATES])
        if (after := orders[SECONDS].index(m)) != before
    ]
    return f"{said} The orders differ: in seconds {_listed(moved)}. {late}".strip()


def _ranked(numbers: dict[str, Lane], models: list[str], over: str) -> str:
    needed = [f"{model} {spoken(numbers[model].median(over))}" for model in models]
    return f"{needed[0]}, then {_listed(needed[1:])}" if needed[1:] else needed[0]


def _then(settings: Settings, numbers: dict[str, Lane]) -> str:
    """Who has met the target at the cursor, and the accuracy of the others."""
    over, spent = settings.over, settings.spent
    met = {model: lane.met(over, spent) for model, lane in numbers.items()}
    late = [m for m in numbers if met[m] < len(numbers[m].runs)]
    done = [m for m in numbers if m not in late]
    some = [f"{m} ({met[m]} of {len(numbers[m].runs)})" for m in late if met[m]]
    who = [f"all seeds of {_listed(done)}"] * bool(done) + [f"some of {_listed(some)}"] * bool(some)
    said = f"After {spent} {over} it is met by {' and '.join(who) or 'no seed'}"
    each = {m: numbers[m].accuracy(over, np.array([spent]))[0] for m in late}
    below = [f"{m} {each[m]:.2f}" for m in sorted(each, key=each.get, reverse=True)]
    whose = "accuracy of the others then" if done else "accuracy then"
    return f"{said}; {whose}: {_listed(below)}." if below else f"{said}."


def _recipes(numbers: dict[str, Lane]) -> str:
    """Training accuracy is not of the same sequences where the delay is drawn anew."""
    drawn = [model for model, lane in numbers.items() if lane.runs[0].settings["vary_delay"]]
    if not drawn:
        return ""
    return (
        f"{_listed(drawn)} learn on delays drawn from 1 to the full one: there an update is "
        "shorter, and the accuracy is that of shorter delays, too."
    )


def missing(settings: Settings, numbers: dict[str, Lane], sweep: Measured) -> str:
    """The sentence about runs that are not there; empty where all of the chosen models are."""
    if not settings.models:
        return "Choose a model."
    gone = [
        run
        for run in sweep.missing
        if (run.task, run.delay) == (settings.task, settings.delay) and run.model in settings.models
    ]
    if not gone:
        return ""
    made, where = sum(len(lane.runs) for lane in numbers.values()), _where(settings)
    names = _listed([m for m in settings.models if m in {run.model for run in gone}])
    which = f"{len(gone)} of {made + len(gone)} runs of {where} are missing ({names})"
    if not made:
        which = f"No run of {where} is shipped"
    return f"{which}; `rsa-edu sweep {sweep.name}` makes them."


def _where(settings: Settings) -> str:
    return f"{settings.task} at delay {settings.delay}"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _place(index: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(index + 1, f"{index + 1}th")
