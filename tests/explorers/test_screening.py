"""The screening player: its story is the model's, and its buttons walk through it."""

import csv

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.policies import POLICIES
from rsa_edu.explorers.screening import SHARP, UNIFORM, UNTRAINED, ScreeningPlayer, story
from rsa_edu.reasons import explain


@pytest.fixture
def explorer():
    return ScreeningPlayer()


@pytest.mark.parametrize(
    ("preset", "verdict"),
    [
        ("The buffer fills", "filling"),
        ("An empty slot is taken", "free"),
        ("A state is thrown out", "replaces"),
        ("A tie", "tie"),
        ("No relevant set (ρ = 0)", "no set"),
        ("Corrected for primacy", "replaces"),
        ("Sinks", "tie"),
        ("Heavy hitters", "replaces"),
        ("Lowest attention", "replaces"),
        ("Random", "replaces"),
    ],
)
def test_a_preset_shows_what_it_promises(explorer, preset, verdict):
    """If this failed, the tour would point at a step where something else happens."""
    explorer.preset(preset)
    assert explorer.numbers.decisions[explorer.settings.step].verdict == verdict


@pytest.mark.parametrize("name", ScreeningPlayer.presets)
def test_every_preset_draws_and_says_its_step(explorer, name):
    """If this failed, a preset button would end in an error or in a figure of another step."""
    explorer.preset(name).wait()
    step = explorer.settings.step
    assert explorer.figure.layout.title.text.startswith(f"Step {step}: ")
    assert "still in reach" in explorer.summary
    assert not explorer.status


def test_the_buttons_move_one_step_and_stay_within_the_sequence(explorer):
    """If this failed, Back or Forward would jump, or run over an end."""
    back, forward, _ = explorer.buttons.values()
    forward.click()
    assert explorer.settings.step == 13
    back.click()
    back.click()
    assert explorer.settings.step == explorer.widgets["step"].value == 11
    explorer.set(step=0)
    back.click()
    assert explorer.settings.step == 0
    explorer.set(step=31)
    forward.click()
    assert explorer.settings.step == 31


def test_next_exchange_goes_to_the_next_throw_out_and_says_when_there_is_none(explorer):
    """If this failed, a student would search the sequence by hand, or be sent nowhere silently."""
    explorer.set(step=0)
    button = explorer.buttons["Next exchange ▶▶"]
    visited = []
    while not explorer.status:
        button.click()
        visited.append(explorer.settings.step)
    wanted = [d.t for d in explorer.numbers.decisions if d.verdict in ("replaces", "tie")]
    assert visited[:-1] == wanted
    assert "no member is thrown out any more" in explorer.status


def test_a_shorter_delay_takes_the_player_back_into_the_sequence(explorer):
    """If this failed, the player would stand behind the end of the sequence."""
    explorer.set(delay=30, step=49).set(delay=5)
    assert explorer.settings.step == 24
    assert explorer.play.max == explorer.widgets["step"].max == 24


def test_the_story_is_the_trace_of_the_model_with_this_budget():
    """If this failed, the sliders ν and ρ would not be the model's budget."""
    told = story("Copy", 8, UNTRAINED[0], UNIFORM, "Screening", 4, 3, 5)
    dice = torch.Generator().manual_seed(5)
    task = rsa.tasks.Copy(8)
    model = rsa.models.RelRNN(10, 32, buffer_size=4, relevant_size=3, generator=dice)
    model.energy.data.zero_()
    inputs = task.sample(1, dice).inputs
    with torch.no_grad():
        trace = model(inputs, return_trace=True)[2]
    for d in told.decisions:
        held = [h.position if h else -1 for h in d.relevant]
        assert held == trace.relevant[d.t, 0].tolist()
        assert all(h.alpha == pytest.approx(1 / min(d.t, 7), abs=1e-6) for h in d.buffer if d.t < 4)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_is_told_with_the_slots_of_the_sliders(explorer, name):
    """If this failed, policies would be compared at different budgets, or told as Screening."""
    told = explorer.set(policy=name, nu=3, rho=4, step=25).wait().numbers
    assert told.policy.size == 7
    decision = told.decisions[25]
    assert len(decision.buffer) + sum(held is not None for held in decision.relevant) == 7
    assert explorer.summary.startswith(explain(decision, told.policy))


@pytest.mark.parametrize(
    ("name", "lanes", "row"),
    [
        ("Window", ("new", "window", "", "lost"), "no score"),
        ("LowestAttention", ("new", "", "pool", "lost"), "α, magnified"),
        ("Random", ("new", "buffer", "relevant set", "lost"), "random u"),
        ("Screening corrected for primacy", ("new", "buffer", "relevant set", "lost"), "score β/E"),
    ],
)
def test_the_figure_uses_the_words_of_the_policy(explorer, name, lanes, row):
    """If this failed, the figure would name parts that this memory does not have."""
    layout = explorer.set(policy=name).figure.layout
    assert layout.yaxis.ticktext == lanes
    assert layout.yaxis2.title.text == row


def test_a_step_does_not_run_the_model_again(explorer):
    """If this failed, stepping would be as slow as reading the sequence anew."""
    before = story.cache_info().misses
    for step in range(32):
        explorer.set(step=step)
    assert story.cache_info().misses == before


def test_a_step_sends_little():
    """If this failed, the player would stutter over a network."""
    explorer = ScreeningPlayer(delay=30)
    sent = []
    explorer.figure.observe(lambda change: sent.append(change.new), "_py2js_update")
    for step in range(50):
        explorer.set(step=step)
    sizes = [len(str(message)) for message in sent if message]
    assert len(sizes) <= 2 * 50  # one for the bars, one for the rest
    assert max(sizes) < 10_000


@pytest.mark.parametrize("name", [n for n in rsa.results.names() if n.startswith("rel")])
def test_a_trained_model_can_be_walked_through(name):
    """If this failed, a shipped model could be chosen but not read."""
    explorer = ScreeningPlayer(model=name, nu=6, rho=5).wait()
    assert len(explorer.numbers.symbols) == explorer.settings.delay + 20
    assert explorer.widgets["task"].disabled


def test_the_table_tells_every_decision(explorer, tmp_path, monkeypatch):
    """If this failed, the saved data would not be what the figure shows."""
    monkeypatch.chdir(tmp_path)
    with explorer.save().open(encoding="utf-8") as file:
        file.readline()
        rows = list(csv.DictReader(file))
    assert len(rows) == 32
    shown = explorer.numbers.decisions[12]
    assert rows[12]["verdict"] == "replaces"
    assert int(rows[12]["lost"]) == shown.lost
    assert float(rows[12]["score"]) == shown.candidate.score


def test_ties_are_between_exactly_equal_scores():
    """If this failed, the tie rule would be taught on two rounded numbers."""
    for d in story("Copy", 12, UNTRAINED[0], SHARP, "Screening", 5, 4, 2).decisions:
        if d.verdict == "tie":
            assert d.candidate.score == d.weakest.score
