"""A training run as numbers that can be drawn: few points, its yardsticks, what was changed."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from rsa_edu.tasks.recall import N_LETTERS
from rsa_edu.training import Recipe, Record

BLOCKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
MOST_POINTS = 200


@dataclass(frozen=True)
class Curves:
    """Means over blocks of `block` updates; `update` is the last one of each block."""

    update: tuple[int, ...]
    loss: tuple[float, ...]
    accuracy: tuple[float, ...]
    block: int


def curves(records: Sequence[Record], most: int = MOST_POINTS) -> Curves:
    """The run as at most `most` points; blocks start at the first update, so that points stay."""
    records = list(records)
    block = next((b for b in BLOCKS if len(records) <= most * b), -(-len(records) // most))
    blocks = [records[i : i + block] for i in range(0, len(records), block)]
    return Curves(
        tuple(part[-1].update for part in blocks),
        tuple(fmean(record.loss for record in part) for part in blocks),
        tuple(fmean(record.accuracy for record in part) for part in blocks),
        block,
    )


def memoryless_loss(task, recipe: Recipe) -> float:
    """What the best network without memory reaches with this recipe (mean cross-entropy, nats)."""
    if recipe.loss == "answers":
        return math.log(N_LETTERS)
    delays = range(1, task.delay + 1) if recipe.vary_delay else (task.delay,)
    return fmean(replace(task, delay=delay).baseline_loss for delay in delays)


def notes(changes: Sequence[tuple[int, str]], apart: int = 20) -> list[tuple[int, str]]:
    """What was changed on the way, (update, words); of a drag only where it ended.

    Args:
        changes: as a Runner keeps them. apart: changes of one thing closer than that are one drag.
    """
    kept: list[tuple[int, str, str]] = []
    for update, text in changes:
        what = text.split(" = ")[0]
        if kept and kept[-1][2] == what and update - kept[-1][0] < apart:
            kept.pop()
        kept.append((update, _words(text), what))
    return [(update, words) for update, words, _ in kept]


def _words(change: str) -> str:
    """ "learning_rate = 0.01" or "memory = Screening(..)", in the letters of the sliders."""
    what, value = change.split(" = ")
    if what != "memory":
        return f"{what.replace('_', ' ')} {value}"
    sizes = dict(re.findall(r"(\w+)=(\w+)", value))
    letters = (
        {"buffer_size": "ν", "relevant_size": "ρ"}
        if "relevant_size" in sizes
        else {"buffer_size": "K", "size": "K"}
    )
    said = [f"{letter} {sizes[name]}" for name, letter in letters.items() if name in sizes]
    corrected = ["corrected"] if sizes.get("correct_primacy") == "True" else []
    return f"{value.split('(')[0]} {', '.join(said + corrected)}"
