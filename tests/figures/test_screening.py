"""The screening figure shows the numbers it is given, and nothing else."""

import pytest

from rsa_edu.decisions import Decision, Held
from rsa_edu.figures.screening import BLANK, LANES, Words, screening_figure

SYMBOLS = ("3", "", "5", "", "?", "")
CANDIDATE, WEAKEST = Held(2, 0.3, 0.9), Held(1, 0.2, 0.4)
DECISION = Decision(
    t=4,
    buffer=(CANDIDATE, Held(3, 0.1, 0.1)),
    relevant=(WEAKEST, None),
    verdict="replaces",
    candidate=CANDIDATE,
    parts=(0.6, 0.3),
    weakest=WEAKEST,
    slot=0,
    lost=1,
    gone=(0,),
)
EMPTY = Decision(0, (), (), "filling")


def traces(figure, name, axis=None):
    return [t for t in figure.data if t.name == name and (axis is None or t.yaxis == axis)]


@pytest.mark.parametrize(("axis", "field"), [("y3", "alpha"), ("y2", "score")])
def test_a_bar_stands_at_its_state_and_is_as_high_as_its_number(axis, field):
    """If this failed, the arithmetic in the sentence could not be found in the figure."""
    figure = screening_figure(SYMBOLS, DECISION, "", "light")
    (buffer,), (relevant,) = traces(figure, "buffer", axis), traces(figure, "relevant set", axis)
    assert buffer.x == (2, 3)
    assert buffer.y == tuple(getattr(held, field) for held in DECISION.buffer)
    assert relevant.x == (1,)
    assert relevant.y == (getattr(WEAKEST, field),)


def test_every_state_so_far_stands_in_its_lane():
    """If this failed, a state would be shown where it is not."""
    figure = screening_figure(SYMBOLS, DECISION, "", "light")
    lanes = {t.name: t for t in figure.data if t.name in LANES and t.type == "scatter"}
    assert {name: lanes[name].x for name in LANES} == {
        "new": (4,),
        "buffer": (2, 3),
        "relevant set": (1,),
        "lost": (0,),
    }
    for name, lane in lanes.items():
        assert set(lane.y) == {LANES[name]}
        assert lane.text == tuple(SYMBOLS[i] or BLANK for i in lane.x)


def test_arrows_say_who_enters_and_who_is_thrown_out():
    """If this failed, the arrows would tell another decision than the words."""
    into, out = traces(screening_figure(SYMBOLS, DECISION, "", "dark"), "goes to")
    assert into.x == (2, 2)
    assert LANES["relevant set"] < into.y[1] < into.y[0] < LANES["buffer"]
    assert out.x == (1, 1)
    assert LANES["lost"] < out.y[1] < out.y[0] < LANES["relevant set"]


def test_a_rejected_state_falls_to_the_bottom_and_nobody_else_moves():
    """If this failed, a rejection would look like an exchange."""
    rejected = Decision(**{**vars(DECISION), "verdict": "rejected", "slot": None, "lost": 2})
    into, out = traces(screening_figure(SYMBOLS, rejected, "", "light"), "goes to")
    assert into.y[1] < LANES["relevant set"]
    assert out.y == (None, None)


def test_in_one_pool_the_new_state_takes_the_slot():
    """If this failed, the new state would seem to come from a buffer that is not there."""
    pool = Decision(6, (), (WEAKEST, CANDIDATE), "replaces", weakest=WEAKEST, slot=0, lost=1)
    figure = screening_figure((*SYMBOLS, ""), pool, "", "light", Words(buffer=""))
    into, out = traces(figure, "goes to")
    assert into.x == (6, 6)
    assert LANES["relevant set"] < into.y[1] < into.y[0] < LANES["new"]
    assert out.x == (1, 1)


def test_where_no_score_is_kept_there_is_none_to_beat():
    """If this failed, a line at zero would stand for a comparison that nobody makes."""
    figure = screening_figure(SYMBOLS, DECISION, "", "light", Words("no score", "", ""))
    (line,) = traces(figure, "to beat")
    assert line.y == (None, None)


def test_the_line_to_beat_is_the_weakest_score():
    """If this failed, a bar above the line could stand for a state that is not kept."""
    (line,) = traces(screening_figure(SYMBOLS, DECISION, "", "light"), "to beat")
    assert line.y == (0.4, 0.4)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_steps_have_the_same_traces(theme):
    """If this failed, the player could not exchange the data of the figure."""
    a = screening_figure(SYMBOLS, DECISION, "", theme)
    b = screening_figure(SYMBOLS, EMPTY, "", theme)
    assert [(t.name, t.type, t.yaxis) for t in a.data] == [
        (t.name, t.type, t.yaxis) for t in b.data
    ]


def test_no_bar_is_higher_than_its_axis():
    """If this failed, the largest scores would be cut off."""
    for score in (0.0, 0.01, 0.125, 1.0, 2.93, 30.0):
        decision = Decision(**{**vars(EMPTY), "t": 1, "buffer": (Held(0, 1.0, score),)})
        figure = screening_figure(SYMBOLS, decision, "", "light")
        assert figure.layout.yaxis2.range[1] > score
        assert figure.layout.yaxis3.range[1] > 1


def test_the_magnified_row_shows_the_least_attention():
    """If this failed, the smallest bars, of which one decides, could not be seen."""
    words = Words(magnified=True)
    for least in (0.5, 0.01, 3e-7):
        weakest = Held(1, least, least)
        pool = Decision(6, (), (weakest, Held(2, 0.5, 0.5)), "replaces", weakest=weakest, slot=0)
        figure = screening_figure((*SYMBOLS, ""), pool, "", "light", words)
        assert least < figure.layout.yaxis2.range[1] <= 41 * least
