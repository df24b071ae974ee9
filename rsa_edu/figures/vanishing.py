"""How the Jacobian norm of a recurrence falls or grows with the distance in time."""

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme
from rsa_edu.figures.axes import log_axis, log_range
from rsa_edu.figures.traces import scatter


def vanishing(
    measured=(), *, radius: float = 1.0, norm: float = 1.0, exact: bool = False
) -> go.Figure:
    """‖∂h_{T-1}/∂h_t‖ against the distance k = T-1-t, with what the matrix V alone would give.

    Args:
        measured: (T,) by distance, measured[0] is 1.
        radius, norm: spectral radius and spectral norm of V; where they are equal, one curve.
        exact: whether norm^k is what must be measured, and not only an upper bound.
    """
    measured = np.asarray(measured, dtype=float)
    k = np.arange(len(measured))
    parted = not np.isclose(radius, norm)
    powers = {"radius": float(radius) ** k, "norm": float(norm) ** k}
    shown = np.concatenate([measured, powers["radius"]])
    low, high = log_range(shown)
    gone = k[measured == 0]
    gone = gone[:: len(gone) // 20 + 1]  # a row of triangles, not a bar
    bound = "exact" if exact else "an upper bound"
    return theme.figure(
        _curve(k, measured, "measured ‖∂h<sub>T−1</sub>/∂h<sub>t</sub>‖", theme.MEASURED, "solid"),
        _curve(
            k,
            powers["radius"],
            "radiusᵏ, the rate in the end" if parted else f"gᵏ, {bound}",
            theme.BOUND,
            "dash",
        ),
        _curve(
            k if parted else [],
            powers["norm"] if parted else [],
            f"‖V‖ᵏ, {bound}" if parted else "",
            theme.OTHER,
            "dot",
            showlegend=parted,
        ),
        scatter(
            x=gone,
            y=np.full(len(gone), 10.0 ** (low + 0.012 * (high - low))),
            name="measured: exactly 0",
            mode="markers",
            marker={"symbol": "triangle-down", "size": 8, "color": theme.MEASURED},
            showlegend=bool(len(gone)),
            hovertemplate="exactly 0<extra></extra>",
        ),
        xaxis={
            "title": {"text": "distance k = T−1−t (steps back in time)"},
            "range": [0, max(len(measured) - 1, 1)],
        },
        yaxis=log_axis("norm of the Jacobian", [low, high]),
    )


def _curve(x, y, name: str, color: str, dash: str, **rest) -> dict:
    y = np.asarray(y, dtype=float)
    return scatter(
        x=x,
        y=np.where(y > 0, y, np.nan),
        name=name,
        mode="lines",
        line={"color": color, "dash": dash, "width": 3},
        hovertemplate="%{y:.3e}",
        **rest,
    )
