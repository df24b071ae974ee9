"""Which recipe takes a RelRNN to 95 % on copy, delay 100, and how reliably: ten seeds each.

`python -m rsa_edu.results.recipes [RECIPE ...]` runs them and writes recipes.json beside this file.
"""

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from rsa_edu.models import RelRNN
from rsa_edu.network import Network
from rsa_edu.results import runs
from rsa_edu.tasks import Copy
from rsa_edu.training import Diverged, Training, evaluate

FILE = Path(__file__).with_name("recipes.json")
TASK = Copy(delay=100)
GOAL = 0.95
LIMIT = 60.0
"""Seconds of training after which a run is given up."""
EVERY = 25
"""Updates between two measurements of the accuracy, on 50 fresh sequences of the full delay."""
SEEDS = range(10)
RECIPES = {
    "plain": {},
    "answers only": {"loss": "answers"},
    "random delays": {"vary_delay": True},
    "answers only, random delays": {"loss": "answers", "vary_delay": True},
    "answers only, random delays, rate 0.002": {
        "loss": "answers",
        "vary_delay": True,
        "learning_rate": 2e-3,
    },
}
"""What differs from Recipe's defaults: Adam, 0.001, clip 1, batch 10, loss on all steps."""


@dataclass(frozen=True)
class Outcome:
    """One run. updates, seconds: until the goal, or until it was given up; accuracy: at the end."""

    recipe: str
    seed: int
    reached: bool
    updates: int
    seconds: float
    accuracy: float


def run(recipe: str, seed: int) -> Outcome:
    """Train one network until the goal is measured, or the time is up."""
    dice = torch.Generator().manual_seed(seed)
    recurrence = RelRNN(TASK.input_size, 128, buffer_size=10, relevant_size=15, generator=dice)
    net = Network(recurrence, TASK.n_classes, generator=dice)
    training = Training(net, TASK, seed=seed, **RECIPES[recipe])
    accuracy, record = 0.0, None
    while accuracy < GOAL and (record is None or record.seconds < LIMIT):
        try:
            record = training.step()
        except Diverged:  # an exploding gradient ends the run; what it had is what it reached
            record = training.records[-1]
            break
        if record.update % EVERY == 0:
            accuracy = evaluate(net, TASK, sequences=50, seed=seed)
    return Outcome(
        recipe, seed, accuracy >= GOAL, record.update, round(record.seconds, 1), round(accuracy, 3)
    )


def read() -> list[Outcome]:
    """All runs that were made."""
    return [Outcome(**row) for row in runs.read(FILE)]


def provenance() -> str:
    """Where the runs come from, in one line."""
    return runs.provenance(FILE)


def table() -> str:
    """The runs in words: how many seeds reached the goal, and at what cost."""
    lines = [f"{TASK} to {GOAL:.0%} within {LIMIT:.0f} s, ten seeds each"]
    for recipe in RECIPES:
        tried = [outcome for outcome in read() if outcome.recipe == recipe]
        good = [outcome for outcome in tried if outcome.reached]
        cost = ""
        if good:
            updates = [outcome.updates for outcome in good]
            seconds = [outcome.seconds for outcome in good]
            cost = (
                f"after {min(updates)} to {max(updates)} updates (median "
                f"{statistics.median(updates):.0f}), {min(seconds):.0f} to {max(seconds):.0f} s"
            )
        lines.append(f"{recipe + ':':42}{len(good):2} of {len(tried)} {cost}".rstrip())
    return "\n".join(lines)


def main(wanted: list[str]) -> None:
    """Run the named recipes, or all; the file keeps the runs of the others."""
    kept = [o for o in read() if o.recipe not in wanted] if FILE.exists() and wanted else []
    for recipe in wanted or RECIPES:
        for seed in SEEDS:
            outcome = run(recipe, seed)
            print(outcome, flush=True)
            kept.append(outcome)
            runs.write(
                FILE,
                kept,
                command="python -m rsa_edu.results.recipes [RECIPE]",
                task=f"{TASK}, RelRNN tanh 10/15, 128 units",
            )


if __name__ == "__main__":
    main(sys.argv[1:])
