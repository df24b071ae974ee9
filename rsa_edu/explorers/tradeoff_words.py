"""The tradeoff map in words, and as rows of a table."""

from collections.abc import Iterator, Sequence

from rsa_edu.explorers.stored_points import (
    COSTS,
    DELAYS,
    FIXED,
    GAINS,
    ROWS,
    TIMED,
    Place,
    Stored,
    label,
    of,
    place_of,
    told,
)
from rsa_edu.explorers.tradeoffs import Numbers
from rsa_edu.points import QUANTITIES, Point, Spread
from rsa_edu.store import Run

COLUMNS = ("milliseconds", "saved", "updates", "seconds", "reach", "effective_depth", "recall")


def sentence(settings, stored: Stored, numbers: Numbers) -> str:
    """The five quantities here, the runs made here, the last pin, and what the map leaves out."""
    said = [_here(settings, stored, numbers), _on_the_front(settings, stored, numbers)]
    said += [_live(settings, stored, numbers), _against_the_pin(stored, numbers)]
    said += [_left_out(settings, numbers)]
    return " ".join(part for part in said if part)


def _here(settings, stored: Stored, numbers: Numbers) -> str:
    place, point = numbers.place, stored.points.get(numbers.place)
    if point is None:
        near = stored.nearest(place)
        nearest = " and ".join(other.budget for other in near)
        known = f"; the nearest measured: {nearest}" if near else ""
        return f"{place} was not measured{known}. It can be run now."
    made, planned = len(point.runs), len(stored.planned.get(place, point.runs))
    seeds = f"{made} seed{'s' * (made > 1)}{f' of {planned} planned' if planned > made else ''}"
    diverged = sum(run.result["ended"] == "diverged" for run in point.runs)
    lost = f", {diverged} of which diverged" if diverged else ""
    values = ", ".join(_value(name, numbers.here[name], settings.test_delay) for name in ROWS)
    return f"{place}, mean of {seeds}{lost} (lowest to highest): {values}."


def _value(name: str, found: Spread | None, delay: int) -> str:
    """Such as "time per update 8 ms (6.2 to 11)"."""
    what, _, unit = label(name, delay).partition(" (")
    if found is None:
        return f"no {what}"
    low, mean, high = (told(name, v) for v in (found.low, found.mean, found.high))
    between = f" ({low} to {high})" if low != high else ""
    return f"{what} {mean}{f' {unit[:-1]}' if unit else ''}{between}"


def _on_the_front(settings, stored: Stored, numbers: Numbers) -> str:
    """Which point of the front makes this one look wasteful."""
    place, front = numbers.place, numbers.chart.front
    if place in front:
        return "It is on the Pareto front."
    chart = numbers.chart
    if numbers.picture.now is None or place in (*chart.partial, *chart.elsewhere):
        return ""
    cost, gain = COSTS[settings.cost], GAINS[settings.gain]
    sign = -1 if QUANTITIES[gain].better == "low" else 1
    x, y = numbers.picture.now
    for other, (at, got) in zip(front, numbers.picture.front, strict=True):
        if at <= x and sign * got >= sign * y:
            both = [
                _value(n, Spread((v,), 1), settings.test_delay)
                for n, v in ((cost, at), (gain, got))
            ]
            name = other.budget[0].upper() + other.budget[1:]
            return f"{name} costs no more and gains no less: {', '.join(both)}."
    return ""


def _live(settings, stored: Stored, numbers: Numbers) -> str:
    """What was trained here, with its own pace."""
    if not numbers.live:
        return ""
    point, delay = Point(numbers.live), settings.test_delay
    seeds = ", ".join(str(run.seed) for run in numbers.live)
    values = ", ".join(_value(name, of(point, name, delay), delay) for name in ROWS)
    stored_on = sorted({run.machine for p in stored.points.values() for run in p.runs})
    on = f" (the stored ones: {'; '.join(stored_on)})" if stored_on else ""
    return f"Run here with seed {seeds}, timed on this machine{on}: {values}."


def _against_the_pin(stored: Stored, numbers: Numbers) -> str:
    if numbers.pin is None:
        return ""
    letter, place = numbers.pin
    if place == numbers.place:
        return f"This is pin {letter}: move a slider to compare."
    both = {n: (numbers.here[n], numbers.pinned[n]) for n in ROWS}
    there = {n: (a.mean, b.mean) for n, (a, b) in both.items() if a and b}
    if place not in stored.points:
        return f"Pin {letter} ({place}) was not measured."
    if not there:
        return ""
    here, then = stored.machines(numbers.place), stored.machines(place)
    timed = {n for n in there if n in TIMED and here != then}
    changes = [_change(n, *values) for n, values in there.items() if n not in timed]
    apart = f" Their times are not compared: {here} and {then}." if timed else ""
    return f"Against {letter} ({place}): {', '.join(changes)}.{apart}"


def _change(name: str, here: float, there: float) -> str:
    if name == "accuracy":
        return f"accuracy {_signed(100 * (here - there), '.0f')} points"
    what, *_ = label(name, 0).partition(" (")
    if name == "effective_depth" or not there:
        return f"{what} {_signed(here - there, '.2g')}"
    return f"{what} × {told(name, here / there)}"


def _signed(value: float, style: str) -> str:
    return f"{value:+{style}}".replace("-", "−")


def _left_out(settings, numbers: Numbers) -> str:
    """Points that the map cannot show, and those that it shows in part."""
    cost, gain, said = COSTS[settings.cost], GAINS[settings.gain], []
    if absent := [p for p in numbers.chart.absent if p.policy not in FIXED or cost != "slots"]:
        what = " and ".join(QUANTITIES[n].label for n in (cost, gain) if n != "slots")
        said.append(f"{_points(absent)} not on the map, without {what}.")
    if partial := numbers.chart.partial:
        said.append(f"{_points(partial)} hollow: not every seed has both numbers.")
    if elsewhere := numbers.chart.elsewhere:
        said.append(f"{_points(elsewhere)} hollow and not compared: timed on another machine.")
    return " ".join(said)


def _points(places: Sequence[Place]) -> str:
    return "1 point is" if len(places) == 1 else f"{len(places)} points are"


def rows(stored: Stored, live: Sequence[Run], task: str) -> Iterator[tuple]:
    """One row per run of the task, stored or made here; an empty cell where there is no number."""
    tested = (f"accuracy at {delay}" for delay in DELAYS)
    yield ("policy", "nu", "rho", "K", "seed", "made", *tested, *COLUMNS)
    kept = [(run, "before") for point in stored.points.values() for run in point.runs]
    for run, made in [*kept, *((run, "here") for run in live)]:
        place, alone = place_of(run.settings), Point((run,))
        if place.task == task:
            found = [of(alone, "accuracy", delay) for delay in DELAYS]
            found += [alone.spread(name) for name in COLUMNS]
            sizes = ("", "", "") if place.policy in FIXED else (*place[2:], place.nu + place.rho)
            cells = ("" if value is None else value.mean for value in found)
            yield (place.policy, *sizes, run.seed, made, *cells)
