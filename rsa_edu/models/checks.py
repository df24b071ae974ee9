"""Bad input, said in one sentence that names what was given and what is expected."""

import torch
from torch import Tensor


def whole_number(name: str, value, least: int) -> int:
    """`value` if it is a whole number of at least `least`, else a ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but is {value!r}.")
    return value


def one_of(name: str, value, choices):
    """`value` if it is among `choices`, else a ValueError."""
    if value not in choices:
        known = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {known}, but is {value!r}.")
    return value


def sequence(x, input_size: int, dtype: torch.dtype) -> None:
    """`x` must be a finite (T, B, D) tensor of this width and dtype, else a ValueError."""
    if not isinstance(x, Tensor):
        raise TypeError(
            f"x must be a torch tensor (T, B, {input_size}), but is {type(x).__name__}."
        )
    if x.dim() != 3:
        raise ValueError(
            f"x must have three axes (T, B, {input_size}): time, batch, input; "
            f"it has shape {tuple(x.shape)}."
        )
    if x.shape[2] != input_size:
        raise ValueError(f"x must be {input_size} wide (input_size), but is {x.shape[2]} wide.")
    if 0 in x.shape[:2]:
        raise ValueError(f"x must hold at least one step and one sequence; shape {tuple(x.shape)}.")
    if x.dtype != dtype:
        raise ValueError(f"x must be {dtype} like the model's weights, but is {x.dtype}.")
    if not bool(torch.isfinite(x).all()):
        raise ValueError("x must be finite, but holds NaN or infinite values.")
