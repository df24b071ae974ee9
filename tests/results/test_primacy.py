"""The runs with and without the correction for primacy."""

import json

import pytest

from rsa_edu.results import primacy


def test_table_is_read_off_the_runs(tmp_path, monkeypatch):
    """The table would not say when a run reached the goal, or hide that it never did."""
    runs = [
        primacy.Run("raw", 0, [0.1, 0.5, 0.9], [0.1, 0.95, 1.0], [0.9, 0.5, 0.3]),
        primacy.Run("raw", 1, [0.1, 0.2, 0.3], [0.9, 0.8, 0.9], [0.9, 0.5, 0.3]),
        primacy.Run("corrected", 0, [0.1, 0.91, 0.8], [0.1, 0.2, 0.9], [0.1, 0.1, 0.1]),
    ]
    file = tmp_path / "runs.json"
    file.write_text(json.dumps({"runs": [vars(run) for run in runs]}))
    monkeypatch.setattr(primacy, "FILE", file)
    assert primacy.read() == runs
    assert runs[0].first("accuracy", 0.4) == primacy.EVERY
    said = [line.split(":")[1].strip() for line in primacy.table().splitlines()[1:]]
    assert said == ["100, 0", "200, never", "200", "100"]


def test_a_run_is_a_training(monkeypatch):
    """A run would not be measured on the network that was trained, or with the other score."""
    monkeypatch.setattr(primacy, "UPDATES", 4)
    monkeypatch.setattr(primacy, "EVERY", 2)
    monkeypatch.setattr(primacy, "HIDDEN_SIZE", 16)
    made = {score: primacy.run(score, 3) for score in primacy.SCORES}
    for score, run in made.items():
        assert (run.score, run.seed) == (score, 3)
        assert len(run.accuracy) == len(run.recall) == len(run.primacy) == 3
    assert made["raw"].primacy[0] > made["corrected"].primacy[0]


@pytest.mark.parametrize("score", primacy.SCORES)
def test_five_seeds_each(score):
    """A score would be judged by fewer runs than the other, or by shorter ones."""
    runs = [run for run in primacy.read() if run.score == score]
    assert [run.seed for run in runs] == list(primacy.SEEDS)
    assert {len(run.accuracy) for run in runs} == {primacy.UPDATES // primacy.EVERY + 1}
