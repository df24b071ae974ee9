"""Sweeps through the widget: real runs, real workers, a real kernel, and what may go wrong."""

import csv
import os
import signal
from functools import partial
from pathlib import Path

import psutil
import pytest
from jupyter_client import KernelManager

import rsa_edu as rsa
from rsa_edu.explorers import investigation
from rsa_edu.explorers.investigation import NONE, SHARES, caution, positions, varying
from rsa_edu.explorers.sweep import Sweep
from rsa_edu.figures.sweep import MOST_KINDS
from rsa_edu.points import QUANTITIES, Spread
from rsa_edu.store import Store, StoreError
from rsa_edu.sweeps import ClusterError, cluster, measure
from tests.sweeps import tiny as measures
from tests.sweeps.test_run import until, workers
from tests.sweeps.tiny import LONG, attempts, grid, made_up, numbers, tiny

ROOT = Path(__file__).parents[2]
SLOW = 240
"""Seconds that worker processes may take to start where others use the machine, too."""


@pytest.fixture
def make(tmp_path, monkeypatch):
    """A new explorer, in a folder of its own, stopped at the end."""
    monkeypatch.chdir(tmp_path)
    made = []

    def new(*arguments, **options):
        made.append(Sweep(*arguments, **options))
        return made[-1]

    yield new
    for explorer in made:
        explorer.close()
        explorer._watcher.wait(10)


def stored(*runs, path="investigation.sqlite"):
    """A store with these runs, beside the notebook."""
    Store(path).add_all(runs)


def press(explorer, label):
    button = explorer.buttons[label]
    assert not button.disabled, f"{label} cannot be pressed"
    button.click()


def enabled(explorer):
    return {label for label, button in explorer.buttons.items() if not button.disabled}


def shown(explorer):
    """The y of every run in the figure."""
    return sorted(y for trace in explorer.figure.data[MOST_KINDS:-1] for y in trace.y or ())


# A sweep, from start to end ----------------------------------------------------------------------


def test_a_sweep_grows_in_the_page_and_ends_with_the_numbers_of_its_runs(make):
    """Start starts nothing, the figure stands still, or shows other numbers than were measured."""
    sweep = tiny(relevant_size=[0, 5], seed=range(3))
    explorer = make(sweep, workers=2)
    assert explorer.progress.startswith("6 runs, 0 of them in investigation.sqlite already.")
    assert enabled(explorer) == {"Start", "Estimate time"}
    press(explorer, "Start")
    assert explorer.progress.startswith("Starting workers ...: 0 of 6 runs")
    assert enabled(explorer) == {"Stop"}
    until(lambda: 0 < len(shown(explorer)) < 6, SLOW)
    assert "Still to be made: " in explorer.summary
    found = explorer.result(SLOW)
    assert [run.key for run in found] == [settings.key for settings in sweep]
    assert [numbers(run) for run in found] == [numbers(measure(settings)) for settings in sweep]
    assert shown(explorer) == sorted(run.result["accuracy"] for run in found)
    assert explorer.progress == "Finished: 6 of 6 runs."
    assert explorer.bar.value == 1
    assert (enabled(explorer), explorer.status, workers()) == (set(), "", [])


def test_stop_keeps_what_is_finished_and_start_goes_on(make, tmp_path):
    """Stop loses a run, leaves a process, or the same button does not go on."""
    first, second = sweep = tiny(seed=[0, 1])
    stored(made_up(first))
    explorer = make(sweep, workers=1, measure=partial(measures.slow_at_first, tmp_path))
    assert shown(explorer) == [0.5]
    press(explorer, "Start")
    until(lambda: attempts(tmp_path, second), SLOW)
    press(explorer, "Stop")
    assert explorer.progress.startswith("Stopping ...: 1 of 2 runs")
    until(lambda: "Start" in enabled(explorer), SLOW)
    assert explorer.progress.startswith("Stopped: 1 of 2 runs; Start goes on.")
    assert (shown(explorer), workers()) == ([0.5], [])
    press(explorer, "Start")
    assert [run.seed for run in explorer.result(SLOW)] == [0, 1]
    assert len(shown(explorer)) == 2


def test_what_is_stored_is_drawn_at_once_and_nothing_is_written_before_start(make):
    """What a student has run before is not seen, or a look leaves a file behind."""
    sweep = tiny(relevant_size=[0, 5], seed=range(3))
    assert make(sweep).numbers.runs == []
    assert not Path("investigation.sqlite").exists()
    stored(*(made_up(settings) for settings in sweep[:4]), made_up(tiny(seed=9)[0]))
    explorer = make(sweep)
    assert "6 runs, 4 of them in investigation.sqlite" in explorer.progress
    assert shown(explorer) == [0.5] * 4
    assert [path.name for path in Path().iterdir()] == ["investigation.sqlite"]
    assert [run.key for run in explorer.result()] == [s.key for s in sweep[:4]]


def test_the_time_is_estimated_for_what_is_missing_only(make):
    """The estimate is of other runs, or a press freezes the notebook."""
    sweep = tiny(relevant_size=[0, 5], seed=range(3))
    stored(*(made_up(settings) for settings in sweep[:3]))
    explorer = make(sweep, workers=2)
    press(explorer, "Estimate time")
    explorer._estimator.wait(SLOW)
    assert " s of training at most for 3 of them on 2 cores" in explorer.progress
    assert len(Store("investigation.sqlite")) == 3


def test_a_cell_run_again_stops_the_old_sweep(make, external, tmp_path):
    """An invisible sweep goes on and takes the cores from the one that is seen."""
    explorer = make(
        grid(**LONG), scheduler=external, measure=partial(measures.noting, tmp_path)
    ).start()
    until(lambda: attempts(tmp_path, explorer.grid[0]))
    explorer.close()
    assert explorer.run.state == "stopped"
    assert explorer.start().run.state == "stopped"


# What goes wrong ---------------------------------------------------------------------------------


def test_a_run_that_fails_is_told_and_the_others_are_drawn(make, external):
    """An error of one run is lost, ends the sweep, or is a traceback."""
    explorer = make(tiny(seed=range(3)), scheduler=external, measure=measures.failing).start()
    assert [run.seed for run in explorer.result(SLOW)] == [0, 2]
    assert len(shown(explorer)) == 2
    assert explorer.status.startswith("1 gave no result; Start tries again. Copy(5)")
    assert explorer.status.endswith("seed 1: ZeroDivisionError: nothing to divide by")
    explorer.set(y="slots")
    assert "ZeroDivisionError" in explorer.status
    assert "Start" in enabled(explorer)
    explorer.run.measure = measure
    assert len(explorer.start().result(SLOW)) == 3
    assert explorer.status == ""


def test_a_damaged_store_is_said_and_left_as_it_is(make, external):
    """A damaged file is a traceback in the page, or is written over."""
    path = Path("investigation.sqlite")
    path.write_bytes(b"no store at all" * 100)
    explorer = make(tiny(), scheduler=external)
    assert "investigation.sqlite is damaged or no store" in explorer.status
    press(explorer, "Start")
    assert "is damaged or no store" in explorer.status
    with pytest.raises(StoreError, match="is damaged"):
        explorer.result()
    assert path.read_bytes().startswith(b"no store")
    path.unlink()
    press(explorer, "Start")
    assert explorer.status == ""
    explorer.stop()


def test_a_scheduler_that_is_not_there_is_said(make, monkeypatch):
    """A wrong address hangs, or is a traceback of Dask."""
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    explorer = make(tiny(), scheduler="nonsense").start()
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        explorer.wait(20)
    assert "no Dask scheduler answers at nonsense" in explorer.status
    assert explorer.progress.startswith("Failed: 0 of 1 runs; Start goes on.")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([], "the sweep is empty: it has no run."),
        ([{"model": "LSTM"}], "a sweep is a list of RunSettings"),
        ("fast", "there is no sweep 'fast'"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_what_is_no_sweep_is_said(make, wrong, said):
    """An empty grid or a typing error is a traceback in the page, or can be started."""
    explorer = make(wrong)
    assert explorer.status.startswith(said)
    assert enabled(explorer) == set()
    assert explorer.start().run is None
    explorer.set(y="reach")
    assert explorer.status.startswith(said)
    with pytest.raises(ValueError, match=said[:12]):
        explorer.result()


def test_a_setting_that_does_not_differ_cannot_be_an_axis(make):
    """A typing error draws something else without a word."""
    explorer = make(tiny(relevant_size=[0, 5]), x="delay", y="speed")
    assert (explorer.settings.x, explorer.settings.y) == ("relevant_size", "accuracy")
    assert "'delay' cannot be used" in explorer.status
    assert "'speed' cannot be used" in explorer.status


# What differs ------------------------------------------------------------------------------------


def test_axes_are_chosen_from_what_differs(make):
    """The first figure is over the seed, or over something that is the same everywhere."""
    both = make(tiny(relevant_size=[0, 5], learning_rate=[0.1, 0.01], seed=range(2)))
    assert (both.settings.x, both.settings.colour) == ("relevant_size", "learning_rate")
    assert both.varies["learning_rate"] == [0.01, 0.1]
    both.set(x="learning_rate")
    assert (both.settings.x, both.settings.colour) == ("learning_rate", "relevant_size")
    models = make(tiny(model=["LSTM", "RelRNN"]))
    assert (models.settings.x, models.settings.colour) == ("model", "model")
    assert make(tiny(seed=range(3))).settings.x == "model"
    assert make(tiny(delay=[5, 6])).settings.colour == NONE


def test_what_follows_from_the_model_does_not_differ_by_itself():
    """LSTM against RelRNN is told as six differences."""
    sweep = tiny(model=["LSTM", "RNN"]) + tiny(model="RelRNN", relevant_size=[0, 5])
    assert varying(sweep) == {"model": ["LSTM", "RNN", "RelRNN"], "relevant_size": [None, 0, 5]}
    policies = tiny(policy="Screening") + tiny(policy="Window")
    assert list(varying(policies)) == ["policy"]


def test_numbers_have_their_distances_and_words_do_not():
    """0, 2, 10 stand at equal distances, decades crowd at the left, or "none" is a number."""
    assert positions([0, 2, 10]) == ([(0, "0"), (2, "2"), (10, "10")], True)
    assert positions([None, 2, 4])[0][0] == (0, "none")
    assert [x for x, _ in positions([1, 10, 100])[0]] == [0, 1, 2]
    assert positions(["LSTM", "RNN"]) == ([(0, "LSTM"), (1, "RNN")], False)
    assert positions([False, True])[0] == [(0, "no"), (1, "yes")]


@pytest.mark.parametrize("words", [{}, {"colour": NONE}, {"x": "model", "colour": "model"}])
def test_every_run_is_drawn_whatever_stands_at_the_axes(make, words):
    """A run without a value of x, or one more setting that differs, is left out."""
    sweep = rsa.sweeps.plan("quick")
    stored(*(made_up(settings, i / 100) for i, settings in enumerate(sweep)))
    explorer = make(**words)
    assert shown(explorer) == [i / 100 for i in range(len(sweep))]
    means = [
        y for trace in explorer.figure.data[:MOST_KINDS] for y in trace.y or () if y is not None
    ]
    assert sum(y is not None for y in means) == len(sweep) / 2
    assert explorer.status == ""


@pytest.mark.parametrize("y", QUANTITIES)
def test_every_quantity_of_real_runs_is_drawn_or_said_to_be_missing(make, y):
    """A quantity that some runs do not have is an error or an empty figure without a word."""
    sweep = rsa.results.sweep("rates")
    stored(*sweep.runs)
    explorer = make([rsa.sweeps.RunSettings(**run.settings) for run in sweep.runs], y=y)
    values = [QUANTITIES[y].of(run) for run in sweep.runs]
    values = sorted(v for v in values if v is not None)
    assert shown(explorer) == pytest.approx(values)
    lacking = len(sweep.runs) - len(values)
    without = f"Without a value: {lacking} of {len(sweep.runs)} finished runs"
    assert (without in explorer.summary) == (lacking > 0)
    assert bool(explorer.figure.layout.annotations[0].text) == (not values)
    assert explorer.status == ""


@pytest.mark.parametrize("name", Sweep.presets)
def test_every_preset_is_a_state(make, name):
    """A preset names a quantity that there is not."""
    explorer = make().preset(name)
    assert explorer.settings.y == Sweep.presets[name].get("y", "accuracy")
    assert explorer.status == ""


# In words, as rows and as code -------------------------------------------------------------------


def test_the_sentence_names_the_best_the_worst_and_what_is_missing(make):
    """It names another setting, forgets the spread, or a run that was not made."""
    sweep = tiny(relevant_size=[0, 5, 10], seed=range(2))
    accuracies = [0.1, 0.3, 0.8, 0.9, 0.5]
    stored(*(made_up(s, a) for s, a in zip(sweep, accuracies, strict=False)))
    said = make(sweep).summary
    assert said.startswith("What differs: relevant set ρ (0, 5, 10), 2 seeds each.")
    assert "best 85% (80% to 90%) with relevant set ρ 5" in said
    assert "worst 20% (10% to 30%) with relevant set ρ 0." in said
    assert "Their ranges do not overlap; still, 2 seeds are few." in said
    assert "Still to be made: 1 of 6 runs." in said


def test_a_difference_is_told_with_caution():
    """A student concludes from three seeds whose ranges overlap, or from one."""
    low, high, over = Spread((0.1, 0.2, 0.3), 3), Spread((0.4, 0.5, 0.6), 3), Spread((0.3, 0.7), 2)
    assert "overlap, and 2 seeds are few: the difference may be chance" in caution(high, over)
    assert "do not overlap; still, 3 seeds are few" in caution(high, low)
    assert "One seed shows no spread" in caution(high, Spread((0.1,), 1))
    many = Spread((0.1, 0.2, 0.3, 0.4, 0.5), 5)
    assert caution(many, many) == "Their ranges overlap: the difference may be chance."


def test_shares_are_quantities():
    """A quantity was renamed, and is no longer told in percent."""
    assert set(SHARES) <= set(QUANTITIES)


def test_saved_rows_hold_all_settings_and_results(make):
    """The file misses a run or a setting, or Save waits for the end of the sweep."""
    sweep = tiny(seed=range(2))
    runs = [measure(settings) for settings in sweep]
    stored(*runs)
    with make(sweep).save().open(encoding="utf-8") as file:
        assert file.readline().startswith("# rsa.explore.sweep(rsa.sweeps.grid(")
        head, *rows = csv.reader(file)
    assert len(rows) == 2
    for row, run in zip(rows, runs, strict=True):
        cells = dict(zip(head, row, strict=True))
        assert set(run.settings) | set(run.result) < set(cells)
        assert float(cells["accuracy"]) == run.result["accuracy"]
        assert (cells["seed"], cells["run: updates"]) == (str(run.seed), str(run.updates))


@pytest.mark.parametrize(
    "runs",
    [
        tiny(relevant_size=[0, 5], seed=range(2)),
        tiny(model="LSTM"),
        tiny(model=["LSTM", "RelRNN"], vary_delay=[True, False], test_delays=[5, 9]),
    ],
)
def test_code_makes_the_same_runs(make, runs):
    """The line that is copied makes other runs, or shows another figure."""
    code = make(runs, y="reach", theme="dark", store="mine.sqlite").code
    again = eval(code, {"rsa": rsa})
    assert {settings.key for settings in again.grid} == {settings.key for settings in runs}
    assert (again.settings.y, again.theme, again._store) == ("reach", "dark", "mine.sqlite")
    assert again.code == code


def test_code_of_what_one_call_does_not_make_names_the_grid(make):
    """The line leaves runs out."""
    assert make(tiny(seed=1) + tiny(delay=6)).code == "rsa.explore.sweep(grid)"
    assert make().code == "rsa.explore.sweep()"
    assert make("scaling").code == "rsa.explore.sweep('scaling')"
    assert investigation.as_code([]) is None


# In a kernel -------------------------------------------------------------------------------------

CELL = """
from functools import partial
from pathlib import Path
import rsa_edu as rsa
from tests.sweeps import tiny
grid = tiny.grid(**tiny.LONG, seed=range(2))
explorer = rsa.explore.sweep(grid, workers=2, measure=partial(tiny.noting, Path())).start()
explorer
"""


@pytest.mark.parametrize("how", ["restarted", "killed"])
@pytest.mark.filterwarnings("default")  # those of Jupyter about itself
def test_a_kernel_that_ends_takes_its_workers_along(tmp_path, how):
    """Workers train for nobody, or the cell works in a script only, or floods the notebook."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})
    client, said = manager.client(), []
    client.start_channels()
    try:
        client.wait_for_ready(SLOW)
        reply = client.execute_interactive(CELL, timeout=SLOW, output_hook=said.append)
        assert reply["content"]["status"] == "ok", reply["content"]
        sweep = grid(**LONG, seed=range(2))
        until(lambda: all(attempts(tmp_path, settings) for settings in sweep), SLOW)
        kernel = psutil.Process(manager.provisioner.process.pid)
        children = kernel.children(recursive=True)
        assert sum("spawn_main" in " ".join(child.cmdline()) for child in children) >= 2
        client.execute_interactive("explorer.progress", timeout=SLOW, output_hook=said.append)
        if how == "killed":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            manager.restart_kernel()
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    streams = [m["content"]["text"] for m in said if m["msg_type"] == "stream"]
    assert not [text for text in streams if "rsa_edu is compiling" not in text]
    assert "Running: 0 of 2 runs" in str(said[-2:])
