"""Gradient flow: which steps of a sequence does the loss reach, in five models side by side?"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, Several, Switch, setting
from rsa_edu.explorers.networks import BUDGETED, Case, network, sequence, shipped
from rsa_edu.figures import gradient_flow as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.gradients import gradient_flow
from rsa_edu.registry import TASKS

MODELS = ("RNN", "LSTM", "MemRNN", "RelRNN", "RelLSTM")
TOGETHER = 0.03
"""Seconds within which curves are shown together, with one message."""


@dataclass(frozen=True)
class Settings:
    """Which models on which sequence, their budget and start, and where the cursor stands."""

    delay: int = setting(100, Number(10, 300, NAMES["delay"]))
    step: int = setting(5, Number(0, lambda before: before.delay + 19, NAMES["step"]))
    nu: int = setting(10, Number(1, 40, NAMES["nu"]))
    rho: int = setting(10, Number(0, 40, NAMES["rho"]))
    g: float = setting(1.0, Number(0.3, 1.5, NAMES["g"], step=0.01))
    seed: int = setting(0, Number(0, 9, NAMES["seed"]))
    task: str = setting("Copy", Choice(tuple(TASKS), NAMES["task"]))
    trained: bool = setting(False, Switch("trained on copy"))
    models: tuple = setting(MODELS, Several(MODELS, NAMES["models"]))


@dataclass(frozen=True)
class Flows:
    """curves: model -> (T,) norm of dL/dh_t; waiting: models whose curve is still to be computed
    and, if there is one, of earlier settings; data, answers: steps of the sequence.
    """

    curves: Mapping[str, np.ndarray]
    waiting: tuple[str, ...]
    data: tuple[int, ...]
    answers: tuple[int, ...]

    @property
    def length(self) -> int:
        """Steps of the sequence."""
        return self.answers[-1] + 1


def cases(settings: Settings) -> list[Case]:
    """One case per model; what does not matter to a model is left out."""
    shared = {"delay": settings.delay, "seed": settings.seed, "trained": settings.trained}
    shared["task"] = "Copy" if settings.trained else settings.task
    shared["g"] = None if settings.trained else settings.g
    budget = {"nu": settings.nu, "rho": settings.rho}
    return [
        Case(model, **shared, **(budget if model in BUDGETED else {}))
        for model in settings.models
        if not settings.trained or shipped(model, "Copy")
    ]


@lru_cache(maxsize=512)
def profile(case: Case) -> np.ndarray:
    """The norm of dL/dh_t at every step of one sequence, in float64."""
    norms = gradient_flow(network(case), sequence(case)).total.numpy()
    norms.setflags(write=False)  # kept for the next time it is asked for
    return norms


def flows(settings: Settings, before: Flows | None = None) -> Iterator[Flows]:
    """Curve after curve; that of `before` stands in until a new one is there. The last is exact."""
    wanted = cases(settings)
    batch = sequence(wanted[0] if wanted else Case("", "Copy", settings.delay, 0, False))
    task = TASKS[wanted[0].task if wanted else "Copy"](settings.delay)
    steps = {
        "data": tuple(task.data_positions(batch)[:, 0].tolist()),
        "answers": tuple(batch.mask[:, 0].nonzero()[:, 0].tolist()),
    }
    old = before.curves if before else {}
    curves = {case.model: old[case.model] for case in wanted if case.model in old}
    waiting = [case.model for case in wanted]
    told = time.monotonic()
    for case in wanted:
        curves[case.model] = profile(case)
        waiting.remove(case.model)
        if waiting and time.monotonic() - told > TOGETHER:
            yield Flows(dict(curves), tuple(waiting), **steps)
            told = time.monotonic()
    yield Flows(curves, (), **steps)


class GradientFlow(Explorer):
    """The norm of dL/dh_t over a sequence, for models with and without attention to their past."""

    name = "gradient_flow"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "Untrained": {},
        "Relevant set empty": {"rho": 0},
        "Small gain": {"g": 0.8},
        "Long delay": {"delay": 300},
        "Scattered data": {"task": "Denoise", "step": 50},
        "Trained": {"trained": True, "rho": 15},
        "Trained, then starved": {"trained": True, "nu": 3, "rho": 3},
    }

    def compute(self, settings):
        """Curve after curve."""
        return flows(settings, self.numbers)

    def draw(self, settings, numbers):
        """All curves under one cursor."""
        if numbers is None:
            return view.gradient_flow({}, models=MODELS, length=settings.delay + 20)
        return view.gradient_flow(
            numbers.curves,
            models=MODELS,
            length=numbers.length,
            faded=numbers.waiting,
            data=numbers.data,
            answers=numbers.answers,
            cursor=settings.step,
        )

    def summarise(self, settings, numbers):
        """The values at the cursor."""
        here = {m: c[settings.step] for m, c in numbers.curves.items() if m not in numbers.waiting}
        missing = [m for m in settings.models if m not in numbers.curves]
        lack = f" No trained {' or '.join(missing)} is shipped." if missing else ""
        if not here:
            return f"No model is chosen.{lack}"
        values = ", ".join(f"{model} {spoken(value)}" for model, value in here.items())
        most = max(here, key=here.get)
        place = (
            "a data symbol"
            if settings.step in numbers.data
            else ("an answer step" if settings.step in numbers.answers else "blank or marker")
        )
        return (
            f"The gradient that reaches step {settings.step} ({place}): {values}; "
            f"{most} gets the most.{lack}"
        )

    def table(self, settings, numbers):
        """One row per step."""
        yield "t", *numbers.curves
        for t, row in enumerate(zip(*numbers.curves.values(), strict=True)):
            yield t, *row

    def idle(self, settings):
        """What a trained network has fixed, and budgets that no shown model has."""
        idle = {}
        if not any(shipped(model, "Copy") for model in MODELS):
            idle["trained"] = "No trained models are shipped with this version."
        if settings.trained:
            idle["g"] = "The weights are trained; their start no longer matters."
            idle["task"] = "The shipped models were trained on copy."
        if not set(settings.models) & set(BUDGETED):
            idle["nu"] = idle["rho"] = "Only RelRNN and RelLSTM have a budget."
        return idle
