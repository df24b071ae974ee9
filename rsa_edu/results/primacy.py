"""Does a score without the primacy bias help a RelRNN that has to learn denoise? Five seeds each.

`python -m rsa_edu.results.primacy` runs them and writes primacy.json beside this file.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from rsa_edu.models import RelRNN, Screening, backend
from rsa_edu.network import Network
from rsa_edu.results import runs
from rsa_edu.statistics import primacy_share, recall
from rsa_edu.tasks import Denoise
from rsa_edu.training import EVALUATION_SEEDS, Training

FILE = Path(__file__).with_name("primacy.json")
TASK = Denoise(delay=100)
NU, RHO, HIDDEN_SIZE = 10, 15, 128
SCORES = {"raw": False, "corrected": True}
"""Score -> correct_primacy of the Screening."""
SEEDS = range(5)
UPDATES, EVERY = 2000, 100
"""Length of a run, and the updates between two measurements on fresh sequences of full delay."""
SEQUENCES = 50
GOAL = 0.9


@dataclass(frozen=True)
class Run:
    """One run, measured at the updates 0, EVERY, .., UPDATES.

    accuracy: at the full delay. recall, primacy: of the relevant set when the answer begins.
    """

    score: str
    seed: int
    accuracy: list[float]
    recall: list[float]
    primacy: list[float]

    def first(self, quantity: str, goal: float = GOAL) -> int | None:
        """The first measured update at which accuracy or recall is at least `goal`."""
        values = getattr(self, quantity)
        return next((i * EVERY for i, value in enumerate(values) if value >= goal), None)


def run(score: str, seed: int) -> Run:
    """Train one network and look at it on the way."""
    dice = torch.Generator().manual_seed(seed)
    recurrence = RelRNN(TASK.input_size, HIDDEN_SIZE, generator=dice)
    recurrence.memory = Screening(NU, RHO, correct_primacy=SCORES[score])
    net = Network(recurrence, TASK.n_classes, generator=dice)
    training = Training(net, TASK, seed=seed, loss="answers", vary_delay=True)
    seen = [_measure(net, seed)]
    with backend(threads=1):
        while training.update < UPDATES:
            if training.step().update % EVERY == 0:
                seen.append(_measure(net, seed))
    columns = [[round(value, 3) for value in column] for column in zip(*seen, strict=True)]
    return Run(score, seed, *columns)


@torch.no_grad()
def _measure(net: Network, seed: int) -> tuple[float, float, float]:
    dice = torch.Generator().manual_seed(seed + EVALUATION_SEEDS)
    batch = TASK.sample(SEQUENCES, dice)
    out, _, trace = net.recurrence(batch.inputs, return_trace=True)
    first = primacy_share(trace)[TASK.marker_step + 1].mean().item()
    return TASK.accuracy(net.readout(out), batch), recall(trace, TASK, batch), first


def read() -> list[Run]:
    """All runs that were made."""
    return [Run(**row) for row in runs.read(FILE)]


def provenance() -> str:
    """Where the runs come from, in one line."""
    return runs.provenance(FILE)


def table() -> str:
    """The runs in words: when recall and when accuracy reached the goal, seed by seed."""
    lines = [f"{TASK}, updates until {GOAL:.0%} was measured, seed by seed"]
    for score in SCORES:
        for quantity in ("recall", "accuracy"):
            reached = [made.first(quantity) for made in read() if made.score == score]
            said = ", ".join("never" if update is None else f"{update}" for update in reached)
            lines.append(f"{score} score, {quantity + ':':10}{said}")
    return "\n".join(lines)


def main() -> None:
    """Run all of them."""
    made = []
    for seed in SEEDS:
        for score in SCORES:
            made.append(run(score, seed))
            print(made[-1], flush=True)
            runs.write(
                FILE,
                made,
                command="python -m rsa_edu.results.primacy",
                task=f"{TASK}, RelRNN tanh {NU}/{RHO}, {HIDDEN_SIZE} units",
            )


if __name__ == "__main__":
    main()
