"""Gradient by hops: through how many reads does the gradient come to a state?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, Switch, setting
from rsa_edu.explorers.networks import (
    BUDGETED,
    Case,
    case_of,
    network,
    not_shipped,
    sequence,
)
from rsa_edu.figures import hops as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.orders import COLORS, name, places
from rsa_edu.gradients import PATHS, gradient_flow
from rsa_edu.registry import TASKS

MODELS = ("RelRNN", "RelLSTM", "MemRNN", "MemLSTM")
NOTHING = "nothing"


@dataclass(frozen=True)
class Settings:
    """Which network on which sequence, what is counted, and where the cursor stands."""

    delay: int = setting(100, Number(10, 200, NAMES["delay"]))
    step: int = setting(5, Number(0, lambda before: before.delay + 19, NAMES["step"]))
    nu: int = setting(10, Number(1, 40, NAMES["nu"]))
    rho: int = setting(15, Number(0, 40, NAMES["rho"]))
    hops: int = setting(3, Number(0, len(COLORS) - 1, NAMES["hops"]))
    seed: int = setting(0, Number(0, 9, NAMES["seed"]))
    model: str = setting("RelRNN", Choice(MODELS, NAMES["model"]))
    task: str = setting("Copy", Choice(tuple(TASKS), NAMES["task"]))
    paths: str = setting("all", Choice(PATHS, NAMES["paths"]))
    cut: str = setting(NOTHING, Choice((NOTHING, "recurrence", "attention"), NAMES["cut"]))
    trained: bool = setting(True, Switch(NAMES["trained"]))


@dataclass(frozen=True, eq=False)
class Split:
    """norms, shares: (R + 2, T), see figures/hops.py; total: (T,); data, answers: steps.

    trained: whether the network is.
    """

    norms: np.ndarray
    shares: np.ndarray
    total: np.ndarray
    data: tuple[int, ...]
    answers: tuple[int, ...]
    trained: bool


def split(settings: Settings) -> Split:
    """The gradient flow of one sequence by orders; the cursor plays no part."""
    return _split(case_of(settings), settings.hops, settings.paths, settings.cut)


@lru_cache(maxsize=64)
def _split(case: Case, hops: int, paths: str, cut: str) -> Split:
    batch = sequence(case)
    task = TASKS[case.task](case.delay)
    flow = gradient_flow(
        network(case), batch, hops=hops, paths=paths, cut=None if cut == NOTHING else cut
    )
    vectors, whole = flow.vectors.numpy()[:, :, 0], flow.total_vectors.numpy()[:, 0]
    squared = (whole**2).sum(1)
    along = (vectors * whole).sum(2)
    return Split(
        norms=flow.by_hops.numpy(),
        shares=np.divide(along, squared, out=np.zeros_like(along), where=squared > 0),
        total=flow.total.numpy(),
        data=tuple(task.data_positions(batch)[:, 0].tolist()),
        answers=tuple(batch.mask[:, 0].nonzero()[:, 0].tolist()),
        trained=case.trained,
    )


class Hops(Explorer):
    """The norm of dL/dh_t split by the number of reads the gradient came through."""

    name = "hops"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "Trained on copy": {},
        "Between data and answer": {"step": 60},
        "Untrained": {"trained": False, "task": "Denoise"},
        "Full attention": {"model": "MemRNN"},
        "Starved": {"nu": 3, "rho": 3},
        "Weights held constant": {"paths": "value"},
        "Through the weights only": {"paths": "scores"},
        "Recurrence cut": {"cut": "recurrence"},
        "With a cell": {"model": "RelLSTM"},
    }

    def compute(self, settings):
        """One sweep gives all orders."""
        yield split(settings)

    def draw(self, settings, numbers):
        """All orders under one cursor."""
        if numbers is None:
            return view.hops()
        return view.hops(
            numbers.norms,
            numbers.total,
            numbers.shares,
            data=numbers.data,
            answers=numbers.answers,
            cursor=settings.step,
        )

    def summarise(self, settings, numbers):
        """How the gradient came to the state at the cursor."""
        t = settings.step
        total, here = numbers.total[t], numbers.norms[:, t]
        what = "trained" if numbers.trained else "untrained"
        lack = ""
        if settings.trained and not numbers.trained:
            lack = f" {not_shipped(settings.model, settings.task)}"
        start = f"State {t} of the {what} {settings.model} gets a gradient of {spoken(total)}"
        if total == 0:
            return f"{start}: no path that is counted leads from the loss to it.{lack}"
        orders = places(len(here))
        most = int(numbers.shares[:, t].argmax())
        values = ", ".join(
            f"{name(place)} {spoken(norm)}" for place, norm in zip(orders, here, strict=True)
        )
        return (
            f"{start}; {numbers.shares[most, t]:.0%} of it came by {name(orders[most])}. "
            f"Norms by hops: {values}.{lack}"
        )

    def table(self, settings, numbers):
        """One row per step: norms, then shares."""
        orders = [name(place) for place in places(settings.hops + 2)]
        yield "t", "all", *orders, *(f"share of {order}" for order in orders)
        for t, total in enumerate(numbers.total):
            yield t, total, *numbers.norms[:, t], *numbers.shares[:, t]

    def idle(self, settings):
        """Budgets that the model has not, and training that nobody did."""
        idle = {}
        if settings.model not in BUDGETED:
            idle["nu"] = idle["rho"] = "Full attention has no budget."
        if why := not_shipped(settings.model, settings.task):
            idle["trained"] = why
        if settings.cut == "attention":
            idle["hops"] = idle["paths"] = "Without attention there are no hops."
        return idle
