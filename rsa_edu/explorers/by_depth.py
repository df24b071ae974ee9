"""Depth and gradient: is it the time that starves a state, or the number of links to the loss?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch

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
from rsa_edu.figures import by_depth as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.gradients import gradient_flow
from rsa_edu.registry import TASKS
from rsa_edu.theory import dependency_depth


@dataclass(frozen=True)
class Settings:
    """Which network on which sequence, its budget, and a state to look at."""

    delay: int = setting(200, Number(10, 400, NAMES["delay"]))
    step: int = setting(100, Number(0, lambda before: before.delay + 9, NAMES["step"]))
    nu: int = setting(10, Number(1, 40, NAMES["nu"]))
    rho: int = setting(15, Number(0, 40, NAMES["rho"]))
    seed: int = setting(0, Number(0, 9, NAMES["seed"]))
    model: str = setting("RelRNN", Choice(BUDGETED, NAMES["model"]))
    task: str = setting("Denoise", Choice(tuple(TASKS), NAMES["task"]))
    trained: bool = setting(False, Switch(NAMES["trained"]))


@dataclass(frozen=True, eq=False)
class Profile:
    """gradients, depths: (m,) of the states before the step m of the loss, see figures/by_depth.py.
    line: intercept and slope of log10 gradient over depth, None where there is one depth only.
    data: steps. trained: whether the network is.
    """

    gradients: np.ndarray
    depths: np.ndarray
    line: tuple[float, float] | None
    data: tuple[int, ...]
    trained: bool


def profile(settings: Settings) -> Profile:
    """Depth and gradient of every state, for a loss at the first answer step; float64."""
    return _profile(case_of(settings))


@lru_cache(maxsize=64)
def _profile(case: Case) -> Profile:
    recurrence, batch = network(case).recurrence, sequence(case)
    task = TASKS[case.task](case.delay)
    m = task.marker_step + 1
    inputs = batch.inputs[: m + 1]
    with torch.no_grad():
        *_, trace = recurrence(inputs, return_trace=True)
    alpha, positions = trace.attention[:, 0].numpy(), trace.positions[:, 0].numpy()
    depths = dependency_depth(alpha, positions=positions).depths[:m]
    dice = torch.Generator().manual_seed(case.seed)
    r = torch.randn(recurrence.hidden_size, generator=dice, dtype=inputs.dtype)
    flow = gradient_flow(recurrence, inputs, loss=lambda out: (out[m] * r).sum()).total.numpy()
    gradients = flow[:m] / flow[m]
    return Profile(
        gradients=gradients,
        depths=depths,
        line=fitted_line(depths, gradients),
        data=tuple(task.data_positions(batch)[:, 0].tolist()),
        trained=case.trained,
    )


def fitted_line(depths: np.ndarray, gradients: np.ndarray) -> tuple[float, float] | None:
    """Intercept and slope of log10 gradient over depth; None where no line can be told."""
    alive = gradients > 0
    if len(set(depths[alive])) < 2:
        return None
    slope, intercept = np.polyfit(depths[alive], np.log10(gradients[alive]), 1)
    return float(intercept), float(slope)


class ByDepth(Explorer):
    """The gradient of every state of a RelRNN, over its time and over its dependency depth."""

    name = "by_depth"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "Untrained": {},
        "Four times as long": {"delay": 400, "step": 200},
        "Short buffer": {"nu": 3},
        "Long buffer": {"nu": 40},
        "No relevant set": {"rho": 0},
        "Trained on copy": {"task": "Copy", "trained": True, "delay": 100, "step": 60},
        "With a cell": {"model": "RelLSTM"},
    }

    def compute(self, settings):
        """One forward pass, one backward pass, one search."""
        yield profile(settings)

    def draw(self, settings, numbers):
        """Both sides under one cursor."""
        if numbers is None:
            return view.by_depth()
        return view.by_depth(
            numbers.gradients, numbers.depths, numbers.line, data=numbers.data, cursor=settings.step
        )

    def summarise(self, settings, numbers):
        """The state at the cursor, and what a link costs."""
        depth, gradient = numbers.depths[settings.step], numbers.gradients[settings.step]
        kappa = settings.nu + settings.rho
        links = "1 link" if depth == 1 else f"{depth} links"
        said = (
            f"h{settings.step} is {links} from the loss and gets {spoken(gradient)} of the "
            f"gradient there; the deepest state is {numbers.depths.max()} links away."
        )
        if numbers.line:
            cost = 10 ** -numbers.line[1]
            said += (
                f" Measured, a link costs a factor of {spoken(cost)}; a single chain of weights "
                f"1/κ, κ = {kappa}, would cost 2κ = {2 * kappa}."
            )
        if settings.trained and not numbers.trained:
            said += f" {not_shipped(settings.model, settings.task)}"
        return said

    def table(self, settings, numbers):
        """One row per state."""
        yield "t", "depth", "gradient"
        yield from zip(
            range(len(numbers.depths)),
            numbers.depths.tolist(),
            numbers.gradients.tolist(),
            strict=True,
        )

    def idle(self, settings):
        """Training that nobody did."""
        why = not_shipped(settings.model, settings.task)
        return {"trained": why} if why else {}
