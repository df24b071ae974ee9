"""Relevancy screening at one step, drawn over the time axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from rsa_edu.figures.theme import BOUND, GROUNDS, MEASURED, OTHER, WIDTH, figure
from rsa_edu.figures.traces import bar, scatter

LANES = {"new": 3, "buffer": 2, "relevant set": 1, "lost": 0}
"""A state stands above its time index and falls from lane to lane; it never rises."""
COLORS = {"buffer": MEASURED, "relevant set": BOUND}
SYMBOL = OTHER
BLANK = "\u00a0"
"""A tile without a symbol. Where a text was empty, plotly (7.1) never writes one again."""
SCALES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Axes end at one of these, so that they stand still while the player runs."""
MARGIN = {"l": 104, "r": 16, "t": 52, "b": 48}


@dataclass(frozen=True)
class Words:
    """What a memory policy calls its parts.

    score: title of the row of scores; letter: of a score, in a hover; bar: of the one to beat;
    buffer, relevant: the two parts of the memory, "" for one that it does not have;
    magnified: the scores are so unequal that only the smallest are shown whole.
    """

    score: str = "score β"
    letter: str = "β"
    bar: str = "weakest in the set"
    buffer: str = "buffer"
    relevant: str = "relevant set"
    magnified: bool = False


SCREENING = Words()


def screening_figure(
    symbols: Sequence[str], decision, headline: str, theme: str, words: Words = SCREENING
) -> go.Figure:
    """One step: the input, the attention, the scores, and where every state is.

    Args:
        symbols: what is shown at each step; "" for a blank.
        decision: what was decided (rsa_edu.decisions.Decision, or anything with its fields).
        headline: above the figure.
        theme: "light" or "dark".
        words: what the memory policy calls its parts.
    """
    ground = GROUNDS[theme]
    relevant = [member for member in decision.relevant if member]
    size = max(8, min(26, round(0.82 * (WIDTH - MARGIN["l"] - MARGIN["r"]) / len(symbols))))
    return figure(
        _input(symbols, decision.t, size, ground),
        *_bars("alpha", decision, relevant, "y3", words, ground),
        *_bars("score", decision, relevant, "y2", words, ground),
        _bar_to_beat(decision, len(symbols), words, ground),
        *_lanes(symbols, decision, relevant, size, words, ground),
        *_moves(decision, ground),
        height=540,
        **_layout(decision, len(symbols), relevant, headline, words, ground),
    )


def _input(symbols, t, size, ground):
    """The sequence: symbols in colour, blanks as empty tiles, what is still to come faint."""
    steps = range(len(symbols))
    return _tiles(
        steps,
        symbols,
        size,
        y=[0] * len(symbols),
        yaxis="y4",
        name="input",
        color=[SYMBOL if symbol else ground.grid for symbol in symbols],
        opacity=[1 if i <= t else 0.35 for i in steps],
        edge=[3 if i == t else 0 for i in steps],
        ground=ground,
        hovertemplate="step %{x}: %{text}<extra>input</extra>",
    )


def _tiles(x, text, size, *, color, edge, ground, opacity=1, ink="#ffffff", **trace):
    # A tile without an edge has one in the colour of the ground: a gap, on a narrow page, too.
    return scatter(
        x=list(x),
        text=[symbol or BLANK for symbol in text],
        mode="markers+text",
        textfont={"color": ink, "size": max(9, min(15, size - 3))},
        marker={
            "symbol": "square",
            "size": size,
            "color": color,
            "opacity": opacity,
            "line": {
                "color": [ground.ink if width else ground.paper for width in edge],
                "width": [width or 1 for width in edge],
            },
        },
        **trace,
    )


def _bars(field, d, relevant, axis, words, ground):
    letter = {"alpha": "α", "score": words.letter}[field]
    compared = (d.candidate, d.weakest) if field == "score" and words.letter else ()
    for lane, held in (("buffer", d.buffer), ("relevant set", relevant)):
        yield bar(
            x=[state.position for state in held],
            y=[getattr(state, field) for state in held],
            name=lane,
            marker={
                "color": COLORS[lane],
                "line": {"color": ground.ink, "width": [2 * (s in compared) for s in held]},
            },
            width=0.82,
            yaxis=axis,
            hovertemplate=f"{letter}(%{{x}}) = %{{y:.4f}}<extra>{_called(lane, words)}</extra>",
        )


def _called(lane, words):
    return {"buffer": words.buffer, "relevant set": words.relevant}.get(lane, lane)


def _bar_to_beat(d, n, words, ground):
    """The score of the weakest member, across the whole row; nothing where no scores are kept."""
    level = d.weakest.score if d.weakest and words.bar else None
    return scatter(
        x=[-0.6, n - 0.4],
        y=[level, level],
        name="to beat",
        mode="lines+text",
        text=["", "" if level is None else f"{words.bar}: {level:.3g}"],
        textposition="top left",
        line={"color": ground.ink, "width": 1.5, "dash": "dash"},
        yaxis="y2",
        hovertemplate=f"{words.bar}: %{{y:.4f}}<extra></extra>",
    )


def _lanes(symbols, d, relevant, size, words, ground):
    moving = {d.lost, d.enters}
    for lane, states in (
        ("new", [d.t]),
        ("buffer", [held.position for held in d.buffer]),
        ("relevant set", [held.position for held in relevant]),
        ("lost", d.gone),
    ):
        new, gone = lane == "new", lane == "lost"
        yield _tiles(
            states,
            [symbols[i] for i in states],
            size,
            y=[LANES[lane]] * len(states),
            name=lane,
            color=COLORS.get(lane, ground.grid if gone else "rgba(0, 0, 0, 0)"),
            # states of data symbols stand out: they are what has to be remembered
            opacity=[1 if symbols[i] or i in moving or new or gone else 0.35 for i in states],
            edge=[2 if new or i in moving else 0 for i in states],
            ink=ground.quiet if gone else ground.ink if new else "#ffffff",
            ground=ground,
            hovertemplate=f"h<sub>%{{x}}</sub> %{{text}}<extra>{_called(lane, words)}</extra>",
        )


def _moves(d, ground):
    """Arrows: who enters the relevant set or leaves the buffer, and who is thrown out."""
    if d.candidate:
        yield _arrow(
            d.candidate.position,
            "buffer",
            "relevant set" if d.kept else "lost",
            COLORS["relevant set"] if d.kept else ground.quiet,
        )
    else:
        yield _arrow(d.enters, "new", "relevant set", COLORS["relevant set"])
    thrown_out = d.lost if d.kept else None
    yield _arrow(thrown_out, "relevant set", "lost", ground.quiet)


def _arrow(position, start, end, color):
    there = position is not None
    return scatter(
        x=[position, position],
        y=[LANES[start] - 0.3, LANES[end] + 0.22] if there else [None, None],
        name="goes to",
        mode="lines+markers",
        line={"color": color, "width": 4},
        marker={
            "symbol": "arrow",
            "size": [0, 17],
            "color": color,
            "angleref": "previous",
            "opacity": 1,
            "line": {"width": 0},
        },
        hoverinfo="skip",
    )


def _layout(d, n, relevant, headline, words, ground):
    held = (*d.buffer, *relevant)
    row = {"zeroline": False, "fixedrange": True, "anchor": "x"}
    bare = row | {"showgrid": False, "showline": False, "ticks": ""}
    bars = row | {"nticks": 4, "rangemode": "nonnegative"}
    return {
        "title": {"text": headline, "x": 0, "xref": "paper", "font": {"size": 18}},
        "margin": MARGIN,
        "showlegend": False,
        "barmode": "overlay",
        "hovermode": "closest",
        "xaxis": {
            "range": [-0.8, n - 0.2],
            "title": {"text": "step"},
            "dtick": 5,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis4": bare
        | {"domain": [0.91, 1], "range": [-1, 1], "tickvals": [0], "ticktext": ["input"]},
        "yaxis3": bars
        | {"domain": [0.67, 0.87], "range": _scale(s.alpha for s in held)}
        | {"title": {"text": "attention α"}},
        "yaxis2": bars
        | {"domain": [0.42, 0.62], "range": _score_range(d, held, words)}
        | {"title": {"text": words.score}}
        | dict.fromkeys(("showticklabels", "showgrid"), bool(words.letter)),
        "yaxis": bare
        | {"domain": [0, 0.37], "range": [-0.6, 3.6]}
        | {"tickvals": list(LANES.values()), "ticktext": [_called(lane, words) for lane in LANES]},
        "shapes": [
            {
                "type": "line",
                "x0": d.t,
                "x1": d.t,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": ground.quiet, "width": 1, "dash": "dot"},
            }
        ],
    }


def _score_range(d, held, words) -> list[float]:
    if words.magnified and d.weakest and d.weakest.score > 0:
        return [0, min(1.06, 10 ** math.ceil(math.log10(4 * d.weakest.score)))]
    return _scale(s.score for s in held)


def _scale(values) -> list[float]:
    highest = max(values, default=0)
    return [0, next((end for end in SCALES if highest <= end), highest) * 1.06]
