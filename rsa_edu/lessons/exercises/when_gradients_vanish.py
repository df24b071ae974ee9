"""Exercises of 01_when_gradients_vanish: the product of Jacobians."""

from collections.abc import Iterator

import numpy as np
import torch

from rsa_edu.lessons.checks import Case, Exercise, Mistake
from rsa_edu.lessons.exercises.values import array_fault, same_array
from rsa_edu.models import RNN


def jacobian_product(V, slopes):
    """dh_{t+k}/dh_t = J_k ... J_1 with J_m = diag(phi'(z_m)) V."""
    product = np.eye(len(V))
    for slope in slopes:
        product = np.diag(slope) @ V @ product
    return product


def _wrong_order(V, slopes):
    product = np.eye(len(V))
    for slope in slopes:
        product = product @ np.diag(slope) @ V
    return product


def _slope_first(V, slopes):
    product = np.eye(len(V))
    for slope in slopes:
        product = V @ np.diag(slope) @ product
    return product


def _entry_by_entry(V, slopes):
    product = np.ones_like(V)
    for slope in slopes:
        product = (np.diag(slope) @ V) * product
    return product


def _no_slopes(V, slopes):
    return np.linalg.matrix_power(V, len(slopes))


def _transposed(V, slopes):
    return jacobian_product(V, slopes).T


def _cases() -> Iterator[Case]:
    V = np.array([[0.0, 1.0], [-0.5, 0.8]])
    slopes = np.array([[1.0, 0.5], [0.2, 0.9], [0.6, 0.3]])
    why = "each step multiplies from the left by diag(φ'(z)) V: first V acts on h, then φ'"
    for k in (1, 2, 3):
        yield Case({"V": V, "slopes": slopes[:k]}, jacobian_product(V, slopes[:k]), why)
    yield Case(
        {"V": V, "slopes": slopes[:0]}, np.eye(2), "over no step h does not change (identity)"
    )
    yield _case_of_the_package()


def _case_of_the_package() -> Case:
    """What autograd says dh_{t+k}/dh_t is in an RNN of the package, k = 4 steps."""
    generator = torch.Generator().manual_seed(1)
    model = RNN(2, 5, generator=generator).double()
    x = torch.randn(7, 1, 2, generator=generator, dtype=torch.float64)
    out, _ = model(x)
    nudge = torch.zeros(7, 1, 5, dtype=torch.float64)

    def last(eps):
        return model(x, nudge=torch.cat([nudge[:2], eps.view(1, 1, 5), nudge[3:]]))[0][-1, 0]

    expected = torch.autograd.functional.jacobian(last, torch.zeros(5, dtype=torch.float64))
    slopes = 1 - out[3:, 0].detach().numpy() ** 2  # tanh' = 1 - tanh^2
    arguments = {"V": model.weight_hh.detach().numpy(), "slopes": slopes}
    return Case(arguments, expected.numpy(), "this is what autograd finds for rsa.models.RNN")


EXERCISES = (
    Exercise(
        name="jacobian_product",
        title="The product of Jacobians",
        difficulty=2,
        minutes=10,
        reference=jacobian_product,
        make_cases=_cases,
        same=same_array,
        well_formed=array_fault(2, "(H, H)"),
        mistakes=(
            Mistake(
                "multiplies in the wrong order",
                _wrong_order,
                "the latest step stands on the left: J_k ... J_1, not J_1 ... J_k",
            ),
            Mistake(
                "puts the slopes on the wrong side of V",
                _slope_first,
                "J = diag(φ') V: the slope belongs to the unit that V writes to, so it scales "
                "the rows of V, not its columns",
            ),
            Mistake(
                "multiplies entry by entry",
                _entry_by_entry,
                "the chain rule multiplies matrices: use @ and not *",
            ),
            Mistake(
                "forgets the slopes",
                _no_slopes,
                "V to the power k is right for a linear network only: every step also has its φ'",
            ),
            Mistake(
                "returns the transpose",
                _transposed,
                "row i, column j is the derivative of unit i at the end with respect to unit j at "
                "the start, not the other way round",
            ),
        ),
        praise="One of them is the derivative autograd finds for rsa.models.RNN.",
    ),
)
