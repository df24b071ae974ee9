"""A gradient that is a power of T beside one that is a power of v: straight on different axes."""

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.traces import scatter

PANELS = (("x", "y"), ("x2", "y2"))
"""The axes of the log-log panel and of the semi-log panel."""
BESIDE = ([0, 0.475], [0, 1]), ([0.525, 1], [0, 1])
STACKED = ([0, 1], [0.6, 1]), ([0, 1], [0, 0.4])
"""How much of width and height the panels take."""
POINTS = 160
WINDOWS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Steps the semi-log panel may show: as many as the exponential takes to leave the picture."""
DECADES = 5
"""The height of the picture grows by so many decades at a time, so that it seldom moves."""

PALETTES = {
    "light": ("#123f6b", "#3b7db4", "#9cc4e0", "#f4f4f2", "#f7b578", "#d9701d", "#8a3a00"),
    "dark": ("#a9d8ff", "#4b96d6", "#234f78", "#1c1c1d", "#7a4414", "#dd7c22", "#ffd0a0"),
}
"""Colours of an exponent from LOWEST to HIGHEST, 0 in the middle: blue falls, orange grows."""
LOWEST, HIGHEST = -2.0, 2.0


def exponents(
    times=(),
    decades=(),
    *,
    exponent: float | None = None,
    rate: float = 0.0,
    reliable: int | None = None,
    slope: tuple[int, int] | None = None,
    stacked: bool = False,
) -> go.Figure:
    """log10 |dh_T/dh_t| against log T and against T, with both laws.

    The vertical axes hold the logarithms themselves: v = 0.99 can grow beyond what a number holds.

    Args:
        times: (N,) the steps T, one after the other, from the start t on.
        decades: (N,) log10 of what is measured there.
        exponent: of T in the predicted law, which is drawn through the last point; None or -inf:
            there is no such law.
        rate: log10 of what one step without attention leaves.
        reliable: the T from which on the law holds; None where there is none.
        slope: the first and last T between which the slope was measured.
        stacked: the panels one below the other, for a narrow page.
    """
    times, decades = np.asarray(times, dtype=float), np.asarray(decades, dtype=float)
    finite = np.isfinite(decades)
    low, high = _frame(decades[finite])
    last = times[-1] if len(times) else 100.0
    window = _window(rate, low, last)
    law = exponent is not None and np.isfinite(exponent) and len(times) and finite[-1]

    def predicted(T):
        return decades[-1] + exponent * np.log10(T / last) if law else np.full(len(T), np.nan)

    def plain(T):
        if not len(times) or not np.isfinite(rate):
            return np.full(len(T), np.nan)
        return np.maximum(rate * (T - times[0]), low - DECADES)

    traces = []
    for axes, here in zip(PANELS, _places(times, window), strict=True):
        T = times[here]
        name = f"predicted: T to the power {exponent:z.3f}" if law else "predicted: no power of T"
        traces += [
            _curve(axes, T, decades[here], "measured |∂h<sub>T</sub>/∂h<sub>t</sub>|", "measured"),
            _curve(axes, T, predicted(T), name.replace("-", "−"), "predicted"),
            _curve(axes, T, plain(T), "without attention: |v|<sup>T−t</sup>", "plain"),
        ]
    ends = np.array(slope if slope else (), dtype=float)
    traces.append(_ends(ends, decades[(ends - times[0]).astype(int)] if slope else ends))
    y = {"range": [low, high], "tickprefix": "10<sup>", "ticksuffix": "</sup>"}
    y |= {"dtick": _tick(high - low), "zeroline": False}
    title = {"title": {"text": "|∂h<sub>T</sub>/∂h<sub>t</sub>|"}}
    (across, up), (across2, up2) = STACKED if stacked else BESIDE
    return theme.figure(
        *traces,
        height=720 if stacked else 400,
        xaxis={
            "title": {"text": "T, log axis: a power of T is straight"},
            "tickfont": {"size": 11},  # plotly sets powers larger than asked for
            "type": "log",
            "range": [np.log10(times[0]) if len(times) else 0, np.log10(last)],
            "dtick": 1,
            "exponentformat": "power",
            "domain": across,
            "anchor": "y",
        },
        xaxis2={
            "title": {"text": "T, linear axis: an exponential is straight"},
            "tickformat": ",d",
            "range": [0, window],
            "domain": across2,
            "anchor": "y2",
        },
        yaxis=y | title | {"domain": up, "anchor": "x"},
        yaxis2=y
        | {"domain": up2, "anchor": "x2", "showticklabels": stacked}
        | (title if stacked else {}),
        shapes=_mark(reliable, slope, last),
        annotations=[*_note(reliable, last), *_slope_note(slope)],
    )


def _frame(decades: np.ndarray) -> list[float]:
    """The lowest and highest decade: at least the range in which gradients are usually met."""
    lowest, highest = (decades.min(), decades.max()) if len(decades) else (0.0, 0.0)
    low = min(-2 * DECADES, DECADES * np.floor(lowest / DECADES))
    high = DECADES * np.ceil(highest / DECADES) if highest > 1 else 1.0
    return [float(low), float(high)]


def _tick(span: float) -> int:
    return next(step for step in (1, 2, 5, 10, 20, 50, 100) if span / step <= 9)


def _window(rate: float, low: float, last: float) -> float:
    steps = low / rate if rate < 0 else last
    return min(last, next((w for w in WINDOWS if w >= steps), WINDOWS[-1]))


def _places(times: np.ndarray, window: float) -> tuple[np.ndarray, np.ndarray]:
    """Which of the steps to draw: evenly spread on a log axis, and on a linear one."""
    if not len(times):
        return np.array([], dtype=int), np.array([], dtype=int)
    even = np.geomspace(times[0], times[-1], POINTS).round()
    first = np.searchsorted(times, min(window, times[-1]))
    linear = np.linspace(0, first, POINTS).round()
    return np.unique(np.searchsorted(times, even)), np.unique(linear).astype(int)


STYLES = {
    "measured": {"color": theme.MEASURED, "dash": "solid", "width": 4},
    "predicted": {"color": theme.BOUND, "dash": "dash", "width": 2.5},
    "plain": {"color": theme.MODELS["RNN"][0], "dash": "dot", "width": 2.5},
}


def _curve(axes, x, y, name: str, style: str) -> dict:
    return scatter(
        x=x,
        y=np.where(np.isfinite(y), y, np.nan),
        xaxis=axes[0],
        yaxis=axes[1],
        name=name,
        legendgroup=style,
        showlegend=axes == PANELS[0],
        mode="lines",
        line=STYLES[style] | {"simplify": False},
        hovertemplate="10<sup>%{y:.2f}</sup>",
    )


def _ends(x, y) -> dict:
    return scatter(
        x=x,
        y=y,
        mode="markers",
        marker={"size": 11, "color": theme.MEASURED, "symbol": "circle"},
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )


HEIGHT = {"yref": "y domain", "y0": 0, "y1": 1}
FOOT = {"yref": "y domain", "y": 0, "yanchor": "bottom"}


def _mark(reliable: int | None, slope: tuple[int, int] | None, last: float) -> list[dict]:
    """The stretch the slope is taken from, and a line where the law begins."""
    shapes = [{"type": "rect", "x0": slope[0], "x1": slope[1], **HEIGHT}] if slope else []
    if reliable is not None and reliable <= last:
        line = {"width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", "x0": reliable, "x1": reliable, **HEIGHT, "line": line})
    return shapes


def _note(reliable: int | None, last: float) -> list[dict]:
    """What begins at the dotted line, on the side where there is room."""
    if reliable is None or reliable > last:
        return []
    words, x = "|w|<sup>T</sup>, 1/T negligible", np.log10(reliable)
    if x < 0.35 * np.log10(last):
        return [{"text": f"→ {words}", "x": x, "xanchor": "left", "xshift": 4, **FOOT}]
    return [{"text": f"{words} →", "x": x, "xanchor": "right", "xshift": -4, **FOOT}]


def _slope_note(slope: tuple[int, int] | None) -> list[dict]:
    if not slope or slope[1] < 5 * slope[0]:  # no room for the words
        return []
    middle = np.log10(slope).mean()
    return [{"text": "slope<br>taken here", "x": middle, "xanchor": "center", **FOOT}]
