"""One run, written in one form."""

import pickle
from dataclasses import replace

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.registry import MODELS, POLICIES
from rsa_edu.sweeps import RunSettings


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"modl": "RNN"}, "a run has no setting 'modl'; did you mean 'model'?"),
        ({"bufer_size": 3}, "a run has no setting 'bufer_size'; did you mean 'buffer_size'?"),
        ({"xyzzy": 1}, "a run has no setting 'xyzzy'."),
        ({"task": "copy"}, "task must be one of Copy, Denoise, but is 'copy'; did you mean 'Copy'"),
        ({"model": "RelRN"}, "but is 'RelRN'; did you mean 'RelRNN'?"),
        ({"model": 3}, "model must be one of .* but is 3"),
        ({"policy": "Windw"}, "but is 'Windw'; did you mean 'Window'?"),
        ({"model": "LSTM", "policy": "Window"}, "LSTM has no budget, so policy cannot be 'Window'"),
        ({"model": "LSTM", "relevant_size": 3}, "LSTM has no relevant_size, but it is set to 3"),
        ({"policy": "Window", "relevant_size": 3}, "Window has no relevant_size, but it is set to"),
        ({"model": "LSTM", "nonlinearity": "tanh"}, "LSTM has no nonlinearity, but it is set to"),
        ({"nonlinearity": "tan"}, "nonlinearity must be one of .* but is 'tan'"),
        ({"buffer_size": 0}, "buffer_size must be a whole number of at least 1, but is 0"),
        ({"model": "Transformer", "layers": True}, "layers must be a whole number .* but is True"),
        ({"model": "Transformer", "layers": [1]}, r"layers must be a whole number .* but is \[1\]"),
        ({"delay": 0}, "delay must be a whole number of at least 1, but is 0"),
        ({"delay": "5"}, "delay must be a whole number of at least 1, but is '5'"),
        ({"test_delays": 5}, "test_delays must be a list of delays, but is 5"),
        ({"test_delays": []}, r"test_delays must be a list of delays, but is \[\]"),
        ({"test_delays": [5, 0]}, "delay must be a whole number of at least 1, but is 0"),
        ({"learning_rate": "fast"}, "learning_rate must be a number, but is 'fast'"),
        ({"learning_rate": -1.0}, "learning_rate must be above 0"),
        ({"target": 95}, "target must be above 0 and at most 1, but is 95"),
        ({"vary_delay": 1}, "vary_delay must be true or false, but is 1"),
        ({"correct_primacy": "no"}, "correct_primacy must be true or false, but is 'no'"),
        ({"loss": "some"}, "loss must be one of 'all', 'answers', but is 'some'"),
        ({"updates": -1}, "updates must be a whole number of at least 0, but is -1"),
        ({"hops": 1.5}, "hops must be a whole number of at least 0, but is 1.5"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"model": "Transformer", "hidden_size": 6}, "hidden_size must be a multiple of heads"),
    ],
)
def test_a_typing_error_is_one_sentence(words, sentence):
    """Wrong if a typo started hours of training with another setting than was meant."""
    with pytest.raises(ValueError, match=sentence.replace("?", r"\?")) as caught:
        RunSettings(**words)
    assert "\n" not in str(caught.value)


def test_the_same_run_has_one_key():
    """Wrong if a default that is written out made a second run of the same thing."""
    plain = RunSettings()
    assert plain == RunSettings(
        policy="Screening", buffer_size=10, relevant_size=10, correct_primacy=False,
        nonlinearity="tanh", attention="additive", combine="mean", test_delays=[100], clip=1,
    )  # fmt: skip
    assert plain.key == RunSettings(clip=1, test_delays=(100,)).key
    assert plain.key == RunSettings(**plain.plain()).key == pickle.loads(pickle.dumps(plain)).key


def test_every_setting_makes_another_key():
    """Wrong if two different runs were taken for one."""
    others = {
        "task": "Denoise", "delay": 99, "model": "RelLSTM", "hidden_size": 64, "policy": "Sinks",
        "buffer_size": 9, "relevant_size": 9, "correct_primacy": True, "nonlinearity": "relu",
        "init": "random", "attention": "scaled_dot", "combine": "sum", "batch_size": 9,
        "learning_rate": 0.002, "clip": 2.0, "loss": "answers", "vary_delay": True, "seed": 1,
        "updates": 99, "target": None, "test_delays": (100, 200), "sequences": 99, "hops": 0,
        "fresh_process": True,
    }  # fmt: skip
    found = {RunSettings().key} | {RunSettings(**{name: v}).key for name, v in others.items()}
    assert len(found) == 1 + len(others)
    of_other_models = {"size", "top_k", "every", "truncation", "layers", "heads"}
    assert set(RunSettings().plain()) == set(others) | of_other_models


@pytest.mark.parametrize("model", MODELS)
def test_every_model_can_be_built(model):
    """Wrong if a model of the course could not be swept, or came with other settings."""
    settings = RunSettings(model=model, hidden_size=8, seed=3)
    net = settings.training().net
    assert type(net.recurrence) is MODELS[model]
    built = net.recurrence.settings()
    assert {name: getattr(settings, name, v) for name, v in built.items()} == built


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_can_be_built(policy):
    """Wrong if a budget were silently another one than was asked for."""
    settings = RunSettings(hidden_size=8, policy=policy, seed=3)
    memory = settings.training().net.recurrence.memory
    assert type(memory) is POLICIES[policy]
    assert getattr(memory, "seed", 3) == 3


def test_a_size_reaches_the_model():
    """Wrong if all runs of a grid had the same budget."""
    settings = RunSettings(policy="LowestAttention", size=7)
    assert settings.training().net.recurrence.memory == rsa.models.LowestAttention(7)


def test_the_seed_decides_start_and_data():
    """Wrong if seeds gave the same run, or the same seed another one."""
    trainings = [RunSettings(seed=seed).training() for seed in (0, 0, 1)]
    weights = [training.net.recurrence.weight_hh for training in trainings]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert [training.recipe.seed for training in trainings] == [0, 0, 1]


def test_it_is_told_in_one_line():
    """Wrong if the terminal could not say which run it speaks of."""
    settings = RunSettings(buffer_size=5, relevant_size=0, loss="answers", nonlinearity="relu")
    assert str(replace(settings, seed=4)) == (
        "Copy(100), RelRNN(128), Screening(buffer_size=5, relevant_size=0), nonlinearity=relu, "
        "loss=answers, seed 4"
    )
    assert str(RunSettings(model="LSTM")) == "Copy(100), LSTM(128), seed 0"
