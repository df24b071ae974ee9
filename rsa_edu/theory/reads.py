"""What every step reads: attention as rows of weights and the states that they belong to."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Reads:
    """Row m: the read used to compute h_m, as in a Trace.

    weights: (T, K) attention. positions: (T, K) the state in each column, -1 for an empty one.
    """

    weights: np.ndarray
    positions: np.ndarray

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def counts(self) -> np.ndarray:
        """(T,) how many states each step attends to."""
        return (self.positions >= 0).sum(1)


def reads(attention, positions=None) -> Reads:
    """Attention of one sequence, checked.

    Args:
        attention: (T, T), column i is the weight of h_i, 0 where it is not attended; or (T, K).
        positions: (T, K) where attention is so, the state in each column, -1 for an empty one.

    Raises:
        ValueError: shapes that do not fit, a weight that is no finite number >= 0, or a step that
            reads itself or a later one.
    """
    weights = np.asarray(attention, dtype=float)
    if weights.ndim != 2 or not len(weights):
        raise ValueError(f"attention must be (T, T) or (T, K), but has shape {weights.shape}.")
    steps = len(weights)
    if positions is None:
        if weights.shape[1] != steps:
            raise ValueError(
                f"attention of shape {weights.shape} needs the positions of its columns; "
                "only (T, T) does without."
            )
        places = np.where(weights != 0, np.arange(steps), -1)
    else:
        places = np.asarray(positions)
        if places.shape != weights.shape or places.dtype.kind not in "iu":
            raise ValueError(
                f"positions must be whole numbers of shape {weights.shape} as attention, but are "
                f"{places.dtype} of shape {places.shape}."
            )
    held = places >= 0
    if not (np.isfinite(weights) & (weights >= 0))[held].all():
        raise ValueError("attention holds a weight that is no finite number >= 0.")
    ahead = held & (places >= np.arange(steps)[:, None])
    if ahead.any():
        m, column = np.argwhere(ahead)[0]
        raise ValueError(f"h_{m} cannot read h_{places[m, column]}: a step reads earlier states.")
    return Reads(np.where(held, weights, 0.0), np.where(held, places, -1))
