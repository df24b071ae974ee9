"""The surface of sparsity, depth and length: drawn is what theory and network say."""

import math

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.controls import Ladder
from rsa_edu.explorers.depth_surface import (
    DEPTHS,
    KAPPAS,
    LENGTHS,
    TREES,
    Settings,
    stairs,
    surface,
)
from rsa_edu.figures import depth_surface as view


def exact(**changes):
    """The last, exact numbers of these settings."""
    *_, last = surface(Settings(**changes))
    return last


def test_the_map_is_the_floor_of_a_chain():
    """A cell shows another number than (γ σ / κ)^d."""
    numbers = next(surface(Settings(g=0.6)))
    for kappa, depth in ((1, 1), (2, 12), (7, 5), (32, 3)):
        floor = numbers.floors[DEPTHS.index(depth), KAPPAS.index(kappa)]
        assert floor == pytest.approx((0.5 * 0.6 / kappa) ** depth)


@pytest.mark.parametrize("T", [20, 1000, 2000])
def test_the_border_is_the_least_depth(T):
    """The border of the map is not where the jumps begin to reach all states."""
    numbers = next(surface(Settings(T=T)))
    for kappa, least, smooth in zip(KAPPAS, numbers.least, numbers.smooth, strict=True):
        assert theory_reaches(kappa, least, T)
        assert not theory_reaches(kappa, least - 1, T)
        if kappa > 1:
            assert math.floor(smooth + 1e-9) <= least <= math.ceil(smooth - 1e-9)


def theory_reaches(kappa: int, depth: int, T: int) -> bool:
    """Whether so many jumps reach all states."""
    return depth >= 0 and rsa.theory.reach(kappa, int(depth)) >= T


def test_measurements_are_those_of_the_linear_network():
    """A dot shows another κ, d or T than it stands at."""
    numbers = exact(kappa=3, depth=4, T=200, g=0.7)
    for T, chain, tree in zip(LENGTHS, numbers.chain, numbers.tree, strict=True):
        assert chain == rsa.theory.chain_gradient(3, 4, T, gain=0.7)
        assert tree == rsa.theory.tree_gradient(3, T, gain=0.7)
    for kappa, tree in zip(TREES, numbers.trees, strict=True):
        assert tree == rsa.theory.tree_gradient(kappa, 200, gain=0.7)


def test_a_chain_keeps_its_floor_at_every_length():
    """The level line of the chain is not where its dots come to lie."""
    numbers = exact(kappa=4, depth=3)
    floor = numbers.floors[2, 3]
    far = np.array(LENGTHS) >= 200
    np.testing.assert_allclose(numbers.chain[far], floor, rtol=0.05)
    assert (numbers.chain >= floor * (1 - 1e-9)).all()


@pytest.mark.parametrize("kappa", [2, 4, 16])
def test_a_tree_lies_above_its_floor_and_follows_the_law_of_all_its_paths(kappa):
    """The floor of a tree is crossed, or its slope is not the one in the legend."""
    numbers = exact(kappa=kappa, g=0.6)
    law, paths = numbers.exponents
    assert (numbers.tree >= numbers.tree_floors).all()
    assert law < paths
    far = np.array(LENGTHS) >= 100  # the slope wavers by one level: κ, over log_κ 20 levels
    slope = np.polyfit(np.log(np.array(LENGTHS)[far]), np.log(numbers.tree[far]), 1)[0]
    assert slope == pytest.approx(paths, abs=0.25)


def test_stairs_fall_where_one_jump_more_is_needed():
    """The floor of a tree falls at another T than where the count says."""
    T, floors = stairs(4, 0.8)
    assert T.tolist() == [20, 22, 86, 342, 1366, 2000]
    assert (np.diff(floors[:-1]) < 0).all()
    for n, floor in zip(T, floors, strict=True):
        depth = rsa.theory.least_depth(4, int(n))
        assert floor == rsa.theory.sparse_floor(4, depth, 0.5, 0.8)


def test_one_state_has_no_law():
    """With κ = 1 a power of T is drawn, where the tree is a chain of all steps."""
    explorer = rsa.explore.depth_surface(kappa=1).wait()
    assert np.isnan(explorer.numbers.exponents).all()
    for place in (view.LAW, view.PATHS):
        assert not explorer.figure.data[place].showlegend
        assert np.isnan(np.asarray(explorer.figure.data[place].y, dtype=float)).all()
    assert "All 1000 take 999 (one by one)" in explorer.summary


def test_the_floors_come_at_once():
    """A drag shows nothing until all is measured."""
    steps = list(surface(Settings(kappa=9, depth=7, T=2000, g=0.45)))
    assert len(steps) > 1
    assert np.isnan(steps[0].trees).any()
    np.testing.assert_array_equal(steps[0].floors, steps[-1].floors)
    assert not np.isnan([*steps[-1].trees, *steps[-1].tree, *steps[-1].chain]).any()


def test_a_click_in_the_map_chooses_sparsity_and_depth():
    """A click does nothing, or takes another cell."""
    explorer = rsa.explore.depth_surface().wait()
    explorer.figure._js2py_pointsCallback = {
        "event_type": "plotly_click",
        "points": {
            "trace_indexes": [view.MAP],
            "point_indexes": [[5, 7]],
            "xs": [8.0],
            "ys": [6],
            "z": [-6.0],
        },
        "device_state": None,
        "selector": None,
    }
    explorer.wait()
    assert (explorer.settings.kappa, explorer.settings.depth) == (8, 6)
    assert (explorer.widgets["kappa"].value, explorer.widgets["depth"].value) == (8, 6)


@pytest.mark.parametrize("name", rsa.explore.depth_surface.presets)
def test_every_preset_draws_its_numbers(name):
    """A preset raises, shows other numbers than the core returns, or cannot be copied as code."""
    explorer = rsa.explore.depth_surface().preset(name).wait()
    expected = exact(**vars(explorer.settings))
    data = explorer.figure.data
    np.testing.assert_array_equal(data[view.CHAIN_MEASURED].y, expected.chain)
    np.testing.assert_array_equal(data[view.TREE_MEASURED].y, expected.tree)
    np.testing.assert_allclose(data[view.MAP].z, np.log10(expected.floors))
    assert explorer.status == ""
    assert eval(explorer.code, {"rsa": rsa}).settings == explorer.settings


def test_the_sentence_says_promise_and_measurement():
    """The sentence names other numbers than the figure."""
    explorer = rsa.explore.depth_surface(kappa=4, depth=1, T=500, g=0.8).wait()
    tree = rsa.theory.tree_gradient(4, 500, gain=0.8)
    assert explorer.summary == (
        "A chain of 1 jump at κ = 4 promises 0.1 at any length, measured at T = 500: 0.1; 1 jump "
        "reaches at most 5 of 500 states. All 500 take 5 (log T / log κ = 4.5): a tree then "
        f"promises 1.0e-05, measured {tree:.2g}, and 1/T is 0.002."
    )


def test_the_table_has_a_row_per_measurement():
    """The saved data lack a measurement, or stand beside another floor."""
    explorer = rsa.explore.depth_surface(kappa=3, depth=2, T=100).wait()
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert len(rows) == 2 * len(LENGTHS) + len(TREES)
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        floor = rsa.theory.sparse_floor(row["kappa"], row["d"], 0.5, 0.8)
        assert row["floor"] == pytest.approx(floor)
        if row["attention"] == "tree":
            assert row["d"] == rsa.theory.least_depth(row["kappa"], row["T"])
        assert row["measured"] >= row["floor"] * (1 - 1e-9)


def test_a_ladder_has_rungs_only():
    """A length between two rungs is taken, or is moved without a word."""
    explorer = rsa.explore.depth_surface(T=300).wait()
    assert (explorer.settings.T, explorer.status) == (300, "")
    assert explorer.widgets["T"].value == 300
    explorer.set(T=480).wait()
    assert explorer.settings.T == explorer.widgets["T"].value == 500
    assert "length T is one of 20, 30" in explorer.status
    assert "480 was moved to 500." in explorer.status
    explorer.set(T="long").wait()
    assert explorer.settings.T == 500
    assert "'long' cannot be used" in explorer.status
    with pytest.raises(ValueError, match="not finite"):
        Ladder((1, 2), "x").fit(math.nan, None)
