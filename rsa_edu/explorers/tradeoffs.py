"""The core of the tradeoff map: from settings and runs to what is drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rsa_edu.explorers import policies
from rsa_edu.explorers.stored_points import (
    BOTH,
    COSTS,
    FIXED,
    GAINS,
    LETTERS,
    NU,
    NUS,
    RHO,
    RHOS,
    ROWS,
    SWEEPS,
    Place,
    Stored,
    label,
    of,
    place_of,
    spread,
    told,
    told_spread,
)
from rsa_edu.figures.tradeoff_map import FULL, GROUPS, OTHERS, group_of
from rsa_edu.figures.tradeoff_picture import Axis, Dots, Picture, Row
from rsa_edu.points import QUANTITIES, Point, Spread, pareto_front
from rsa_edu.store import Run


@dataclass(frozen=True)
class Chart:
    """The part of the map that no slider of the budget moves.

    places: group -> places of its dots. front: places by rising cost. absent: places without one
    of the two numbers; partial: those where not every seed has both; elsewhere: those whose time is
    of another machine. Neither of these two is compared for the front.
    """

    x: Axis
    y: Axis
    dots: dict[str, Dots] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    front: tuple[Place, ...] = ()
    absent: tuple[Place, ...] = ()
    partial: tuple[Place, ...] = ()
    elsewhere: tuple[Place, ...] = ()


@lru_cache(maxsize=128)
def chart(stored: Stored, task: str, cost: str, gain: str, delay: int) -> Chart:
    """All measured places of a task, by two quantities."""
    places = [place for place in stored.points if place.task == task]
    found = {p: [spread(stored, p, name, delay) for name in (cost, gain)] for p in places}
    there = {p: both for p, both in found.items() if None not in both}
    elsewhere = {p for p in there if not stored.comparable(p, cost)}
    every = {p for p, both in there.items() if all(len(s.values) == s.of for s in both)}
    whole = every - elsewhere
    groups = {g: [p for p in there if group_of(p.policy) == g] for g in GROUPS}
    sign = -1 if QUANTITIES[gain].better == "low" else 1
    pairs = [(there[p][0].mean, sign * there[p][1].mean) for p in there if p in whole]
    best = pareto_front(pairs)
    complete = [p for p in there if p in whole]
    return Chart(
        x=axis(stored, task, cost, delay),
        y=axis(stored, task, gain, delay),
        dots={
            group: Dots(
                x=[_ends(there[p][0]) for p in members],
                y=[_ends(there[p][1]) for p in members],
                whole=[p in whole for p in members],
                words=[_words(p, cost, gain, delay, there[p]) for p in members],
                policies=[p.policy for p in members],
            )
            for group, members in groups.items()
        },
        places=groups,
        front=tuple(complete[i] for i in best),
        absent=tuple(p for p in found if p not in there),
        partial=tuple(p for p in there if p not in every),
        elsewhere=tuple(p for p in there if p in elsewhere),
    )


@lru_cache(maxsize=128)
def axis(stored: Stored, task: str, quantity: str, delay: int) -> Axis:
    """An axis that holds every seed of the task, so that it stands still."""
    found = [spread(stored, p, quantity, delay) for p in stored.points if p.task == task]
    return _holding(found, quantity, label(quantity, delay))


@lru_cache(maxsize=128)
def row_axis(stored: Stored, task: str, quantity: str, delay: int) -> Axis:
    """An axis for the budgets of the task: beside some other model they would all look alike.

    A change is seen in proportion: from 0, but for what spans decades.
    """
    places = [p for p in stored.points if p.task == task and p.policy not in OTHERS]
    found = [spread(stored, p, quantity, delay) for p in places]
    along_map = _holding(found, quantity, label(quantity, delay))
    if quantity == "reach":
        return along_map
    return replace(along_map, ends=(0.0, along_map.ends[1]), log=False, flipped=False)


def _holding(found: Sequence[Spread | None], quantity: str, title: str) -> Axis:
    values = [value for s in found if s for value in s.values]
    kind = QUANTITIES[quantity]
    log = kind.log and all(value > 0 for value in values)
    flipped = quantity in GAINS.values() and kind.better == "low"
    if quantity == "accuracy":
        return Axis(title, (0.0, 1.0))
    if not values:
        return Axis(title, (1.0, 10.0) if log else (0.0, 1.0), log, flipped)
    return Axis(title, (min(values) if log else 0.0, max(values)), log, flipped)


def widened(axis: Axis, values: Iterable[float]) -> Axis:
    """The axis, so long that it holds these values too: a run made here may lie anywhere."""
    there = [value for value in values if value > 0 or not axis.log]
    low, high = axis.ends
    return replace(axis, ends=(min([low, *there]), max([high, *there])))


def _ends(found: Spread) -> tuple[float, float, float]:
    return found.low, found.mean, found.high


def _words(place: Place, cost: str, gain: str, delay: int, both: Sequence[Spread]) -> str:
    lines = [
        f"{label(name, delay)}: {told_spread(name, s)}, {len(s.values)} of {s.of} seeds"
        for name, s in zip((cost, gain), both, strict=True)
    ]
    return "<br>".join([f"<b>{place.budget}</b>", *lines])


@dataclass(frozen=True)
class Numbers:
    """What the page shows: the picture, the place chosen, and what was measured there.

    here, pinned: quantity -> spread, None where there is none; pin: the last pin and its letter.
    live: runs made here at this place, oldest first.
    """

    picture: Picture
    chart: Chart
    place: Place
    here: dict[str, Spread | None]
    pin: tuple[str, Place] | None
    pinned: dict[str, Spread | None]
    live: tuple[Run, ...]


def tied(settings) -> bool:
    """Whether rho follows nu: the other policies were measured at equal halves only."""
    return settings.policy != policies.SCREENING or settings.along == BOTH


def chosen(settings) -> Place:
    """The place that the settings mean."""
    if settings.policy in FIXED:
        return Place(settings.task, settings.policy)
    rho = settings.nu if tied(settings) else settings.rho
    return Place(settings.task, settings.policy, settings.nu, rho)


def ladder(settings) -> tuple[list[Place], list[str], str]:
    """The places along the slider that the rows follow, their labels, and the axis in words."""
    task, policy = settings.task, settings.policy
    if tied(settings):
        places = [Place(task, policy, n, n) for n in NUS]
        return places, [f"{2 * n}" for n in NUS], "budget K = ν + ρ, in equal halves"
    if settings.along == NU:
        places = [Place(task, policy, n, settings.rho) for n in NUS]
        return places, [f"{n}" for n in NUS], f"{NU}, at ρ = {settings.rho}"
    places = [Place(task, policy, settings.nu, r) for r in RHOS]
    return places, [f"{r}" for r in RHOS], f"{RHO}, at ν = {settings.nu}"


def numbers(settings, stored: Stored, live: Sequence[Run] = ()) -> Numbers:
    """From settings, stored runs and runs made here to what is shown."""
    delay, place = settings.test_delay, chosen(settings)
    cost, gain = COSTS[settings.cost], GAINS[settings.gain]
    drawn = chart(stored, settings.task, cost, gain, delay)
    names = dict.fromkeys((*ROWS, cost, gain))
    here = {name: spread(stored, place, name, delay) for name in names}
    pins = [(letter, Place(*pin)) for letter, pin in zip(LETTERS, settings.pins, strict=False)]
    landed = _landed(settings.task, live, cost, gain, delay)
    middles = [(letter, _middle(stored, pin, cost, gain, delay)) for letter, pin in pins]
    marked = [(letter, *middle) for letter, middle in middles if middle]
    loose = [*landed, *((x, y, letter) for letter, x, y in marked)]
    picture = Picture(
        x=widened(drawn.x, [x for x, *_ in loose]),
        y=widened(drawn.y, [y for _, y, _ in loose]),
        dots=drawn.dots,
        front=[_middle(stored, p, cost, gain, delay) for p in drawn.front],
        now=_middle(stored, place, cost, gain, delay),
        seeds=_seeds(stored, place, cost, gain, delay),
        pins=marked,
        live=landed,
        full=_mean(spread(stored, Place(settings.task, FULL), gain, delay)),
        policy=settings.policy,
        note="" if drawn.places and any(drawn.places.values()) else _nothing(drawn),
        **_rows(settings, stored, live, here),
    )
    return Numbers(
        picture=picture,
        chart=drawn,
        place=place,
        here=here,
        pin=pins[-1] if pins else None,
        pinned={name: spread(stored, pins[-1][1], name, delay) for name in ROWS} if pins else {},
        live=tuple(run for run in live if place_of(run.settings) == place),
    )


def _middle(stored, place, cost, gain, delay) -> tuple[float, float] | None:
    both = [_mean(spread(stored, place, name, delay)) for name in (cost, gain)]
    return None if None in both else tuple(both)


def _mean(found: Spread | None) -> float | None:
    return None if found is None else found.mean


def _seeds(stored, place, cost, gain, delay) -> list[tuple[float, float]]:
    """(cost, gain) of every seed that has both; the time of an update may be of another run."""
    x, y = (_by_seed(stored.point(place, name), name, delay) for name in (cost, gain))
    return [(x[seed], y[seed]) for seed in x if seed in y]


def _by_seed(point: Point | None, quantity: str, delay: int) -> dict[int, float]:
    found = {run.seed: of(Point((run,)), quantity, delay) for run in (point.runs if point else ())}
    return {seed: value.mean for seed, value in found.items() if value}


def _landed(task, live, cost, gain, delay) -> list[tuple[float, float, str]]:
    landed = []
    for run in live:
        place = place_of(run.settings)
        x, y = (of(Point((run,)), name, delay) for name in (cost, gain))
        if place.task == task and x and y:
            x, y = x.mean, y.mean
            words = f"<b>{place.budget}</b>, run here with seed {run.seed}"
            told_of = ((cost, x), (gain, y))
            lines = [f"{label(name, delay)}: {told(name, v)}" for name, v in told_of]
            landed.append((x, y, "<br>".join([words, *lines])))
    return landed


def _nothing(drawn: Chart) -> str:
    if drawn.absent:
        return "No point of this task has both numbers."
    commands = " and ".join(f"rsa-edu sweep {name}" for name in SWEEPS)
    return f"No run of this task is here yet.<br>They are made by<br>{commands}."


def _rows(settings, stored: Stored, live, here) -> dict:
    places, rungs, along = ladder(settings)
    full, delay = Place(settings.task, FULL), settings.test_delay
    place = chosen(settings)
    made = {p: Point(tuple(r for r in live if place_of(r.settings) == p)) for p in places}
    rows = []
    for name in ROWS:
        found = {p: spread(stored, p, name, delay) for p in places}
        alike = {p: stored.comparable(p, name) for p in (*places, full)}
        new = [of(made[p], name, delay) if made[p].runs else None for p in places]
        reference, now = spread(stored, full, name, delay), here[name]
        upright = row_axis(stored, settings.task, name, delay)
        rows.append(
            Row(
                axis=widened(upright, [value for s in new if s for value in s.values]),
                seeds=[s.values if s and alike[p] else () for p, s in found.items()],
                apart=[s.values if s and not alike[p] else () for p, s in found.items()],
                live=[s.values if s else () for s in new],
                full=_ends(reference) if reference and alike[full] else None,
                said=_said(stored, place, name, now),
            )
        )
    rung = places.index(place) if place in places else None
    return {"rows": rows, "rungs": rungs, "along": along, "rung": rung}


def _said(stored: Stored, place: Place, name: str, now: Spread | None) -> str:
    if now is None:
        return "there is none" if place in stored.points else "not measured"
    where = "" if stored.comparable(place, name) else ", other machine"
    return f"{told_spread(name, now)}{where}"
