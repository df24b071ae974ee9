"""The tradeoff map shows stored runs as they are, and trains the chosen point beside them."""

import csv
import importlib
import time
from dataclasses import replace

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers import policies, stored_points
from rsa_edu.explorers.one_run import OneRun
from rsa_edu.explorers.stored_points import FIXED, FULL, NUS, RHOS, Place, Stored, place_of, spread
from rsa_edu.explorers.tradeoffs import chosen
from rsa_edu.figures import tradeoff_map as view
from rsa_edu.figures.tradeoff_rows import PER_ROW
from rsa_edu.sweeps import measure
from tests.sweeps.tiny import tiny

module = importlib.import_module("rsa_edu.explorers.tradeoff_map")
SHORT = {"updates": 3, "sequences": 2, "test_delays": [[30, 100, 300]]}
PLANNED = (
    tiny(buffer_size=[2, 5], relevant_size=[0, 2], seed=[0, 1], **SHORT)
    + tiny(policy="Sinks", buffer_size=2, relevant_size=2, seed=[0, 1], **SHORT)
    + tiny(policy="Window", buffer_size=4, seed=[0, 1], **SHORT)
    + tiny(policy="LowestAttention", size=4, seed=[0, 1], **SHORT)
    + tiny(model="MemRNN", seed=[0, 1], **SHORT)
    + tiny(model=["LSTM", "Transformer"], seed=[0, 1], **SHORT)
    + tiny(task="Denoise", buffer_size=5, relevant_size=2, seed=[0, 1], **SHORT)
)
HERE = {"nu": 5, "rho": 2}


@pytest.fixture(scope="session")
def stored():
    runs = [measure(settings) for settings in PLANNED]
    # One seed meets a target, its brother does not; one of two seeds was not made.
    first, last = runs[0], PLANNED[-1]
    met = first.result | {"updates_to_target": 3, "seconds_to_target": 0.1}
    assert last.seed
    return Stored(PLANNED, [replace(first, result=met), *runs[1:-1]])


def opened(stored):
    """An explorer on these runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "shipped", lambda: stored)
        return rsa.explore.tradeoff_map(**HERE)


@pytest.fixture(scope="module")
def only(stored):
    return opened(stored)


@pytest.fixture
def explorer(only):
    only.reset().set(**HERE)
    yield only
    only.stop()
    if only._run is not None:
        only._run.wait(10)
    only._watcher.wait(10)


@pytest.fixture
def slow(explorer, monkeypatch):
    """Its runs take for ever."""
    given = explorer.stored.settings
    endless = {"updates": 10**6, "target": None, "hidden_size": 32}
    monkeypatch.setattr(explorer.stored, "settings", lambda *of: replace(given(*of), **endless))
    return explorer


def mean_of(stored, place, of):
    return np.mean([of(run) for run in stored.points[place].runs])


def test_sliders_offer_what_the_sweeps_plan():
    """A measured budget cannot be reached, or a slider leads where nothing was planned."""
    planned = stored_points.shipped().planned
    assert {p.task for p in planned} == set(stored_points.TASKS)
    assert {p.policy for p in planned} == set(stored_points.POLICIES)
    grid = {(p.nu, p.rho) for p in planned if p.policy == policies.SCREENING}
    assert grid == {(nu, rho) for nu in NUS for rho in RHOS}
    others = [p for p in planned if p.policy not in (policies.SCREENING, *FIXED)]
    assert all(p.nu == p.rho and p.nu in NUS for p in others)
    delays = {settings.test_delays for there in planned.values() for settings in there}
    assert delays == {stored_points.DELAYS}


def test_the_same_words_give_the_planned_run():
    """ "Run this point now" trains another recipe, size or policy than the stored runs have."""
    shipped = stored_points.shipped()
    for place, planned in shipped.planned.items():
        assert shipped.settings(place, planned[0].seed).key == planned[0].key, place
    unplanned = shipped.settings(Place("Copy", policies.WINDOW, 25, 25), 7)
    assert (unplanned.memory(), unplanned.seed) == (rsa.models.Window(50), 7)


def test_all_five_rows_and_the_map_show_the_stored_runs(explorer, stored):
    """A row or a point shows another run, quantity or test delay."""
    explorer.set(**HERE, cost="saved for the backward pass", test_delay=300)
    place = Place("Copy", "Screening", 5, 2)
    expected = [
        mean_of(stored, place, lambda run: run.result["test_accuracy"][2]),
        1e3 * mean_of(stored, place, lambda run: run.result["seconds_per_update"]),
        1e-6 * mean_of(stored, place, lambda run: run.result["saved_bytes"]),
        mean_of(stored, place, lambda run: run.result["gradient_reach"]),
    ]
    now = explorer.figure.data[view.NOW]
    assert (now.x[0], now.y[0]) == (pytest.approx(expected[2]), pytest.approx(expected[0]))
    at = RHOS.index(2)
    for i, mean in enumerate(expected):
        row = explorer.figure.data[view.ROWS + PER_ROW * i + 1]
        assert row.y[at] == pytest.approx(mean)
        assert row.y[RHOS.index(25)] is None
    shapes = explorer.figure.layout.to_plotly_json()["shapes"]
    cursors = [shape["x0"] for shape in shapes if shape["xref"] == "x2"]
    assert cursors == [at] * view.MOST_ROWS


def test_the_front_is_of_points_with_all_their_seeds_and_nothing_beats_it(explorer, stored):
    """The front goes through a point that a cheaper and better one beats."""
    chart = explorer.set(cost="time per update").numbers.chart
    pairs = {
        p: (spread(stored, p, "milliseconds", 100).mean, spread(stored, p, "accuracy", 100).mean)
        for p in stored.points
        if p.task == "Copy"
    }
    assert chart.front
    for x, y in (pairs[p] for p in chart.front):
        assert not any((a <= x and b >= y) and (a, b) != (x, y) for a, b in pairs.values())


def test_a_seed_that_never_met_the_target_is_not_averaged_away(explorer):
    """A lucky seed makes a budget look fast, or points vanish without a word."""
    explorer.set(cost="updates to the target")
    chart, place = explorer.numbers.chart, place_of(PLANNED[0].plain())
    assert chart.partial == (place,)
    assert place not in chart.front
    assert "1 point is hollow" in explorer.summary
    assert f"{len(chart.absent)} points are not on the map" in explorer.summary
    assert explorer.set(cost="budget K").numbers.picture.note == ""


def test_the_sentence_gives_the_five_quantities_with_their_spread(explorer, stored):
    """The words say other numbers than the figure, or hide the spread."""
    found = spread(stored, Place("Copy", "Screening", 5, 2), "milliseconds", 100)
    assert "Screening, ν = 5, ρ = 2 on Copy, mean of 2 seeds" in explorer.summary
    low, high = (stored_points.told("milliseconds", v) for v in (found.low, found.high))
    assert f"({low} to {high})" in explorer.summary or low == high
    for what in ("accuracy at delay 100", "saved for the backward pass", "gradient reach"):
        assert what in explorer.summary
    assert "effective depth" in explorer.summary
    short = explorer.set(task="Denoise").summary
    assert "mean of 1 seed of 2 planned" in short


def test_what_was_not_measured_is_said_and_never_invented(explorer):
    """A budget without runs shows numbers of its neighbours."""
    explorer.set(nu=25, rho=25)
    assert "was not measured; the nearest measured: Screening, ν = 5, ρ = 2" in explorer.summary
    assert not explorer.figure.data[view.NOW].x
    assert all(row.said == "not measured" for row in explorer.numbers.picture.rows)
    assert "Pin A" in explorer.pin().set(**HERE).summary
    assert "Pin A (Screening, ν = 25, ρ = 25 on Copy) was not measured." in explorer.summary


def test_without_any_run_the_map_says_how_they_are_made():
    """A package without results shows a blank page."""
    explorer = opened(Stored(PLANNED, []))
    assert "rsa-edu sweep budgets" in explorer.numbers.picture.note
    assert explorer._drawn.layout.annotations[0].text == explorer.numbers.picture.note
    assert "was not measured" in explorer.summary


def test_times_of_another_machine_are_not_compared(stored):
    """A faster machine passes for a cheaper budget."""
    there = Place("Copy", "Screening", 5, 0)
    runs = [run for point in stored.points.values() for run in point.runs]
    moved = Stored(
        PLANNED,
        [replace(r, machine="a faster one") if place_of(r.settings) == there else r for r in runs],
    )
    explorer = opened(moved).set(cost="time per update").pin().set(rho=0)
    chart, (accuracy, times, *_) = explorer.numbers.chart, explorer.numbers.picture.rows
    assert chart.elsewhere == (there,)
    assert there not in chart.front
    assert times.seeds[0] == ()
    assert len(times.apart[0]) == len(accuracy.seeds[0]) == 2
    assert "1 point is hollow and not compared" in explorer.summary
    assert "time per update ×" not in explorer.summary
    assert "Their times are not compared: a faster one and" in explorer.summary
    assert explorer.set(cost="budget K").numbers.chart.elsewhere == ()


def test_the_time_of_an_update_is_that_of_the_pace(stored):
    """Runs that learned on a busy machine, or on several, are asked how long an update takes."""
    runs = [run for point in stored.points.values() for run in point.runs]
    quick = [
        replace(run, machine="quiet", result=run.result | {"seconds_per_update": 1e-3 * (1 + i)})
        for i, run in enumerate(runs)
        if run.settings["task"] == "Copy"
    ]
    paced = Stored(PLANNED, runs, quick)
    for task in ("Copy", "Denoise"):
        place = Place(task, "Screening", 5, 2)
        times = [
            1e3 * run.result["seconds_per_update"]
            for run in quick
            if place_of(run.settings)[1:] == place[1:]
        ]
        assert spread(paced, place, "milliseconds", 30).values == pytest.approx(times)
        assert paced.machines(place) == "quiet"
        explorer = opened(paced).set(task=task, cost="time per update")
        made = len(paced.points[place].runs)
        assert list(explorer.figure.data[view.SEEDS].x) == pytest.approx(times[:made])


def test_the_shipped_runs_are_drawn_whatever_they_are():
    """The real results, or what there is of them, cannot be shown."""
    explorer = rsa.explore.tradeoff_map()
    for name in explorer.presets:
        assert explorer.preset(name).wait().summary
        assert explorer.status == ""
    for cost in stored_points.COSTS:
        for gain in stored_points.GAINS:
            explorer.set(cost=cost, gain=gain).wait()


def test_pins_are_listed_compared_and_kept_in_the_code(explorer):
    """A pinned point is lost, unnamed, or compared with another one."""
    explorer.pin().set(rho=0)
    before, after = (explorer.stored.points[Place("Copy", "Screening", 5, rho)] for rho in (2, 0))
    times = after.spread("saved").mean / before.spread("saved").mean
    said = f"saved for the backward pass × {stored_points.told('saved', times)}"
    assert "Against A (Screening, ν = 5, ρ = 2 on Copy)" in explorer.summary
    assert said in explorer.summary
    assert "<b>A</b> Screening, ν = 5, ρ = 2 on Copy" in explorer.widgets["pins"]._text.value
    again = eval(explorer.code, {"rsa": rsa})
    assert again.settings == explorer.settings
    assert list(explorer.figure.data[view.PINS].text) == ["<b>A</b>"]
    assert "nothing yet" in explorer.clear_pins().widgets["pins"]._text.value


def test_at_most_four_pins_and_only_places_that_exist(explorer):
    """A fifth pin has no letter, or a wrong word ends in a traceback."""
    for nu in NUS:
        explorer.set(nu=nu).pin()
    assert [pin[2] for pin in explorer.settings.pins] == list(NUS[1:])
    assert "At most 4" in explorer.status
    explorer.set(pins=(("Copy", "Screening", 3, 2),))
    assert "cannot be used" in explorer.status


def test_other_policies_have_one_size(explorer):
    """A slider seems to do something that it does not do."""
    explorer.set(policy=policies.WINDOW, nu=2, rho=25)
    assert chosen(explorer.settings) == Place("Copy", "Window", 2, 2)
    assert "Window, K = 4 on Copy, mean of 2 seeds" in explorer.summary
    assert explorer.widgets["rho"].disabled
    assert explorer.widgets["along"].disabled
    explorer.set(policy=FULL)
    assert all(explorer.widgets[name].disabled for name in ("nu", "rho", "along"))
    explorer.set(policy=policies.SCREENING, along=stored_points.BOTH, nu=2)
    assert chosen(explorer.settings) == Place("Copy", "Screening", 2, 2)


@pytest.mark.parametrize("model", ["LSTM", "Transformer"])
def test_another_model_stands_on_the_same_map(explorer, stored, model):
    """Budgets are compared with budgets only, or "Run this point now" trains another model."""
    explorer.set(policy=model, cost="saved for the backward pass")
    place = Place("Copy", model)
    assert place in explorer.numbers.chart.places[view.OTHER]
    saved = 1e-6 * mean_of(stored, place, lambda run: run.result["saved_bytes"])
    assert explorer.figure.data[view.NOW].x[0] == pytest.approx(saved)
    assert f"{model} on Copy, mean of 2 seeds" in explorer.summary
    explorer.run_now().wait()
    assert (explorer.live[-1].settings["model"], explorer.live[-1].seed) == (model, 2)
    assert explorer.figure.data[view.LIVE].x[0] == pytest.approx(saved)


def test_a_click_on_a_point_chooses_it(explorer):
    """The map can be looked at only."""
    for group, places in explorer.numbers.chart.places.items():
        for i, place in enumerate(places):
            explorer._choose(group, [i])
            assert chosen(explorer.settings) == place


def test_a_run_made_now_lands_beside_the_stored_ones(explorer):
    """The run is another one than the sliders say, repeats a stored seed, or is not shown."""
    explorer.run_now().set(rho=0).wait()
    (run,) = explorer.live
    assert place_of(run.settings) == Place("Copy", "Screening", 5, 2)
    assert run.seed == 2
    again = measure(explorer.stored.settings(place_of(run.settings), 2))
    assert again.result["test_accuracy"] == run.result["test_accuracy"]
    assert explorer.figure.data[view.LIVE].y[0] == run.result["test_accuracy"][1]
    explorer.set(**HERE)
    assert "Run here with seed 2, timed on this machine" in explorer.summary
    assert "Seed 2: 3 updates, measured after" in explorer._progress.value
    explorer.run_now().wait()
    assert [run.seed for run in explorer.live] == [2, 3]
    assert explorer.reset().live == []


def test_a_point_that_was_never_measured_can_be_run(explorer):
    """Only what is known already could be found out."""
    explorer.set(policy=policies.SINKS, nu=10).run_now().wait()
    assert place_of(explorer.live[0].settings) == Place("Copy", "Sinks", 10, 10)
    assert "was not measured" in explorer.summary
    assert "Run here with seed 0" in explorer.summary


def test_a_run_does_not_block_and_stop_answers_at_once(slow):
    """The page stands still while a point is trained, or Stop does nothing."""
    explorer = slow.run_now()
    end = time.monotonic() + 20
    while not explorer._run.updates and time.monotonic() < end:
        time.sleep(0.01)
    explorer.set(rho=0)
    assert explorer._go.disabled
    assert "Stop the run first" in explorer.run_now().status
    with pytest.raises(TimeoutError, match="has not ended"):
        explorer.wait(0.01)
    began = time.monotonic()
    explorer._halt.click()
    assert time.monotonic() - began < 0.3
    assert "was stopped after" in explorer._progress.value
    assert not explorer._go.disabled
    assert explorer.wait(5).live == []


def test_running_the_cell_again_stops_the_run(stored, slow):
    """A run goes on for an output that is gone, and is drawn there."""
    explorer = opened(stored).run_now()
    run = explorer._run
    explorer.close()
    assert run.state == "stopped"
    assert run.wait(5)
    explorer._watcher.wait(5)
    assert explorer.live == []


def test_what_goes_wrong_before_a_run_is_said(explorer, monkeypatch):
    """A button does nothing, and says nothing."""
    monkeypatch.setattr(explorer.stored, "planned", {})
    explorer._go.click()
    assert explorer.status.startswith("This did not work: no run of Screening on Copy")


def test_what_goes_wrong_in_a_run_is_said(explorer, monkeypatch):
    """A run ends without a word."""
    monkeypatch.setattr(rsa.Network, "forward", lambda *_: 1 / 0)
    explorer.run_now()
    with pytest.raises(ZeroDivisionError):
        explorer.wait()
    assert "failed after 0 updates: division by zero" in explorer._progress.value
    assert not explorer._go.disabled


def test_a_run_that_diverges_says_why():
    """The page calls a run finished that broke off."""
    wild = OneRun(replace(PLANNED[0], learning_rate=1e4, updates=200, target=None))
    assert wild.wait(30)
    assert wild.run.result["ended"] == "diverged"
    assert wild.run.result["why"] in wild.message


def test_saved_data_holds_every_run_of_the_task(explorer, stored, tmp_path, monkeypatch):
    """The file misses a seed, or a run made here."""
    monkeypatch.chdir(tmp_path)
    explorer.run_now().wait()
    with explorer.save().open(encoding="utf-8") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    kept = [run for p, point in stored.points.items() if p.task == "Copy" for run in point.runs]
    assert [row["made"] for row in rows] == ["before"] * len(kept) + ["here"]
    assert [float(row["accuracy at 300"]) for row in rows[:-1]] == [
        run.result["test_accuracy"][2] for run in kept
    ]
    assert {row["K"] for row in rows if row["policy"] == FULL} == {""}


@pytest.mark.parametrize("name", rsa.explore.tradeoff_map.presets)
def test_every_preset_can_be_chosen(explorer, name):
    """A preset raises or is not what it says."""
    explorer.preset(name)
    assert explorer.status == ""
    for setting, value in explorer.presets[name].items():
        assert getattr(explorer.settings, setting) == value
