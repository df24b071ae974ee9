"""The core of "train with a budget": settings -> training -> what is drawn of it."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import torch

from rsa_edu import models, results, tasks
from rsa_edu.curves import curves, memoryless_loss, notes
from rsa_edu.explorers.controls import Choice, Number, Switch, setting
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.training import Run
from rsa_edu.network import Network
from rsa_edu.probe import Probe
from rsa_edu.runner import Runner
from rsa_edu.tasks.recall import N_SYMBOLS
from rsa_edu.training import Training

MODELS = ("RNN", "LSTM", "MemRNN", "RelRNN", "RelLSTM")
NEW = "new network"
LIVE = ("nu", "rho", "learning_rate", "updates")
"""Settings that may be changed while a run is under way."""


@dataclass(frozen=True)
class Settings:
    """What is trained, and how."""

    start: str = setting(NEW, Choice((NEW, *results.names()), "start from"))
    task: str = setting("Copy", Choice(("Copy", "Denoise"), NAMES["task"]))
    model: str = setting("RelRNN", Choice(MODELS, NAMES["model"]))
    loss: str = setting("answers", Choice(("answers", "all"), NAMES["loss"]))
    vary_delay: bool = setting(True, Switch(NAMES["vary_delay"]))
    delay: int = setting(20, Number(5, 100, NAMES["delay"]))
    nu: int = setting(5, Number(1, 20, NAMES["nu"]))
    rho: int = setting(12, Number(0, 20, NAMES["rho"]))
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
        build = getattr(models, settings.model)
        recurrence = build(task.input_size, settings.hidden_size, generator=dice)
        training = Training(
            Network(recurrence, task.n_classes, generator=dice),
            task,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
            loss=settings.loss,
            vary_delay=settings.vary_delay,
        )
    if isinstance(training.memory, models.Screening):
        training.memory = models.Screening(settings.nu, settings.rho)
    return training


def settings_of(training: Training, start: str = NEW) -> dict:
    """The settings that a checkpoint brings along."""
    memory, recipe = training.memory, training.recipe
    budget = isinstance(memory, models.Screening)
    return {
        "start": start,
        "task": type(training.task).__name__,
        "delay": training.task.delay,
        "model": type(training.net.recurrence).__name__,
        "hidden_size": training.net.recurrence.hidden_size,
        **({"nu": memory.buffer_size, "rho": memory.relevant_size} if budget else {}),
        **{k: getattr(recipe, k) for k in ("learning_rate", "loss", "vary_delay", "seed")},
    }


def steer(run: Runner, settings: Settings) -> None:
    """Ask the run for this learning rate and budget, where it has others."""
    if run.learning_rate != settings.learning_rate:
        run.learning_rate = settings.learning_rate
    budget = models.Screening(settings.nu, settings.rho)
    if isinstance(run.memory, models.Screening) and run.memory != budget:
        run.memory = budget


def free_path(stem: str) -> Path:
    """A file for a checkpoint in the folder of the notebook that is not there yet."""
    for ending in itertools.chain([""], (f"-{i}" for i in itertools.count(2))):
        path = Path(f"{stem}{ending}.safetensors")
        if not path.exists():
            break
    return path


def picture(run: Runner, seen: Probe | None) -> Run:
    """The run as it is now, ready to be drawn."""
    training = run.training
    model, memory, task = type(training.net.recurrence).__name__, training.memory, training.task
    screening = isinstance(memory, models.Screening)
    budget = f" (ν = {memory.buffer_size}, ρ = {memory.relevant_size})" if screening else ""
    drawn, attention = curves(run.records), None if seen is None else seen.attention
    return Run(
        name=f"{model}{budget}, {type(task).__name__} {task.delay}",
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
