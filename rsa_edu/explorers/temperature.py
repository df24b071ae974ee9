"""Temperature: how much of the uniform law survives when attention has preferences?"""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from rsa_edu import theory
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.figures import temperature as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.theory.links import GAMMAS
from rsa_edu.theory.peaked import FAVOURED, KINDS, ONE_STATE, PER_PAIR, PER_STATE, RECENCY

T, DRAWS, FITTED_FROM = 1000, 7, 100
"""States of a sequence; how often random energies are drawn; where the fit of a slope begins."""
AMONG = 10
"""Of so many first states the most and the least favoured are followed."""
AT = np.unique(np.geomspace(AMONG, T - 1, 80).round().astype(int))
"""The steps that are drawn: all states that may be followed are there."""
TINY = 1e-290
"""What is smaller may have lost its digits."""


@dataclass(frozen=True)
class Settings:
    """The temperature of the softmax, where energies come from, and what the recurrence does."""

    tau: float = setting(0.3, Number(0.05, 20, NAMES["tau"], step=0.02, log=True))
    v: float = setting(0.5, Number(-0.95, 0.95, NAMES["v"], step=0.05))
    energies: str = setting(PER_STATE, Choice(KINDS, NAMES["energies"]))
    combine: str = setting("mean", Choice(tuple(GAMMAS), NAMES["combine"]))


@dataclass(frozen=True, eq=False)
class Survey:
    """gradient: (draws, 2, T) |dh_n/dh_t| of the favoured and of the disfavoured state; uniform:
    (T,) that of h_4 under uniform attention; kappa: (draws, T) effective number of states read.

    exponents: (2,) fitted, median over the draws; NaN where there is none. law: the exponent under
    uniform attention, None without a gradient. shares: (2,) the last gradient divided by that of
    the same state under uniform attention, median. lasts: exp(1/tau).
    """

    gradient: np.ndarray
    uniform: np.ndarray
    kappa: np.ndarray
    exponents: np.ndarray
    law: float | None
    shares: np.ndarray
    lasts: float


def survey(settings: Settings) -> Survey:
    """One pass over the sequence, all draws at once."""
    chosen, sources = _energies(settings.energies)
    found = theory.peaked_gradient(
        chosen, settings.tau, settings.v, settings.combine, sources=sources
    )
    gradient, uniform = np.abs(found.gradient), _uniform(settings.v, settings.combine)
    last = uniform[sources, -1]
    return Survey(
        gradient=gradient,
        uniform=uniform[FAVOURED],
        kappa=np.exp(found.entropy),
        exponents=np.median(theory.fitted_exponent(gradient, FITTED_FROM), axis=0),
        law=theory.uniform_attention_exponent(settings.v, settings.combine) if settings.v else None,
        shares=np.median(np.divide(gradient[:, :, -1], last, where=last > 0, out=0 * last), axis=0),
        lasts=theory.peak_lasts(settings.tau),
    )


@lru_cache
def _energies(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The energies, and which two states are followed."""
    chosen = theory.energies(kind, T, DRAWS if kind in (PER_STATE, PER_PAIR) else 1)
    return chosen, theory.favoured_and_disfavoured(chosen, AMONG)


@lru_cache
def _uniform(v: float, combine: str) -> np.ndarray:
    """(AMONG, T) |dh_n/dh_t| under uniform attention, for every state that may be followed."""
    rows = np.zeros((AMONG, T))
    for source, row in enumerate(rows):
        row[source:] = np.exp(
            theory.uniform_attention_gradient(v, T - 1 - source, combine, start=source + 1)
        )
    return rows


class Temperature(Explorer):
    """A temperature turns uniform attention into peaked attention: who keeps the gradient?"""

    name = "temperature"
    Settings = Settings
    presets: ClassVar = {
        "Nearly uniform": {"tau": 10.0},
        "Some states attract": {},
        "Records only": {"tau": 0.05},
        "Each step its own taste": {"energies": PER_PAIR, "tau": 0.05},
        "One state stands out": {"energies": ONE_STATE, "tau": 0.2},
        "Newest first": {"energies": RECENCY, "tau": 1.0},
        "Worst case": {"v": -0.95, "combine": "attention", "tau": 10.0},
    }

    def compute(self, settings):
        """Gradient and entropy."""
        return survey(settings)

    def draw(self, settings, numbers):
        """Gradient on the left, effective kappa on the right."""
        if numbers is None:
            return view.temperature()
        return view.temperature(
            AT,
            *numbers.gradient[:, :, AT].swapaxes(0, 1),
            numbers.uniform[AT],
            numbers.kappa[:, AT],
            exponent=numbers.law,
            lasts=numbers.lasts if settings.energies == ONE_STATE else None,
        )

    def summarise(self, settings, numbers):
        """Measured exponents against the uniform law, and who has more than under it."""
        read = np.median(numbers.kappa[:, -1])
        said = f"The last step reads {spoken(read)} of {T - 1} states, effectively."
        if numbers.law is None:
            return f"{said} With v = 0 nothing of a state is passed on: there is no gradient."
        more, less = map(spoken, numbers.shares)
        if settings.energies == RECENCY:
            return (
                f"{said} The newest states take the attention, and an old one loses its gradient "
                f"exponentially, by a factor {spoken(_factor(numbers.gradient[0, 0]))} per step, "
                f"where uniform attention goes as T to the power {_signed(numbers.law)}. "
                f"At the end it has {more} times what uniform attention gives it."
            )
        high, low = map(_signed, numbers.exponents)
        return (
            f"{said} From T = {FITTED_FROM} to {T - 1} the gradient goes as T to the power {high} "
            f"(favoured state) and {low} (disfavoured); uniform law: "
            f"{_signed(numbers.law)}{_records(settings)}. "
            f"At the end they get {more} times and {less} times what uniform attention gives them."
        )

    def table(self, settings, numbers):
        """One row per step: both gradients of every draw, and what it is compared with."""
        draws = range(1, len(numbers.kappa) + 1)
        yield (
            "T",
            "uniform",
            *(f"favoured_{k}" for k in draws),
            *(f"disfavoured_{k}" for k in draws),
            *(f"kappa_{k}" for k in draws),
        )
        for n in range(1, T):
            two = numbers.gradient[:, :, n].T.ravel()
            yield n, numbers.uniform[n], *two, *numbers.kappa[:, n]


def _records(settings: Settings) -> str:
    if settings.energies != PER_STATE:
        return ""
    typical = theory.record_exponent(settings.v, settings.combine)
    return f", typical for τ → 0: {_signed(typical)}"


def _signed(exponent: float) -> str:
    return f"{exponent:z.2f}".replace("-", "−")


def _factor(gradient: np.ndarray) -> float:
    """What one step leaves of it, over the last half of where it is not yet too small."""
    last = int(np.flatnonzero(gradient > TINY)[-1])
    middle = (last + FAVOURED) // 2
    return float((gradient[last] / gradient[middle]) ** (1 / (last - middle)))
