"""Exponents: under uniform attention a gradient is a power of T, and the eigenvalue says which."""

import cmath
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import ipywidgets
import numpy as np

from rsa_edu import theory
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.explorers.disc import Disc
from rsa_edu.figures import exponents as view
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.theme import GROUNDS

COMBINE = ("mean", "sum", "attention")
LENGTHS = (100, 1_000, 10_000, 100_000)
RINGS, SPOKES = 66, 91
"""Of the coloured disc: 65 rings inside it, and the circle."""
ROOM = 1.5
"""A slope is measured only if the last T is at least so many times the first."""

NARROW = 640
"""Pixels; on a narrower page the two panels stand one below the other."""


@dataclass(frozen=True)
class Settings:
    """The eigenvalue v, in polar coordinates; f(h, c); T; the step the gradient is sent back to."""

    radius: float = setting(0.9, Number(0, 1, NAMES["radius"], step=0.01))
    angle: int = setting(60, Number(-180, 180, NAMES["angle"]))
    combine: str = setting("mean", Choice(COMBINE, NAMES["combine"]))
    T: int = setting(10_000, Choice(LENGTHS, NAMES["T"]))
    start: int = setting(1, Number(1, 50, NAMES["start"]))


@dataclass(frozen=True)
class Law:
    """What is predicted for an eigenvalue and what is measured.

    logs: (T - start + 1,) log |dh/dh_start| at the steps start..T. exponent: predicted, of T; None
    where there is none, and then `why`. reliable: the T from which on it holds, None likewise.
    slope: (first T, last T, exponent measured between them), None where it cannot be taken.
    rate: what one step of a recurrence without attention adds to the logarithm.
    """

    eigenvalue: complex
    start: int
    logs: np.ndarray
    exponent: float | None
    why: str
    reliable: int | None
    slope: tuple[int, int, float] | None
    rate: float

    @property
    def last(self) -> int:
        """The last T."""
        return self.start + len(self.logs) - 1


def law(settings: Settings) -> Law:
    """Predict and measure."""
    v, combine, start = (
        eigenvalue(settings.radius, settings.angle),
        settings.combine,
        settings.start,
    )
    logs = theory.uniform_attention_gradient(v, settings.T - start, combine, start)
    exponent, why, reliable, slope = None, "", None, None
    try:
        exponent = theory.uniform_attention_exponent(v, combine)
        reliable = theory.reliable_from(v, combine, start)
    except ValueError as error:
        why = str(error)
    if reliable and math.isfinite(logs[-1]):
        first = max(reliable, settings.T // 10)
        if first * ROOM <= settings.T:
            slope = (first, settings.T, theory.measured_exponent(logs, start, first))
    rate = theory.exponential_rate(v)
    return Law(v, start, logs, exponent, why, reliable, slope, rate)


def eigenvalue(radius: float, degrees: float) -> complex:
    """radius e^(i degrees), with nothing left over where it is real or imaginary."""
    v = cmath.rect(radius, math.radians(degrees))
    return complex(round(v.real, 14), round(v.imag, 14))


@lru_cache
def exponent_map(combine: str) -> np.ndarray:
    """(RINGS, SPOKES) exponents on the upper half of the disc, as `Disc` wants them."""
    inside = np.linspace(1e-9, 1 - 1e-6, RINGS - 1)
    return np.array(
        [
            [_exponent(eigenvalue(radius, degrees), combine) for degrees in range(0, 181, 2)]
            for radius in (*inside, 1.0)
        ]
    )


def _exponent(v: complex, combine: str) -> float:
    try:
        return theory.uniform_attention_exponent(v, combine)
    except ValueError:
        return math.inf  # v = 1 with "sum": faster than any power


class Exponents(Explorer):
    """An eigenvalue is dragged over the disc; the gradient it leaves, predicted and measured."""

    name = "exponents"
    Settings = Settings
    presets: ClassVar = {
        "v = −0.9": {"angle": 180},
        "v = 0.1": {"radius": 0.1, "angle": 0},
        "v = 0.9": {"angle": 0},
        "v = i": {"radius": 1.0, "angle": 90},
        "Sum, 0.5: kept": {"radius": 0.5, "angle": 0, "combine": "sum"},
        "Sum, 0.7: growing": {"radius": 0.7, "angle": 0, "combine": "sum"},
        "Sum near the circle": {"radius": 0.99, "angle": 57, "combine": "sum"},
        "Worst case": {"radius": 1.0, "angle": 180, "combine": "attention", "start": 2},
    }

    def compute(self, settings):
        """Predict and measure."""
        return law(settings)

    def draw(self, settings, numbers):
        """Both panels."""
        if numbers is None:
            return view.exponents()
        return view.exponents(
            np.arange(numbers.start, numbers.last + 1),
            numbers.logs / math.log(10),
            exponent=numbers.exponent,
            rate=numbers.rate / math.log(10),
            reliable=numbers.reliable,
            slope=numbers.slope and numbers.slope[:2],
            stacked=0 < self.page.width < NARROW,
        )

    def summarise(self, settings, numbers):
        """The exponent predicted and measured, and the exponential without attention."""
        said = _measured(numbers)
        if not numbers.why:
            said = f"v = {_complex(numbers.eigenvalue)}, {settings.combine}: {said}"
        if numbers.rate == -math.inf:
            return said
        if numbers.rate == 0:
            return f"{said} Without attention it would keep its size: |v| = 1."
        steps = numbers.last - numbers.start
        power = _power(numbers.rate * steps)
        return (
            f"{said} Without attention it would fall exponentially, as {abs(numbers.eigenvalue):g}"
            f"ᵏ, and be {power} after these k = {steps:,} steps."
        )

    def table(self, settings, numbers):
        """At most some hundred steps, evenly spread on a log axis."""
        yield "T", "log10 measured", "log10 predicted", "log10 without attention"
        ten = math.log(10)
        for T in np.unique(np.geomspace(numbers.start, numbers.last, 400).round()).astype(int):
            k = int(T) - numbers.start
            fall = (numbers.exponent or 0) * math.log(T / numbers.last)
            predicted = math.nan if numbers.exponent is None else (numbers.logs[-1] + fall) / ten
            yield int(T), numbers.logs[k] / ten, predicted, numbers.rate * k / ten if k else 0.0

    def idle(self, settings):
        """0 has no angle."""
        return {"angle": "0 has no angle."} if settings.radius == 0 else {}

    # The disc ------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.disc = Disc(
            label="eigenvalue v of the recurrent weights V",
            legend="predicted exponent of T",
            low=view.LOWEST,
            high=view.HIGHEST,
        )
        super()._build()
        self.disc.observe(self._dragged, "point")

    def arrange(self) -> list:
        """The disc, its sliders and the sentence side by side; the figure below them."""
        presets, grid, figure, summary, *rest = super().arrange()
        beside = ipywidgets.VBox([grid, summary], layout={"flex": "1 1 360px", "min_width": "0"})
        top = ipywidgets.HBox(
            [self.disc, beside],
            layout={"flex_flow": "row wrap", "grid_gap": "0 24px", "align_items": "center"},
        )
        return [presets, top, figure, *rest]

    def _dragged(self, change) -> None:
        if not self._moving:
            radius, angle = change.new
            self.set(radius=radius, angle=angle)

    def _obey(self) -> None:
        super()._obey()
        self._moving = True
        try:
            self.disc.point = (self.settings.radius, self.settings.angle)
        finally:
            self._moving = False

    def _show(self) -> None:
        super()._show()
        ground = GROUNDS[self.theme]
        self.disc.look = {
            "palette": view.PALETTES[self.theme],
            "ink": ground.ink,
            "quiet": ground.quiet,
            "paper": ground.paper,
        }
        if self.numbers is not None:
            exponent = self.numbers.exponent
            self.disc.color(exponent_map(self.shown.combine))
            self.disc.here = exponent if exponent is None or math.isfinite(exponent) else None
            v, why = _complex(self.numbers.eigenvalue), self.numbers.why
            self.disc.spoken = why or f"v = {v}, predicted exponent {_signed(exponent, 2)}"


def _measured(numbers: Law) -> str:
    """One sentence about the slope, or why there is none."""
    if numbers.eigenvalue == 0:
        return "v = 0: nothing is passed on, so there is no gradient, with attention or without."
    if numbers.exponent is None:
        return f"{numbers.why} At T = {numbers.last:,} it is {_power(numbers.logs[-1])}."
    predicted = f"T to the power {_signed(numbers.exponent, 3)} is predicted"
    if not math.isfinite(numbers.logs[-1]):
        return (
            f"{predicted}, but the gradient of h{_lowered(numbers.start)} is exactly 0: what the "
            "next step makes of it cancels it in every later mean. A later step keeps its gradient."
        )
    if numbers.slope is None:
        enough = numbers.reliable * ROOM <= LENGTHS[-1]
        return (
            f"{predicted}; it cannot be measured here, for |w|ᵀ and 1/T are negligible only from "
            f"T = {numbers.reliable:,} on. {'Take a longer T.' if enough else 'No T here will do.'}"
        )
    first, last, slope = numbers.slope
    return f"{predicted}, {_signed(slope, 3)} measured, from T = {first:,} to {last:,}."


def _complex(v: complex) -> str:
    """0.45 + 0.78i, −0.9, i."""
    real, size = (
        _signed(part, 2).rstrip("0").rstrip(".") if part else "0" for part in (v.real, abs(v.imag))
    )
    if v.imag == 0:
        return real
    imaginary = f"{'' if size == '1' else size}i"
    if v.real == 0:
        return f"−{imaginary}" if v.imag < 0 else imaginary
    return f"{real} {'−' if v.imag < 0 else '+'} {imaginary}"


def _signed(value: float, decimals: int) -> str:
    """With a minus sign, and none before 0."""
    return f"{value:z.{decimals}f}".replace("-", "−")


def _power(log: float) -> str:
    """10⁻⁴⁵⁸, for what may be too small or too large for a number."""
    raised = str(round(log / math.log(10))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"about 10{raised}"


def _lowered(step: int) -> str:
    return str(step).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
