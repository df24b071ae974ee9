"""Start values of the weights as in the paper's published code: henaff, cayley, xavier."""

import math

import torch
from torch import Generator, Tensor, nn


def xavier_normal_(weight: Tensor, generator: Generator | None) -> Tensor:
    """Normal, with variance 2 / (rows + columns)."""
    return nn.init.xavier_normal_(weight, generator=generator)


def uniform_(weight: Tensor, bound: float, generator: Generator | None) -> Tensor:
    """Uniform between -bound and bound; torch.nn.Linear uses bound = 1 / sqrt(columns)."""
    return nn.init.uniform_(weight, -bound, bound, generator=generator)


def henaff(size: int, generator: Generator | None = None) -> Tensor:
    """Orthogonal (H, H): planes that turn by angles from U(-pi, 0) (Henaff et al., 2016)."""
    return _rotations(-math.pi * torch.rand(size // 2, generator=generator), size)


def cayley(size: int, generator: Generator | None = None) -> Tensor:
    """Orthogonal (H, H): planes that turn by -tan(theta / 2) in (-1, 0), theta from U(0, pi/2)."""
    theta = math.pi / 2 * torch.rand(size // 2, generator=generator)
    return _rotations(-torch.tan(theta / 2), size)


def random(size: int, generator: Generator | None = None) -> Tensor:
    """Orthogonal (H, H): exp of a random antisymmetric matrix."""
    upper = xavier_normal_(torch.empty(size, size), generator).triu(1)
    return _exp(upper)


def _rotations(angles: Tensor, size: int) -> Tensor:
    """exp of a block-diagonal antisymmetric matrix; an odd last unit is left alone."""
    blocks = torch.zeros(size, size)
    first = 2 * torch.arange(size // 2)
    blocks[first, first + 1] = angles
    return _exp(blocks)


def _exp(upper: Tensor) -> Tensor:
    """The rotation exp(A - A^T), in double precision: in single it is orthogonal to 1e-5 only."""
    A = upper.double()
    return torch.linalg.matrix_exp(A - A.mT).to(upper.dtype)


ORTHOGONAL = {"henaff": henaff, "cayley": cayley, "random": random}
