"""The networks that explorers show: untrained ones from a seed, and those that are shipped."""

import copy
from dataclasses import dataclass
from functools import lru_cache

import torch

from rsa_edu import models, results, tasks
from rsa_edu.network import Network
from rsa_edu.registry import TASKS

BUDGETED = ("RelRNN", "RelLSTM")
HIDDEN = 64


@dataclass(frozen=True)
class Case:
    """A network and the sequence it sees. g is the gain of an untrained V; None leaves it as it is.
    nu and rho: of a screening; None where a model has no budget.
    """

    model: str
    task: str
    delay: int
    seed: int
    trained: bool
    g: float | None = None
    nu: int | None = None
    rho: int | None = None


def shipped(model: str, task: str) -> str | None:
    """The name under which this model, trained on this task, comes with the package, if it does."""
    name = f"{model}_{task}".lower()
    return name if name in results.names() else None


def not_shipped(model: str, task: str) -> str:
    """The sentence that says so; empty where the trained model is there."""
    return "" if shipped(model, task) else f"No {model} trained on {task.lower()} is shipped."


def case_of(settings) -> Case:
    """The case that an explorer's settings ask for; untrained where nothing trained is shipped.

    settings: with model, task, delay, seed and trained; with nu and rho where it has a budget.
    """
    budget = {}
    if settings.model in BUDGETED and hasattr(settings, "nu"):
        budget = {"nu": settings.nu, "rho": settings.rho}
    trained = settings.trained and shipped(settings.model, settings.task) is not None
    return Case(settings.model, settings.task, settings.delay, settings.seed, trained, **budget)


def sequence(case: Case) -> tasks.Batch:
    """One sequence, float64."""
    rng = torch.Generator().manual_seed(case.seed)
    return TASKS[case.task](case.delay).sample(1, rng).to(torch.float64)


def network(case: Case) -> Network:
    """The network, float64, with its budget; a copy of one's own."""
    net = (_trained if case.trained else _untrained)(case).double()
    if case.nu is not None:
        net.recurrence.memory = models.Screening(case.nu, case.rho)
    return net


def _untrained(case: Case) -> Network:
    kind, task = getattr(models, case.model), TASKS[case.task](case.delay)
    rng = torch.Generator().manual_seed(case.seed)
    recurrence = kind(task.input_size, HIDDEN, generator=rng)
    if case.g is not None:
        with torch.no_grad():
            recurrence.weight_hh.mul_(case.g)
    # A generator of its own: the same read-out for all models.
    return Network(recurrence, task.n_classes, generator=torch.Generator().manual_seed(case.seed))


def _trained(case: Case) -> Network:
    return copy.deepcopy(shipped_network(shipped(case.model, case.task)).net)


@lru_cache
def shipped_network(name: str) -> results.saved.Saved:
    """A shipped network, one for all: to be looked at, not changed."""
    return results.load(name)
