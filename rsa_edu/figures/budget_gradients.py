"""The gradient of every state after training, for several budgets, and one of them by hops."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.orders import TOTAL, line, name, places
from rsa_edu.figures.steps import marks
from rsa_edu.figures.traces import scatter

SIZES = (3, 8, 18, 25)
"""The sizes of the part of the budget that varies."""
COLORS = ("#8a6fd0", "#1a7ab8", "#109a78", "#b58200")
"""Of the sizes, in their order."""
ORDERS = 5
"""0, 1, 2, 3 hops and the rest."""
WHOLE = 3 * len(SIZES)
"""The place of the trace with all orders of the budget that stands out."""
SCORES = ("accuracy", "gradient reach", "effective depth")
FLOOR = 1e-18
"""Smaller norms cannot be told from 0: the networks work in single precision, and a norm takes
squares. They are not drawn."""
MET, UNMET, DIVERGED = "circle", "circle-open", "x"
"""The mark of a seed that met its target, that did not, that diverged."""
TOP, FOOT = [0.375, 1], [0, 0.2]
"""How much of the height the curves take, and the scores."""
EMPTY = 120
"""Steps of an axis that has no curve."""
ROOM = 0.07
"""For words at the foot of a panel with curves, of its height."""
LEFT, RIGHT = [0, 0.465], [0.535, 1]
POWERS, SMALLER = {"size": 11}, {"size": 12}
"""Fonts; plotly sets powers larger than asked for."""
STRIP = ([0, 0.27], [0.365, 0.635], [0.73, 1])


@dataclass(frozen=True, eq=False)
class Budget:
    """The runs of one budget, one per seed.

    seeds: (S,) and ended: (S,) "target", "updates" or "diverged".
    norms: (S, 1 + ORDERS, T) norm of dL/dh_t: of the whole, then of every order; nan where it is
    not known. mean: (1 + ORDERS, T) their geometric mean over the seeds.
    scores: (S,) of each of SCORES; None where a seed has none.
    """

    seeds: tuple[int, ...]
    ended: tuple[str, ...]
    norms: np.ndarray
    mean: np.ndarray
    scores: Mapping[str, Sequence[float | None]]


def budget_gradients(
    budgets: Mapping[int, Budget] | None = None,
    *,
    letter: str = "ρ",
    fixed: str = "",
    size: int = SIZES[0],
    order: int = 0,
    marker: int = 0,
    relative: bool = False,
    latest_first: bool = False,
    lacking: str = "",
) -> go.Figure:
    """Left all budgets, right one of them by hops, below what their networks have learned.

    Args:
        budgets: size -> its runs; a size that has none is left out.
        letter: of the size that varies. fixed: the other one, such as "ν = 15".
        size: the budget that stands out, and is split on the right.
        order: what the left shows: 0 the whole, else the row of an order in `Budget.norms`.
        marker: the step of the marker; the answer follows.
        relative: norms are over that of the whole at m, the first answer step.
        latest_first: the steps counted from the end, as in the paper.
        lacking: what is said in place of the curves where there are none.
    """
    budgets = budgets or {}
    length = max((b.norms.shape[2] for b in budgets.values()), default=EMPTY)
    steps = np.arange(length)[::-1] if latest_first else np.arange(length)
    left, right = ("x", "y"), ("x2", "y2")
    traces = []
    for place, one in enumerate(SIZES):
        look = {"color": COLORS[place], "strong": one == size, "axes": left}
        traces += _curves(f"{letter} = {one}", budgets.get(one), order, steps, **look)
    chosen = budgets.get(size)
    traces.append(_band(chosen, steps, right))
    for row, place in enumerate(places(ORDERS), start=1):
        look = line(place) | {"strong": order in (0, row), "axes": right}
        traces += _curves(name(place), chosen, row, steps, legend="legend2", **look)
    traces += [_score(budgets, score, number) for number, score in enumerate(SCORES)]
    across = {
        "title": {"text": "steps before the last one" if latest_first else "step t"},
        "range": [-0.5, length - 0.5],
    }
    norm = "‖∂L/∂h<sub>t</sub>‖" + (" / ‖∂L/∂h<sub>m</sub>‖" if relative else "")
    what = "all hops" if order == 0 else name(places(ORDERS)[order - 1])
    legend = {"orientation": "h", "yanchor": "bottom", "font": SMALLER}
    legend |= {"itemwidth": 30, "groupclick": "togglegroup", "tracegroupgap": 0}
    first, second = f"left, {fixed}, {what}: ", f"right, {letter} = {size} by hops: "
    return theme.figure(
        *traces,
        height=700,
        margin={"t": 56, "b": 84},
        xaxis=across | {"domain": LEFT, "anchor": "y"},
        xaxis2=across | {"domain": RIGHT, "anchor": "y2"},
        yaxis=_decades([b.norms[:, order] for b in budgets.values()], norm, "x"),
        yaxis2=_decades([b.norms for b in budgets.values()], "", "x2"),
        **_strip(budgets, letter),
        legend=legend
        | {"x": 0, "xanchor": "left", "y": 1.045, "title": {"text": first, "font": SMALLER}},
        legend2=legend
        | {"x": 1, "xanchor": "right", "y": 1, "title": {"text": second, "font": SMALLER}},
        shapes=[*_shades(marker, steps), *_shown(size)],
        annotations=[
            *_heads(),
            *_words(steps, marker),
            *_lack(budgets, chosen, lacking),
            _key(),
        ],
    )


def _curves(
    what: str,
    budget: Budget | None,
    row: int,
    steps: np.ndarray,
    *,
    color: str,
    strong: bool,
    axes: tuple[str, str],
    dash: str = "solid",
    width: float = 2.5,
    legend: str = "legend",
) -> list[dict]:
    """Every seed thin, dotted where it did not meet its target; their geometric mean thick."""
    seeds = [] if budget is None else list(zip(budget.ended, budget.norms[:, row], strict=True))
    met = [norms for ended, norms in seeds if ended == "target"]
    unmet = [norms for ended, norms in seeds if ended != "target"]
    mean = np.zeros(0) if budget is None else budget.mean[row]
    there = bool((mean > FLOOR).any())
    shared = {"mode": "lines", "xaxis": axes[0], "yaxis": axes[1], "legendgroup": what + axes[0]}
    thin = {"showlegend": False, "hoverinfo": "skip", "opacity": 0.65 if strong else 0.3}
    return [
        *(
            scatter(
                x=np.tile([*steps, np.nan], len(lines)),
                y=_drawn(np.ravel([[*norms, np.nan] for norms in lines])),
                line={"color": color, "width": 1, "dash": dots},
                **shared,
                **thin,
            )
            for lines, dots in ((met, "solid"), (unmet, "dot"))
        ),
        scatter(
            x=steps[: len(mean)],
            y=_drawn(mean),
            name=what,
            line={"color": color, "width": width + 1.5 if strong else width, "dash": dash},
            opacity=1 if strong else 0.7,
            showlegend=there,
            legend=legend,
            hovertemplate="%{y:.2e}",
            **shared,
        ),
    ]


def _drawn(norms: np.ndarray) -> np.ndarray:
    """Without those that cannot be told from 0."""
    return np.where(norms > FLOOR, norms, np.nan)


def _band(budget: Budget | None, steps: np.ndarray, axes: tuple[str, str]) -> dict:
    """All orders together, behind them."""
    mean = np.zeros(0) if budget is None else budget.mean[0]
    return scatter(
        x=steps[: len(mean)],
        y=_drawn(mean),
        name="all",
        mode="lines",
        line={"color": TOTAL, "width": 9},
        xaxis=axes[0],
        yaxis=axes[1],
        legend="legend2",
        showlegend=bool(len(mean)),
        hovertemplate="%{y:.2e}",
    )


def _score(budgets: Mapping[int, Budget], score: str, number: int) -> dict:
    """One mark per seed, beside one another over its size."""
    x, y, colors, symbols, said = [], [], [], [], []
    for place, size in enumerate(SIZES):
        if size not in budgets:
            continue
        budget = budgets[size]
        aside = np.linspace(-0.24, 0.24, len(budget.seeds)) if len(budget.seeds) > 1 else [0.0]
        for at, seed, ended, value in zip(
            aside, budget.seeds, budget.ended, budget.scores[score], strict=True
        ):
            x.append(place + at)
            y.append(None if value is None else max(value, FLOOR) if number == 1 else value)
            colors.append(COLORS[place])
            symbols.append({"target": MET, "diverged": DIVERGED}.get(ended, UNMET))
            said.append(f"seed {seed}: {_ends(value, ended)}")
    return scatter(
        x=x,
        y=y,
        mode="markers",
        marker={
            "color": colors,
            "symbol": symbols,
            "size": 9,
            "line": {"width": 1.5, "color": colors},
        },
        text=said,
        hovertemplate="%{text}<extra></extra>",
        xaxis=f"x{number + 3}",
        yaxis=f"y{number + 3}",
        cliponaxis=False,
        showlegend=False,
    )


def _ends(value: float | None, ended: str) -> str:
    how = {"target": "target met", "diverged": "diverged"}.get(ended, "target not met")
    return f"{'no number' if value is None else f'{value:.3g}'}, {how}"


def _decades(norms: list[np.ndarray], title: str, anchor: str) -> dict:
    """A log axis that holds all of them, with room for words at its foot."""
    low, high = log_range([1e-5, *np.concatenate([[], *map(np.ravel, norms)])], FLOOR)
    axis = log_axis(title, [low - ROOM / (1 - ROOM) * (high - low), high])
    return axis | {"tickfont": POWERS} | {"domain": TOP, "anchor": anchor}


def _strip(budgets: Mapping[int, Budget], letter: str) -> dict:
    """The axes of the scores."""
    axes = {}
    for number, score in enumerate(SCORES):
        axes[f"xaxis{number + 3}"] = {
            "title": {"text": letter, "standoff": 4},
            "domain": STRIP[number],
            "anchor": f"y{number + 3}",
            "range": [-0.6, len(SIZES) - 0.4],
            "tickvals": list(range(len(SIZES))),
            "ticktext": [str(size) for size in SIZES],
            "showgrid": False,
            "zeroline": False,
        }
        found = [v for b in budgets.values() for v in b.scores[score] if v is not None]
        scale = {
            "accuracy": {"range": [-0.04, 1.06], "dtick": 0.5},
            "gradient reach": _few_decades(found),
            "effective depth": {"range": [0, 1.12 * max(found, default=10)], "nticks": 4},
        }[score]
        axes[f"yaxis{number + 3}"] = scale | {"domain": FOOT, "anchor": f"x{number + 3}"}
    return axes


def _few_decades(values: list[float]) -> dict:
    """A log axis on little height: some four ticks at most."""
    low, high = log_range([0.1, *values], FLOOR)
    axis = log_axis("", [low - 0.04 * (high - low), high])
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if (high - low) / step <= 4)
    return axis | {"dtick": step, "tickfont": POWERS}


def _shades(marker: int, steps: np.ndarray) -> list[dict]:
    """In both panels the answer, the marker, and at the foot the early half."""
    if not marker:
        return []
    early, answer = (sorted(part.tolist()) for part in (steps[: marker // 2], steps[marker + 1 :]))
    foot = [shape | {"y1": ROOM} for shape in marks(early, (), None)]
    return [
        shape | {"xref": x, "yref": f"{y} domain"}
        for x, y in (("x", "y"), ("x2", "y2"))
        for shape in [*marks((), answer, int(steps[marker])), *foot]
    ]


def _shown(size: int) -> list[dict]:
    """A shade behind the scores of the budget that stands out."""
    at = SIZES.index(size)
    return [
        {"type": "rect", "x0": at - 0.42, "x1": at + 0.42, "y0": 0, "y1": 1}
        | {"xref": f"x{number + 3}", "yref": f"y{number + 3} domain"}
        for number in range(len(SCORES))
    ]


def _words(steps: np.ndarray, marker: int) -> list[dict]:
    """At the foot of both panels: which steps are the early half, where the answer is."""
    if not marker:
        return []
    end = {"font": SMALLER, "y": 0, "yanchor": "bottom"}
    backwards = steps[0] > steps[-1]
    edges = [(steps[0], "early half"), (steps[-1], "marker, answer")]
    said = []
    for x, y in (("x", "y"), ("x2", "y2")):
        for at, text in edges:
            first = (at == steps[0]) != backwards
            side = {"xanchor": "left", "x": -0.5} if first else {"xanchor": "right"}
            side = side if first else side | {"x": len(steps) - 0.5}
            said.append({"text": text, "xref": x, "yref": f"{y} domain"} | side | end)
    return said


def _heads() -> list[dict]:
    """What the scores are."""
    return [
        {"text": score, "xref": f"x{number + 3} domain", "x": 0, "xanchor": "left"}
        | {"yref": f"y{number + 3} domain", "y": 1, "yanchor": "bottom", "yshift": 2}
        for number, score in enumerate(SCORES)
    ]


def _key() -> dict:
    """What the marks mean."""
    text = "each mark and thin line is a seed   ● target met   ○ and dotted: not met   ✕ diverged"
    at = {"xref": "paper", "x": 0.5, "yref": "paper", "y": 0, "yanchor": "top", "yshift": -50}
    return {"text": text, **at}


def _lack(budgets: Mapping[int, Budget], chosen: Budget | None, lacking: str) -> list[dict]:
    """In the middle of an empty panel, why it is empty."""
    empty = ([] if budgets else [("x", "y")]) + ([] if chosen else [("x2", "y2")])
    return [
        {"text": lacking, "xref": f"{x} domain", "yref": f"{y} domain", "x": 0.5, "y": 0.5}
        for x, y in empty
        if lacking
    ]
