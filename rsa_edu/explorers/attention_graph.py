"""An attention graph to edit: where the jumps lead decides what is left of a gradient."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rsa_edu import theory
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.explorers.jumps import Jumps
from rsa_edu.figures import attention_graph as view
from rsa_edu.figures.axes import spoken
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.theme import WIDTH
from rsa_edu.reasons import h

STEPS = 40
"""Length at first: a tree of κ = 3 has room for 1 + 3 + 9 + 27 states."""
RANDOM, PLUS, MINUS = "a random orthogonal matrix", "the identity", "minus the identity"
EIGENVALUES = {
    RANDOM: theory.orthogonal_eigenvalues(16),
    PLUS: np.array([1.0 + 0j]),
    MINUS: np.array([-1.0 + 0j]),
}
HUB = 20
"""The state through which everything goes in one of the presets."""


@dataclass(frozen=True)
class Settings:
    """The budget, the matrix, the length, the state that is looked at, and the jumps."""

    kappa: int = setting(3, Number(1, 8, NAMES["kappa"]))
    g: float = setting(0.7, Number(0.1, 1.0, NAMES["g"], step=0.05))
    T: int = setting(STEPS, Number(5, 48, NAMES["T"]))
    step: int = setting(0, Number(0, lambda s: s.T - 2, NAMES["step"]))
    matrix: str = setting(RANDOM, Choice(tuple(EIGENVALUES), NAMES["matrix"]))
    jumps: tuple = setting(((0, STEPS - 1),), Jumps(NAMES["jumps"], lambda s: s.T - 1))


@dataclass(frozen=True)
class Graph:
    """What the figure shows.

    jumps: those in use, (i, m); left_out: jumps beyond the budget of their step, or beyond T.
    window: all other reads (i, m). depth: shortest chains to h_{T-1}; chain: that of the state
    looked at. floors, measured, plain: (T,) what the shortest chain of each state promises, the
    norm of dh_{T-1}/dh_t, and the same without attention.
    """

    jumps: tuple[tuple[int, int], ...]
    left_out: tuple[tuple[int, int], ...]
    window: tuple[tuple[int, int], ...]
    depth: theory.Depth
    chain: tuple[int, ...]
    floors: np.ndarray
    measured: np.ndarray
    plain: np.ndarray


def graph(settings: Settings) -> Graph:
    """The graph of a linear network that attends so, and its exact gradient."""
    T, kappa, g = settings.T, settings.kappa, settings.g
    jumps = in_use(settings)
    attention, positions = theory.sparse_attention(kappa, T, jumps)
    depth = theory.dependency_depth(attention, positions=positions)
    chains = [depth.chain(t) for t in range(T)]
    rows, columns = np.nonzero(positions >= 0)
    read = zip(positions[rows, columns].tolist(), rows.tolist(), strict=True)
    return Graph(
        jumps=jumps,
        left_out=tuple(jump for jump in settings.jumps if jump not in jumps),
        window=tuple(sorted(set(read) - set(jumps))),
        depth=depth,
        chain=chains[settings.step],
        floors=np.array([theory.chain_floor(c, depth.weights(c), "mean", g) for c in chains]),
        measured=theory.linear_gradient(
            attention, g * EIGENVALUES[settings.matrix], positions=positions
        ),
        plain=g ** np.arange(T - 1, -1, -1.0),
    )


def in_use(settings: Settings) -> tuple[tuple[int, int], ...]:
    """The jumps within T; of those into one step the first κ."""
    used: list[tuple[int, int]] = []
    for i, m in settings.jumps:
        if m < settings.T and sum(m == into for _, into in used) < settings.kappa:
            used.append((i, m))
    return tuple(used)


def refusal(settings: Settings, i: int, m: int) -> str:
    """Why the jump i -> m cannot be added; "" if it can."""
    if i >= m:
        return f"{h(m)} cannot read {h(i)}: a step reads only states that came before it."
    if (i, m) in settings.jumps:
        return f"The jump {h(i)} → {h(m)} is there already."
    if sum(m == into for _, into in settings.jumps) >= settings.kappa:
        return (
            f"{h(m)} already reads κ = {settings.kappa} states by jumps: remove one of them, or "
            "raise κ."
        )
    return ""


def _hub() -> tuple[tuple[int, int], ...]:
    """A few early states are read at one step, and this one by every later step."""
    into = tuple((i, HUB) for i in (0, 3, 6, 9, 12, 15))
    return (*into, *((HUB, m) for m in range(HUB + 1, STEPS)))


class AttentionGraph(Explorer):
    """States, recurrence and attention as a graph: add and remove jumps, watch the gradient."""

    name = "attention_graph"
    Settings = Settings
    presets: ClassVar = {
        "One jump": {},
        "No jumps": {"jumps": ()},
        "Two jumps": {"jumps": theory.waypoints(2, STEPS)},
        "Three jumps": {"jumps": theory.waypoints(3, STEPS)},
        "A κ-ary tree": {"jumps": theory.tree(3, STEPS)},
        "Through one state": {"kappa": 6, "jumps": _hub(), "g": 0.6},
        "Paths that cancel": {"matrix": MINUS, "kappa": 5, "g": 0.8, "step": 35},
    }
    picked: int | None = None
    """The state clicked first, while a jump is being drawn."""

    def compute(self, settings):
        """The graph and the gradient."""
        return graph(settings)

    def draw(self, settings, numbers):
        """Graph above, gradient below."""
        width = min(WIDTH, self.page.width or WIDTH)
        numbers = numbers or graph(settings)
        return view.attention_graph(numbers, settings.step, self.picked, self.theme, width)

    def summarise(self, settings, numbers):
        """The chain, what it promises, and what is measured."""
        t, chain = settings.step, numbers.chain
        floor, measured = numbers.floors[t], numbers.measured[t]
        attended, links = sum(numbers.depth.by_attention(chain)), len(chain) - 1
        kind = {
            links: "by attention" if links == 1 else "all by attention",
            0: "along the recurrence",
        }.get(attended, f"{attended} of {links} links by attention")
        below = "" if measured >= floor * (1 - 1e-9) else " (less, for paths cancel)"
        left_out = len(numbers.left_out)
        idle = f" Not in use, beyond T or κ: {left_out} of the jumps." if left_out else ""
        return (
            f"Depth {links}: {_path(chain)}, {kind}; this chain alone promises {spoken(floor)}, "
            f"measured is ‖∂{h(settings.T - 1)}/∂{h(t)}‖ = {spoken(measured)}{below}, without "
            f"attention it would be {spoken(numbers.plain[t])}.{idle}"
        )

    def table(self, settings, numbers):
        """One row per state."""
        yield "t", "depth", "chain", "floor", "measured", "without_attention"
        for t, depth in enumerate(numbers.depth.depths):
            chain = " ".join(map(str, numbers.depth.chain(t)))
            yield t, depth, chain, numbers.floors[t], numbers.measured[t], numbers.plain[t]

    # Editing -------------------------------------------------------------------------------------

    def add(self, i: int, m: int) -> "AttentionGraph":
        """h_m now reads h_i, too. Where that cannot be, the status line says why."""
        self.picked = None
        why = refusal(self.settings, i, m)
        if not why and m >= self.settings.T:
            why = f"There is no {h(m)}: the last state is {h(self.settings.T - 1)}."
        return self._refuse(why) if why else self.set(jumps=(*self.settings.jumps, (i, m)))

    def remove(self, i: int, m: int) -> "AttentionGraph":
        """The jump is gone. Where there is none, the status line says so."""
        self.picked = None
        if (i, m) not in self.settings.jumps:
            return self._refuse(f"There is no jump {h(i)} → {h(m)}.")
        return self.set(jumps=tuple(jump for jump in self.settings.jumps if jump != (i, m)))

    def arrange(self):
        """The buttons and the parts of the figure learn what they do."""
        editor = self.widgets["jumps"]
        editor.add, editor.remove = self.add, self.remove
        clicks = {
            view.STATES: self._click_state,
            view.HANDLES: lambda place: self.remove(*self.numbers.jumps[place]),
            **dict.fromkeys((view.MEASURED, view.FLOORS, view.PLAIN), self._choose),
        }
        for place, action in clicks.items():
            self.figure.data[place].on_click(
                lambda trace, points, state, act=action: [act(p) for p in points.point_inds[:1]]
            )
        return super().arrange()

    def _choose(self, t: int) -> None:
        self.set(step=min(t, self.settings.T - 2))

    def _click_state(self, t: int) -> None:
        first, editor = self.picked, self.widgets["jumps"]
        if first is None:
            self.picked = editor.source.value = t
            self._show()
            self._say(f"{h(t)} is chosen: click the later state that shall read it.")
        elif first == t:
            self.picked = None
            self._show()
            self._say("")
        else:
            editor.target.value = t
            self.add(first, t)

    def _refuse(self, why: str) -> "AttentionGraph":
        self._show()
        self._say(why)
        return self


def _path(chain: tuple[int, ...]) -> str:
    shown = [h(t) for t in chain]
    if len(shown) > 7:
        shown[3:-2] = ["…"]
    return " → ".join(shown)
