"""Copy and denoise, against their description."""

import math
from dataclasses import replace

import pytest
import torch

from rsa_edu.tasks import Copy, Denoise

TASKS = [Copy, Denoise]


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("delay", [1, 2, 30])
@pytest.mark.parametrize("task", TASKS)
def test_layout(task, delay):
    """Symbols, marker or answers would stand where the paper's code does not put them."""
    task = task(delay)
    batch = task.sample(50, dice())
    T, marker = delay + 20, {Copy: 9, Denoise: 10}[type(task)]
    assert batch.inputs.shape == (T, 50, {Copy: 10, Denoise: 11}[type(task)])
    assert batch.inputs.dtype == torch.float32
    assert (batch.inputs.sum(2) == 1).all()
    symbols = batch.inputs.argmax(2)
    assert (symbols[delay + 9] == marker).all()
    assert (symbols == marker).sum() == 50
    assert (symbols[delay + 10 :] == 0).all()
    assert (batch.targets[: delay + 10] == 0).all()
    assert batch.mask.sum(0).tolist() == [10] * 50
    assert batch.mask[-10:].all()
    for b in range(50):
        column = symbols[: delay + 9, b]
        data = column[column > 0].tolist()
        assert data == batch.targets[-10:, b].tolist()
        assert len(data) == 10
        assert set(data) <= set(range(1, 9))


def test_copy_data_come_first():
    """Copy would scatter its symbols."""
    task = Copy(20)
    batch = task.sample(3, dice())
    assert (batch.inputs.argmax(2)[:10] > 0).all()
    assert task.data_positions(batch).T.tolist() == [list(range(10))] * 3


def test_denoise_positions_are_uniform():
    """Some steps would never, or too often, hold a symbol."""
    task = Denoise(30)
    batch = task.sample(4000, dice())
    places = task.data_positions(batch)
    assert places.shape == (10, 4000)
    assert (places.diff(dim=0) > 0).all()
    share = torch.bincount(places.flatten(), minlength=39).double() / 4000
    assert len(share) == 39
    assert (share - 10 / 39).abs().max() < 5 * math.sqrt(0.25 * 0.75 / 4000)


@pytest.mark.parametrize("task", TASKS)
def test_symbols_are_uniform(task):
    """Some symbol would be drawn more often than another."""
    batch = task(5).sample(4000, dice())
    share = torch.bincount(batch.targets[-10:].flatten(), minlength=9).double() / 40000
    assert share[0] == 0
    assert (share[1:] - 1 / 8).abs().max() < 0.01


@pytest.mark.parametrize("task", TASKS)
def test_reproducible(task):
    """The same generator would give other data, or the global random numbers be used."""
    a, b, c = (task(7).sample(4, dice(seed)) for seed in (1, 1, 2))
    assert torch.equal(a.inputs, b.inputs)
    assert torch.equal(a.targets, b.targets)
    assert not torch.equal(a.inputs, c.inputs)


@pytest.mark.parametrize("task", TASKS)
def test_baseline_is_the_loss_without_memory(task):
    """The line in the plots would not be the loss of a network without memory."""
    task = task(15)
    batch = task.sample(200, dice())
    # Certain of the blank before the answer; there, any of the eight symbols is as likely.
    logits = torch.full((task.length, 200, task.n_classes), -1e9)
    logits[: task.delay + 10, :, 0] = 0
    logits[task.delay + 10 :, :, 1:9] = 0
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch.targets.flatten())
    assert loss.item() == pytest.approx(task.baseline_loss, rel=1e-5)
    assert task.accuracy(logits, batch) == pytest.approx(task.chance, abs=0.03)


def test_accuracy_counts_the_answer_steps_only():
    """Being right about blanks would raise the accuracy."""
    task = Copy(10)
    batch = task.sample(20, dice())
    right = torch.nn.functional.one_hot(batch.targets, task.n_classes).float()
    assert task.accuracy(right, batch) == 1
    half = right.clone()
    half[-5:] = 0
    assert task.accuracy(half, batch) == 0.5


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("task", TASKS)
def test_bad_settings(task):
    """A bad delay or batch size would end in a traceback from inside torch."""
    for bad in (0, -3, 2.5, True, "long"):
        with pytest.raises(ValueError, match="delay must be a whole number of at least 1"):
            task(bad)
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        task(5).sample(0)
    assert replace(task(5), delay=7) == task(7)
