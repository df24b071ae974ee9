"""Copy and denoise: ten symbols are shown, a long silence follows, then they must be repeated."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Generator, Tensor
from torch.nn.functional import one_hot

from rsa_edu.tasks.batch import Batch

N_SYMBOLS = 10
"""How many data symbols a sequence holds."""
N_LETTERS = 8
"""How many different data symbols there are, numbered 1..8; 0 is the blank."""


@dataclass(frozen=True)
class _Recall:
    """What copy and denoise share: the layout of a sequence of delay + 20 steps.

    The marker stands at index delay + 9. The last ten steps are the answer: there the data symbols
    are to be named in order; before, the target is blank.
    """

    delay: int = 100

    def __post_init__(self):
        if isinstance(self.delay, bool) or not isinstance(self.delay, int) or self.delay < 1:
            raise ValueError(f"delay must be a whole number of at least 1, but is {self.delay!r}.")

    @property
    def length(self) -> int:
        """Steps of a sequence, delay + 20."""
        return self.delay + 2 * N_SYMBOLS

    @property
    def marker_step(self) -> int:
        """Where the marker stands: the step before the answer."""
        return self.delay + N_SYMBOLS - 1

    @property
    def baseline_loss(self) -> float:
        """Mean cross-entropy per step (nats) of the best network without memory.

        It is certain of every blank and can only guess among 8 symbols at the 10 answer steps.
        """
        return N_SYMBOLS * math.log(N_LETTERS) / self.length

    @property
    def chance(self) -> float:
        """Accuracy of guessing."""
        return 1 / N_LETTERS

    def sample(self, batch_size: int, generator: Generator | None = None) -> Batch:
        """A fresh batch; the same generator state gives the same batch.

        Raises:
            ValueError: batch_size below 1.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, but is {batch_size!r}.")
        size = (N_SYMBOLS, batch_size)
        data = torch.randint(1, N_LETTERS + 1, size, generator=generator)
        symbols = torch.zeros(self.length, batch_size, dtype=torch.long)
        symbols.scatter_(0, self._places(batch_size, generator), data)
        symbols[self.marker_step] = self.input_size - 1
        targets = torch.zeros_like(symbols)
        targets[-N_SYMBOLS:] = data
        mask = torch.zeros_like(symbols, dtype=torch.bool)
        mask[-N_SYMBOLS:] = True
        return Batch(one_hot(symbols, self.input_size).float(), targets, mask)

    def accuracy(self, logits: Float[Tensor, "time batch classes"], batch: Batch) -> float:
        """Share of right symbols over the answer steps."""
        right = logits.argmax(2) == batch.targets
        return right[batch.mask].float().mean().item()

    def data_positions(self, batch: Batch) -> Int[Tensor, "symbols batch"]:
        """The time index of every data symbol, (10, B): what is worth remembering."""
        blank_or_data = batch.inputs[..., : N_LETTERS + 1].argmax(2)
        blank_or_data[self.marker_step] = 0
        return blank_or_data.T.nonzero()[:, 1].view(-1, N_SYMBOLS).T


@dataclass(frozen=True)
class Copy(_Recall):
    """Repeat ten symbols that were shown at the start, after `delay` steps.

    Inputs: ten symbols, delay - 1 blanks, the marker, ten blanks; one-hot of size 10.
    Source: the paper's published code, copytask.py (there T is the delay).
    """

    input_size = N_LETTERS + 2
    n_classes = N_LETTERS + 1

    def _places(self, batch_size: int, generator) -> Tensor:
        return torch.arange(N_SYMBOLS).unsqueeze(1).expand(-1, batch_size)


@dataclass(frozen=True)
class Denoise(_Recall):
    """Repeat ten symbols that were scattered, in order, over the steps before the marker.

    One-hot of size 11, and 10 output classes of which only 0..8 occur, as in the published code.
    Source: the paper's published code, denoisetask.py.
    """

    input_size = N_LETTERS + 3
    n_classes = N_LETTERS + 2

    def _places(self, batch_size: int, generator) -> Tensor:
        order = torch.rand(self.marker_step, batch_size, generator=generator).argsort(0)
        return order[:N_SYMBOLS].sort(0).values
