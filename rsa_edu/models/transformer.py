"""The end of the scale where nothing recurs: attention to all the past, layer upon layer."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn
from torch.nn.utils import skip_init

from rsa_edu.models import interrupt
from rsa_edu.models.checks import sequence, whole_number
from rsa_edu.models.initial import uniform_, xavier_normal_
from rsa_edu.models.recurrent import Recurrence
from rsa_edu.models.state import State, Trace

WAVELENGTH = 10_000
"""The longest wave of the positions, over 2 pi."""


@dataclass(frozen=True)
class Past(State):
    """Where a Transformer stands: h is out of the last step, layers holds what entered each layer.

    layers: one (t, B, H) a layer; keys and values of the past are computed from them anew.
    """

    layers: tuple[Float[Tensor, "time batch hidden"], ...] = ()

    def detach(self) -> "Past":
        """The same state, cut off from the graph."""
        layers = tuple(layer.detach() for layer in self.layers)
        return Past(self.t, self.h.detach(), layers=layers)


class Transformer(Recurrence):
    """A small causal Transformer with the call of a recurrence: no step needs the one before.

        z_t = U x_t + b + position(t);   each layer: z += attention(norm(z)), z += mlp(norm(z))
        out = norm(z)

    Pre-norm, no dropout, feed-forward width 4H with GELU. Positions are sines and cosines, so that
    it runs, if not well, at lengths it was never trained on. Time grows with the square of T.

    Where it differs from the recurrences:
    - Row t of a trace is the attention of the last layer, mean over the heads, and holds t itself:
      a layer may look at the step it computes. K is the length of all the sequence so far, rho = 0,
      the scores are zero.
    - There is no h_t that both is out_t and is seen by later steps. The nudge is added to z_t
      before the first layer, where all ways from step t begin. So a gradient flow is dL/dz_t, and
      the Jacobian of the last step is that of its own layers, not the identity.
    - A stop is heard between two layers, not between two steps.

    Args:
        input_size: D. hidden_size: H, a multiple of heads.
        layers: how many, at least 1. heads: of each attention, at least 1.
        generator: random numbers for the start values.

    Weights: weight_ih = U (H, D), bias = b (H); blocks and norm are torch's own layers.

    Source: Vaswani et al., 2017; pre-norm: Xiong et al., 2020.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        layers: int = 2,
        heads: int = 4,
        generator: Generator | None = None,
    ):
        super().__init__(input_size, hidden_size)
        self.layers = whole_number("layers", layers, least=1)
        self.heads = whole_number("heads", heads, least=1)
        if hidden_size % heads:
            raise ValueError(
                f"hidden_size must be a multiple of heads ({heads}), but is {hidden_size}."
            )
        H, D = hidden_size, input_size
        self.weight_ih = nn.Parameter(xavier_normal_(torch.empty(H, D), generator))
        self.bias = nn.Parameter(uniform_(torch.empty(H), 1 / math.sqrt(D), generator))
        self.blocks = nn.ModuleList(_Block(H, heads, generator) for _ in range(layers))
        self.norm = nn.LayerNorm(H)

    def forward(
        self,
        x: Float[Tensor, "time batch input"],
        state: State | None = None,
        *,
        return_trace: bool = False,
        nudge: Float[Tensor, "time batch hidden"] | None = None,
    ):
        """As for every recurrence, but for what the nudge is added to and a trace holds."""
        sequence(x, self.input_size, self.bias.dtype)
        if state is None:
            h = x.new_zeros(x.shape[1], self.hidden_size)
            state = Past(0, h, layers=(x.new_zeros(0, *h.shape),) * self.layers)
        self._check_state(state, x)
        z = x @ self.weight_ih.mT + self.bias + positions(state.t, x, self.hidden_size)
        if nudge is not None:
            z = z + nudge
        entered = []
        for block, past in zip(self.blocks, state.layers, strict=True):
            interrupt.check()
            entered.append(torch.cat([past, z]))
            z, alpha = block(entered[-1], len(z), read=return_trace)
            interrupt.watch_backward(z)
        out = self.norm(z)
        state = Past(state.t + len(x), out[-1], layers=tuple(entered))
        return (out, state, self._trace(alpha, x)) if return_trace else (out, state)

    def _check_state(self, state, x):
        super()._check_state(state, x)
        if not isinstance(state, Past) or len(state.layers) != self.layers:
            raise ValueError(f"state is not one of a Transformer of {self.layers} layers.")

    def _trace(self, alpha, x) -> Trace:
        attention = alpha.detach().transpose(0, 1)
        length, steps = attention.shape[2], len(x)
        column = torch.arange(length, device=x.device).expand(attention.shape)
        newest = torch.arange(length - steps, length, device=x.device).view(-1, 1, 1)
        seen = column.where(column <= newest, -1)
        return Trace(attention, seen, torch.zeros_like(attention), seen[:, :, :0])

    def settings(self) -> dict:
        """As for every recurrence, with layers and heads."""
        return super().settings() | {"layers": self.layers, "heads": self.heads}


class _Block(nn.Module):
    """One layer. torch's TransformerEncoderLayer is the same, but hides the attention it paid."""

    def __init__(self, hidden_size: int, heads: int, generator: Generator | None):
        super().__init__()
        H = hidden_size
        # skip_init: the layers' own starts would draw from the global random numbers.
        self.attention = skip_init(nn.MultiheadAttention, H, heads)
        self.attention_norm = nn.LayerNorm(H)
        self.up, self.down = skip_init(nn.Linear, H, 4 * H), skip_init(nn.Linear, 4 * H, H)
        self.mlp_norm = nn.LayerNorm(H)
        for part in (self.attention, self.up, self.down):
            for name, weight in part.named_parameters():
                if name.endswith("bias"):
                    nn.init.zeros_(weight)
                else:
                    xavier_normal_(weight, generator)

    def forward(self, z: Tensor, steps: int, *, read: bool) -> tuple[Tensor, Tensor | None]:
        """The newest `steps` of z (t, B, H) after this layer, and the attention (B, steps, t)."""
        query, key = torch.arange(len(z) - steps, len(z)).unsqueeze(1), torch.arange(len(z))
        future = (key > query).to(z.device)
        normed = self.attention_norm(z)
        c, alpha = self.attention(
            normed[-steps:],
            normed,
            normed,
            attn_mask=future,
            need_weights=read,
            is_causal=steps == len(z) and not read,
        )
        z = z[-steps:] + c
        return z + self.down(nn.functional.gelu(self.up(self.mlp_norm(z)))), alpha


def positions(start: int, x: Tensor, width: int) -> Tensor:
    """Sines and cosines (T, 1, width) of the times from `start`, in waves longer and longer."""
    t = torch.arange(start, start + len(x), device=x.device).unsqueeze(1)
    waves = WAVELENGTH ** (-torch.arange(0, width, 2, device=x.device).double() / width)
    angles = t * waves
    both = torch.stack([angles.sin(), angles.cos()], 2).flatten(1)
    return both[:, :width].unsqueeze(1).to(x.dtype)
