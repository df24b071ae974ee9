"""The recipes that were tried."""

import json

import pytest

from rsa_edu.results import recipes


def test_table_is_read_off_the_runs(tmp_path, monkeypatch):
    """The table would not say what the runs were."""
    runs = [
        recipes.Outcome("plain", 0, True, 100, 5.0, 0.96),
        recipes.Outcome("plain", 1, True, 300, 9.0, 0.97),
        recipes.Outcome("plain", 2, False, 900, 60.0, 0.4),
        recipes.Outcome("answers only", 0, False, 900, 60.0, 0.4),
    ]
    file = tmp_path / "runs.json"
    file.write_text(json.dumps({"runs": [vars(run) for run in runs]}))
    monkeypatch.setattr(recipes, "FILE", file)
    assert recipes.read() == runs
    lines = recipes.table().splitlines()
    assert lines[1].split(":")[1].strip() == (
        "2 of 3 after 100 to 300 updates (median 200), 5 to 9 s"
    )
    assert lines[2].split(":")[1].strip() == "0 of 1"


def test_a_run_is_a_training(monkeypatch):
    """An outcome would not be measured on the network that was trained."""
    monkeypatch.setattr(recipes, "GOAL", 0.01)
    monkeypatch.setattr(recipes, "EVERY", 2)
    monkeypatch.setattr(recipes, "LIMIT", 0.0)
    outcome = recipes.run("answers only, random delays", 3)
    assert (outcome.recipe, outcome.seed, outcome.updates) == ("answers only, random delays", 3, 1)


@pytest.mark.parametrize("recipe", recipes.RECIPES)
def test_ten_seeds_each(recipe):
    """A recipe would be judged by fewer runs than another."""
    seeds = [run.seed for run in recipes.read() if run.recipe == recipe]
    assert seeds == list(recipes.SEEDS)
