"""What autograd measures: where the gradient of a loss goes, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from rsa_edu.models.checks import one_of, whole_number
from rsa_edu.models.hops import by_hops
from rsa_edu.models.recurrent import Recurrence
from rsa_edu.network import Network
from rsa_edu.tasks.batch import Batch

PATHS = ("all", "value", "scores")
LINKS = ("recurrence", "attention")


@dataclass(frozen=True)
class GradientFlow:
    """The total derivative dL/dh_t at every step.

    total: (T,) its norm, mean over the batch; total_vectors: (T, B, H).
    by_hops, vectors: the same split by attention hops, (hops + 2, T) and (hops + 2, T, B, H): what
    passed 0, 1, .., hops reads, and the rest. Vectors add up to the total, norms do not. None where
    no split was asked for.
    """

    total: Float[Tensor, " time"]
    total_vectors: Float[Tensor, "time batch hidden"]
    by_hops: Float[Tensor, "orders time"] | None = None
    vectors: Float[Tensor, "orders time batch hidden"] | None = None


def gradient_flow(
    net: Network | Recurrence,
    batch: Batch | Float[Tensor, "time batch input"],
    *,
    hops: int | None = None,
    loss: Callable[[Tensor], Tensor] | None = None,
    paths: str = "all",
    cut: str | None = None,
) -> GradientFlow:
    """The total derivative dL/dh_t for every step t, from one backward pass.

    Each hidden state is nudged by eps_t = 0. That changes nothing, and dL/deps_t is what a small
    change of h_t does to the loss on all its ways: through the recurrence, through the attention
    of later steps, and through the read-out.

    With `hops` it is split by the number of reads on the way: one hop is one passage through some
    c_m, be it to a state that was read (value) or to what decided the weights (key, query). See
    models/hops.py. The cell of an LSTM is a part of the recurrence and costs no hop.

    Args:
        net: a Network; or a bare recurrence, then `loss` is needed.
        batch: a Batch of a task; or inputs (T, B, D), then `loss` is needed.
        hops: the largest order that is shown on its own; all higher ones are the rest.
        loss: a function of all hidden states out (T, B, H), giving a number. Default: the mean
            cross-entropy over the answer steps of the batch.
        paths: "all"; "value" takes the attention weights as constants; "scores" is what that
            leaves out, all minus value.
        cut: "recurrence" lets no gradient through h_{t-1} -> s_{t-1} (and cell_{t-1} -> cell_t),
            "attention" none through c_t -> s_t. The forward pass stays as it is.

    Raises:
        ValueError: no loss, and no network and batch to make the default one; a setting that is
            not one of those above; a split of a model that is no recurrence (the Transformer).
    """
    recurrence = net.recurrence if isinstance(net, Network) else net
    inputs = batch.inputs if isinstance(batch, Batch) else batch
    if loss is None:
        loss = _answers(net, batch)
    one_of("paths", paths, PATHS)
    if cut is not None:
        one_of("cut", cut, LINKS)
    if hops is not None:
        whole_number("hops", hops, least=0)
    if hops is None and paths == "all" and cut is None:
        vectors = _derivative(recurrence, inputs, loss)
        return GradientFlow(_norm(vectors), vectors)
    if type(recurrence).forward is not Recurrence.forward:
        raise ValueError(
            "hops, paths and cut need a recurrence that reads its past step by step, but this is "
            f"a {type(recurrence).__name__}."
        )
    with torch.no_grad():
        out, _ = recurrence(inputs)
    with torch.enable_grad():
        (direct,) = torch.autograd.grad(loss(out.requires_grad_()), out)
    sweep = partial(by_hops, recurrence, inputs, direct, hops or 0, recurrent=cut != "recurrence")
    orders = sweep(scores=paths != "value")
    if paths == "scores":
        orders = orders - sweep(scores=False)
    if cut == "attention":
        orders[1:] = 0
    total = orders.sum(0)
    split = () if hops is None else (_norm(orders), orders)
    return GradientFlow(_norm(total), total, *split)


def _answers(net, batch) -> Callable[[Tensor], Tensor]:
    """The mean cross-entropy over the answer steps."""
    if not (isinstance(net, Network) and isinstance(batch, Batch)):
        raise ValueError(
            "gradient_flow needs loss=, a function of the hidden states (T, B, H), unless it "
            "is given a Network and a Batch."
        )

    def loss(out):
        logits = net.readout(out)
        return cross_entropy(logits[batch.mask], batch.targets[batch.mask])

    return loss


def _norm(vectors: Tensor) -> Tensor:
    """The norm of vectors (.., B, H), mean over the batch."""
    return vectors.norm(dim=-1).mean(-1)


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
