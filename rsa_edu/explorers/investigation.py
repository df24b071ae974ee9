"""The core of a sweep in the page: what differs between its runs, and what they gave so far."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, make_dataclass
from itertools import pairwise
from math import log10

from rsa_edu.explorers.controls import Choice, setting
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.sweep import MOST_KINDS, Line, Picture
from rsa_edu.points import QUANTITIES, Point, Spread
from rsa_edu.store import Run
from rsa_edu.sweeps import RunSettings, distinct, grid, plan
from rsa_edu.sweeps.settings import OF_MODELS, OF_POLICIES, WORDS

NONE = "none"
"""No colour: all runs look the same."""
LABELS = {"buffer_size": NAMES["nu"], "relevant_size": NAMES["rho"], "size": "memory size K"}
"""Where a setting of a run is not called as in NAMES."""
ALONE = ("task", "model", "policy")
"""Settings whose values speak for themselves."""
OWN = ("policy", *OF_MODELS, *OF_POLICIES)
"""Settings that some models do not have."""
SHARES = ("accuracy", "longest", "recall")
"""Quantities from 0 to 1."""
DECADES = 1.3
"""From this ratio on (20), positive numbers stand on a log axis."""
FOOT = "small: one run; large: mean; bar: lowest to highest; {}"
FEW = 3
"""Seeds that are few."""


def runs_of(asked: Iterable[RunSettings] | str) -> list[RunSettings]:
    """The runs of a grid, each once; or those of a sweep of the package, by name.

    Raises:
        ValueError: it is empty, or something else.
    """
    if isinstance(asked, str):
        return plan(asked)
    runs = list(asked) if isinstance(asked, list | tuple) else [asked]
    if not all(isinstance(settings, RunSettings) for settings in runs):
        raise ValueError("a sweep is a list of RunSettings, as rsa.sweeps.grid(...) gives it.")
    if not runs:
        raise ValueError("the sweep is empty: it has no run.")
    return distinct(runs)


# What differs ------------------------------------------------------------------------------------


def varying(runs: Sequence[RunSettings]) -> dict[str, list]:
    """Setting -> its values, for those that have more than one; numbers by size. Not the seed, and
    not what follows from others, such as the policy from the model.

    Where nothing differs, it is the model, with its only value.
    """
    plain = [settings.plain() for settings in runs]
    found = {}
    for name in WORDS:
        values = _values(name, plain)
        if name != "seed" and len(values) > 1 and not _follows(name, plain):
            found[name] = values
    return found or {"model": _values("model", plain)}


def _follows(name: str, plain: Sequence[Mapping]) -> bool:
    """Whether a setting tells no more than those do on which its default depends."""
    if name in OWN:
        by = ("model",) if name == "policy" else ("model", "policy")
    elif name == "test_delays":
        by = ("delay",)
    else:
        return False
    pairs = {(*(row[n] for n in by), repr(row[name])) for row in plain}
    return len(pairs) == len({pair[:-1] for pair in pairs})


def _values(name: str, plain: Sequence[Mapping]) -> list:
    values = list({repr(row[name]): row[name] for row in plain}.values())
    if not numeric(values):
        return values
    return [None] * (None in values) + sorted(v for v in values if v is not None)


def numeric(values: Iterable) -> bool:
    """Whether these are numbers, or None."""
    kinds = {type(value) for value in values}
    return kinds <= {int, float, type(None)}


def settings_for(varies: Mapping[str, list], x: str | None) -> type:
    """The Settings of an explorer: what stands at the axes, what gives the colour.

    x: what was asked for, for the colour is then another setting.
    """
    numbers = [name for name, values in varies.items() if numeric(values)]
    axis = next(iter(numbers or varies))
    colours = [name for name, values in varies.items() if len(values) <= MOST_KINDS]
    others = [name for name in colours if name != (x if x in varies else axis)]
    colour = next(iter(others), "model" if axis == "model" else NONE)
    choices = {
        "x": (axis, Choice(tuple(varies), "x axis")),
        "y": ("accuracy", Choice(tuple(QUANTITIES), "y axis")),
        "colour": (colour, Choice((NONE, *colours), "colour")),
    }
    fields = [(name, str, setting(*both)) for name, both in choices.items()]
    return make_dataclass("Settings", fields, frozen=True)


def label(name: str) -> str:
    """What a setting of a run is called."""
    return LABELS.get(name) or NAMES.get(name) or name.replace("_", " ")


def said(value) -> str:
    """A value in words."""
    if value is None or isinstance(value, bool):
        return {None: NONE, True: "yes", False: "no"}[value]
    if isinstance(value, list):
        return ", ".join(map(said, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


# What is there -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Runs that differ in the seed only: the settings they share, those that were made (None: no
    one), and how many there will be."""

    settings: dict
    point: Point | None
    planned: int


@dataclass(frozen=True)
class Numbers:
    """All places of a sweep, in its order, and what differs between them."""

    places: tuple[Place, ...]
    varies: Mapping[str, list]

    @property
    def runs(self) -> list[Run]:
        """Those that were made."""
        return [run for place in self.places if place.point for run in place.point.runs]

    @property
    def seeds(self) -> str:
        """How many at each place: "3 seeds each", "1 to 3 seeds each"."""
        counts = {place.planned for place in self.places}
        low, high = min(counts, default=0), max(counts, default=0)
        many = f"{high}" if low == high else f"{low} to {high}"
        return f"{many} seed{'s' * (high != 1)} each"


def numbers(
    runs: Sequence[RunSettings], varies: Mapping[str, list], made: Mapping[str, Run]
) -> Numbers:
    """What is known of a sweep.

    Args:
        runs: the sweep. varies: see `varying`. made: key -> run.
    """
    planned: dict[str, list[RunSettings]] = {}
    for one in runs:
        shared = {name: value for name, value in one.plain().items() if name != "seed"}
        planned.setdefault(repr(shared), []).append(one)
    places = []
    for group in planned.values():
        there = sorted((made[s.key] for s in group if s.key in made), key=lambda run: run.seed)
        point = Point(tuple(there)) if there else None
        places.append(Place(group[0].plain(), point, len(group)))
    return Numbers(tuple(places), varies)


def picture(settings, known: Numbers) -> Picture:
    """The places by x and colour; those that differ otherwise are lines of their own."""
    x, colour, quantity = settings.x, settings.colour, QUANTITIES[settings.y]
    ticks, ordered = positions(known.varies[x])
    kinds = [] if colour == NONE else known.varies[colour]
    others = [name for name in known.varies if name not in (x, colour)]
    at = {repr(value): tick[0] for value, tick in zip(known.varies[x], ticks, strict=True)}
    lines: dict[str, tuple[int, int, list[Place]]] = {}
    slots: dict[str, int] = {}  # side by side stands what shares a place on the axis
    for place in known.places:
        kind = kinds.index(place.settings[colour]) if kinds else 0
        rest = [place.settings[name] for name in others]
        slot = slots.setdefault(repr((rest, kind if x != colour else 0)), len(slots))
        # "none" is no number: it is not joined with the others
        line = repr((kind, rest, place.settings[x] is None))
        lines.setdefault(line, (kind, slot, []))[2].append(place)
    drawn = [
        _line(kind, slot, sorted(group, key=lambda p: at[repr(p.settings[x])]), settings, at, known)
        for kind, slot, group in sorted(lines.values(), key=lambda line: line[:2])
    ]
    words = ", ".join(map(label, others))
    apart = [f"points of the same colour and place differ in {words}"] if others else []
    here = any(line.seeds for line in drawn)
    guessed = settings.y in ("accuracy", "longest")
    chances = {task_chance(place.settings) for place in known.places}
    return Picture(
        kinds=[(said(k), k if colour == "model" else None) for k in kinds] or [("", None)],
        legend=label(colour) if kinds and colour != x else "",
        lines=drawn,
        ticks=ticks,
        ordered=ordered and x != colour,
        x=label(x),
        y=quantity.label,
        unit=settings.y in SHARES,
        log=quantity.log,
        chance=chances.pop() if guessed and len(chances) == 1 else None,
        foot="<br>".join([FOOT.format(known.seeds), *apart]),
        note="" if here else nothing(settings.y, known),
    )


def positions(values: Sequence) -> tuple[list[tuple[float, str]], bool]:
    """(place on the axis, words) of each value; and whether the places are numbers.

    Numbers that span much stand at their logarithms. None stands to the left of all.
    """
    real = [v for v in values if v is not None]
    if not numeric(values) or not real:
        return [(float(i), said(value)) for i, value in enumerate(values)], False
    log = min(real) > 0 and log10(max(real) / min(real)) >= DECADES
    at = [log10(v) if log else float(v) for v in real]
    step = min((b - a for a, b in pairwise(at)), default=1.0)
    left = [(at[0] - step, NONE)] if None in values else []
    return left + [(a, said(v)) for a, v in zip(at, real, strict=True)], True


def _line(kind: int, slot: int, group: Sequence[Place], settings, at, known: Numbers) -> Line:
    x, y = settings.x, settings.y
    there = [(place, found) for place in group if place.point if (found := place.point.spread(y))]
    spots = [at[repr(place.settings[x])] for place, _ in there]
    return Line(
        kind=kind,
        slot=slot,
        x=spots,
        mean=[found.mean for _, found in there],
        low=[found.low for _, found in there],
        high=[found.high for _, found in there],
        words=[
            f"<b>{told_place(place, known.varies)}</b><br>{QUANTITIES[y].label}: "
            f"{told_spread(y, found)}<br>{len(found.values)} of {place.planned} seeds"
            for place, found in there
        ],
        seeds=[
            (spot, one.mean, f"{told_place(place, known.varies)}<br>seed {run.seed}: "
             f"{told(y, one.mean)}")
            for spot, (place, _) in zip(spots, there, strict=True)
            for run in place.point.runs
            if (one := Point((run,)).spread(y))
        ],
    )  # fmt: skip


def task_chance(settings: Mapping) -> float:
    """Accuracy of guessing in the task of these settings."""
    return RunSettings(task=settings["task"], delay=settings["delay"]).tasks()[0].chance


# In words ----------------------------------------------------------------------------------------


def told(quantity: str, value: float) -> str:
    """A value in a sentence, without its unit."""
    return f"{value:.0%}" if quantity in SHARES else spoken(value)


def told_spread(quantity: str, found: Spread) -> str:
    """Mean, and the lowest and highest seed where there are several."""
    low, mean, high = (told(quantity, v) for v in (found.low, found.mean, found.high))
    return mean if len(found.values) == 1 else f"{mean} ({low} to {high})"


def told_place(place: Place, varies: Mapping[str, list]) -> str:
    """What is particular to a place: "LSTM, learning rate 0.003"."""
    words = [
        said(value) if name in ALONE else f"{label(name)} {said(value)}"
        for name in varies
        if (value := place.settings[name]) is not None or name not in OWN
    ]
    return ", ".join(words)


def nothing(quantity: str, known: Numbers) -> str:
    """Why there is no point in the figure."""
    if not known.places:
        return ""
    if not known.runs:
        return "No run is finished yet.<br>Start makes them."
    return f"No finished run has a value:<br>{QUANTITIES[quantity].label}"


def sentence(settings, known: Numbers) -> str:
    """What differs, the best and the worst, how far that can be trusted, what is missing."""
    if not known.places:
        return "There is no run to make."
    differs = "; ".join(
        f"{label(name)} ({', '.join(map(said, values))})" for name, values in known.varies.items()
    )
    parts = [f"What differs: {differs}, {known.seeds}." if len(known.places) > 1 else
             f"One setting, {known.seeds}: {differs}."]  # fmt: skip
    found = [(p, s) for p in known.places if p.point if (s := p.point.spread(settings.y))]
    parts += _compared(settings.y, found, known.varies) if found else []
    parts += _missing(settings.y, known)
    return " ".join(parts)


def _compared(quantity: str, found: Sequence[tuple[Place, Spread]], varies: Mapping) -> list[str]:
    kind = QUANTITIES[quantity]
    ranked = sorted(found, key=lambda both: both[1].mean, reverse=kind.better != "low")
    (first, top), (last, bottom) = ranked[0], ranked[-1]
    name = f"{kind.label[0].upper()}{kind.label[1:]}"
    if len(ranked) == 1:
        return [f"{name}: {told_spread(quantity, top)} with {told_place(first, varies)}."]
    high, low = ("best", "worst") if kind.better else ("highest", "lowest")
    text = (
        f"{name}: {high} {told_spread(quantity, top)} with {told_place(first, varies)}; "
        f"{low} {told_spread(quantity, bottom)} with {told_place(last, varies)}."
    )
    return [text, caution(top, bottom)]


def caution(one: Spread, other: Spread) -> str:
    """How far a difference between two places can be trusted."""
    fewest = min(len(one.values), len(other.values))
    if fewest == 1:
        return "One seed shows no spread: take more before you conclude."
    few = f"{fewest} seeds are few" if fewest <= FEW else ""
    if one.low <= other.high and other.low <= one.high:
        return f"Their ranges overlap{few and f', and {few}'}: the difference may be chance."
    return f"Their ranges do not overlap{few and f'; still, {few}'}."


def _missing(quantity: str, known: Numbers) -> list[str]:
    made, planned = len(known.runs), sum(place.planned for place in known.places)
    diverged = sum(run.result.get("ended") == "diverged" for run in known.runs)
    values = sum(
        len(found.values)
        for place in known.places
        if place.point and (found := place.point.spread(quantity))
    )
    parts = []
    if values < made:
        why = ", for they did not meet it" if quantity in ("updates", "seconds") else ""
        parts.append(f"Without a value: {made - values} of {made} finished runs{why}.")
    if diverged:
        parts.append(f"Diverged, and measured at the last good state: {diverged}.")
    if made < planned:
        parts.append(f"Still to be made: {planned - made} of {planned} runs.")
    return parts


# As rows, and as code ----------------------------------------------------------------------------

ABOUT = ("updates", "seconds", "peak_memory", "date", "machine", "rsa_edu", "torch")
"""What a row says of a run, beside its settings and results."""


def rows(runs: Sequence[Run]) -> Iterator[tuple]:
    """A row for each run: all its settings, all its results; lists as JSON, at the end."""
    results = list(dict.fromkeys(name for run in runs for name in run.result))
    long = {n for run in runs for n, v in run.result.items() if isinstance(v, list | dict)}
    results.sort(key=lambda name: name in long)
    about = [f"run: {name}" for name in ABOUT]
    yield (*WORDS, *about, *results)
    for run in runs:
        values = [run.settings[name] for name in WORDS]
        values += [getattr(run, name) for name in ABOUT]
        values += [run.result.get(name) for name in results]
        yield tuple(json.dumps(v) if isinstance(v, list | dict) else v for v in values)


def as_code(runs: Sequence[RunSettings]) -> str | None:
    """The call of rsa.sweeps.grid that makes these runs; None where one call does not."""
    if not runs:
        return None
    usual, plain = RunSettings().plain(), [settings.plain() for settings in runs]
    words = {}
    for name in WORDS:
        values = _values(name, plain)
        if len(values) > 1 and not _follows(name, plain):
            words[name] = values
        elif len(values) == 1 and values[0] not in (None, usual[name]):
            words[name] = values[0]
    if all(row["test_delays"] == [row["delay"]] for row in plain):
        words.pop("test_delays", None)
    try:
        again = {settings.key for settings in grid(**words)}
    except ValueError:
        return None
    if again != {settings.key for settings in runs}:
        return None
    return f"rsa.sweeps.grid({', '.join(f'{name}={value!r}' for name, value in words.items())})"
