"""Scaling: what does a longer sequence cost, and with which power of its length does it grow?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rsa_edu import results
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Ladder, Several, setting
from rsa_edu.explorers.runs import MODELS
from rsa_edu.figures import scaling as view
from rsa_edu.figures.names import NAMES
from rsa_edu.points import QUANTITIES, growth_exponent
from rsa_edu.registry import TASKS
from rsa_edu.results import Measured
from rsa_edu.store import Run

SWEEP = "scaling"
LENGTHS = (100, 200, 400, 800)
"""Of the sequences in the sweep."""
STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
AHEAD = (*(decade * step for decade in (100, 1000) for step in STEPS), 100_000)
BEND = 0.05
"""By how much an exponent is higher where that is to be said."""
COSTS = {
    "time per update": "milliseconds",
    "saved for the backward pass": "saved",
    "peak memory": "peak",
}
"""What can be chosen -> its name in `QUANTITIES`."""
MEGABYTES = (("kB", 1e-3), ("MB", 1), ("GB", 1e3), ("TB", 1e6))
UNITS = {
    "milliseconds": (("ms", 1), ("s", 1e3), ("min", 6e4), ("h", 3.6e6)),
    "saved": MEGABYTES,
    "peak": MEGABYTES,
}
"""Units by size, each with how many of the unit of `QUANTITIES` it is."""


@dataclass(frozen=True)
class Settings:
    """Which cost of which models, from which length on it is fitted, and how far that is drawn."""

    cost: str = setting("time per update", Choice(tuple(COSTS), NAMES["cost"]))
    T: int = setting(20_000, Ladder(AHEAD, NAMES["T"]))
    fit_from: int = setting(200, Ladder(LENGTHS[:-1], NAMES["fit_from"]))
    models: tuple = setting(MODELS, Several(MODELS, NAMES["models"]))


@dataclass(frozen=True)
class Power:
    """cost = factor T^exponent."""

    factor: float
    exponent: float

    def at(self, length: float) -> float:
        """The cost at this length."""
        return self.factor * length**self.exponent


@dataclass(frozen=True)
class Growth:
    """A model: lengths, costs, seeds hold one number per run; fit is that of all runs long enough,
    fits those of each seed alone, by seed. last: of the two longest lengths only. None, {}: there
    are fewer than two lengths.
    """

    lengths: tuple[int, ...]
    costs: tuple[float, ...]
    seeds: tuple[int, ...]
    fit: Power | None
    fits: Mapping[int, Power]
    last: Power | None

    @property
    def exponents(self) -> dict[int, float]:
        """Of each seed alone."""
        return {seed: fit.exponent for seed, fit in self.fits.items()}

    @property
    def spread(self) -> tuple[float, float]:
        """Lowest and highest exponent of a seed alone; where there is none, of all together."""
        exponents = self.exponents.values() or [self.fit.exponent]
        return min(exponents), max(exponents)

    @property
    def bends(self) -> bool:
        """Whether it grows faster in the end than any fitted line, so that these lead too low."""
        return self.last is not None and self.last.exponent > self.spread[1] + BEND

    def ahead(self, length: float) -> tuple[float, float, float] | None:
        """Cost at a length: of the fit of all seeds, lowest and highest of the single ones."""
        if self.fit is None:
            return None
        middle = self.fit.at(length)
        each = [fit.at(length) for fit in self.fits.values()]
        return middle, min([middle, *each]), max([middle, *each])


def length(run: Run) -> int:
    """T, how many steps the sequences of a run have."""
    return TASKS[run.settings["task"]](run.settings["delay"]).length


def power(lengths: Sequence[float], costs: Sequence[float]) -> Power | None:
    """The line through (log T, log cost), least squares; None for fewer than two lengths."""
    if len(set(lengths)) < 2:
        return None
    exponent = growth_exponent(lengths, costs)
    # A fitted line goes through the middle of its points.
    middle = np.log(costs).mean() - exponent * np.log(lengths).mean()
    return Power(math.exp(middle), exponent)


def growth(runs: Sequence[Run], cost: str, fit_from: int) -> Growth:
    """How a cost (of `QUANTITIES`) of a model grows; runs that have none above 0 are left out."""
    value = QUANTITIES[cost].of
    rows = [(length(run), value(run), run.seed) for run in runs]
    rows = sorted((T, float(c), seed) for T, c, seed in rows if c is not None and c > 0)
    fitted = [row for row in rows if row[0] >= fit_from]
    by_seed = {s: [row for row in fitted if row[2] == s] for s in sorted({r[2] for r in fitted})}
    fits = {seed: _power(own) for seed, own in by_seed.items()}
    return Growth(
        *(tuple(column) for column in (zip(*rows, strict=True) if rows else ((), (), ()))),
        fit=_power(fitted),
        fits={seed: fit for seed, fit in fits.items() if fit is not None},
        last=_power([row for row in rows if row[0] in sorted({row[0] for row in rows})[-2:]]),
    )


def _power(rows: list[tuple[int, float, int]]) -> Power | None:
    return power([row[0] for row in rows], [row[1] for row in rows])


def growths(settings: Settings, runs: Sequence[Run]) -> dict[str, Growth]:
    """Model -> how its cost grows; models of which no run has it are left out."""
    found = {
        model: growth(
            [run for run in runs if run.settings["model"] == model],
            COSTS[settings.cost],
            settings.fit_from,
        )
        for model in settings.models
    }
    return {model: one for model, one in found.items() if one.lengths}


def said(cost: float, quantity: str) -> str:
    """A cost in the unit that suits its size: "3.1 GB"."""
    fits = [unit for unit in UNITS[quantity] if cost >= unit[1]]
    unit, size = (fits or UNITS[quantity])[-1 if fits else 0]
    amount = cost / size
    return f"{amount:.0f} {unit}" if amount >= 100 else f"{amount:.2g} {unit}"


class Scaling(Explorer):
    """Time and memory of an update over the length of the sequence, for all models."""

    name = "scaling"
    Settings = Settings
    sweeps = (SWEEP,)
    presets: ClassVar = {
        "Time": {},
        "Saved for the backward pass": {"cost": "saved for the backward pass"},
        "Peak memory": {"cost": "peak memory"},
        "Full attention or screening": {
            "cost": "saved for the backward pass",
            "models": ("RNN", "MemRNN", "RelRNN"),
        },
        "A book, T = 100000": {
            "cost": "saved for the backward pass",
            "T": 100_000,
            "models": ("LSTM", "MemLSTM", "RelLSTM", "Transformer"),
        },
        "With the constant part": {"fit_from": LENGTHS[0]},
        "The longest only": {"fit_from": LENGTHS[-2]},
    }

    def compute(self, settings):
        """The fits."""
        return growths(settings, results.sweep(SWEEP).runs)

    def draw(self, settings, numbers):
        """Costs over the length, and the exponents."""
        cost = COSTS[settings.cost]
        numbers = numbers or {}
        drawn = {model: _drawn(one, settings) for model, one in numbers.items()}
        return view.scaling(
            drawn,
            models=MODELS,
            label=QUANTITIES[cost].label,
            unit=next(unit for unit, size in UNITS[cost] if size == 1),
            ahead=settings.T,
            empty="" if drawn or not settings.models else "no run of these models is shipped",
        )

    def summarise(self, settings, numbers):
        """The exponents, what that means further on, and what is missing."""
        there = _grows(settings, numbers)
        return f"{there} {missing(settings, numbers, results.sweep(SWEEP))}".strip()

    def table(self, settings, numbers):
        """One row per run; the fit of its model and of its seed beside it."""
        cost = QUANTITIES[COSTS[settings.cost]].label
        yield "model", "T", "seed", cost, "exponent", "exponent of this seed"
        for model, one in numbers.items():
            for T, value, seed in zip(one.lengths, one.costs, one.seeds, strict=True):
                own = one.exponents.get(seed, "")
                yield model, T, seed, value, one.fit.exponent if one.fit else "", own


def _drawn(one: Growth, settings: Settings) -> view.Growth:
    ends = (settings.fit_from, settings.T)
    return view.Growth(
        lengths=one.lengths,
        costs=one.costs,
        seeds=one.seeds,
        fit=[(T, one.fit.at(T)) for T in ends] if one.fit else (),
        spread=one.ahead(settings.T)[1:] if one.fit else None,
        exponent=one.fit.exponent if one.fit else None,
        exponents=one.exponents,
    )


def _grows(settings: Settings, numbers: Mapping[str, Growth]) -> str:
    fitted = {model: one for model, one in numbers.items() if one.fit}
    if not fitted:
        return ""
    steep = sorted(fitted, key=lambda model: fitted[model].fit.exponent)
    dear = sorted(fitted, key=lambda model: fitted[model].fit.at(settings.T))
    if len(fitted) > 3:
        steep, dear = [steep[0], steep[-1]], [dear[0], dear[-1]]
    among = "" if len(fitted) <= 3 else f", the least and the most of {len(fitted)} models"
    powers = [f"{_exponent(fitted[model])} for {model}" for model in steep]
    costs = [f"{model} would need {_cost(fitted[model], settings)}" for model in dear[::-1]]
    bent = [f"{m} ({one.last.exponent:.2f})" for m, one in fitted.items() if one.bends]
    low = f" At the longest two T it still grows faster, so this is too low: {_listed(bent)}."
    return (
        f"From T = {settings.fit_from} on the {settings.cost} grows as T to the power "
        f"{_listed(powers)}{among}. An extrapolation, not measured: at T = {settings.T} "
        f"{_listed(costs)}.{low if bent else ''}{_shorter(fitted)}"
    )


def _shorter(fitted: Mapping[str, Growth]) -> str:
    """Whose line rests on shorter sequences than those of the others."""
    longest = max(max(one.lengths) for one in fitted.values())
    short = [model for model, one in fitted.items() if max(one.lengths) < longest]
    return f" Of {_listed(short)} nothing was measured at T = {longest}." if short else ""


def _exponent(one: Growth) -> str:
    low, high = one.spread
    return f"{one.fit.exponent:.2f} ({_seeds(one)}, {low:.2f} to {high:.2f})"


def _cost(one: Growth, settings: Settings) -> str:
    middle, low, high = (said(cost, COSTS[settings.cost]) for cost in one.ahead(settings.T))
    return middle if low == high else f"{middle} ({low} to {high})"


def _seeds(one: Growth) -> str:
    """How many have a line of their own, of which the lowest and highest exponent are."""
    seeds = len(one.fits or set(one.seeds))
    return "1 seed" if seeds == 1 else f"{seeds} seeds"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def missing(settings: Settings, numbers: Mapping[str, Growth], sweep: Measured) -> str:
    """The sentences about runs that are not there; empty where all of the chosen models are."""
    gone = [run for run in sweep.missing if run.model in settings.models]
    made = [run for run in sweep.runs if run.settings["model"] in settings.models]
    without = len(made) - sum(len(one.lengths) for one in numbers.values())
    broke_off = sum(run.result["ended"] == "diverged" for run in made)
    words = ["Choose a model."] if not settings.models else []
    if without:
        why = f" ({broke_off} diverged)" if broke_off else ""
        words.append(f"Without a {settings.cost}: {without} of {len(made)} runs{why}.")
    if gone:
        names = ", ".join(m for m in settings.models if m in {run.model for run in gone})
        which = f"{len(gone)} of {len(made) + len(gone)} runs are missing ({names})"
        if not made:
            which = "No run of these models is shipped"
        words.append(f"{which}; `rsa-edu sweep {sweep.name}` makes them.")
    return " ".join(words)
