"""What a network does on one fixed sequence while it is being trained."""

from dataclasses import dataclass

import numpy as np
import torch

from rsa_edu.gradients import gradient_flow
from rsa_edu.models import Trace
from rsa_edu.network import Network
from rsa_edu.tasks import Batch

MAP_SIZE = 64
"""Most rows and columns of an attention map: it is sent to the page as text."""


@dataclass(frozen=True, eq=False)
class Probe:
    """flow: (T,) norm of dL/dh_t. attention: at most (64, 64), NaN where there is no state to
    attend to; None for a model without attention. block: steps that one cell of it stands for.
    """

    flow: np.ndarray
    attention: np.ndarray | None
    block: int


def probe(net: Network, batch: Batch) -> Probe:
    """Where the network attends and where its gradient goes, on the first sequence of `batch`.

    The network's weights and their gradients are not touched.
    """
    batch = Batch(batch.inputs[:, :1], batch.targets[:, :1], batch.mask[:, :1])
    with torch.no_grad():
        trace = net.recurrence(batch.inputs, return_trace=True)[2]
    attention = attention_map(trace) if trace.attention.shape[2] else None
    flow = gradient_flow(net, batch).total.numpy()
    return Probe(flow, attention, block_size(len(flow)))


def attention_map(trace: Trace, size: int = MAP_SIZE) -> np.ndarray:
    """alpha by step (row) and attended state (column) of the first sequence, pooled.

    A cell is the largest alpha of its block of steps and states, so that a single sharp look back
    stays visible; NaN where nothing could be attended.
    """
    alphas, positions = trace.attention[:, 0].numpy(), trace.positions[:, 0].numpy()
    steps = len(alphas)
    block = block_size(steps, size)
    rows = -(-steps // block)
    full = np.full((rows * block, rows * block), -np.inf)
    t, column = np.nonzero(positions >= 0)
    full[t, positions[t, column]] = alphas[t, column]
    pooled = full.reshape(rows, block, rows, block).max(axis=(1, 3))
    return np.where(np.isinf(pooled), np.nan, pooled)


def block_size(steps: int, size: int = MAP_SIZE) -> int:
    """How many steps one cell of a map must stand for, so that at most `size` cells are needed."""
    return -(-steps // size)
