"""Vanishing: how far back does a gradient reach in a recurrence without attention?"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.figures import vanishing as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.gradients import jacobian_norms
from rsa_edu.models import RNN

HIDDEN, INPUTS, BLOCK, SHEAR = 32, 8, 4, 0.5
NON_NORMAL = "non-normal"
SILENCE, SYMBOLS = "ten steps of noise, then silence", 10
SMALLEST = 5e-324
"""The smallest positive float64."""


@dataclass(frozen=True)
class Settings:
    """V = g times a matrix of spectral radius 1; what it is followed by; how long; what goes in."""

    g: float = setting(0.9, Number(0.1, 1.5, NAMES["g"], step=0.01))
    T: int = setting(100, Number(2, 400, NAMES["T"]))
    nonlinearity: str = setting(
        "identity", Choice(("identity", "tanh", "relu", "modrelu"), NAMES["nonlinearity"])
    )
    init: str = setting("henaff", Choice(("henaff", "cayley", "random", NON_NORMAL), NAMES["init"]))
    inputs: str = setting("noise", Choice(("noise", SILENCE), NAMES["inputs"]))
    drive: float = setting(0.1, Number(0.001, 10, NAMES["drive"], step=0.1, log=True))


@dataclass(frozen=True)
class Decay:
    """measured: (T,) spectral norm of dh_{T-1}/dh_t by distance k = T-1-t; radius and norm of V."""

    measured: np.ndarray
    radius: float
    norm: float
    exact: bool

    @property
    def zero_from(self) -> int | None:
        """The first distance at which exactly 0 is measured."""
        zeros = np.flatnonzero(self.measured == 0)
        return int(zeros[0]) if len(zeros) else None


def decay(settings: Settings) -> Decay:
    """Measure one sequence of random inputs, in float64; the same settings, the same numbers."""
    rng = torch.Generator().manual_seed(0)
    matrix = settings.init if settings.init != NON_NORMAL else "henaff"
    model = RNN(
        INPUTS, HIDDEN, nonlinearity=settings.nonlinearity, init=matrix, generator=rng
    ).double()
    with torch.no_grad():
        # henaff and the others are orthogonal in float32 only: the exact curve needs float64.
        model.weight_hh.copy_(settings.g * _unit_radius(model.weight_hh, settings.init))
        model.bias.zero_()
    inputs = torch.randn(settings.T, 1, INPUTS, generator=rng, dtype=torch.float64)
    if settings.inputs == SILENCE:
        inputs[SYMBOLS:] = 0
    norms = jacobian_norms(model, settings.drive * inputs)
    return Decay(
        measured=norms.flip(0).numpy(),
        radius=settings.g,
        norm=torch.linalg.matrix_norm(model.weight_hh.detach(), ord=2).item(),
        exact=settings.nonlinearity == "identity" and settings.init != NON_NORMAL,
    )


def _unit_radius(start: torch.Tensor, init: str) -> torch.Tensor:
    """A matrix whose eigenvalues all have modulus 1: orthogonal, or of sheared blocks."""
    if init == NON_NORMAL:
        block = torch.eye(BLOCK) + SHEAR * torch.diag(torch.ones(BLOCK - 1), 1)
        return torch.block_diag(*[block] * (HIDDEN // BLOCK))
    left, _, right = torch.linalg.svd(start)
    return left @ right


class Vanishing(Explorer):
    """How the gradient falls or grows on its way back, one step of the recurrence after another."""

    name = "vanishing"
    Settings = Settings
    presets: ClassVar = {
        "Vanishing, g = 0.9": {},
        "Kept, g = 1": {"g": 1.0},
        "Exploding, g = 1.1": {"g": 1.1},
        "tanh in noise": {"g": 1.0, "nonlinearity": "tanh", "drive": 0.5},
        "tanh in silence": {"g": 1.0, "nonlinearity": "tanh", "drive": 0.5, "inputs": SILENCE},
        "Radius and norm differ": {"init": NON_NORMAL, "T": 200},
        "Down to exactly 0": {"g": 0.1, "T": 400},
    }

    def compute(self, settings):
        """The norms by distance."""
        return decay(settings)

    def draw(self, settings, numbers):
        """Measured, and what V alone would give."""
        if numbers is None:
            return view.vanishing()
        return view.vanishing(
            numbers.measured,
            radius=numbers.radius,
            norm=numbers.norm,
            exact=numbers.exact,
        )

    def summarise(self, settings, numbers):
        """How much is left at the first step."""
        k = settings.T - 1
        left, power = numbers.measured[-1], numbers.radius**k
        if numbers.zero_from is not None:
            return _about_zero(numbers)
        said = f"After {k} steps the gradient is {spoken(left)} times what it was"
        if settings.init == NON_NORMAL:
            top = int(numbers.measured.argmax())
            return (
                f"{said}; on the way it was {spoken(numbers.measured[top])} times as large "
                f"(after {top} steps), for V has spectral radius {spoken(numbers.radius)} "
                f"but norm {numbers.norm:.2f}."
            )
        relation = "exactly" if numbers.exact else "an upper bound"
        return f"{said}; gᵏ = {spoken(power)}, {relation}."

    def table(self, settings, numbers):
        """One row per distance."""
        yield "k", "measured", "radius^k", "norm^k"
        for k, value in enumerate(numbers.measured):
            yield k, value, numbers.radius**k, numbers.norm**k

    def idle(self, settings):
        """Where the Jacobian does not depend on the inputs, or not on their size."""
        if settings.nonlinearity == "identity":
            why = "Without a nonlinearity the inputs do not change the Jacobian."
            return {"drive": why, "inputs": why}
        if settings.nonlinearity == "relu":
            return {"drive": "A ReLU's slope depends on the sign of its input, not on the size."}
        return {}


def _about_zero(numbers: Decay) -> str:
    last = numbers.measured[numbers.zero_from - 1]
    if last < 1e-290:
        why = f"it is below {SMALLEST:.0e}, the smallest number that the computer can hold"
    else:
        why = "on every path some unit is switched off, where φ′ = 0"
    return (
        f"From {numbers.zero_from} steps on the gradient is exactly 0 (triangles on the axis): "
        f"{why}. One step before it was {last:.1e}."
    )
