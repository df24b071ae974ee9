"""The floor over sparsity and depth as a map, and along the length as curves."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from rsa_edu.figures import theme as look
from rsa_edu.figures.axes import log_axis
from rsa_edu.figures.traces import heatmap, scatter

MAP, VEIL, LEAST, SMOOTH, TREES, POINT, CHAIN, CHAIN_MEASURED, TREE, LAW = range(10)
TREE_MEASURED, PATHS, DIRECT, PLAIN = range(10, 14)
"""Places of the traces."""
LOWEST = -10
"""The decade at which colours and curves end."""
CHAIN_COLOR, TREE_COLOR = look.BOUND, look.OTHER
NARROW = 620
"""Pixels; in a narrower figure the curves stand under the map."""


@dataclass(frozen=True)
class Place:
    """Where map and curves stand: their domains, the height of the figure, and of the legend; and
    what parts the two halves of a caption.
    """

    map: tuple[list[float], list[float]]
    curves: tuple[list[float], list[float]]
    height: int
    legend: float
    gap: str


BESIDE = Place(([0, 0.46], [0, 1]), ([0.56, 1], [0, 1]), 520, -0.2, " ")
UNDER = Place(([0, 1], [0.56, 1]), ([0, 1], [0, 0.34]), 860, -0.09, "<br>")


def depth_surface(numbers, point: tuple[int, int, int], axes, theme: str, width: int) -> go.Figure:
    """Left the map of floors over κ and d, right what becomes of the chosen κ and d along T.

    Args:
        numbers: rsa_edu.explorers.depth_surface.Surface, or anything with its fields.
        point: the chosen (κ, d, T).
        axes: the κ and the d of the map, the κ of the trees, the lengths.
        theme: "light" or "dark".
        width: of the figure, in pixels.
    """
    place = UNDER if width < NARROW else BESIDE
    ground = look.GROUNDS[theme]
    kappas, depths, trees, lengths = (np.array(axis) for axis in axes)
    # On a log axis the cells of neighbouring κ meet at their geometric mean.
    edges = np.sqrt(np.append(kappas, kappas[-1] + 1) * np.append(kappas[0] - 0.5, kappas))
    return look.figure(
        *_map(numbers, kappas, depths, edges, place, ground),
        *_border(numbers, kappas, depths, edges, ground),
        _measured_trees(numbers, kappas, depths, trees, ground),
        _chosen(point),
        *_curves(numbers, point, lengths, ground),
        height=place.height,
        **_layout(point[2], depths, edges, place, ground),
    )


def _map(numbers, kappas, depths, edges, place, ground):
    cells = {"x": edges, "y": np.append(depths, depths[-1] + 1) - 0.5}
    decades = range(LOWEST, 1, 2)
    yield heatmap(
        **cells,
        z=np.log10(numbers.floors),
        customdata=np.dstack(np.broadcast_arrays(kappas, depths[:, None], numbers.floors)),
        colorscale="Viridis",
        zmin=LOWEST,
        zmax=0,
        colorbar={
            "orientation": "h",
            "x": sum(place.map[0]) / 2,
            "y": 1.0,
            "yanchor": "bottom",
            "len": place.map[0][1],
            "thickness": 10,
            "ypad": 0,
            "title": {"text": "floor of a chain of d jumps", "side": "top", "font": {"size": 14}},
            "tickvals": list(decades),
            "ticktext": [f"10<sup>{k}</sup>" if k else "1" for k in decades],
        },
        hovertemplate="κ = %{customdata[0]}, d = %{customdata[1]}: floor %{customdata[2]:.1e}, "
        "click to choose<extra></extra>",
    )
    yield heatmap(
        **cells,
        z=(depths[:, None] < numbers.least).astype(float),
        colorscale=[[0, "rgba(0, 0, 0, 0)"], [1, ground.paper]],
        zmin=0,
        zmax=1,
        opacity=0.72,
        showscale=False,
        hoverinfo="skip",
    )


def _border(numbers, kappas, depths, edges, ground):
    """The fewest jumps to all states, in steps, and log_κ T, which they follow."""
    beyond = depths[-1] + 2
    yield scatter(
        x=np.repeat(edges, 2)[1:-1],
        y=np.repeat(np.minimum(numbers.least, beyond), 2) - 0.5,
        name="least depth",
        mode="lines",
        line={"color": ground.ink, "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
    yield scatter(
        x=kappas,
        y=np.where(numbers.smooth < beyond, numbers.smooth, np.nan),
        name="log T / log κ",
        mode="lines",
        line={"color": ground.ink, "width": 1.5, "dash": "dot", "shape": "spline"},
        hoverinfo="skip",
        showlegend=False,
    )


def _measured_trees(numbers, kappas, depths, trees, ground):
    """A dot per tree at its depth, in the colour of what is measured."""
    least = numbers.least[trees - kappas[0]]
    there = np.isfinite(numbers.trees) & (least <= depths[-1])
    return scatter(
        x=trees,
        y=np.where(there, least, np.nan),
        name="tree, measured",
        mode="markers",
        marker={
            "symbol": "circle",
            "size": 13,
            "colorscale": "Viridis",
            "cmin": LOWEST,
            "cmax": 0,
            "color": np.log10(np.where(there, numbers.trees, 1.0)),
            "opacity": 1,
            "line": {"color": ground.ink, "width": 1.5},
        },
        customdata=numbers.trees,
        cliponaxis=False,
        hovertemplate="κ = %{x}, d = %{y}: tree, measured %{customdata:.1e}<extra></extra>",
        showlegend=False,
    )


def _chosen(point):
    return scatter(
        x=[point[0]],
        y=[point[1]],
        name="chosen",
        mode="markers",
        marker={
            "symbol": "square-open",
            "size": 21,
            "color": CHAIN_COLOR,
            "line": {"width": 4},
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _curves(numbers, point, lengths, ground):
    floor = np.full(len(lengths), numbers.floors[point[1] - 1, point[0] - 1])
    law, paths = numbers.exponents
    far = lengths / lengths[-1]
    yield _line(lengths, floor, "chain: floor", CHAIN_COLOR, "solid")
    yield _dots(lengths, numbers.chain, "chain: measured", CHAIN_COLOR, "circle")
    yield _line(*numbers.stairs, "tree: floor", TREE_COLOR, "solid", shape="hv")
    yield _line(lengths, 1.0 * lengths**law, f"its law T{_power(law)}", TREE_COLOR, "dash")
    yield _dots(lengths, numbers.tree, "tree: measured", TREE_COLOR, "diamond")
    all_paths = numbers.tree[-1] * far**paths if np.isfinite(paths) else np.full(len(far), np.nan)
    yield _line(lengths, all_paths, f"all its paths T{_power(paths)}", TREE_COLOR, "dot")
    yield _line(lengths, 1.0 / lengths, "1/T", look.MEASURED, "dashdot")
    yield _line(lengths, numbers.plain, "without attention", ground.quiet, "dot")


def _power(exponent: float) -> str:
    return f"<sup>{exponent:.2f}</sup>".replace("-", "−")


def _line(x, y, name, color, dash, shape="linear"):
    return scatter(
        x=x,
        y=np.where(y > 0, y, np.nan),
        name=name,
        mode="lines",
        line={"color": color, "width": 2.5, "dash": dash, "shape": shape},
        xaxis="x2",
        yaxis="y2",
        showlegend=bool(np.isfinite(y).any()),
        hovertemplate="T = %{x}: %{y:.2e}",
    )


def _dots(x, y, name, color, symbol):
    return scatter(
        x=x,
        y=np.where(y > 0, y, np.nan),
        name=name,
        mode="markers",
        marker={"color": color, "symbol": symbol, "size": 9},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="T = %{x}: %{y:.2e}",
    )


def _layout(T, depths, edges, place, ground):
    still = {"fixedrange": True}
    bare = still | {"showgrid": False, "zeroline": False}
    return {
        "margin": {"l": 64, "r": 16, "t": 30, "b": 122},
        "hovermode": "closest",
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": place.legend,
            "yanchor": "top",
            "entrywidth": 0,
        },
        "xaxis": bare
        | {
            "domain": place.map[0],
            "type": "log",
            "range": np.log10(edges[[0, -1]]).tolist(),
            "title": {
                "text": "sparsity κ<br><span style='font-size: 12px'>faded: too few jumps for all "
                f"T states;{place.gap}dots: trees, coloured as measured</span>"
            },
            "tickvals": [1, 2, 3, 4, 6, 8, 12, 16, 24, 32],
        },
        "yaxis": bare
        | {
            "domain": place.map[1],
            "range": [depths[0] - 0.5, depths[-1] + 0.5],
            "title": {"text": "depth d: jumps of the chain"},
            "tickvals": depths,
        },
        "xaxis2": still
        | {
            "domain": place.curves[0],
            "anchor": "y2",
            "type": "log",
            "range": [1.25, 3.35],
            "title": {"text": "length T"},
            "tickvals": [20, 50, 100, 200, 500, 1000, 2000],
        },
        "yaxis2": log_axis("", [LOWEST, 0.3])
        | still
        | {"domain": place.curves[1], "anchor": "x2", "dtick": 2},
        "annotations": [
            {
                "text": "‖∂h<sub>T−1</sub>/∂h<sub>0</sub>‖ for the chosen κ and d",
                "xref": "paper",
                "yref": "paper",
                "x": place.curves[0][0],
                "y": place.curves[1][1] + 0.01,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"size": 14, "color": ground.ink},
            }
        ],
        "shapes": [
            {
                "type": "line",
                "xref": "x2",
                "yref": "y2 domain",
                "x0": T,
                "x1": T,
                "y0": 0,
                "y1": 1,
                "line": {"color": ground.quiet, "width": 1, "dash": "dot"},
            }
        ],
    }
