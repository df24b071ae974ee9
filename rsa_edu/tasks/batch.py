"""What every task hands out."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """inputs (T, B, D); targets (T, B) class indices; mask (T, B), true at the answer steps."""

    inputs: Float[Tensor, "time batch input"]
    targets: Int[Tensor, "time batch"]
    mask: Bool[Tensor, "time batch"]

    def to(self, like: torch.dtype | Tensor) -> "Batch":
        """The same batch with inputs of this dtype; given a tensor, also on its device."""
        if isinstance(like, torch.dtype):
            return Batch(self.inputs.to(like), self.targets, self.mask)
        device = like.device
        return Batch(self.inputs.to(like), self.targets.to(device), self.mask.to(device))
