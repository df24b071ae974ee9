"""Exercises of 03_sparse_attention_and_depth: how many states are read, and how far they are."""

from collections.abc import Iterator

import numpy as np
import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.jumps_and_floor import LEAST_DEPTH, SILENT_EIGENVALUE
from rsa_edu.lessons.exercises.values import (
    array_fault,
    number_fault,
    same_array,
    same_complex,
)
from rsa_edu.models import MemRNN
from rsa_edu.statistics import attention_statistics
from rsa_edu.theory import dependency_depth, sparse_attention, tree

# --- Effective kappa ----------------------------------------------------------------------------


def effective_kappa(weights):
    """exp(entropy): to how many states a row of attention really attends."""
    positive = weights[weights > 0]
    return np.exp(-(positive * np.log(positive)).sum())


def _counts(weights):
    return np.count_nonzero(weights)


def _entropy(weights):
    return np.log(effective_kappa(weights))


def _base_two(weights):
    return np.exp(_entropy(weights) / np.log(2))


def _wrong_sign(weights):
    return 1 / effective_kappa(weights)


def _largest_only(weights):
    return 1 / weights.max()


def _squares(weights):
    return 1 / (weights**2).sum()


def _weight_cases() -> Iterator[Case]:
    for weights, why in (
        ([0.7, 0.1, 0.1, 0.1], "exp(-Σ α log α) weighs each state by what it gets"),
        ([0.25, 0.25, 0.25, 0.25], "four states that are read alike count as four"),
        ([0.98, 0.01, 0.01], "one state gets nearly all, so it is little more than one"),
        ([0.5, 0.0, 0.5, 0.0], "a weight of 0 adds nothing: 0 · log 0 counts as 0"),
        ([1.0], "all on one state is one"),
    ):
        yield Case({"weights": np.array(weights)}, float(effective_kappa(np.array(weights))), why)
    generator = torch.Generator().manual_seed(4)
    model = MemRNN(3, 16, generator=generator).double()
    x = torch.randn(12, 1, 3, generator=generator, dtype=torch.float64)
    with torch.no_grad():
        model.energy *= 8
        trace = model(x, return_trace=True)[2]
    kappa = attention_statistics(trace).effective_kappa[:, 0]
    why = "this is what rsa.attention_statistics finds in a row of rsa.models.MemRNN"
    for t in (5, 11):
        yield Case({"weights": trace.attention[t, 0, :t].numpy()}, kappa[t].item(), why)


EFFECTIVE_KAPPA = Exercise(
    name="effective_kappa",
    title="How many is a few?",
    difficulty=1,
    minutes=5,
    reference=effective_kappa,
    make_cases=_weight_cases,
    same=same_complex,
    well_formed=number_fault,
    mistakes=(
        Mistake(
            "counts what is not zero",
            _counts,
            "a softmax is never exactly 0: a state with a weight of 0.01 would count as much as "
            "one with 0.98",
        ),
        Mistake(
            "stops at the entropy",
            _entropy,
            "this is the entropy, in nats; exp makes a number of states of it",
        ),
        Mistake(
            "mixes two bases",
            _base_two,
            "exp undoes the natural logarithm: with log2 you must take 2 ** entropy",
        ),
        Mistake(
            "forgets the minus",
            _wrong_sign,
            "the logarithm of a share is negative, so the entropy is minus the sum",
        ),
        Mistake(
            "looks at the largest weight only",
            _largest_only,
            "1/max(α) does not see how the rest is shared out",
        ),
        Mistake(
            "takes the sum of squares",
            _squares,
            "1/Σα² is another count of states (the participation ratio): for uneven weights it is "
            "smaller than exp(entropy)",
        ),
    ),
    praise="It is the effective κ that rsa.attention_statistics measures.",
)

# --- Shortest chains ----------------------------------------------------------------------------


def depths(attention, threshold):
    """The fewest links from every state to the last one."""
    T = len(attention)
    fewest = np.zeros(T, int)
    for t in range(T - 2, -1, -1):
        later = [m for m in range(t + 1, T) if m == t + 1 or attention[m, t] >= threshold]
        fewest[t] = 1 + min(fewest[m] for m in later)
    return fewest


def _without_recurrence(attention, threshold):
    T = len(attention)
    fewest = np.zeros(T, int)
    for t in range(T - 2, -1, -1):
        readers = [fewest[m] for m in range(t + 1, T) if attention[m, t] >= threshold]
        fewest[t] = 1 + min(readers, default=T)
    return fewest


def _recurrence_is_free(attention, threshold):
    T = len(attention)
    fewest = np.zeros(T, int)
    for t in range(T - 2, -1, -1):
        readers = [1 + fewest[m] for m in range(t + 1, T) if attention[m, t] >= threshold]
        fewest[t] = min([fewest[t + 1], *readers])
    return fewest


def _as_far_as_it_goes(attention, threshold):
    T = len(attention)
    fewest = np.zeros(T, int)
    for t in range(T - 2, -1, -1):
        readers = [m for m in range(t + 1, T) if attention[m, t] >= threshold]
        fewest[t] = 1 + fewest[max([t + 1, *readers])]
    return fewest


def _more_than_the_threshold(attention, threshold):
    return depths(attention, np.nextafter(threshold, 2))


def _transposed(attention, threshold):
    return depths(attention.T, threshold)


def _counts_states(attention, threshold):
    return depths(attention, threshold) + 1


def _from_the_first(attention, threshold):
    return depths(attention[::-1, ::-1].T, threshold)[::-1]


def _rows(jumps, T: int) -> np.ndarray:
    """Uniform attention to the states that each step jumps to."""
    attention = np.zeros((T, T))
    for i, m in jumps:
        attention[m, i] = 1
    return attention / np.maximum(attention.sum(1, keepdims=True), 1)


def _depth_cases() -> Iterator[Case]:
    link = "h_t is linked to h_{t+1}, and to each h_m whose row has at least the threshold at t"
    for jumps, threshold, why in (
        ([(0, 3)], 0.5, link),
        ([(0, 1), (0, 4), (1, 4), (2, 4)], 0.5, "a third is below the threshold of a half"),
        ([(0, 2), (0, 3), (2, 5)], 0.5, "the longest jump need not lie on the shortest chain"),
        ([(1, 4), (3, 4)], 0.5, "a weight equal to the threshold is a link"),
        ([], 0.5, "without attention only the recurrence is left"),
    ):
        attention = _rows(jumps, 5 if not jumps or max(m for _, m in jumps) < 5 else 6)
        yield Case(
            {"attention": attention, "threshold": threshold}, depths(attention, threshold), why
        )
    for kappa, T in ((2, 12), (3, 20)):
        weights, positions = sparse_attention(kappa, T, tree(kappa, T))
        attention = np.zeros((T, T))
        m, k = np.nonzero(positions >= 0)
        attention[m, positions[m, k]] = weights[m, k]
        expected = dependency_depth(attention, threshold=0.5 / kappa).depths
        why = f"this is what rsa.theory.dependency_depth finds in a tree of κ = {kappa}"
        yield Case({"attention": attention, "threshold": 0.5 / kappa}, expected, why)


DEPTHS = Exercise(
    name="depths",
    title="The shortest chain",
    difficulty=2,
    minutes=10,
    reference=depths,
    make_cases=_depth_cases,
    same=same_array,
    well_formed=array_fault(1, "(T,)"),
    mistakes=(
        Mistake(
            "forgets the recurrence",
            _without_recurrence,
            "h_t always has a link to h_{t+1}, the recurrence, whatever attention does",
        ),
        Mistake(
            "lets the recurrence go for free",
            _recurrence_is_free,
            "every link costs one, a step of the recurrence too: its Jacobian is paid as well",
        ),
        Mistake(
            "jumps as far as it can",
            _as_far_as_it_goes,
            "the farthest jump may end where no other jump begins: compare all links",
        ),
        Mistake(
            "asks for more than the threshold",
            _more_than_the_threshold,
            "a weight equal to the threshold counts: >= and not >",
        ),
        Mistake(
            "reads columns for rows",
            _transposed,
            "row m holds what step m reads: the weight of h_t in the read for h_m is "
            "attention[m, t]",
        ),
        Mistake(
            "counts states",
            _counts_states,
            "links are counted, not states: the last state is 0 links from itself",
        ),
        Mistake(
            "counts from the first state",
            _from_the_first,
            "depth is the way to the last state, where the loss is, not the way from the first",
        ),
    ),
    praise="These are the depths that rsa.theory.dependency_depth finds.",
)

EXERCISES = (EFFECTIVE_KAPPA, DEPTHS, LEAST_DEPTH, SILENT_EIGENVALUE)
