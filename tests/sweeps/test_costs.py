"""What a sweep would cost, before it is run."""

from dataclasses import replace
from pathlib import Path

import pytest

from rsa_edu import cli
from rsa_edu.sweeps import costs, plan
from tests.sweeps.tiny import tiny

SWEEP = [
    *tiny(model="LSTM", seed=[0, 1]),
    *tiny(model="RelRNN", buffer_size=[2, 4], seed=[0, 1], learning_rate=[1e-3, 3e-3]),
]
FILE = """
hidden_size = 8
delay = 5
seed = [0, 1]

[[grid]]
model = "LSTM"
updates = 30

[[grid]]
model = "RelRNN"
buffer_size = [2, 4]
updates = 50
"""


def test_every_run_is_counted_once():
    """A kind of run is missing from the sum, or is counted more than once."""
    found = list(costs(SWEEP))
    assert [cost.runs for cost in found] == [2, 4, 4]
    assert [cost.runs for cost in costs([*SWEEP, *SWEEP])] == [2, 4, 4]
    assert list(costs([])) == []


def test_minutes_are_updates_times_their_time():
    """The sum is that of another number of updates, or in another unit."""
    for cost, runs in zip(costs(SWEEP), (SWEEP[:2], SWEEP[2:6], SWEEP[6:]), strict=True):
        updates = sum(settings.updates for settings in runs)
        assert cost.minutes == pytest.approx(updates * cost.milliseconds / 1e3 / 60)
        assert cost.milliseconds > 0


def test_runs_whose_updates_are_alike_are_one_kind():
    """A long sweep is timed over and over, for runs that differ in their number of updates."""
    (one,) = tiny()
    others = [
        replace(one, updates=40),
        replace(one, target=None),
        replace(one, hops=2),
        replace(one, test_delays=(5, 50)),
        replace(one, sequences=3, fresh_process=True, clip=2.0),
    ]
    (cost,) = costs([one, *others])
    assert cost.runs == 6
    assert cost.minutes == pytest.approx((10 * 5 + 40) * cost.milliseconds / 1e3 / 60)


@pytest.mark.parametrize(
    "word",
    [
        {"delay": 6},
        {"hidden_size": 9},
        {"batch_size": 4},
        {"vary_delay": True},
        {"task": "Denoise"},
    ],
)
def test_runs_whose_updates_are_not_alike_are_two_kinds(word):
    """A dear run is taken to cost what a cheap one does."""
    (one,), (other,) = tiny(), tiny(**word)
    assert len(list(costs([one, other]))) == 2


def test_a_kind_is_said_in_words():
    """Nobody can tell which run is the dear one, or it is named by a seed."""
    said = [cost.kind for cost in costs(SWEEP)]
    assert said[0] == "Copy(5), LSTM(8)"
    assert said[1].startswith("Copy(5), RelRNN(8), Screening(buffer_size=2")
    assert not any("seed" in kind or "sequences" in kind or "updates" in kind for kind in said)


def test_the_command_sums_up_and_stores_nothing(tmp_path, monkeypatch, capsys):
    """Asking for the costs begins the sweep, leaves a store, or gives another sum."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(FILE)
    assert cli.main(["sweep", "mine.toml", "--costs"]) == 0
    head, *lines, total = capsys.readouterr().out.splitlines()
    assert head == "core-minutes at most, runs, ms an update, what"
    rows = [line.split(maxsplit=3) for line in lines]
    assert [row[3] for row in rows] == [cost.kind for cost in costs(plan("mine.toml"))]
    assert [int(row[1]) for row in rows] == [2, 2, 2]
    minutes, runs, *words = total.split()
    assert int(runs) == len(plan("mine.toml")) == 6
    assert float(minutes) == pytest.approx(sum(float(row[0]) for row in rows), abs=0.16)
    assert " ".join(words).startswith("in all")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


def test_an_unknown_sweep_is_one_sentence(capsys):
    """A typing error ends in a traceback."""
    assert cli.main(["sweep", "quik", "--costs"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("rsa-edu: there is no sweep 'quik'; give ")
    assert said.count("\n") == 1
