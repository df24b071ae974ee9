"""The shipped models."""

import pytest

import rsa_edu as rsa
from rsa_edu.results.make import HIDDEN_SIZE, MODELS, start
from rsa_edu.results.saved import FOLDER


def test_all_are_there():
    """A recipe would have no result, or a result no recipe."""
    assert rsa.results.names() == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_is_what_its_recipe_says(name):
    """A shipped model would not be the one that its provenance describes."""
    model, settings, task, recipe, updates = MODELS[name]
    saved = rsa.results.load(name)
    assert type(saved.net.recurrence).__name__ == model
    assert saved.task == task
    assert saved.training.recipe == rsa.Training(saved.net, task, **recipe).recipe
    built = getattr(rsa.models, model)(task.input_size, **(HIDDEN_SIZE | settings))
    assert saved.net.recurrence.settings() == built.settings()
    assert getattr(saved.net.recurrence, "memory", None) == getattr(built, "memory", None)
    assert saved.provenance.updates == saved.training.update <= updates
    assert saved.provenance.command.endswith(name)
    assert (FOLDER / f"{name}.safetensors").stat().st_size < 1_000_000
    assert rsa.evaluate(saved.net, task) == pytest.approx(saved.provenance.accuracy, abs=0.01)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_can_be_made_again(name):
    """Its command would make another model."""
    training = start(name)
    with rsa.backend("torch"):
        losses = [training.step().loss for _ in range(3)]
    stored = [record.loss for record in rsa.results.load(name).training.records[:3]]
    assert losses == pytest.approx(stored, rel=1e-4)


def test_unknown_name():
    """A misspelt name would end in a traceback."""
    with pytest.raises(ValueError, match="there is no shipped model 'gru_copy'; there are lstm_co"):
        rsa.results.load("gru_copy")
