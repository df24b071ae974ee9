"""The gradient split by attention hops: how many reads lie between h_t and the loss?

Put a formal weight z on every c_t where it enters s_t = f(h_t, z c_t), in the backward pass only.
Then dL/dh_t is a polynomial in z, and the coefficient of z^r is what came by r reads. The backward
pass propagates the coefficients, all at once: going back through a read moves each of them one
order up, and everything else is linear and treats them alike.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from rsa_edu.models import compiled
from rsa_edu.models.backend import choose
from rsa_edu.models.links import Links
from rsa_edu.models.recurrent import Recurrence


def by_hops(
    recurrence: Recurrence,
    x: Float[Tensor, "time batch input"],
    direct: Float[Tensor, "time batch hidden"],
    hops: int,
    *,
    scores: bool = True,
    recurrent: bool = True,
) -> Float[Tensor, "orders time batch hidden"]:
    """dL/dh_t of a whole sequence by orders 0, 1, .., hops, and the rest: (hops + 2, T, B, H).

    Args:
        direct: dL/dout, what the loss asks of every h_t directly.
        scores: False takes the attention weights as constants.
        recurrent: False cuts the ways h_{t-1} -> s_{t-1} and cell_{t-1} -> cell_t.
    """
    model = recurrence._for_kernels()
    path, workers = choose(model, x, len(recurrence.bias))
    orders = direct.new_zeros(hops + 2, *direct.shape)
    with torch.enable_grad() if path == "torch" else torch.no_grad():
        drive = recurrence._drive(x)
        state = recurrence.start(drive[0])
        if path == "compiled":
            links = (scores, recurrent)
            return compiled.by_hops(model, drive, state, direct, orders, links, workers=workers)
        orders[0] = direct
        nudge = torch.zeros_like(direct, requires_grad=True)
        out, _, _ = recurrence._run(
            drive, state, nudge, traced=False, links=_Counting(scores, recurrent)
        )
        return torch.vmap(lambda order: torch.autograd.grad(out, nudge, order)[0])(orders)


@dataclass(frozen=True)
class _Counting(Links):
    scores: bool
    on: bool

    def recurrent(self, h, cell):
        if self.on:
            return h, cell
        return h.detach(), None if cell is None else cell.detach()

    def attention(self, alpha):
        return alpha if self.scores else alpha.detach()

    def read(self, c):
        if c.requires_grad:
            c.register_hook(_OneMore.apply)
        return c


class _OneMore(torch.autograd.Function):
    """z times the polynomial whose coefficients `vmap` goes through; the last one is the rest."""

    @staticmethod
    def forward(coefficient):
        raise NotImplementedError("the orders of a gradient exist under vmap only")

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def vmap(info, in_dims, coefficients):
        coefficients = coefficients.movedim(in_dims[0], 0)
        raised = torch.cat([torch.zeros_like(coefficients[:1]), coefficients[:-1]])
        raised[-1] += coefficients[-1]
        return raised, 0
