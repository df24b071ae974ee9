"""Which path computes: torch, step by step, or the compiled kernels."""

import torch
from torch import Tensor

from rsa_edu.models import compiled
from rsa_edu.models.checks import one_of, whole_number
from rsa_edu.models.pool import usable_cores

PATHS = ("auto", "torch", "compiled")
WORTH_A_THREAD = 4e5
"""Multiply-adds of a forward pass that make it worth while to wake up another thread."""
_chosen: list[tuple[str, int | None]] = [("auto", None)]


class backend:
    """Choose the path that computes, for the whole process or for a `with` block.

    Args:
        path: "torch", the readable loop; "compiled", the kernels on the CPU; "auto", the kernels
            wherever they can be used: numba is installed, float32 or float64 on the CPU, and a
            memory policy of this package.
        threads: of the kernels; None chooses per call from the sizes and the cores.

    Raises:
        ValueError: an unknown path.
        RuntimeError: "compiled", where it cannot be had.
    """

    def __init__(self, path: str = "auto", *, threads: int | None = None):
        one_of("path", path, PATHS)
        if threads is not None:
            whole_number("threads", threads, least=1)
        if path == "compiled" and compiled.unavailable:
            raise RuntimeError(f"there is no compiled path here: {compiled.unavailable}")
        self._before = _chosen[0]
        _chosen[0] = (path, threads)

    def __enter__(self) -> "backend":
        return self

    def __exit__(self, *_) -> None:
        _chosen[0] = self._before


def choose(model: "compiled.Model | None", x: Tensor, gates: int) -> tuple[str, int]:
    """The path for this call, and how many threads the kernels get."""
    path, threads = _chosen[0]
    can = (
        not compiled.unavailable
        and model is not None
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.float64)
        and compiled.form_of(model.policy) is not None
    )
    if path == "torch" or not can:
        return "torch", 0
    compiled.get_ready(x.dtype)
    steps, batch, _ = x.shape
    size = 0 if model.policy is None else model.policy.size or steps // 2
    work = steps * batch * gates * (gates + 10 * size)
    cores = threads or usable_cores()
    return "compiled", int(max(1, min(cores, batch, work / WORTH_A_THREAD)))
