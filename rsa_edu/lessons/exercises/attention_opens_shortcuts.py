"""Exercises of 02_attention_opens_shortcuts: one skip link, and the exponent."""

from collections.abc import Iterator

import numpy as np
import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.attention_cautions import ATTENTION_RECEIVED, WHICH_LAW
from rsa_edu.lessons.exercises.values import array_fault, number_fault, same_array, same_complex
from rsa_edu.models import RNN
from rsa_edu.theory import uniform_attention_exponent

# --- One skip link --------------------------------------------------------------------------------


def _along(J, first, last):
    """dh_last/dh_first, step by step."""
    product = np.eye(len(J[0]))
    for k in range(first + 1, last + 1):
        product = J[k] @ product
    return product


def one_skip_link(J, i, m, alpha):
    """dh_{T-1}/dh_0: the long way, and the way over the link from h_i into step m."""
    end = len(J) - 1
    shortcut = _along(J, m, end) @ (alpha * J[m]) @ _along(J, 0, i)
    return _along(J, 0, end) + shortcut


def _only_the_shortcut(J, i, m, alpha):
    return one_skip_link(J, i, m, alpha) - _along(J, 0, len(J) - 1)


def _without_weight(J, i, m, alpha):
    return one_skip_link(J, i, m, 1.0)


def _jumps_for_free(J, i, m, alpha):
    end = len(J) - 1
    return _along(J, 0, end) + alpha * _along(J, m, end) @ _along(J, 0, i)


def _starts_at_zero(J, i, m, alpha):
    end = len(J) - 1
    return _along(J, 0, end) + _along(J, m, end) @ (alpha * J[m])


def _first_part_on_the_left(J, i, m, alpha):
    end = len(J) - 1
    return _along(J, 0, end) + _along(J, 0, i) @ (alpha * J[m]) @ _along(J, m, end)


def _shares_the_way(J, i, m, alpha):
    return one_skip_link(J, i, m, alpha) - alpha * _along(J, 0, len(J) - 1)


def _link_cases() -> Iterator[Case]:
    dice = np.random.default_rng(0)
    J = dice.uniform(-1, 1, (6, 2, 2)).round(1)
    why = (
        "there are two ways: step by step, and over the link; each is a product of Jacobians, and "
        "the two add up"
    )
    for T, i, m in ((4, 1, 3), (6, 1, 4), (6, 0, 5), (5, 2, 4), (4, 0, 2), (3, 1, 2)):
        arguments = {"J": J[:T], "i": i, "m": m, "alpha": 0.5}
        yield Case(arguments, one_skip_link(*arguments.values()), why)
    arguments = {"J": J, "i": 1, "m": 4, "alpha": 0.0}
    yield Case(arguments, one_skip_link(*arguments.values()), "a link of weight 0 is no link")
    yield _case_of_autograd()


def _case_of_autograd(T=8, i=2, m=6, alpha=0.3) -> Case:
    """A tanh recurrence with one skip link, as autograd sees it."""
    model = RNN(2, 4, generator=torch.Generator().manual_seed(1)).double()
    V = model.weight_hh.detach()
    states = []

    def last(first):
        h = first
        states[:] = [h]
        for step in range(1, T):
            s = h + alpha * states[i] if step == m else h
            h = torch.tanh(V @ s)
            states.append(h)
        return h

    start = torch.linspace(-1, 1, 4, dtype=torch.float64)
    expected = torch.autograd.functional.jacobian(last, start).numpy()
    slopes = 1 - torch.stack(states).detach().numpy() ** 2  # tanh' = 1 - tanh^2
    arguments = {"J": slopes[:, :, None] * V.numpy(), "i": i, "m": m, "alpha": alpha}
    return Case(arguments, expected, "this is what autograd finds for a tanh recurrence")


ONE_SKIP_LINK = Exercise(
    name="one_skip_link",
    title="One skip link",
    difficulty=2,
    minutes=10,
    reference=one_skip_link,
    make_cases=_link_cases,
    same=same_array,
    well_formed=array_fault(2, "(n, n)"),
    mistakes=(
        Mistake(
            "counts the shortcut only",
            _only_the_shortcut,
            "the long way is still open: the recurrence carries h on beside the link, so its "
            "product is added",
        ),
        Mistake(
            "forgets the weight",
            _without_weight,
            "the link carries α h_i and not h_i: it costs the factor α",
        ),
        Mistake(
            "jumps for free",
            _jumps_for_free,
            "what the link brings enters s_{m-1} and goes through V and φ like everything else: "
            "the link costs α J_m, not α alone",
        ),
        Mistake(
            "lets the link begin at h_0",
            _starts_at_zero,
            "the link begins at h_i: before it a change of h_0 must first come to h_i, "
            "step by step",
        ),
        Mistake(
            "puts the first part on the left",
            _first_part_on_the_left,
            "what happens first stands on the right: J of the steps after m, then α J_m, then J of "
            "the steps up to i",
        ),
        Mistake(
            "shares the gradient between the ways",
            _shares_the_way,
            "nothing is taken from the long way: s is h + α h_i, not (1 - α) h + α h_i",
        ),
    ),
    praise="One of them is what autograd finds for a tanh recurrence.",
)

# --- The exponent ---------------------------------------------------------------------------------

GAMMAS = {"mean": (0.5, 0.5), "sum": (1.0, 1.0), "attention": (0.0, 1.0)}


def uniform_exponent(v, gamma_h, gamma_c):
    """The exponent of T under uniform attention: Re a - 1 with a = gamma_c v / (1 - gamma_h v)."""
    a = gamma_c * v / (1 - gamma_h * v)
    return a.real - 1


def _exponent_of_the_sum(v, gamma_h, gamma_c):
    return uniform_exponent(v, gamma_h, gamma_c) + 1


def _stays_complex(v, gamma_h, gamma_c):
    return gamma_c * v / (1 - gamma_h * v) - 1


def _takes_the_size(v, gamma_h, gamma_c):
    return abs(gamma_c * v / (1 - gamma_h * v)) - 1


def _forgets_the_factors(v, gamma_h, gamma_c):
    return (v / (1 - v)).real - 1


def _only_one_factor(v, gamma_h, gamma_c):
    return (gamma_h * v / (1 - gamma_h * v)).real - 1


def _fast_part_dropped(v, gamma_h, gamma_c):
    return (gamma_c * v + 0j).real - 1


def _exponent_cases() -> Iterator[Case]:
    why = {
        "mean": "with s = (h + c)/2 the two sides agree for a = (v/2) / (1 - v/2), and D, the "
        "difference of S, has one power less",
        "sum": "with s = h + c the two sides agree for a = v / (1 - v), and D has one power less",
        "attention": "with s = c alone w is 0 and a is v itself, and D has one power less",
    }
    values = (0.5, -0.9, 0.6 + 0.3j, -0.2 - 0.7j)
    for combine, (gamma_h, gamma_c) in GAMMAS.items():
        for v in values:
            arguments = {"v": v, "gamma_h": gamma_h, "gamma_c": gamma_c}
            yield Case(arguments, uniform_attention_exponent(v, combine), why[combine])
    arguments = {"v": 0.8, "gamma_h": 0.7, "gamma_c": 0.2}
    why = "a stands on both sides, a = γ_h v a + γ_c v: solve it for a, and take one power off"
    yield Case(arguments, uniform_exponent(*arguments.values()), why)


UNIFORM_EXPONENT = Exercise(
    name="uniform_exponent",
    title="The exponent",
    difficulty=2,
    minutes=8,
    reference=uniform_exponent,
    make_cases=_exponent_cases,
    same=same_complex,
    well_formed=number_fault,
    mistakes=(
        Mistake(
            "takes the exponent of the sum",
            _exponent_of_the_sum,
            "S grows as n^a, but D is the difference of neighbouring S: one power less, a - 1",
        ),
        Mistake(
            "returns a complex number",
            _stays_complex,
            "the size of n^a is n to the real part of a: an imaginary exponent only turns it",
        ),
        Mistake(
            "takes the absolute value",
            _takes_the_size,
            "the size of n^a is n to the real part of a, not to its absolute value",
        ),
        Mistake(
            "forgets the two factors",
            _forgets_the_factors,
            "v is right for s = h + c only: the recurrent link costs γ_h v, the read γ_c v",
        ),
        Mistake(
            "has one factor for both links",
            _only_one_factor,
            "what is read is weighted with γ_c, and what is carried on with γ_h",
        ),
        Mistake(
            "drops the difference",
            _fast_part_dropped,
            "w (S_n - S_{n-1}) does not vanish beside the other terms: it is w a n^(a-1), so "
            "a (1 - w) = γ_c v",
        ),
    ),
    praise="It is what rsa.theory.uniform_attention_exponent says, complex eigenvalues included.",
)

EXERCISES = (ONE_SKIP_LINK, UNIFORM_EXPONENT, WHICH_LAW, ATTENTION_RECEIVED)
