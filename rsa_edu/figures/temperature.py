"""From uniform to peaked attention: who keeps the gradient, and how many states are really read."""

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.traces import scatter

FLOOR = 1e-12
"""A curve may leave the picture at the bottom; values under this do not stretch the axis."""
LEFT, RIGHT = [0, 0.60], [0.71, 1]


def temperature(
    n=(),
    favoured=(),
    disfavoured=(),
    uniform=(),
    kappa=(),
    *,
    exponent: float | None = None,
    lasts: float | None = None,
) -> go.Figure:
    """Gradient and effective kappa against T, on log-log axes.

    Args:
        n: (P,) the steps T.
        favoured, disfavoured: (draws, P) |dh_T/dh_t| of two states; 0 before the state.
        uniform: (P,) the same with uniform attention.
        kappa: (draws, P) the effective number of states that the read for h_T attends to.
        exponent: of T in the uniform law; None where there is none.
        lasts: a T to be marked, at which a peak is outnumbered.
    """
    n = np.asarray(n, dtype=float)
    kinds = [np.asarray(part, dtype=float) for part in (favoured, disfavoured)]
    law = "" if exponent is None else f": T to the power {exponent:z.2f}".replace("-", "−")
    drawn = np.concatenate([np.ravel(part) for part in (*kinds, uniform)])
    first, last = (n[0], n[-1]) if len(n) else (10, 1000)
    curves = [_line(n, uniform, f"uniform attention{law}", theme.BOUND, dash="dash")]
    for name, part, color in zip(
        ("favoured state", "disfavoured state"), kinds, (theme.MEASURED, theme.OTHER), strict=True
    ):
        curves += _spread(n, part, name, color)
    curves += _spread(n, np.asarray(kappa, dtype=float), "", theme.MEASURED, axes=("x2", "y2"))
    curves.append(_line(n, n, "", theme.BOUND, dash="dash", axes=("x2", "y2"), legend=False))
    across = {
        "type": "log",
        "range": np.log10([first, last]).tolist(),
        "dtick": 1,
        "exponentformat": "power",
    }
    return theme.figure(
        *curves,
        height=430,
        xaxis={**across, "title": {"text": "T"}, "domain": LEFT},
        xaxis2={**across, "title": {"text": "T"}, "domain": RIGHT, "anchor": "y2"},
        yaxis=log_axis("|∂h<sub>T</sub>/∂h<sub>t</sub>|", log_range(drawn, FLOOR)),
        yaxis2={
            **log_axis("effective κ of the read for h<sub>T</sub>", [-0.1, np.log10(last)]),
            "anchor": "x2",
        },
        hovermode="closest",
        **_mark(lasts if lasts is not None and first < lasts < last else None),
    )


def _spread(n, values, name: str, color: str, axes=("x", "y")) -> list[dict]:
    """All draws as thin lines, and their median."""
    draws = values if values.ndim == 2 else np.empty((0, len(n)))
    gap = np.full((len(draws), 1), np.nan)
    median = np.median(draws, axis=0) if len(draws) else np.empty(0)
    said = f"{name}, median of {len(draws)}" if len(draws) > 1 else name
    return [
        _line(
            np.hstack([np.broadcast_to(n, draws.shape), gap]).ravel(),
            np.hstack([draws, gap]).ravel(),
            f"{name}, each draw",
            color,
            axes=axes,
            legend=False,
            opacity=0.55,
            width=1,
            hoverinfo="skip",
        ),
        _line(
            n[: len(median)],
            median,
            said,
            color,
            axes=axes,
            legend=bool(name),
            width=3,
        ),
    ]


def _line(x, y, name, color, *, dash="solid", width=2.5, axes=("x", "y"), legend=True, **rest):
    y = np.asarray(y, dtype=float)
    hover = {} if "hoverinfo" in rest else {"hovertemplate": "T = %{x}: %{y:.3g}"}
    return scatter(
        x=x,
        y=np.where(y > 0, y, np.nan),
        name=name,
        mode="lines",
        line={"color": color, "dash": dash, "width": width},
        xaxis=axes[0],
        yaxis=axes[1],
        showlegend=legend and bool(len(y)),
        **hover,
        **rest,
    )


def _mark(T: float | None) -> dict:
    """A dotted line across the left panel, with a word."""
    if T is None:
        return {"shapes": [], "annotations": []}
    line = {"type": "line", "x0": T, "x1": T, "y0": 0, "y1": 1, "yref": "y domain"}
    note = {"text": f"e<sup>1/τ</sup> = {T:.0f}", "x": np.log10(T), "xanchor": "left"}
    return {
        "shapes": [line | {"line": {"width": 1.5, "dash": "dot"}}],
        "annotations": [note | {"y": 1, "yref": "y domain", "yanchor": "top", "xshift": 4}],
    }
