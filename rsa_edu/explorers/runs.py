"""The core of "train with a budget": settings -> training -> what is drawn of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from rsa_edu import models, results, tasks
from rsa_edu.curves import curves, memoryless_loss, notes
from rsa_edu.explorers import policies
from rsa_edu.explorers.controls import Choice, Number, Switch, setting
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.training import Run
from rsa_edu.models import MemoryPolicy
from rsa_edu.network import Network
from rsa_edu.probe import Probe, probe
from rsa_edu.registry import TASKS
from rsa_edu.runner import Runner
from rsa_edu.tasks.recall import N_SYMBOLS
from rsa_edu.training import Record, Training

PLAIN = ("RNN", "OrthogonalRNN", "ExpRNN", "LSTM")
FULL = ("MemRNN", "MemLSTM")
BUDGETED = ("RelRNN", "RelLSTM")
MODELS = (*PLAIN, *FULL, *BUDGETED, "SAB", "Transformer")
ATTENTION = ("additive", "scaled_dot")
NEW = "new network"
BUDGET = ("policy", "nu", "rho")
LIVE = (*BUDGET, "learning_rate", "updates")
"""Settings that may be changed while a run is under way."""
PROBE_SEED = 2024
"""Of the sequence that attention and gradient are shown on."""
MOST = 20
"""Slots of each part of the memory."""


@dataclass(frozen=True)
class Settings:
    """What is trained, and how."""

    start: str = setting(NEW, Choice((NEW, *results.names()), "start from"))
    task: str = setting("Copy", Choice(tuple(TASKS), NAMES["task"]))
    model: str = setting("RelRNN", Choice(MODELS, NAMES["model"]))
    attention: str = setting("additive", Choice(ATTENTION, NAMES["attention"]))
    policy: str = setting(policies.SCREENING, Choice(policies.POLICIES, NAMES["policy"]))
    loss: str = setting("answers", Choice(("answers", "all"), NAMES["loss"]))
    vary_delay: bool = setting(True, Switch(NAMES["vary_delay"]))
    delay: int = setting(20, Number(5, 100, NAMES["delay"]))
    nu: int = setting(5, Number(1, MOST, NAMES["nu"]))
    rho: int = setting(12, Number(0, MOST, NAMES["rho"]))
    hidden_size: int = setting(64, Number(16, 128, NAMES["hidden_size"], step=16))
    learning_rate: float = setting(
        2e-3, Number(1e-4, 1.0, NAMES["learning_rate"], step=0.05, log=True)
    )
    updates: int = setting(1000, Number(50, 5000, NAMES["updates"], step=50))
    seed: int = setting(0, Number(0, 99, NAMES["seed"]))


def new_training(settings: Settings) -> Training:
    """A network that has learned nothing yet, or a copy of a shipped one, with these settings."""
    if settings.start != NEW:
        training = results.load(settings.start).training
        training.learning_rate = settings.learning_rate
    else:
        task = getattr(tasks, settings.task)(settings.delay)
        dice = torch.Generator().manual_seed(settings.seed)
        build, chosen = getattr(models, settings.model), {}
        if settings.model in (*FULL, *BUDGETED):
            chosen["attention"] = settings.attention
        recurrence = build(task.input_size, settings.hidden_size, generator=dice, **chosen)
        training = Training(
            Network(recurrence, task.n_classes, generator=dice),
            task,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
            loss=settings.loss,
            vary_delay=settings.vary_delay,
        )
    if training.memory is not None:
        training.memory = memory_for(settings, training.memory)
    return training


def memory_for(settings: Settings, now: MemoryPolicy | None) -> MemoryPolicy | None:
    """The memory that the settings ask for; `now` itself where it is that, or is not on offer."""
    has = {} if now is None else policies.sliders(now, MOST)
    asked = {name: getattr(settings, name) for name in BUDGET}
    return now if has in ({}, asked) else policies.build(**asked, seed=settings.seed)


def settings_of(training: Training, start: str = NEW) -> dict:
    """The settings that a checkpoint brings along."""
    memory, recipe = training.memory, training.recipe
    attention = getattr(training.net.recurrence, "attention", None)
    return {
        "start": start,
        "task": type(training.task).__name__,
        "delay": training.task.delay,
        "model": type(training.net.recurrence).__name__,
        "hidden_size": training.net.recurrence.hidden_size,
        **({"attention": attention} if attention in ATTENTION else {}),
        **({} if memory is None else policies.sliders(memory, MOST)),
        **{k: getattr(recipe, k) for k in ("learning_rate", "loss", "vary_delay", "seed")},
    }


def steer(run: Runner, settings: Settings) -> None:
    """Ask the run for this learning rate and budget, where it has others."""
    if run.learning_rate != settings.learning_rate:
        run.learning_rate = settings.learning_rate
    memory = memory_for(settings, run.memory)
    if memory != run.memory:
        run.memory = memory


def without_effect(settings: Settings) -> dict[str, str]:
    """Settings that this model does not have, each with the reason."""
    model = settings.model
    if model in BUDGETED:
        return {}
    why = {
        **dict.fromkeys(PLAIN, f"{model} has no attention."),
        **dict.fromkeys(FULL, f"{model} attends to all its past: there is no budget to choose."),
        "SAB": "SAB has an attention of its own, to 10 states that it chooses anew at every step.",
        "Transformer": "Transformer attends to all its past, with an attention of its own.",
    }[model]
    return dict.fromkeys(BUDGET if model in FULL else ("attention", *BUDGET), why)


@dataclass(frozen=True)
class Progress:
    """What the page shows: the present run and the kept one, as drawn."""

    run: Run | None = None
    kept: Run | None = None


def look(run: Runner) -> Probe:
    """Attention and gradient of the network as it is now, always on the same sequence."""
    sequence = run.training.task.sample(1, torch.Generator().manual_seed(PROBE_SEED))
    return probe(run.snapshot(), sequence)


def picture(run: Runner, seen: Probe | None) -> Run:
    """The run as it is now, ready to be drawn."""
    training = run.training
    model, task = type(training.net.recurrence).__name__, training.task
    drawn, attention = curves(run.records), None if seen is None else seen.attention
    return Run(
        name=f"{_variant(training)}, {type(task).__name__} {task.delay}",
        model=model,
        **vars(drawn),
        memoryless=memoryless_loss(task, training.recipe),
        chance=task.chance,
        notes=notes(run.changes),
        flow=() if seen is None else tuple(float(f"{norm:.4g}") for norm in seen.flow.tolist()),
        attention=None if attention is None else _cells(attention),
        cell=1 if seen is None else seen.block,
        answers=N_SYMBOLS,
    )


def _variant(training: Training) -> str:
    """Model, attention and memory in a legend; what is the paper's goes without saying."""
    said = type(training.net.recurrence).__name__
    if getattr(training.net.recurrence, "attention", None) == "scaled_dot":
        said += ", scaled_dot"
    memory = "" if training.memory is None else policies.title(training.memory)
    return f"{said}{' ' if memory.startswith('(') else ', '}{memory}" if memory else said


def rows(name: str, records: Sequence[Record]) -> Iterator[tuple]:
    """A row of the CSV file for each update of the run of this name."""
    for record in list(records):
        yield (name, *vars(record).values())


def _cells(attention) -> tuple:
    rows = attention.round(4).tolist()
    return tuple(tuple(None if cell != cell else cell for cell in row) for row in rows)


def standing(run: Run) -> str:
    """The latest loss and accuracy of a run in words, against no memory and chance."""
    if not run.update:
        return f"{run.name}: no update yet."
    return (
        f"{run.name}: after {run.update[-1]} updates the loss is {run.loss[-1]:.3f} "
        f"(without memory {run.memoryless:.3f}) and {run.accuracy[-1]:.0%} of the symbols are "
        f"right (chance {run.chance:.1%})."
    )
