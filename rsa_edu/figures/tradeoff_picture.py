"""What the tradeoff map is drawn from: plain numbers and words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Low = Mean = High = float


@dataclass(frozen=True)
class Axis:
    """title; ends: lowest and highest value; log; flipped: small values are good and stand high."""

    title: str
    ends: tuple[float, float] = (0.0, 1.0)
    log: bool = False
    flipped: bool = False


@dataclass(frozen=True)
class Dots:
    """Points of one group: (lowest, mean, highest) of the seeds along x and along y.

    whole: whether it may be compared with the others, else it is hollow. words: for the mouse.
    policies: the policy or model of each.
    """

    x: Sequence[tuple[Low, Mean, High]] = ()
    y: Sequence[tuple[Low, Mean, High]] = ()
    whole: Sequence[bool] = ()
    words: Sequence[str] = ()
    policies: Sequence[str] = ()


@dataclass(frozen=True)
class Row:
    """One quantity along the budget.

    axis: of the quantity. seeds: for each rung of the budget a value per seed, () where nothing was
    measured; apart: the same for what cannot be compared with them; live: for runs made here.
    full: (lowest, mean, highest) of full attention. said: the value at the cursor.
    """

    axis: Axis
    seeds: Sequence[Sequence[float]] = ()
    apart: Sequence[Sequence[float]] = ()
    live: Sequence[Sequence[float]] = ()
    full: tuple[Low, Mean, High] | None = None
    said: str = ""


@dataclass(frozen=True)
class Picture:
    """All that is drawn.

    dots: group -> its points. front: (x, y) by rising x. now: the chosen point, seeds: its seeds.
    pins: (letter, x, y). live: (x, y, words) of runs made here. full: the gain of full attention.
    rungs: labels of the budgets of the rows, along: their axis; rung: the chosen one. note: said in
    the middle of a map that has no point.
    """

    x: Axis = field(default_factory=lambda: Axis("cost"))
    y: Axis = field(default_factory=lambda: Axis("gain"))
    dots: Mapping[str, Dots] = field(default_factory=dict)
    front: Sequence[tuple[float, float]] = ()
    now: tuple[float, float] | None = None
    seeds: Sequence[tuple[float, float]] = ()
    pins: Sequence[tuple[str, float, float]] = ()
    live: Sequence[tuple[float, float, str]] = ()
    full: float | None = None
    rows: Sequence[Row] = ()
    rungs: Sequence[str] = ()
    along: str = ""
    rung: int | None = None
    policy: str = "Screening"
    note: str = ""
