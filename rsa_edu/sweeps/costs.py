"""What a sweep would cost, before it is run: a few updates of every kind of run are timed."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from statistics import median

from rsa_edu.sweeps.grid import distinct
from rsa_edu.sweeps.measure import one_thread
from rsa_edu.sweeps.settings import RunSettings

TIMED = 3
"""Updates that are timed; one before them is not."""
ALIKE = (
    *("learning_rate", "clip", "seed", "updates", "target"),
    *("test_delays", "sequences", "hops", "fresh_process"),
)
"""What does not change the time of an update."""


@dataclass(frozen=True)
class Cost:
    """One kind of run. kind: in words; runs: how many of it; milliseconds: of an update; minutes:
    of one core for all of them, if none meets its target before the end."""

    kind: str
    runs: int
    milliseconds: float
    minutes: float


def costs(sweep: Iterable[RunSettings]) -> Iterator[Cost]:
    """The kinds of runs of a sweep, each with its cost, as they are timed.

    A kind is a task and its delay, a model and its sizes, its budget, and the recipe's batches and
    loss; runs that differ in anything else are of one kind. A run that comes twice is counted once.
    Tests and measurements after the training are not counted.
    """
    usual = {field.name: field.default for field in fields(RunSettings) if field.name in ALIKE}
    kinds: dict[RunSettings, list[RunSettings]] = {}
    for settings in distinct(sweep):
        kinds.setdefault(replace(settings, **usual), []).append(settings)
    for kind, runs in kinds.items():
        seconds = _seconds(kind)
        updates = sum(settings.updates for settings in runs)
        yield Cost(_words(kind), len(runs), 1e3 * seconds, updates * seconds / 60)


def _seconds(kind: RunSettings) -> float:
    """Of a median update. Where the delay is drawn anew every time, that of the middle one."""
    delay = (kind.delay + 1) // 2 if kind.vary_delay else kind.delay
    with one_thread():
        training = replace(kind, delay=delay, vary_delay=False, test_delays=None).training()
        ends = [training.step().seconds for _ in range(1 + TIMED)]
    return median(after - before for before, after in itertools.pairwise(ends))


def _words(kind: RunSettings) -> str:
    """As settings are said, without the seed."""
    return str(kind).removesuffix(", seed 0")
