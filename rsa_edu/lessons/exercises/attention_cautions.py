"""Two cautions of 02_attention_opens_shortcuts: which law a curve follows, and who is read most."""

from collections.abc import Iterator

import numpy as np
import torch

from rsa_edu.gradients import jacobian_norms
from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.values import array_fault, one_of_fault, same_array, same_text
from rsa_edu.models import RNN, MemRNN

POWER, EXPONENTIAL = "power law", "exponential"

# --- Exponential or power law? --------------------------------------------------------------------


def _bend(x, y):
    """How far the points lie from a straight line."""
    return np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).max()


def which_law(lengths, norms):
    """The law on whose axes the curve is straighter."""
    power = _bend(np.log(lengths), np.log(norms))
    exponential = _bend(lengths, np.log(norms))
    return POWER if power < exponential else EXPONENTIAL


def _swaps_the_axes(lengths, norms):
    return EXPONENTIAL if which_law(lengths, norms) == POWER else POWER


def _judges_by_size(lengths, norms):
    return EXPONENTIAL if norms[-1] < 1e-3 else POWER


def _without_logarithm(lengths, norms):
    return POWER if _bend(np.log(lengths), norms) < _bend(lengths, norms) else EXPONENTIAL


def _equal_ratios(lengths, norms):
    falls = np.diff(np.log(norms))
    return EXPONENTIAL if falls.std() < 0.1 * abs(falls.mean()) else POWER


def _law_cases() -> Iterator[Case]:
    doubling = np.array([100.0, 200, 400, 800, 1600])
    even = np.arange(100.0, 1700, 300)
    power = "with both axes logarithmic it is straight, with only the vertical one it is bent"
    exponential = "with only the vertical axis logarithmic it is straight, with both it is bent"
    for lengths, norms, law in (
        (doubling, 0.99**doubling, EXPONENTIAL),
        (doubling, doubling**-1.3, POWER),
        (doubling, 0.9995**doubling, EXPONENTIAL),
        (doubling, doubling**-6, POWER),
        (even, even**-0.5, POWER),
        (even, 0.999**even, EXPONENTIAL),
        (doubling, doubling**1.3 / 1000, POWER),
    ):
        arguments = {"lengths": lengths, "norms": norms}
        yield Case(arguments, law, power if law == POWER else exponential)
    yield from _curves_of_the_package()


def _curves_of_the_package() -> Iterator[Case]:
    """One tanh RNN that starts from a random rotation: in silence, and under noise."""
    dice = torch.Generator().manual_seed(0)
    model = RNN(4, 16, init="random", generator=dice).double()
    with torch.no_grad():
        model.bias.zero_()
    noise = torch.randn(1600, 1, 4, generator=dice, dtype=torch.float64)
    silence = torch.zeros_like(noise)
    silence[0] = noise[0]
    for inputs, lengths, law, why in (
        (silence, (100, 200, 400, 800, 1600), POWER, "silence: its units fade, and φ′ goes to 1"),
        (noise, (50, 100, 200, 400), EXPONENTIAL, "noise: its units stay large, and φ′ below 1"),
    ):
        norms = [jacobian_norms(model, inputs[: T + 1])[0].item() for T in lengths]
        arguments = {"lengths": np.array(lengths), "norms": np.array(norms)}
        yield Case(arguments, law, f"this is rsa.models.RNN with tanh in {why}")


WHICH_LAW = Exercise(
    name="which_law",
    title="Exponential or power law?",
    difficulty=2,
    minutes=8,
    reference=which_law,
    make_cases=_law_cases,
    same=same_text,
    well_formed=one_of_fault(POWER, EXPONENTIAL),
    mistakes=(
        Mistake(
            "swaps the axes",
            _swaps_the_axes,
            "log g^T = T log g is straight against T: that is the exponential; log T^p = p log T "
            "is straight against log T: that is the power law",
        ),
        Mistake(
            "judges by the size",
            _judges_by_size,
            "how much is left does not tell the law: a slow exponential leaves much for a while, "
            "and a steep power leaves little",
        ),
        Mistake(
            "takes no logarithm of the norms",
            _without_logarithm,
            "on a linear vertical axis both laws are bent: compare the logarithms of the norms",
        ),
        Mistake(
            "looks for equal ratios",
            _equal_ratios,
            "equal ratios tell an exponential only where the lengths grow by equal steps; where "
            "they double, equal ratios tell a power law",
        ),
    ),
    praise="One tanh RNN was among the inputs twice: in silence a power law, under noise not.",
)

# --- Who is read most? ----------------------------------------------------------------------------


def attention_received(T):
    """What each state gets in all under uniform attention: the sum of 1/m over the later steps."""
    return np.array([sum(1 / m for m in range(i + 1, T)) for i in range(T)])


def _one_step_too_many(T):
    return np.array([sum(1 / m for m in range(i + 1, T + 1)) for i in range(T)])


def _counts_the_reads(T):
    return np.arange(T - 1, -1, -1)


def _last_weight_for_all(T):
    return np.arange(T - 1, -1, -1) / T


def _all_alike(T):
    return np.full(T, (T - 1) / T)


def _the_wrong_way_round(T):
    return attention_received(T)[::-1]


def _averages(T):
    return attention_received(T) / np.maximum(np.arange(T - 1, -1, -1), 1)


def _received_cases() -> Iterator[Case]:
    why = "the steps i + 1 to T - 1 read state i, and step m gives 1/m to each of its m states"
    for T in (2, 3, 5, 10):
        yield Case({"T": T}, attention_received(T), why)
    yield Case({"T": 1}, np.zeros(1), "there is no later step that could read it")
    yield _case_of_the_package(30)


def _case_of_the_package(T: int) -> Case:
    """The columns of the attention that a MemRNN without preferences pays."""
    model = MemRNN(2, 3, generator=torch.Generator()).double()
    with torch.no_grad():
        model.energy.zero_()
        trace = model(torch.zeros(T, 1, 2, dtype=torch.float64), return_trace=True)[2]
    why = "this is what the states of rsa.models.MemRNN with v_a = 0 get"
    return Case({"T": T}, trace.attention[:, 0, :T].sum(0).numpy(), why)


ATTENTION_RECEIVED = Exercise(
    name="attention_received",
    title="Who is read most?",
    difficulty=1,
    minutes=5,
    reference=attention_received,
    make_cases=_received_cases,
    same=same_array,
    well_formed=array_fault(1, "(T,)"),
    mistakes=(
        Mistake(
            "counts one step too many",
            _one_step_too_many,
            "the last step is T - 1 and shares its attention among T - 1 states: the sum ends "
            "with 1/(T - 1), not with 1/T",
        ),
        Mistake(
            "counts the reads",
            _counts_the_reads,
            "every read has a weight: step m gives 1/m to each state, not 1",
        ),
        Mistake(
            "gives 1/T at every step",
            _last_weight_for_all,
            "step m shares its attention among the m states there are, not among T",
        ),
        Mistake(
            "treats all states alike",
            _all_alike,
            "each step treats its states alike, but an early state is read more often, and by "
            "steps that have few states to read",
        ),
        Mistake(
            "goes the wrong way round",
            _the_wrong_way_round,
            "a state is read by the steps after it: entry 0 is that of h_0, which all steps read",
        ),
        Mistake(
            "takes the average",
            _averages,
            "asked for is what a state gets in all, not what it gets in an average read",
        ),
    ),
    praise="It is what the states of rsa.models.MemRNN get, if it treats them all alike.",
)
