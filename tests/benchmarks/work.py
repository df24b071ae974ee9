"""What the benchmarks run: a training step, an evaluation, an update of a real training."""

from collections.abc import Callable

import torch
from torch import nn

import rsa_edu as rsa
from rsa_edu.models.hops import by_hops

INPUTS = rsa.tasks.Copy.input_size


def training_step(model: nn.Module, *, steps: int, batch: int) -> Callable[[], None]:
    """Forward and backward on random numbers. `model` is called like torch.nn.RNN, time first."""
    x, gradient = _random(model, steps, batch)

    def step():
        model.zero_grad()
        out, _ = model(x)
        out.backward(gradient)

    return step


def backward(model: nn.Module, *, steps: int, batch: int) -> Callable[[], object]:
    """A backward pass alone, of a forward pass made once."""
    x, gradient = _random(model, steps, batch)
    out, _ = model(x)
    parameters = list(model.parameters())
    return lambda: torch.autograd.grad(out, parameters, gradient, retain_graph=True)


def split_by_hops(model: nn.Module, hops: int, *, steps: int, batch: int) -> Callable[[], object]:
    """The gradient flow by hops, with the forward pass that it makes."""
    x, gradient = _random(model, steps, batch)
    return lambda: by_hops(model, x, gradient, hops)


def _random(model: nn.Module, steps: int, batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    dice = torch.Generator().manual_seed(0)
    x = torch.randn(steps, batch, INPUTS, generator=dice)
    return x, torch.randn(steps, batch, model.hidden_size, generator=dice)


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
