"""The attention graph that is edited: its numbers, and that clicks and buttons do the same."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import rsa_edu as rsa
from rsa_edu.explorers.attention_graph import MINUS, PLUS, RANDOM, Settings, graph
from rsa_edu.figures import attention_graph as view


def drawn(numbers) -> nx.DiGraph:
    """The graph as the figure shows it."""
    steps = range(len(numbers.measured))
    return nx.DiGraph([*itertools.pairwise(steps), *numbers.jumps, *numbers.window])


def click(explorer, trace: int, *points: int) -> None:
    """What the page sends when these points are clicked one after another."""
    for point in points:
        shown = explorer.figure.data[trace]
        explorer.figure._js2py_pointsCallback = {
            "event_type": "plotly_click",
            "points": {
                "trace_indexes": [trace],
                "point_indexes": [point],
                "xs": [float(shown.x[point])],
                "ys": [float(shown.y[point])],
            },
            "device_state": None,
            "selector": None,
        }


@st.composite
def edited(draw, matrix) -> Settings:
    """Settings with a few jumps anywhere."""
    T = draw(st.integers(5, 20))
    pairs = st.tuples(st.integers(0, T - 1), st.integers(0, T - 1)).filter(lambda p: p[0] < p[1])
    jumps = draw(st.lists(pairs, unique=True, max_size=8))
    kappa = draw(st.integers(1, 4))
    return Settings(kappa=kappa, g=0.8, T=T, matrix=matrix, jumps=tuple(jumps))


# The numbers -------------------------------------------------------------------------------------


@examples(deadline=None, max_examples=40)
@given(edited(PLUS))
def test_the_bars_are_the_sum_over_all_paths(settings):
    """The measured gradient is not that of the graph that is drawn."""
    numbers, T = graph(settings), settings.T
    attention = np.zeros((T, T))
    for i, m in (*numbers.jumps, *numbers.window):
        attention[m, i] = 1 / min(m, settings.kappa)
    np.testing.assert_allclose(attention[1:].sum(1), 1)
    V = np.full((T, 1, 1), settings.g)
    for t in range(T - 1):
        paths = rsa.theory.path_expansion(V, attention, "mean", t, T - 1)
        assert numbers.measured[t] == pytest.approx(paths.sum())


@examples(deadline=None, max_examples=40)
@given(edited(PLUS) | edited(RANDOM))
def test_chain_and_floor_are_those_of_the_graph(settings):
    """The chain is not a shortest one of the graph that is drawn, or its floor is no floor."""
    numbers, shown = graph(settings), drawn(graph(settings))
    last = settings.T - 1
    lengths = nx.single_target_shortest_path_length(shown, last)
    assert numbers.depth.depths.tolist() == [dict(lengths)[t] for t in range(settings.T)]
    assert nx.is_path(shown, numbers.chain)
    assert (numbers.chain[0], numbers.chain[-1]) == (settings.step, last)
    assert len(numbers.chain) == numbers.depth.depths[settings.step] + 1
    assert (numbers.measured >= numbers.floors * (1 - 1e-9)).all()


def test_a_chain_of_jumps_has_the_floor_of_the_theory():
    """The dashed line is not (γ σ / κ)^d."""
    for d, name in enumerate(("One jump", "Two jumps", "Three jumps"), 1):
        numbers = rsa.explore.attention_graph().preset(name).numbers
        assert numbers.floors[0] == pytest.approx(rsa.theory.sparse_floor(3, d, 0.5, 0.7))
        # Between the jumps the window is a second way: at most a third as much again.
        assert 1 - 1e-9 <= numbers.measured[0] / numbers.floors[0] <= 4 / 3


def test_a_tree_brings_every_state_to_the_least_depth():
    """The preset is no κ-ary tree."""
    explorer = rsa.explore.attention_graph().preset("A κ-ary tree")
    assert explorer.numbers.depth.depths.max() == rsa.theory.least_depth(3, 40) == 3
    assert explorer.numbers.left_out == ()


def test_paths_that_cancel_are_said_to():
    """Where the floor does not hold, the sentence says nothing, or it says so where it holds."""
    explorer = rsa.explore.attention_graph().preset("Paths that cancel")
    numbers, t = explorer.numbers, explorer.settings.step
    assert explorer.settings.matrix == MINUS
    assert numbers.measured[t] < 0.1 * numbers.floors[t]
    assert "paths cancel" in explorer.summary
    assert "cancel" not in explorer.set(matrix=PLUS).summary


def test_what_the_budget_leaves_out_is_said():
    """κ jumps at most lead into one step; what is beyond T or κ vanishes without a word."""
    explorer = rsa.explore.attention_graph(kappa=3, jumps=((0, 20), (1, 20), (2, 20), (3, 39)))
    assert explorer.numbers.left_out == ()
    explorer.set(kappa=2, T=30)
    assert explorer.numbers.jumps == ((0, 20), (1, 20))
    assert explorer.numbers.left_out == ((2, 20), (3, 39))
    assert "Not in use, beyond T or κ: 2 of the jumps." in explorer.summary
    assert explorer.set(kappa=3, T=40).numbers.left_out == ()


# Editing -----------------------------------------------------------------------------------------


def test_two_clicks_draw_a_jump_and_one_removes_it():
    """The figure cannot be edited in itself."""
    explorer = rsa.explore.attention_graph(jumps=())
    click(explorer, view.STATES, 4)
    assert explorer.picked == 4
    assert "h₄ is chosen" in explorer.status
    assert explorer.figure.data[view.STATES].marker.line.width[4] == 4
    click(explorer, view.STATES, 20)
    assert explorer.settings.jumps == explorer.numbers.jumps == ((4, 20),)
    assert (explorer.picked, explorer.status) == (None, "")
    click(explorer, view.STATES, 20, 39)
    assert explorer.settings.jumps == ((4, 20), (20, 39))
    click(explorer, view.HANDLES, 0)
    assert explorer.settings.jumps == ((20, 39),)


def test_a_second_click_on_the_same_state_lets_go():
    """A state once clicked cannot be let go."""
    explorer = rsa.explore.attention_graph()
    click(explorer, view.STATES, 7, 7)
    assert (explorer.picked, explorer.status) == (None, "")
    assert explorer.settings == Settings()


@pytest.mark.parametrize("trace", [view.MEASURED, view.FLOORS, view.PLAIN])
def test_a_click_on_a_bar_shows_its_chain(trace):
    """A click below does nothing, or one on the last state, which has no chain, fails."""
    explorer = rsa.explore.attention_graph()
    click(explorer, trace, 12)
    assert explorer.settings.step == explorer.numbers.chain[0] == 12
    click(explorer, trace, 39)
    assert explorer.settings.step == 38
    assert explorer.status == ""


def test_the_row_of_controls_does_what_clicks_do():
    """Without a mouse a jump cannot be added or removed."""
    explorer = rsa.explore.attention_graph(jumps=())
    editor = explorer.widgets["jumps"]
    editor.source.value, editor.target.value = 6, 30
    editor.buttons["Add"].click()
    assert explorer.numbers.jumps == ((6, 30),)
    assert editor.named.value == "6 → 30"
    editor.source.value = 2
    editor.buttons["Add"].click()
    editor.buttons["Remove"].click()
    assert explorer.numbers.jumps == ((6, 30),)
    editor.buttons["Clear"].click()
    assert explorer.numbers.jumps == ()
    assert editor.named.value == "none"


def test_the_row_names_what_fits_and_counts_the_rest():
    """Of many jumps the row shows nothing, or grows over the page."""
    editor = rsa.explore.attention_graph().preset("A κ-ary tree").widgets["jumps"]
    assert editor.named.value == "0 → 27, 1 → 27, 2 → 27, 3 → 28, .. (39 in all)"


def test_the_row_offers_only_steps_that_there_are():
    """After a shorter T a jump to nowhere can be asked for."""
    explorer = rsa.explore.attention_graph(T=20)
    editor = explorer.widgets["jumps"]
    assert editor.source.max == editor.target.max == 19
    explorer.set(T=30)
    assert editor.target.max == 29


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((9, 3), "h₃ cannot read h₉: a step reads only states that came before it."),
        ((5, 5), "h₅ cannot read h₅: a step reads only states that came before it."),
        ((0, 20), "The jump h₀ → h₂₀ is there already."),
        ((4, 20), "h₂₀ already reads κ = 2 states by jumps: remove one of them, or raise κ."),
        ((3, 40), "There is no h₄₀: the last state is h₃₉."),
    ],
)
def test_a_bad_jump_is_refused_in_one_sentence(pair, said):
    """A jump that cannot be is drawn, is a traceback, or is refused without a reason."""
    explorer = rsa.explore.attention_graph(kappa=2, jumps=((0, 20), (1, 20)))
    before = explorer.settings
    assert explorer.add(*pair).status == said
    assert explorer.settings == before
    assert explorer.set(g=0.5).status == ""


def test_a_jump_that_is_not_there_cannot_be_removed():
    """Remove says nothing, or removes something else."""
    explorer = rsa.explore.attention_graph()
    assert explorer.remove(1, 2).status == "There is no jump h₁ → h₂."
    assert explorer.settings == Settings()


@pytest.mark.parametrize("bad", ["0, 39", ((5, 2),), ((-1, 3),), ((0.5, 3),), 7, ((1, 2, 3),)])
def test_jumps_that_are_none_keep_those_before(bad):
    """A setting that is no set of jumps reaches the computation."""
    explorer = rsa.explore.attention_graph().set(jumps=bad)
    assert explorer.settings.jumps == ((0, 39),)
    assert "cannot be used" in explorer.status


# What all explorers promise ----------------------------------------------------------------------


@pytest.mark.parametrize("name", rsa.explore.attention_graph.presets)
def test_every_preset_draws_its_numbers(name):
    """A preset raises, shows other numbers than the core returns, or cannot be copied as code."""
    explorer = rsa.explore.attention_graph().preset(name).wait()
    expected = graph(explorer.settings)
    data = explorer.figure.data
    np.testing.assert_array_equal(data[view.MEASURED].y, expected.measured)
    np.testing.assert_array_equal(data[view.FLOORS].y, expected.floors)
    assert list(data[view.FLOOR].y) == [expected.floors[explorer.settings.step]] * 2
    assert explorer.status == ""
    again = eval(explorer.code, {"rsa": rsa})
    assert again.settings == explorer.settings
    assert explorer.reset().settings == Settings()


def test_the_sentence_names_depth_chain_floor_and_gradient():
    """The sentence says other numbers than the figure."""
    explorer = rsa.explore.attention_graph(kappa=4, g=0.8, jumps=((0, 20), (20, 39)))
    assert explorer.summary == (
        "Depth 2: h₀ → h₂₀ → h₃₉, all by attention; this chain alone promises 0.01, measured is "
        f"‖∂h₃₉/∂h₀‖ = {explorer.numbers.measured[0]:.2g}, without attention it would be 1.7e-04."
    )


def test_the_table_has_a_row_per_state():
    """The saved data are not those of the figure."""
    explorer = rsa.explore.attention_graph(T=6, step=1, jumps=((0, 5),))
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("t", "depth", "chain", "floor", "measured", "without_attention")
    assert [row[0] for row in rows] == list(range(6))
    assert rows[0][1:3] == (1, "0 5")
    assert [row[4] for row in rows] == explorer.numbers.measured.tolist()
