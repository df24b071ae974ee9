"""Sparsity, depth and length: what a budget of κ states promises, and how few jumps it needs."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np

from rsa_edu import theory
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Ladder, Number, setting
from rsa_edu.figures import depth_surface as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.theme import WIDTH
from rsa_edu.models.interrupt import check

KAPPAS, DEPTHS = range(1, 33), range(1, 13)
"""The columns and rows of the map."""
TREES = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 28, 32)
"""The κ for which a tree is measured."""
LENGTHS = (20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000)
GAMMA = 0.5
"""s = (h + c)/2."""
SOON, LATER = 0.015, 0.15
"""Seconds until the floors are shown with what is measured by then, and from there to the next."""


@dataclass(frozen=True)
class Settings:
    """The point on the map, the length, and how much V keeps."""

    kappa: int = setting(4, Number(KAPPAS[0], KAPPAS[-1], NAMES["kappa"]))
    depth: int = setting(3, Number(DEPTHS[0], DEPTHS[-1], NAMES["depth"]))
    T: int = setting(1000, Ladder(LENGTHS, NAMES["T"]))
    g: float = setting(0.8, Number(0.1, 1.0, NAMES["g"], step=0.05))


@dataclass(frozen=True)
class Surface:
    """Floors and what is measured; nan where it is not measured yet.

    floors: (depths, kappas) floor of a chain of d jumps.
    least, smooth: (kappas,) fewest jumps to all T states, and log_κ T.
    trees: (TREES,) gradient along the tree of each κ at length T.
    chain, tree: (LENGTHS,) gradient along a chain of d jumps and along a tree, for the κ chosen.
    tree_floors: (LENGTHS,) floor of this tree; stairs: T and floor wherever that floor falls.
    plain: (LENGTHS,) the gradient without attention.
    exponents: the powers of T of the tree's floor and of all its paths; nan where there is none.
    """

    floors: np.ndarray
    least: np.ndarray
    smooth: np.ndarray
    trees: np.ndarray
    chain: np.ndarray
    tree: np.ndarray
    tree_floors: np.ndarray
    stairs: tuple[np.ndarray, np.ndarray]
    plain: np.ndarray
    exponents: tuple[float, float]


@lru_cache(maxsize=4096)
def chain_norm(kappa: int, depth: int, T: int, g: float) -> float:
    """Measured along a chain of jumps; kept."""
    return theory.chain_gradient(kappa, depth, T, gain=g)


@lru_cache(maxsize=4096)
def tree_norm(kappa: int, T: int, g: float) -> float:
    """Measured along a tree; kept."""
    return theory.tree_gradient(kappa, T, gain=g)


def stairs(kappa: int, g: float) -> tuple[np.ndarray, np.ndarray]:
    """T and floor of a tree: where it first needs another jump, from the least T to the longest."""
    first, last = LENGTHS[0], LENGTHS[-1]
    if kappa == 1:
        falls = LENGTHS[1:-1]
    else:
        depths = range(theory.least_depth(kappa, first), theory.least_depth(kappa, last))
        falls = [theory.reach(kappa, d) + 1 for d in depths]
    T = [first, *falls, last]
    floors = [theory.sparse_floor(kappa, theory.least_depth(kappa, n), GAMMA, g) for n in T]
    return np.array(T), np.array(floors)


def surface(settings: Settings) -> Iterator[Surface]:
    """The floors at once, then ever more measurements; the last has them all."""
    kappa, depth, T, g = settings.kappa, settings.depth, settings.T, settings.g
    floor = theory.sparse_floor
    trees, chain, tree = (np.full(len(places), np.nan) for places in (TREES, LENGTHS, LENGTHS))
    numbers = Surface(
        floors=np.array([[floor(k, d, GAMMA, g) for k in KAPPAS] for d in DEPTHS]),
        least=np.array([theory.least_depth(k, T) for k in KAPPAS]),
        smooth=np.array([np.log(T) / np.log(k) if k > 1 else np.inf for k in KAPPAS]),
        trees=trees,
        chain=chain,
        tree=tree,
        tree_floors=np.array(
            [floor(kappa, theory.least_depth(kappa, n), GAMMA, g) for n in LENGTHS]
        ),
        stairs=stairs(kappa, g),
        plain=g ** (np.array(LENGTHS) - 1.0),
        exponents=(
            theory.tree_floor_exponent(kappa, GAMMA, g) if kappa > 1 else np.nan,
            theory.tree_exponent(kappa, g) if kappa > 1 and g < 1 else np.nan,
        ),
    )
    here = LENGTHS.index(T)
    nearest = sorted(range(len(LENGTHS)), key=lambda place: abs(place - here))
    jobs = [
        *((chain, i, chain_norm, (kappa, depth, LENGTHS[i], g)) for i in nearest),
        *((tree, i, tree_norm, (kappa, LENGTHS[i], g)) for i in nearest),
        *((trees, i, tree_norm, (k, T, g)) for i, k in enumerate(TREES)),
    ]
    jobs.sort(key=lambda job: job[1] != here or job[0] is trees)  # what the sentence says, first
    tell = time.monotonic() + SOON
    for place, index, measure, arguments in jobs:
        check()
        place[index] = measure(*arguments)
        if time.monotonic() > tell:
            yield replace(numbers, chain=chain.copy(), tree=tree.copy(), trees=trees.copy())
            tell = time.monotonic() + LATER
    yield numbers


class DepthSurface(Explorer):
    """The floor over sparsity κ and depth d, and which of it a sequence of T steps can have."""

    name = "depth_surface"
    Settings = Settings
    background = True
    presets: ClassVar = {
        "Three jumps": {},
        "Two states": {"kappa": 2, "depth": 9},
        "Many states": {"kappa": 32, "depth": 2},
        "One state: no tree": {"kappa": 1},
        "Orthogonal V": {"g": 1.0},
        "A long sequence": {"T": 2000, "depth": 6},
    }

    def compute(self, settings):
        """Floors, then measurements."""
        return surface(settings)

    def draw(self, settings, numbers):
        """The map, and the way along T."""
        numbers = numbers or next(surface(settings))
        return view.depth_surface(
            numbers,
            (settings.kappa, settings.depth, settings.T),
            axes=(KAPPAS, DEPTHS, TREES, LENGTHS),
            theme=self.theme,
            width=min(WIDTH, self.page.width or WIDTH),
        )

    def summarise(self, settings, numbers):
        """The chain chosen, and the tree that reaches everything."""
        kappa, d, T = settings.kappa, settings.depth, settings.T
        here = LENGTHS.index(T)
        reached = min(T, theory.reach(kappa, d))
        law = "one by one" if kappa == 1 else f"log T / log κ = {numbers.smooth[kappa - 1]:.1f}"
        jumps = "1 jump reaches" if d == 1 else f"{d} jumps reach"
        return (
            f"A chain of {d} jump{'s' * (d > 1)} at κ = {kappa} promises "
            f"{_told(numbers.floors[d - 1, kappa - 1])} at any length, measured at T = {T}: "
            f"{_told(numbers.chain[here])}; {jumps} at most {reached} of {T} states. All {T} take "
            f"{numbers.least[kappa - 1]} ({law}): a tree then promises "
            f"{_told(numbers.tree_floors[here])}, measured {_told(numbers.tree[here])}, and 1/T "
            f"is {_told(1 / T)}."
        )

    def table(self, settings, numbers):
        """One row per measurement."""
        g = settings.g
        yield "attention", "kappa", "d", "T", "floor", "measured"
        for T, measured in zip(LENGTHS, numbers.chain, strict=True):
            floor = theory.sparse_floor(settings.kappa, settings.depth, GAMMA, g)
            yield "chain", settings.kappa, settings.depth, T, floor, measured
        along = [(settings.kappa, T) for T in LENGTHS]
        across = [(kappa, settings.T) for kappa in TREES]
        norms = [*numbers.tree, *numbers.trees]
        for (kappa, T), measured in zip(along + across, norms, strict=True):
            d = theory.least_depth(kappa, T)
            yield "tree", kappa, d, T, theory.sparse_floor(kappa, d, GAMMA, g), measured

    def arrange(self):
        """A click in the map chooses κ and d, as the sliders do."""
        self.figure.data[view.MAP].on_click(lambda trace, points, state: self._choose(points))
        return super().arrange()

    def _choose(self, points) -> None:
        for row, column in points.point_inds[:1]:
            self.set(kappa=KAPPAS[column], depth=DEPTHS[row])


def _told(value: float) -> str:
    return "…" if np.isnan(value) else spoken(float(f"{value:.2g}"))
