"""The recipes and learning rates that were tried, and what follows from them."""

import pytest

from rsa_edu import results
from rsa_edu.points import but_seed
from rsa_edu.results import rates
from rsa_edu.sweeps import plan

WORDS = ("loss", "vary_delay", "learning_rate")


@pytest.mark.parametrize("sweep", ["transfer", "learning"])
def test_the_results_use_what_was_chosen(sweep):
    """Wrong if a model ran with a recipe that its own tries do not speak for."""
    chosen = rates.chosen()
    for settings in plan(sweep):
        best = chosen.get(settings.model)
        if best is not None:
            for word in WORDS:
                assert getattr(settings, word) == best.settings[word], settings


def test_every_model_had_the_same_tries():
    """Wrong if one model had been tuned more than another."""
    tries = {}
    for settings in plan("rates"):
        words = tuple(getattr(settings, word) for word in (*WORDS, "seed", "updates"))
        tries.setdefault(settings.model, set()).add(words)
    assert len(tries) == 10
    assert len(set(map(frozenset, tries.values()))) == 1


def test_nothing_tried_is_better_than_what_was_chosen():
    """Wrong if another try had met the target in more seeds, or in as many with fewer updates."""
    for model, best in rates.chosen().items():
        met = best.spread("updates")
        for point in results.sweep("rates").points:
            other = point.spread("updates")
            if point.settings["model"] == model and other is not None:
                assert len(met.values) >= len(other.values)
                if len(met.values) == len(other.values):
                    assert met.mean <= other.mean


def test_the_table_has_a_line_for_every_try():
    """Wrong if a try were left out, or a model had no best one."""
    lines = rates.table().splitlines()[1:]
    tried = {str(but_seed(run)) for run in results.sweep("rates").runs}
    assert len(lines) == len(tried)
    assert sum(line.startswith(">") for line in lines) == len(rates.chosen())
