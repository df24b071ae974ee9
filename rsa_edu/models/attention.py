"""Energies: how well a stored state answers a query. The larger, the more it is attended."""

import math

from jaxtyping import Float
from torch import Tensor


def additive(
    query: Float[Tensor, "batch hidden"],
    keys: Float[Tensor, "batch slots hidden"],
    v_a: Float[Tensor, " hidden"],
) -> Float[Tensor, "batch slots"]:
    """e_i = v_a . tanh(W_a s + U_a h_i), for the query W_a s and the keys U_a h_i (Bahdanau)."""
    return (query.unsqueeze(1) + keys).tanh() @ v_a


def scaled_dot(
    query: Float[Tensor, "batch hidden"],
    keys: Float[Tensor, "batch slots hidden"],
    v_a: None = None,
) -> Float[Tensor, "batch slots"]:
    """e_i = (W_a s) . (U_a h_i) / sqrt(H); has no v_a of its own (Vaswani)."""
    return (keys @ query.unsqueeze(2)).squeeze(2) / math.sqrt(query.shape[1])


ENERGIES = {"additive": additive, "scaled_dot": scaled_dot}
