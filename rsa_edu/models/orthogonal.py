"""Orthogonal recurrences: V turns the hidden state and makes it neither longer nor shorter."""

from contextvars import ContextVar

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn
from torch.nn.utils import parametrize

from rsa_edu.models.recurrent import RNN

# The ExpRNN that this thread is running, and its V. parametrize.cached() is not used: its cache is
# one for all threads, and while another training holds it open, an update would see an old V.
_running: ContextVar[tuple] = ContextVar("running", default=(None, None))


class OrthogonalRNN(RNN):
    """The paper's orth-RNN: V starts orthogonal and is then trained freely.

    It is RNN, all of whose starts are orthogonal, with modReLU in the place of tanh.

    Args and weights as for RNN.

    Source: the paper's published code, RNN.py:14-87 ("orth-RNN" in its figures).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        nonlinearity: str = "modrelu",
        init: str = "henaff",
        generator: Generator | None = None,
    ):
        super().__init__(
            input_size, hidden_size, nonlinearity=nonlinearity, init=init, generator=generator
        )


class ExpRNN(OrthogonalRNN):
    """RNN whose V stays orthogonal while it is trained: V = V_0 exp(A - A^T).

    V_0 is the start that `init` names. A, strictly lower triangular and zero at the start, is
    trained in the place of V: H (H - 1) / 2 free numbers. The determinant stays that of V_0, so
    rotations are reached and reflections are not. The exponential is taken once a call.

    Args as for OrthogonalRNN.

    Weights: weight_ih and bias as for RNN; weight_hh = V (H, H) is computed and cannot be set.

    Source: Lezcano-Casado and Martinez-Rubio, "Cheap orthogonal constraints", 2019.
    """

    def __init__(self, input_size: int, hidden_size: int, **settings):
        super().__init__(input_size, hidden_size, **settings)
        # A module of its own: torch gives the module that it parametrizes another class, and
        # checkpoints go by the name of the class.
        recurrent = nn.utils.skip_init(nn.Linear, hidden_size, hidden_size, bias=False)
        recurrent.weight = self._parameters.pop("weight_hh")
        parametrize.register_parametrization(recurrent, "weight", _Rotation())
        self.recurrent = recurrent

    @property
    def weight_hh(self) -> Float[Tensor, "hidden hidden"]:
        """V, orthogonal."""
        model, V = _running.get()
        return V if model is self else self.recurrent.weight

    def forward(self, x, state=None, **options):
        """As for every recurrence."""
        before = _running.set((self, self.weight_hh))
        try:
            return super().forward(x, state, **options)
        finally:
            _running.reset(before)


class _Rotation(nn.Module):
    """A -> V_0 exp(A - A^T).

    As torch.nn.utils.parametrizations.orthogonal with orthogonal_map="matrix_exp", but in double
    precision: in single, V at H = 128 was orthogonal to 3e-5 only after 20 updates.
    """

    def __init__(self):
        super().__init__()
        self.register_buffer("base", None)

    def forward(self, A: Tensor) -> Tensor:
        lower = A.double().tril(-1)
        return (self.base.double() @ torch.linalg.matrix_exp(lower - lower.mT)).to(A.dtype)

    def right_inverse(self, V: Tensor) -> Tensor:
        """The A of the orthogonal matrix `V`: zero, with V as the new V_0."""
        self.base = V.detach().clone()
        return torch.zeros_like(V)
