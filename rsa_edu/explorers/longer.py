"""Longer than the training: a trained network at any delay, with any budget, not trained again."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, NamedTuple

import numpy as np
import torch

from rsa_edu import results
from rsa_edu.explorers import policies
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.explorers.networks import shipped_network
from rsa_edu.figures import longer as view
from rsa_edu.figures.longer import Curve
from rsa_edu.figures.names import NAMES
from rsa_edu.models import Everything
from rsa_edu.network import Network
from rsa_edu.statistics import recall
from rsa_edu.tasks import Batch
from rsa_edu.training import EVALUATION_SEEDS

NETWORKS = tuple(results.names())
FULL = "Everything"
POLICIES = (*policies.POLICIES, FULL)
PARTS = (4, 16, 80)
"""Sequences that are evaluated one part after the other, for a first number at once."""
LONG, VERY_LONG = 1000, 2000
NO_BUDGET = "This network reads no past states, so it has no budget."


@dataclass(frozen=True)
class Settings:
    """Which trained network, at which delay, with which policy and sizes; the draw of sequences."""

    delay: int = setting(100, Number(10, 5000, NAMES["delay"], 0.01, log=True, counts=True))
    nu: int = setting(10, Number(1, 40, NAMES["nu"]))
    rho: int = setting(15, Number(0, 40, NAMES["rho"]))
    seed: int = setting(0, Number(0, 9, NAMES["seed"]))
    network: str = setting("relrnn_copy", Choice(NETWORKS, NAMES["network"]))
    policy: str = setting(policies.SCREENING, Choice(POLICIES, NAMES["policy"]))


class Budget(NamedTuple):
    """A network and what it may read. policy "": it reads nothing; full attention: no sizes."""

    network: str
    policy: str = ""
    nu: int = 0
    rho: int = 0

    def __str__(self) -> str:
        """As in the legend."""
        if not self.policy:
            return self.network
        memory = _memory(self)
        return f"{self.network} {policies.title(memory) or 'full attention'}"


@dataclass(frozen=True, eq=False)
class Answers:
    """right: (10, n) whether each answer of each sequence is. blank: share of answers that name a
    blank. recall: of the relevant set at the first answer, None where there is no such thing.
    symbols: how many symbols it was taken over. finite: whether all numbers of the network are.
    """

    right: np.ndarray
    blank: float
    recall: float | None
    symbols: int
    finite: bool

    @property
    def sequences(self) -> int:
        """n."""
        return self.right.shape[1]

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return float(self.right.mean())

    @property
    def error(self) -> float:
        """Standard error of the accuracy, from the spread between the sequences."""
        return float(self.right.mean(0).std(ddof=1) / np.sqrt(self.sequences))


def budget_of(settings: Settings) -> Budget:
    """What really counts of the settings."""
    if not _has_memory(settings.network):
        return Budget(settings.network)
    if settings.policy == FULL:
        return Budget(settings.network, FULL)
    return Budget(settings.network, settings.policy, settings.nu, settings.rho)


def own(network: str) -> dict[str, object]:
    """The settings policy, nu and rho that this network was trained with."""
    if not _has_memory(network):
        return {}
    memory = shipped_network(network).net.recurrence.memory
    return policies.sliders(memory, 40) or {"policy": FULL}


def parts(budget: Budget, delay: int) -> int:
    """How many parts of the sequences there is time for."""
    if budget.policy != FULL:
        return 3 if delay <= LONG else 2
    return 3 if delay <= LONG // 4 else 2 if delay <= VERY_LONG // 2 else 1


def answers(settings: Settings) -> Iterator[Answers]:
    """Ever more sequences."""
    budget, found = budget_of(settings), []
    for part in range(parts(budget, settings.delay)):
        found.append(_part(budget, settings.delay, settings.seed, part))
        yield _together(found)


@lru_cache(maxsize=512)
def _part(budget: Budget, delay: int, seed: int, part: int) -> Answers:
    """One part of the sequences, evaluated."""
    net, task = _network(budget), type(shipped_network(budget.network).task)(delay)
    dice = torch.Generator().manual_seed(seed + EVALUATION_SEEDS)
    batch = _columns(task.sample(sum(PARTS), dice), sum(PARTS[:part]), sum(PARTS[: part + 1]))
    memory = getattr(net.recurrence, "memory", None)
    kept, symbols = None, 0
    with torch.no_grad():
        if memory is not None and memory.relevant_slots:
            out, _, trace = net.recurrence(batch.inputs, return_trace=True)
            logits = net.readout(out)
            old = task.data_positions(batch) < task.marker_step + 1 - memory.buffer_size
            symbols = int(old.sum())
            kept = recall(trace, task, batch) if symbols else None
        else:
            logits = net(batch.inputs)[0]
    steps = slice(-task.length + task.marker_step + 1, None)
    said = logits[steps].argmax(2)
    return Answers(
        right=(said == batch.targets[steps]).numpy(),
        blank=float((said == 0).float().mean()),
        recall=kept,
        symbols=symbols,
        finite=bool(logits.isfinite().all()),
    )


def _together(found: list[Answers]) -> Answers:
    weights = [part.sequences for part in found]
    kept = [part for part in found if part.symbols]
    shares, symbols = [part.recall for part in kept], [part.symbols for part in kept]
    return Answers(
        right=np.concatenate([part.right for part in found], 1),
        blank=float(np.average([part.blank for part in found], weights=weights)),
        recall=float(np.average(shares, weights=symbols)) if kept else None,
        symbols=sum(symbols),
        finite=all(part.finite for part in found),
    )


def _columns(batch: Batch, first: int, end: int) -> Batch:
    """Some of its sequences."""
    return Batch(*(part[:, first:end] for part in (batch.inputs, batch.targets, batch.mask)))


def _has_memory(network: str) -> bool:
    return hasattr(shipped_network(network).net.recurrence, "memory")


def _memory(budget: Budget):
    if budget.policy == FULL:
        return Everything()
    return policies.build(budget.policy, budget.nu, budget.rho, 0)


def _network(budget: Budget) -> Network:
    """A copy of one's own, with its budget."""
    net = results.load(budget.network).net
    if budget.policy:
        net.recurrence.memory = _memory(budget)
    return net


def _model(network: str) -> str:
    return type(shipped_network(network).net.recurrence).__name__


class Longer(Explorer):
    """A trained network on sequences it was never trained with: longer ones, other budgets.

    What was measured stays in the figure, and a reader builds the curve; Reset forgets it.
    """

    name = "longer"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "RelRNN, as trained": {},
        "Ten times as long": {"delay": 1000},
        "Fifty times as long": {"delay": 5000},
        "RNN, as trained": {"network": "rnn_copy"},
        "RNN, one step longer": {"network": "rnn_copy", "delay": 101},
        "Full attention": {"network": "memrnn_copy", "delay": 400},
        "More than it was trained with": {"policy": FULL, "delay": 1000},
        "Half the relevant set": {"rho": 7, "delay": 1000},
        "Denoise": {"network": "relrnn_denoise", "delay": 1000},
        "Denoise, only the first": {
            "network": "relrnn_denoise",
            "policy": policies.SINKS,
            "delay": 1000,
        },
    }

    def __init__(self, *, theme: str = "auto", **settings):
        self.measured: dict[Budget, dict[int, Answers]] = {}
        super().__init__(theme=theme, **_completed(settings))

    def set(self, **changes) -> "Longer":
        """Move these settings. Another network comes with the budget it was trained with."""
        if changes.get("network") == self.settings.network:
            return super().set(**changes)
        return super().set(**_completed(changes))

    def preset(self, name: str) -> "Longer":
        """The state behind the preset button of this name."""
        default = vars(Settings())
        network = self.presets[name].get("network", default["network"])
        return super().set(**{**default, **own(network), **self.presets[name]})

    def reset(self) -> "Longer":
        """Back to the defaults; what was measured is forgotten."""
        self.measured.clear()
        return super().reset()

    def usual(self) -> dict:
        """The defaults, with the budget that the network was trained with."""
        return super().usual() | own(self.settings.network)

    def compute(self, settings):
        """Few sequences first, then more."""
        return answers(settings)

    def _arrived(self, result) -> None:
        settings, found = result
        here = budget_of(settings), settings.delay
        with self._lock:
            self._forget_passed(here)
            self.measured.setdefault(here[0], {})[here[1]] = found
            super()._arrived(result)

    def _forget_passed(self, here: tuple[Budget, int]) -> None:
        """A slider that is dragged passes delays and sizes that get a few sequences each."""
        for budget, there in list(self.measured.items()):
            for delay in [delay for delay in there if (budget, delay) != here]:
                if there[delay].sequences < sum(PARTS[: parts(budget, delay)]):
                    del there[delay]
            if not there and budget != here[0]:
                del self.measured[budget]

    def draw(self, settings, numbers):
        """The answers now, and all that was measured here."""
        if numbers is None:
            return view.longer(delay=settings.delay)
        present, saved = budget_of(settings), shipped_network(settings.network)
        others = [budget for budget in self.measured if budget != present]
        marks = {budget: mark for mark, budget in enumerate(self.measured)}
        return view.longer(
            numbers.right.mean(1),
            [self._curve(budget, marks[budget]) for budget in (present, *reversed(others))],
            delay=settings.delay,
            trained=(1 if saved.training.recipe.vary_delay else saved.task.delay, saved.task.delay),
            chance=saved.task.chance,
        )

    def _curve(self, budget: Budget, mark: int) -> Curve:
        there = sorted(self.measured[budget].items())
        return Curve(
            str(budget),
            _model(budget.network),
            mark,
            [delay for delay, _ in there],
            [found.accuracy for _, found in there],
            [found.error for _, found in there],
            [found.sequences for _, found in there],
        )

    def summarise(self, settings, numbers):
        """The accuracy, what was kept, and how much that is worth."""
        budget, saved = budget_of(settings), shipped_network(settings.network)
        how = "at" if not saved.training.recipe.vary_delay else "with delays up to"
        said = [
            f"{budget} at delay {settings.delay}: {numbers.accuracy:.1%} of the answers are right, "
            f"± {numbers.error:.1%} (standard error, {numbers.sequences} sequences, one network); "
            f"guessing {saved.task.chance:.1%}. Trained {how} {saved.task.delay}."
        ]
        if numbers.recall is not None:
            said.append(f"Recall of the relevant set: {numbers.recall:.0%}.")
        if numbers.blank > 0.3:
            said.append(f"{numbers.blank:.0%} of the answers are a blank.")
        if not numbers.finite:
            said.append(
                "The hidden state became infinite: the network has no answer, and what is drawn is "
                "what was made of it."
            )
        if parts(budget, settings.delay) == 1:
            said.append(
                f"Only {PARTS[0]} sequences: full attention reads every pair of steps, "
                "and that takes long."
            )
        return " ".join(said)

    def table(self, settings, numbers):
        """One row per network, budget and delay that was measured since the last Reset."""
        head = ("network", "policy", "nu", "rho", "delay", "sequences", "accuracy", "error")
        yield *head, "recall", *(f"right_{k}" for k in range(1, 11))
        for budget, there in self.measured.items():
            for delay, found in sorted(there.items()):
                kept = "" if found.recall is None else found.recall
                numbers_of = (delay, found.sequences, found.accuracy, found.error, kept)
                yield *budget, *numbers_of, *found.right.mean(1).tolist()

    def idle(self, settings):
        """Sizes that nothing has."""
        if not _has_memory(settings.network):
            return dict.fromkeys(("policy", "nu", "rho"), NO_BUDGET)
        if settings.policy == FULL:
            return dict.fromkeys(("nu", "rho"), "Every past state is read.")
        return {}


def _completed(changes: dict) -> dict:
    """With the budget of the network that is named, where no other is asked for."""
    network = changes.get("network")
    return (own(network) if network in NETWORKS else {}) | changes
