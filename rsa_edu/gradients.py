"""What autograd measures: where the gradient of a loss goes, step by step."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from rsa_edu.models.recurrent import Recurrence
from rsa_edu.network import Network
from rsa_edu.tasks.batch import Batch


@dataclass(frozen=True)
class GradientFlow:
    """The total derivative dL/dh_t at every step.

    total: (T,) its norm, mean over the batch; total_vectors: (T, B, H).
    """

    total: Float[Tensor, " time"]
    total_vectors: Float[Tensor, "time batch hidden"]


def gradient_flow(
    net: Network | Recurrence,
    batch: Batch | Float[Tensor, "time batch input"],
    *,
    loss: Callable[[Tensor], Tensor] | None = None,
) -> GradientFlow:
    """The total derivative dL/dh_t for every step t, from one backward pass.

    Each hidden state is nudged by eps_t = 0. That changes nothing, and dL/deps_t is what a small
    change of h_t does to the loss on all its ways: through the recurrence, through the attention
    of later steps, and through the read-out.

    Args:
        net: a Network; or a bare recurrence, then `loss` is needed.
        batch: a Batch of a task; or inputs (T, B, D), then `loss` is needed.
        loss: a function of all hidden states out (T, B, H), giving a number. Default: the mean
            cross-entropy over the answer steps of the batch.

    Raises:
        ValueError: no loss, and no network and batch to make the default one.
    """
    recurrence = net.recurrence if isinstance(net, Network) else net
    inputs = batch.inputs if isinstance(batch, Batch) else batch
    if loss is None:
        if not (isinstance(net, Network) and isinstance(batch, Batch)):
            raise ValueError(
                "gradient_flow needs loss=, a function of the hidden states (T, B, H), unless it "
                "is given a Network and a Batch."
            )

        def loss(out):
            logits = net.readout(out)
            return cross_entropy(logits[batch.mask], batch.targets[batch.mask])

    vectors = _derivative(recurrence, inputs, loss)
    return GradientFlow(vectors.norm(dim=2).mean(1), vectors)


def jacobian_norms(
    recurrence: Recurrence, inputs: Float[Tensor, "time 1 input"]
) -> Float[Tensor, " time"]:
    """The spectral norm of dh_{T-1}/dh_t for every t, of one sequence (T, 1, D).

    The sequence is run as a batch of H copies, and copy j asks for the gradient of unit j of the
    last state: one backward pass gives all rows of all T Jacobians.

    Raises:
        ValueError: a batch of more than one sequence.
    """
    if inputs.dim() != 3 or inputs.shape[1] != 1:
        raise ValueError(
            f"jacobian_norms takes one sequence (T, 1, D), but got shape {tuple(inputs.shape)}."
        )
    copies = inputs.expand(-1, recurrence.hidden_size, -1)
    jacobians = _derivative(recurrence, copies, lambda out: out[-1].diagonal().sum())
    return torch.linalg.matrix_norm(jacobians, ord=2)


def _derivative(recurrence: Recurrence, inputs: Tensor, loss) -> Tensor:
    """dL/dh_t for every t, (T, B, H), without touching the gradients of the weights."""
    shape = (*inputs.shape[:2], recurrence.hidden_size)
    nudge = torch.zeros(shape, dtype=inputs.dtype, device=inputs.device, requires_grad=True)
    with torch.enable_grad():
        out, _ = recurrence(inputs, nudge=nudge)
        (vectors,) = torch.autograd.grad(loss(out), nudge)
    return vectors
