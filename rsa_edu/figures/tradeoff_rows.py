"""One quantity along the budget: a row beside the tradeoff map."""

from collections.abc import Iterator, Sequence

import numpy as np

from rsa_edu.figures.traces import scatter
from rsa_edu.figures.tradeoff_picture import Row

PER_ROW = 3
"""Traces: band, mean, seeds."""
STAR = "#f0c000"
"""Colour of runs made here."""


def row_traces(row: Row, i: int, color: str, ink: str) -> Iterator[dict]:
    """Band from the lowest to the highest seed, mean, and every seed."""
    axes = {"xaxis": "x2", "yaxis": f"y{i + 2}", "showlegend": False}
    means = [float(np.mean(seeds)) if len(seeds) else None for seeds in row.seeds]
    band = _band(row.seeds)
    yield scatter(
        x=[x for x, _ in band],
        y=[y for _, y in band],
        mode="lines",
        fill="toself",
        line={"width": 0, "color": color},
        opacity=0.5,
        hoverinfo="skip",
        **axes,
    )
    yield scatter(
        x=list(range(len(means))),
        y=means,
        mode="lines+markers",
        line={"color": color, "width": 2},
        marker={"size": 6},
        hovertemplate="mean %{y:.3g}<extra></extra>",
        **axes,
    )
    kinds = ((row.seeds, "circle", 4, color), (row.apart, "circle-open", 6, color))
    kinds += ((row.live, "star", 12, STAR),)
    dots = [(x, y, *look) for of, *look in kinds for x, seeds in enumerate(of) for y in seeds]
    x, y, symbols, sizes, colors = zip(*dots, strict=True) if dots else ((),) * 5
    yield scatter(
        x=x,
        y=y,
        mode="markers",
        marker={
            "size": sizes,
            "opacity": 1,
            "symbol": symbols,
            "color": colors,
            "line": {"width": [0 if size == 4 else 1.5 for size in sizes], "color": ink},
        },
        hovertemplate="%{y:.3g}<extra></extra>",
        **axes,
    )


def _band(seeds: Sequence[Sequence[float]]) -> list[tuple[float | None, float | None]]:
    """The outline of the band; where a budget is missing it is interrupted."""
    outline: list[tuple[float | None, float | None]] = []
    pieces: list[list[int]] = [[]]
    for x, values in enumerate(seeds):
        pieces[-1].append(x) if len(values) else pieces.append([])
    for piece in pieces:
        if piece:
            outline += [(x, min(seeds[x])) for x in piece]
            outline += [(x, max(seeds[x])) for x in reversed(piece)]
            outline.append((None, None))
    return outline[:-1]
