"""A network and a task small enough to be trained inside a test."""

import torch

import rsa_edu as rsa

COPY = rsa.tasks.Copy(5)


def make_net(model=rsa.models.RelRNN, task=COPY, hidden_size=16, seed=0):
    """A small network for the task; the seed decides its start."""
    dice = torch.Generator().manual_seed(seed)
    recurrence = model(task.input_size, hidden_size, generator=dice)
    return rsa.Network(recurrence, task.n_classes, generator=dice)


def losses(records):
    """The losses of a run, update by update."""
    return [record.loss for record in records]
