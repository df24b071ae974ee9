"""Training through the widget: its buttons drive the run, and the figure shows its records."""

import csv
import threading
import time

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.curves import curves
from rsa_edu.explorers import runs
from rsa_edu.explorers.policies import POLICIES, build
from rsa_edu.explorers.runs import ATTENTION, BUDGETED, FULL, MODELS, new_training, settings_of
from rsa_edu.explorers.training import TrainWithABudget

NAMES_OF_BOTH = ("RelRNN, Sinks (ν = 5, ρ = 12), Copy 5", "A: RelRNN (ν = 5, ρ = 12), Copy 5")
SMALL = {"hidden_size": 16, "delay": 5, "updates": 5000}


@pytest.fixture
def make():
    made = []

    def new(**settings):
        made.append(TrainWithABudget(**{**SMALL, **settings}))
        return made[-1]

    yield new
    for explorer in made:
        explorer.stop()
        explorer._watcher.wait(10)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def press(explorer, label):
    button = explorer.panel.buttons[label]
    assert not button.disabled, f"{label} cannot be pressed"
    button.click()


def enabled(explorer):
    return {label for label, button in explorer.panel.buttons.items() if not button.disabled}


def drawn_loss(explorer):
    (curve,) = [
        t
        for t in explorer.figure.data
        if t.type == "scatter" and not t.yaxis and t.line.dash == "solid"
    ]
    return curve


def test_start_and_stop_leave_a_figure_that_shows_all_records(make):
    """If this failed, the page would stand still, or show another run than was made."""
    explorer = make()
    press(explorer, "Start")
    until(lambda: len(explorer.run.records) > 5)
    press(explorer, "Stop")
    explorer._watcher.wait(10)
    assert explorer.run.state == "stopped"
    expected = curves(explorer.run.records)
    assert drawn_loss(explorer).x == expected.update
    assert drawn_loss(explorer).y == pytest.approx(expected.loss)
    assert "Stopped: " in explorer.panel.text.value
    assert f"after {len(explorer.run.records)} updates" in explorer.summary


def test_the_curves_grow_while_it_trains(make):
    """If this failed, a student would look at an empty figure until the end."""
    explorer = make()
    press(explorer, "Start")
    until(lambda: len(drawn_loss(explorer).x or ()) > 1)
    seen = drawn_loss(explorer).x[-1]
    until(lambda: drawn_loss(explorer).x[-1] > seen)
    assert explorer.run.state == "running"
    heat = explorer.figure.data[-1]
    until(lambda: heat.z is not None and len(heat.z) > 1)
    assert len(heat.z) == explorer.run.training.task.length


def test_buttons_offer_what_can_be_done_now(make):
    """If this failed, a button would do nothing, or something other than it says."""
    explorer = make()
    assert "Start" in enabled(explorer)
    assert not {"Pause", "Resume", "Stop", "Keep as A", "Save checkpoint"} & enabled(explorer)
    press(explorer, "Start")
    assert {"Pause", "Stop", "Keep as A"} <= enabled(explorer)
    assert not {"Start", "Resume", "Load"} & enabled(explorer)
    press(explorer, "Pause")
    assert {"Resume", "Stop"} <= enabled(explorer)
    assert not {"Start", "Pause"} & enabled(explorer)
    press(explorer, "Resume")
    assert "Pause" in enabled(explorer)
    press(explorer, "Stop")
    assert {"Start", "Resume"} <= enabled(explorer)
    assert not {"Pause", "Stop"} & enabled(explorer)


def test_pause_rests_and_resume_goes_on_with_the_same_run(make):
    """If this failed, Resume would start anew, or Pause would go on training."""
    explorer = make().start()
    until(lambda: len(explorer.run.records) > 3)
    press(explorer, "Pause")
    time.sleep(0.1)
    run, rested = explorer.run, len(explorer.run.records)
    time.sleep(0.2)
    assert len(run.records) == rested
    press(explorer, "Resume")
    until(lambda: len(run.records) > rested)
    assert explorer.run is run


def test_stop_answers_at_once(make):
    """If this failed, Stop would feel broken: it has to answer within 0.3 s."""
    explorer = make(delay=100, hidden_size=128, model="MemRNN").start()
    time.sleep(0.5)
    began = time.monotonic()
    press(explorer, "Stop")
    assert time.monotonic() - began < 0.3
    assert explorer.run.state == "stopped"


def test_stop_is_said_at_once_whatever_is_being_drawn(make, monkeypatch):
    """If this failed, Stop would wait for a figure, and seem broken."""
    explorer = make().start()
    until(lambda: len(explorer.run.records) > 2)
    drawing = threading.Event()
    draw = explorer.draw

    def slowly(*arguments):
        drawing.set()
        time.sleep(0.7)
        return draw(*arguments)

    monkeypatch.setattr(explorer, "draw", slowly)
    assert drawing.wait(10)
    began = time.monotonic()
    press(explorer, "Stop")
    assert explorer.panel.text.value.startswith("Stopped: ")
    assert time.monotonic() - began < 0.3


def test_a_finished_run_can_be_given_more_updates(make):
    """If this failed, a run that is nearly there would have to be started anew."""
    explorer = make(updates=50).start()
    assert len(explorer.result()) == 50
    press(explorer, "Resume")
    assert len(explorer.result()) == 100
    assert "Finished: 100 of 100" in explorer.panel.text.value


def test_budget_and_learning_rate_hold_from_the_next_update_and_are_marked(make):
    """If this failed, the sliders would move and the run would not, or without a trace."""
    explorer = make().start()
    until(lambda: len(explorer.run.records) > 2)
    explorer.widgets["nu"].value = 2
    explorer.widgets["learning_rate"].value = 0.01
    until(lambda: len(explorer.run.changes) == 2)
    explorer.stop()._watcher.wait(10)
    assert explorer.run.training.memory == rsa.models.Screening(2, 12)
    assert explorer.run.training.learning_rate == 0.01
    (marks,) = [t for t in explorer.figure.data if t.name == "changed"]
    assert marks.text == ("Screening ν 2, ρ 12", "learning rate 0.01")
    assert marks.x == tuple(update for update, _ in explorer.run.changes)


@pytest.mark.parametrize("model", MODELS)
def test_every_model_trains_and_shows_what_it_attends_to(make, model):
    """If this failed, a model of the list could not be started, or its maps would be wrong."""
    explorer = make(model=model, updates=50).start()
    explorer.result()
    net = explorer.run.training.net
    sequence = explorer.run.training.task.sample(1, torch.Generator().manual_seed(runs.PROBE_SEED))
    with torch.no_grad():
        trace = net.recurrence(sequence.inputs, return_trace=True)[2]
    heat, title = explorer.figure.data[-1], explorer.figure.layout.annotations[-1].text
    if not trace.attention.shape[2]:
        assert title == f"{model} has no attention"
        return
    drawn = {(t, i) for t, row in enumerate(heat.z) for i, a in enumerate(row) if a is not None}
    there = {(t, i) for t, row in enumerate(trace.positions[:, 0].tolist()) for i in row if i >= 0}
    assert drawn == there
    t, i = max(there)
    column = trace.positions[t, 0].tolist().index(i)
    assert heat.z[t][i] == pytest.approx(trace.attention[t, 0, column].item(), abs=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_what_a_model_does_not_have_cannot_be_chosen(model):
    """If this failed, a slider would move and nothing would follow, or one would be locked."""
    explorer = TrainWithABudget(model=model)
    locked = {name for name, widget in explorer.widgets.items() if widget.disabled}
    attends = model in (*FULL, *BUDGETED)
    assert ("attention" in locked) == (not attends)
    assert ({"policy", "nu", "rho"} & locked) == (
        set() if model in BUDGETED else {"policy", "nu", "rho"}
    )
    assert all(explorer.widgets[name].tooltip for name in locked)


@pytest.mark.parametrize("attention", ATTENTION)
@pytest.mark.parametrize("model", [*FULL, *BUDGETED])
def test_the_chosen_attention_is_trained(model, attention):
    """If this failed, two attentions would be compared and one of them would be the other."""
    settings = TrainWithABudget(model=model, attention=attention, **SMALL).settings
    training = new_training(settings)
    assert training.net.recurrence.attention == attention
    assert settings_of(training)["attention"] == attention


@pytest.mark.parametrize("name", POLICIES)
def test_the_policy_may_be_exchanged_while_it_runs(make, name):
    """If this failed, the drop-down would show another memory than the run has."""
    explorer = make(model="RelLSTM", nu=3, rho=4, policy="Sinks" if name != "Sinks" else "Window")
    before = new_training(explorer.settings).memory
    explorer.start()
    until(lambda: len(explorer.run.records) > 2)
    assert explorer.run.training.memory == before
    explorer.widgets["policy"].value = name
    wanted = build(name, 3, 4, explorer.settings.seed)
    until(lambda: explorer.run.training.memory == wanted)
    updates = len(explorer.run.records)
    until(lambda: len(explorer.run.records) > updates + 2)
    explorer.stop()._watcher.wait(10)
    (marks,) = [t for t in explorer.figure.data if t.name == "changed"]
    assert marks.text[0].startswith(type(wanted).__name__)


@pytest.mark.parametrize("name", POLICIES)
def test_a_checkpoint_brings_its_policy(make, name, tmp_path, monkeypatch):
    """If this failed, a run would go on with another memory than it was saved with."""
    monkeypatch.chdir(tmp_path)
    explorer = make(policy=name, attention="scaled_dot", nu=2, rho=3, updates=50).start()
    explorer.result()
    other = make(model="LSTM").load(explorer.checkpoint())
    saved = explorer.run.training.memory
    other.set(updates=50).resume().result()
    assert other.run.training.memory == saved
    assert other.run.changes == []
    assert other.settings.policy == name
    assert other.settings.attention == "scaled_dot"
    assert new_training(other.settings).memory == saved


def test_what_cannot_change_under_way_is_refused_in_words(make):
    """If this failed, the settings shown would not be those of the run."""
    explorer = make().start()
    assert explorer.widgets["model"].disabled
    explorer.set(model="LSTM")
    assert explorer.settings.model == "RelRNN"
    assert "Stop the run first: model" in explorer.status
    explorer.stop()
    assert not explorer.widgets["model"].disabled
    explorer.set(model="LSTM")
    assert explorer.settings.model == "LSTM"
    assert explorer.widgets["nu"].disabled


def test_divergence_is_said_and_the_run_can_go_on(make):
    """If this failed, a learning rate too high would end in silence or in a traceback."""
    explorer = make(learning_rate=1.0, hidden_size=64).start()
    with pytest.raises(rsa.Diverged):
        explorer.result()
    assert "lower the learning rate" in explorer.status
    explorer.set(learning_rate=1e-3, updates=50)
    press(explorer, "Resume")
    assert not explorer.status
    assert explorer.result()


def test_an_error_inside_the_run_reaches_the_page_and_the_result(make, monkeypatch):
    """If this failed, an error in the thread would vanish and the run just stand still."""
    explorer = make()
    press(explorer, "Start")
    task = type(explorer.run.training.task)
    monkeypatch.setattr(task, "accuracy", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        explorer.result()
    assert "division by zero" in explorer.status
    assert "Failed" in explorer.panel.text.value


def test_a_kept_run_stays_in_dashes_while_another_one_goes(make):
    """If this failed, two budgets could not be compared."""
    explorer = make(updates=50).start()
    explorer.result()
    press(explorer, "Keep as A")
    first = drawn_loss(explorer).y
    explorer.set(nu=1, rho=0)
    press(explorer, "Start")
    explorer.result()
    (kept,) = [
        t
        for t in explorer.figure.data
        if t.type == "scatter" and not t.yaxis and t.line.dash == "dash"
    ]
    assert kept.y == first
    assert kept.name == "A: RelRNN (ν = 5, ρ = 12), Copy 5"
    assert drawn_loss(explorer).y != first
    assert "A: RelRNN (ν = 5, ρ = 12)" in explorer.summary


def test_two_explorers_do_not_disturb_each_other(make):
    """If this failed, a second page would change the numbers of the first."""
    alone = make(updates=50).start().result()
    one, two = make(updates=50).start(), make(updates=50, model="LSTM", seed=3).start()
    together = one.result()
    two.result()
    assert [r.loss for r in together] == [r.loss for r in alone]


def test_a_saved_checkpoint_is_taken_up_with_its_settings(make, tmp_path, monkeypatch):
    """If this failed, closing the notebook would lose the run."""
    monkeypatch.chdir(tmp_path)
    explorer = make(updates=50, nu=3, rho=4).start()
    explorer.result()
    press(explorer, "Save checkpoint")
    assert "relrnn-50.safetensors" in explorer.status
    press(explorer, "Save checkpoint")
    assert "relrnn-50-2.safetensors" in explorer.status
    explorer.set(updates=60).resume()
    straight = explorer.result()

    other = make()
    other.panel.files.value = "relrnn-50.safetensors"
    press(other, "Load")
    assert (other.settings.nu, other.settings.rho) == (3, 4)
    assert "after 50 updates" in other.summary
    other.set(updates=60)
    press(other, "Resume")
    assert [r.loss for r in other.result()] == [r.loss for r in straight]


def test_a_file_that_is_no_checkpoint_is_refused_in_words(make, tmp_path, monkeypatch):
    """If this failed, a wrong file would end in a traceback that nobody sees."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.safetensors").write_bytes(b"not a checkpoint")
    explorer = make()
    press(explorer, "Load")
    assert "not a checkpoint" in explorer.status
    assert explorer.run is None


@pytest.mark.parametrize("name", rsa.results.names())
def test_a_shipped_network_brings_its_settings(name):
    """If this failed, the sliders would not be those the network was trained with."""
    explorer = TrainWithABudget(start=name)
    saved = rsa.results.load(name)
    shown = settings_of(saved.training, name)
    assert {k: getattr(explorer.settings, k) for k in shown} == shown
    training = new_training(explorer.settings)
    assert training.update == saved.training.update
    assert training.memory == saved.training.memory
    weights = zip(training.net.parameters(), saved.net.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in weights)
    assert explorer.widgets["hidden_size"].disabled


def test_the_code_rebuilds_the_settings():
    """If this failed, the copied line would make another experiment."""
    for settings in (
        {"model": "LSTM", "delay": 30},
        {"policy": "LowestAttention", "attention": "scaled_dot"},
        *({"start": name, "nu": 5, "rho": 2} for name in rsa.results.names() if "relrnn" in name),
    ):
        explorer = TrainWithABudget(**settings)
        again = eval(explorer.code, {"rsa": rsa})
        assert again.settings == explorer.settings


@pytest.mark.parametrize("name", TrainWithABudget.presets)
def test_every_preset_can_be_started(make, name):
    """If this failed, a preset button would lead to a run that cannot begin."""
    explorer = make()
    explorer.preset(name).start()
    before = len(explorer.run.records)
    until(lambda: len(explorer.run.records) > before or explorer.run.error)
    assert explorer.run.error is None or isinstance(explorer.run.error, rsa.Diverged)


def test_reset_stops_and_forgets(make):
    """If this failed, an old run would go on in the background."""
    explorer = make().start()
    run = explorer.run
    explorer.keep().reset()
    assert run.state == "stopped"
    assert explorer.run is None
    assert explorer.summary == "Choose a budget and press Start."
    assert not drawn_loss(explorer).x


def test_a_closed_explorer_stops_and_draws_no_more(make):
    """If this failed, a page that is gone would be sent figures it cannot show."""
    explorer = make().start()
    until(lambda: len(drawn_loss(explorer).x or ()) > 1)
    explorer.close()
    drawn = drawn_loss(explorer).x
    assert explorer.run.state == "stopped"
    explorer._watcher.wait(10)
    assert drawn_loss(explorer).x == drawn


def test_the_table_holds_one_row_per_update(make, tmp_path, monkeypatch):
    """If this failed, the saved data would not be what was trained."""
    monkeypatch.chdir(tmp_path)
    explorer = make(updates=50).start()
    records = explorer.result()
    with explorer.save().open(encoding="utf-8") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    assert [float(row["loss"]) for row in rows] == [record.loss for record in records]
    assert {row["run"] for row in rows} == {"RelRNN (ν = 5, ρ = 12), Copy 5"}


def test_saved_data_holds_the_kept_run_too(make, tmp_path, monkeypatch):
    """If this failed, only one of the two compared runs could be taken home."""
    monkeypatch.chdir(tmp_path)
    explorer = make(updates=50).start()
    first = explorer.result()
    explorer.keep().set(policy="Sinks").start()
    second = explorer.result()
    with explorer.save().open(encoding="utf-8") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    by_run = {name: [float(r["loss"]) for r in rows if r["run"] == name] for name in NAMES_OF_BOTH}
    assert by_run == {
        name: [record.loss for record in records]
        for name, records in zip(NAMES_OF_BOTH, (second, first), strict=True)
    }
