"""The numbers of one run."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

import rsa_edu as rsa
from rsa_edu.registry import MODELS
from rsa_edu.sweeps import in_fresh_process, measure
from tests.sweeps.tiny import numbers, tiny

(SETTINGS,) = tiny(test_delays=[5, 12])


@pytest.fixture(scope="module")
def run():
    """One run of a RelRNN."""
    return measure(SETTINGS)


def test_the_same_settings_give_the_same_numbers(run):
    """Wrong if a stored number could not be made again."""
    assert numbers(measure(SETTINGS)) == numbers(run)
    assert numbers(measure(replace(SETTINGS, seed=1))) != numbers(run)


def test_a_fresh_process_gives_the_same_numbers_and_its_memory(run):
    """Wrong if a process of its own trained something else, or told no memory."""
    alone = in_fresh_process(replace(SETTINGS, fresh_process=True))
    assert numbers(alone) == numbers(run)
    assert run.peak_memory is None
    assert 0 <= alone.peak_memory < 100e6


def test_the_numbers_are_those_of_the_package(run):
    """Wrong if a sweep measured something else than a notebook does."""
    training = SETTINGS.training()
    with rsa.backend(threads=1):
        records = list(rsa.train(training, updates=10))
        accuracies = [
            rsa.evaluate(training.net, rsa.tasks.Copy(d), sequences=10, seed=0) for d in (5, 12)
        ]
    assert run.result["first_losses"] == [record.loss for record in records]
    assert run.result["test_accuracy"] == accuracies
    assert run.result["accuracy"] == accuracies[0]
    assert run.result["training_loss"] == pytest.approx(sum(r.loss for r in records) / 10)
    assert run.result["curve"]["block"] == 1
    assert run.result["curve"]["loss"] == pytest.approx([r.loss for r in records], rel=1e-4)
    assert run.updates == 10
    assert 0 < run.result["seconds_per_update"] <= run.seconds


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_measured(model):
    """Wrong if a model had no place on the map, or numbers that JSON cannot hold."""
    (settings,) = tiny(model=model, updates=2)
    result = measure(settings).result
    json.dumps(result, allow_nan=False)
    attentive = model in ("MemRNN", "MemLSTM", "RelRNN", "RelLSTM", "SAB", "Transformer")
    assert (result["effective_kappa"] is not None) == attentive
    assert (result["recall"] is not None) == model.startswith("Rel")
    assert result["gradient_reach"] > 0
    if model in ("RNN", "LSTM"):
        assert result["depth"] == 15 - 4.5  # the ten symbols stand at 0..9, one link a step


def test_attention_is_that_of_the_answer_steps():
    """Wrong if statistics of other steps, or of other sequences, stood under these names."""
    (settings,) = tiny(delay=30, buffer_size=3, relevant_size=4, updates=0)
    result = measure(settings).result
    assert 1 < result["effective_kappa"] <= 7
    assert result["entropy"] <= math.log(7)
    assert result["on_buffer"] + result["on_relevant"] == pytest.approx(1)
    assert 0 <= result["recall"] <= 0.4  # of ten symbols at most four are kept
    assert 0 < result["primacy_share"] <= 1
    assert 1 <= result["effective_depth"] <= result["depth"]
    assert result["ended"] == "updates"
    assert result["training_accuracy"] is result["seconds_per_update"] is None


def test_hops_are_measured_where_asked(run):
    """Wrong if the split by hops were missing, or did not belong to the whole."""
    assert run.result["gradient_by_hops"] is None
    split = measure(replace(SETTINGS, hops=1)).result
    assert len(split["gradient_by_hops"]) == 3
    assert len(split["gradient"]) == 25 == len(split["gradient_by_hops"][0])
    total = torch.tensor(split["gradient"])
    assert bool((total <= torch.tensor(split["gradient_by_hops"]).sum(0) * 1.001).all())
    assert split["gradient_reach"] == pytest.approx(run.result["gradient_reach"], rel=1e-4)


def test_training_ends_at_the_target():
    """Wrong if updates to the target were not counted, or training went on after it."""
    (settings,) = tiny(target=0.01, updates=70)
    result = measure(settings).result
    assert result["ended"] == "target"
    assert result["updates_to_target"] == 50  # as soon as there is a mean of 50
    assert result["training_accuracy"] >= 0.01
    (settings,) = tiny(target=1.0, updates=60)
    result = measure(settings).result
    assert (result["ended"], result["updates_to_target"]) == ("updates", None)


def test_a_run_that_diverges_is_a_result():
    """Wrong if an exploding run were made again and again, or took the sweep down."""
    (settings,) = tiny(learning_rate=1e4, updates=200)
    run = measure(settings)
    assert run.result["ended"] == "diverged"
    assert "lower the learning rate" in run.result["why"]
    assert 0 <= run.result["accuracy"] <= 1


def test_threads_are_given_back():
    """Wrong if a measurement in a notebook slowed down everything after it."""
    torch.set_num_threads(2)
    try:
        measure(SETTINGS)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def saved(**words) -> int:
    """Bytes that one update keeps, without training."""
    (settings,) = tiny(batch_size=3, **words)
    training = settings.training()
    dice = torch.Generator().manual_seed(settings.seed)
    return rsa.saved_bytes(training.net, training.task.sample(3, dice).inputs)


def test_what_is_saved_does_not_depend_on_the_run(run):
    """Wrong if the bytes on the map were those of some seed, length of training, or moment."""
    with rsa.backend(threads=1):
        (settings,) = tiny()
        training = settings.training()
        inputs = training.task.sample(settings.batch_size).inputs
        assert run.result["saved_bytes"] == rsa.saved_bytes(training.net, inputs)
    others = [replace(SETTINGS, seed=3), replace(SETTINGS, updates=0), replace(SETTINGS, hops=1)]
    for other in others:
        assert measure(other).result["saved_bytes"] == run.result["saved_bytes"]
    assert (
        measure(replace(SETTINGS, vary_delay=True)).result["saved_bytes"]
        == (run.result["saved_bytes"])
    )


def test_a_budget_saves_linearly_and_full_attention_does_not():
    """Wrong if the figure of costs could not show what a budget is for."""
    with rsa.backend("torch"):
        growth = {
            model: [saved(model=model, delay=delay) for delay in (20, 40, 60, 80)]
            for model in ("RelRNN", "MemRNN")
        }
    first, second, third = (b - a for a, b in pairwise(growth["RelRNN"]))
    assert first == second == third > 0
    first, second, third = (b - a for a, b in pairwise(growth["MemRNN"]))
    assert third - second == second - first > 0  # T² and nothing beyond


@pytest.mark.parametrize("model", ["RNN", "MemRNN"])
def test_what_is_saved_is_what_the_graph_holds(model):
    """Wrong if something were counted twice, or not at all, or the weights with it."""
    (settings,) = tiny(model=model, batch_size=3)
    training = settings.training()
    inputs = training.task.sample(3).inputs
    with rsa.backend("torch"):
        logits, _ = training.net(inputs)
        assert rsa.saved_bytes(training.net, inputs) == held(training.net, logits)


def held(net: torch.nn.Module, out: torch.Tensor) -> int:
    """Bytes of all tensors in the graph behind `out`, found by walking it; a number is none."""
    weights = {weight.untyped_storage().data_ptr() for weight in net.parameters()}
    todo, seen, memory = [out.grad_fn], set(), {}
    while todo:
        node = todo.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        todo += [before for before, _ in node.next_functions]
        for name in dir(node):
            value = getattr(node, name) if name.startswith("_saved_") else None
            for one in value if isinstance(value, list | tuple) else [value]:
                if isinstance(one, torch.Tensor) and one.ndim:
                    memory[one.untyped_storage().data_ptr()] = one.untyped_storage()
    return sum(piece.nbytes() for place, piece in memory.items() if place not in weights)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak can be reset on Linux only")
def test_the_peak_is_that_of_what_was_done_since():
    """Wrong if the memory of a run were hidden below that of what came before."""
    script = """
import torch
from rsa_edu.sweeps.measure import peak, reset_peak
torch.ones(30_000_000)  # 120 MB, gone at once
before = reset_peak()
block = torch.ones(10_000_000)
print(peak() - before)
"""
    # In a process of its own: an old one holds freed memory that it gives out again.
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert 35e6 < int(said.stdout) < 60e6


def test_a_failing_process_is_said(monkeypatch):
    """Wrong if a run that died in its own process looked as if it had just ended."""
    monkeypatch.setattr("rsa_edu.sweeps.fresh._PROGRAM", "raise SystemExit('out of luck')")
    with pytest.raises(RuntimeError, match="its process ended with code 1: out of luck"):
        in_fresh_process(SETTINGS)
