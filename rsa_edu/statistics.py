"""What a trained model attends to, and what it keeps: single numbers read off a trace."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from rsa_edu.gradients import GradientFlow
from rsa_edu.models import Trace
from rsa_edu.tasks import Batch
from rsa_edu.theory import dependency_depth


@dataclass(frozen=True)
class AttentionStatistics:
    """How attention is shared out at each step t (row) of each sequence (column).

    entropy: of the weights alpha_{.,t}, in nats: 0 if one state gets all, log n if n states get
    1/n each. effective_kappa: exp(entropy), to how many states a step really attends. on_buffer,
    on_relevant: shares of the attention; where there is no relevant set, all is on the buffer.
    All are NaN at a step that has no state to attend to.
    """

    entropy: Float[Tensor, "time batch"]
    effective_kappa: Float[Tensor, "time batch"]
    on_buffer: Float[Tensor, "time batch"]
    on_relevant: Float[Tensor, "time batch"]


def attention_statistics(trace: Trace) -> AttentionStatistics:
    """Entropy, effective kappa, and the shares of buffer and relevant set, in float64.

    With a batch of the task, its masks choose the steps:
    `attention_statistics(trace).effective_kappa[batch.mask].mean()` is that of the answers.

    Raises:
        ValueError: the trace of a model without attention.
    """
    weights = _weights(trace)
    entropy = torch.special.entr(weights).sum(2)
    on_relevant = weights[:, :, weights.shape[2] - trace.relevant.shape[2] :].sum(2)
    nothing = torch.where((weights > 0).any(2), 0.0, torch.nan).to(weights)
    return AttentionStatistics(
        entropy + nothing, entropy.exp() + nothing, 1 - on_relevant + nothing, on_relevant + nothing
    )


def stripe_share(trace: Trace, steps: Bool[Tensor, "time batch"], stripes: int = 10) -> float:
    """How much of the attention paid at some steps falls on a few states.

    In an attention map a state that many steps look at is a vertical stripe. For each sequence
    the attention of the chosen steps is added up state by state, and the `stripes` states with the
    largest sums are taken; the result is their share of all attention, mean over the sequences.
    It says something only with fewer stripes than steps: ten steps that look at one state each
    never need more than ten stripes.

    Args:
        trace: of any model with attention.
        steps: which rows count, e.g. `batch.mask`, the answer steps.
        stripes: how many states, at least 1.

    Raises:
        ValueError: no attention, `stripes` below 1, or a sequence of which no step counts.
    """
    if stripes < 1:
        raise ValueError(f"stripes must be a whole number of at least 1, but is {stripes!r}.")
    weights = _weights(trace) * steps.unsqueeze(2)
    if not bool((weights > 0).any(2).any(0).all()):
        raise ValueError("steps must choose, in each sequence, a step that attends to a state.")
    states = int(trace.positions.max()) + 1
    received = weights.new_zeros(states, weights.shape[1])
    for positions, row in zip(trace.positions.clamp(min=0), weights, strict=True):
        received.scatter_add_(0, positions.mT, row.mT)
    most = received.topk(min(stripes, states), 0).values
    return (most.sum(0) / received.sum(0)).mean().item()


def recall(trace: Trace, task, batch: Batch) -> float:
    """Of the data symbols' states that have left the buffer, the share in the relevant set.

    It is taken at the first answer step, when the states begin to be needed: of all positions of
    data symbols, in all sequences, that are more than nu steps old, how many are in the relevant
    set that this step reads. NaN where none is so old.

    Args:
        trace: of a model with a relevant set, on `batch`.
        task: a task with data positions, Copy or Denoise, of the delay of `batch`.

    Raises:
        ValueError: the trace has no relevant set, or the task another length than the batch.
    """
    rho, data = _relevant_size(trace), _data_positions(task, batch)
    nu = trace.positions.shape[2] - rho
    start = task.marker_step + 1
    kept = (data.unsqueeze(2) == trace.relevant[start]).any(2)
    return kept[data < start - nu].double().mean().item()


def primacy_share(trace: Trace) -> Float[Tensor, "time batch"]:
    """The share of the relevant set's members that are among the first rho states of the sequence.

    rho divided by the number of states that have left the buffer is what chance would give. NaN
    while the set is empty; 1 until it is full.

    Raises:
        ValueError: the trace has no relevant set.
    """
    rho = _relevant_size(trace)
    members = trace.relevant >= 0
    first = members & (trace.relevant < rho)
    return first.sum(2).double() / members.sum(2)  # 0 / 0 is NaN


def symbol_depths(
    trace: Trace, task, batch: Batch, threshold: float | None = None
) -> Int[Tensor, "symbols batch"]:
    """How many links lie between each data symbol and the answer step that names it.

    Row k: dependency depth of the state of symbol k to the k-th answer step, on the graph of what
    the model attended to. 1 is a direct look back; without attention it is the distance in time.

    Args:
        trace: of any model on `batch` whose steps read earlier states only.
        task: a task with data positions, Copy or Denoise, of the delay of `batch`.
        threshold: of an attention edge, as `theory.dependency_depth` takes it.

    Raises:
        ValueError: the task has another length than the batch; a bad threshold.
    """
    data = _data_positions(task, batch)
    depths = torch.empty_like(data)
    for b in range(data.shape[1]):
        read = trace.attention[:, b].double().numpy(), trace.positions[:, b].numpy()
        for k, position in enumerate(data[:, b].tolist()):
            target = task.marker_step + 1 + k
            found = dependency_depth(read[0], target, positions=read[1], threshold=threshold)
            depths[k, b] = int(found.depths[position])
    return depths


def gradient_reach(flow: GradientFlow, task, batch: Batch) -> float:
    """How much of the gradient reaches the data symbols.

    The norm of dL/dh_t at each data symbol, divided by that at the first answer step of the same
    sequence; geometric mean over all data symbols of all sequences. 0 where one gets none at all.

    Args:
        flow: `gradient_flow(net, batch)`.
        task: a task with data positions, Copy or Denoise, of the delay of `batch`.

    Raises:
        ValueError: the task has another length than the batch.
    """
    norms = flow.total_vectors.double().norm(dim=2)
    shares = norms.gather(0, _data_positions(task, batch)) / norms[task.marker_step + 1]
    return shares.log().mean().exp().item()


def _weights(trace: Trace) -> Float[Tensor, "time batch slots"]:
    """alpha in float64; each row that is not empty adds up to 1 as exactly as that can be."""
    if not trace.attention.shape[2]:
        raise ValueError("this trace is of a model without attention.")
    alpha = trace.attention.double()
    total = alpha.sum(2, keepdim=True)
    return alpha / torch.where(total > 0, total, 1.0)


def _data_positions(task, batch: Batch) -> Int[Tensor, "symbols batch"]:
    if task.length != len(batch.inputs):
        raise ValueError(
            f"{task} has sequences of {task.length} steps, but the batch has {len(batch.inputs)}."
        )
    return task.data_positions(batch)


def _relevant_size(trace: Trace) -> int:
    if not trace.relevant.shape[2]:
        raise ValueError("this trace is of a model without a relevant set (ρ = 0).")
    return trace.relevant.shape[2]
