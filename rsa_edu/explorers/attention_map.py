"""Attention map: which earlier states does a network read, and how many of them?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, Switch, setting
from rsa_edu.explorers.networks import BUDGETED, Case, case_of, network, not_shipped, sequence
from rsa_edu.figures import attention_map as view
from rsa_edu.figures.names import NAMES
from rsa_edu.probe import attention_map, block_size
from rsa_edu.reasons import h
from rsa_edu.registry import TASKS
from rsa_edu.statistics import attention_statistics, stripe_share

LONGEST = {"MemRNN": 480, "MemLSTM": 480, **dict.fromkeys(BUDGETED, 1980)}
"""Delays, so that the answer comes within about a second; full attention reads every pair."""
STRIPES = 10
"""As many as there are data symbols."""


@dataclass(frozen=True)
class Settings:
    """Which network reads which sequence, and the step whose weights are shown one by one."""

    model: str = setting("MemRNN", Choice(tuple(LONGEST), NAMES["model"]))
    # 64 steps: the longest sequence of which every single weight fits into the map.
    delay: int = setting(
        44,
        Number(
            5, lambda before: LONGEST[before.model], NAMES["delay"], 0.01, log=True, counts=True
        ),
    )
    step: int = setting(59, Number(1, lambda before: before.delay + 19, NAMES["step"]))
    seed: int = setting(0, Number(0, 99, NAMES["seed"]))
    task: str = setting("Copy", Choice(tuple(TASKS), NAMES["task"]))
    trained: bool = setting(True, Switch(NAMES["trained"]))


@dataclass(frozen=True, eq=False)
class Seen:
    """What one sequence shows.

    cells: the map, a cell for `cell` steps and states. alpha, positions: (T, K) weight and position
    of what each step can attend to, -1 for an empty slot. kappa: (T,) effective kappa, NaN at step
    0. symbols: what was shown, "" for a blank. answers: the steps of the answer. stripes: share of
    all attention on the ten most attended states. trained: whether the network is.
    """

    cells: np.ndarray
    cell: int
    alpha: np.ndarray
    positions: np.ndarray
    kappa: np.ndarray
    symbols: tuple[str, ...]
    answers: tuple[int, ...]
    stripes: float
    trained: bool

    def row(self, t: int) -> np.ndarray:
        """(T,) alpha of step t, 0 for a state that it cannot attend to."""
        weights, there = np.zeros(len(self.kappa)), self.positions[t] >= 0
        weights[self.positions[t, there]] = self.alpha[t, there]
        return weights


def seen(settings: Settings) -> Seen:
    """Let the network read one sequence; the step at the cursor plays no part."""
    return _read(case_of(settings))


@lru_cache(maxsize=32)
def _read(case: Case) -> Seen:
    batch, task = sequence(case), TASKS[case.task](case.delay)
    with torch.no_grad():
        trace = network(case).recurrence(batch.inputs, return_trace=True)[2]
    names = {0: "", task.input_size - 1: "?"}
    return Seen(
        attention_map(trace),
        block_size(task.length),
        trace.attention[:, 0].numpy(),
        trace.positions[:, 0].numpy(),
        attention_statistics(trace).effective_kappa[:, 0].numpy(),
        tuple(names.get(s, str(s)) for s in batch.inputs[:, 0].argmax(1).tolist()),
        tuple(batch.mask[:, 0].nonzero()[:, 0].tolist()),
        stripe_share(trace, torch.ones_like(batch.mask), STRIPES),
        case.trained,
    )


class AttentionMap(Explorer):
    """The attention of a network on one sequence: the map, and how many states each step reads."""

    name = "attention_map"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "Trained on copy": {},
        "Trained on denoise": {"task": "Denoise"},
        "Untrained": {"trained": False},
        "A longer silence": {"delay": 100, "step": 115},
        "With a budget": {"model": "RelRNN"},
        "2000 steps": {"model": "RelRNN", "task": "Denoise", "delay": 1980, "step": 1992},
    }

    def compute(self, settings):
        """The whole sequence; `step` only says where in it to look."""
        yield seen(settings)

    def draw(self, settings, numbers):
        """The map, with the cursor's row under it and effective κ beside it."""
        if numbers is None:
            return view.attention_map(None, np.zeros(0), np.zeros(0), self.theme)
        return view.attention_map(
            numbers.cells,
            numbers.kappa,
            numbers.row(settings.step),
            self.theme,
            cell=numbers.cell,
            symbols=numbers.symbols,
            answers=numbers.answers,
            cursor=settings.step,
        )

    def summarise(self, settings, numbers):
        """The step at the cursor, the answer, and all steps together."""
        t, row = settings.step, numbers.row(settings.step)
        what = "trained" if numbers.trained else "untrained"
        at = int(row.argmax())
        symbol = numbers.symbols[at]
        state = {"": "a blank", "?": "the marker"}.get(symbol, f"symbol {symbol}")
        answer = numbers.kappa[list(numbers.answers)].mean()
        lack = ""
        if settings.trained and not numbers.trained:
            lack = f" {not_shipped(settings.model, settings.task)}"
        return (
            f"At step {t} the {what} {settings.model} can read {np.count_nonzero(row)} states; "
            f"effectively it reads {numbers.kappa[t]:.1f}, and {row[at]:.0%} of the attention is "
            f"on {h(at)} ({state}). Over the answer steps κ is {answer:.1f} on average. Of all "
            f"attention in this map, {numbers.stripes:.0%} is on {STRIPES} states.{lack}"
        )

    def table(self, settings, numbers):
        """One row per step and state that it can attend to."""
        yield "t", "effective_kappa", "i", "alpha"
        for t, kappa in enumerate(numbers.kappa):
            for i, alpha in sorted(zip(numbers.positions[t], numbers.alpha[t], strict=True)):
                if i >= 0:
                    yield t, kappa, i, alpha

    def idle(self, settings):
        """Training that nobody did."""
        why = not_shipped(settings.model, settings.task)
        return {"trained": why} if why else {}
