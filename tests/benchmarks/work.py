"""What the benchmarks run: a training step, an evaluation, an update of a real training."""

from collections.abc import Callable

import torch
from torch import nn

import rsa_edu as rsa

INPUTS = rsa.tasks.Copy.input_size


def training_step(model: nn.Module, *, steps: int, batch: int) -> Callable[[], None]:
    """Forward and backward on random numbers. `model` is called like torch.nn.RNN, time first."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(steps, batch, INPUTS, generator=dice)
    gradient = torch.randn(steps, batch, model.hidden_size, generator=dice)

    def step():
        model.zero_grad()
        out, _ = model(x)
        out.backward(gradient)

    return step


def evaluation(model: nn.Module, *, steps: int, batch: int) -> Callable[[], None]:
    """Forward, without gradients."""
    x = torch.randn(steps, batch, INPUTS, generator=torch.Generator().manual_seed(0))

    @torch.no_grad()
    def evaluate():
        model(x)

    return evaluate


def update(model: nn.Module, delay: int) -> Callable[[], object]:
    """One update of a training on copy: data, forward, backward, clip, Adam; it goes on learning.

    Denormal floats, which slow arithmetic down, arise only in the gradients of a real training.
    """
    task = rsa.tasks.Copy(delay)
    return rsa.Training(rsa.Network(model, task.n_classes), task).step


def on(path: str, run: Callable, threads: int | None = None) -> Callable[[], None]:
    """The same, on a path of its own: see rsa.backend."""

    def chosen():
        with rsa.backend(path, threads=threads):
            run()

    return chosen
