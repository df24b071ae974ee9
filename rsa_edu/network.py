"""A recurrence with a linear read-out at every step."""

import torch
from jaxtyping import Float
from torch import Generator, Tensor, nn

from rsa_edu.models.checks import whole_number
from rsa_edu.models.initial import uniform_, xavier_normal_
from rsa_edu.models.recurrent import Recurrence, State


class Network(nn.Module):
    """net(x (T, B, D), state=None) -> (logits (T, B, C), state).

    Args:
        recurrence: any model of rsa_edu.models.
        n_classes: C, at least 1.
        generator: random numbers for the start of the read-out.
    """

    def __init__(
        self, recurrence: Recurrence, n_classes: int, *, generator: Generator | None = None
    ):
        super().__init__()
        whole_number("n_classes", n_classes, least=1)
        self.recurrence = recurrence
        # skip_init: nn.Linear's own start would draw from the global random numbers.
        self.readout = nn.utils.skip_init(nn.Linear, recurrence.hidden_size, n_classes)
        with torch.no_grad():
            xavier_normal_(self.readout.weight, generator)
            uniform_(self.readout.bias, recurrence.hidden_size**-0.5, generator)

    def forward(
        self, x: Float[Tensor, "time batch input"], state: State | None = None
    ) -> tuple[Float[Tensor, "time batch classes"], State]:
        """Scores of the classes at every step, and the state to go on from."""
        out, state = self.recurrence(x, state)
        return self.readout(out), state


def saved_bytes(net: Network, inputs: Float[Tensor, "time batch input"]) -> int:
    """Bytes that a forward pass keeps for its backward pass, the weights aside.

    Each piece of memory counts once. It depends on the network, the shape of the inputs and the
    path (`rsa.backend`), and not on the machine, unlike the peak memory of a process.
    """
    weights = {weight.untyped_storage().data_ptr() for weight in net.parameters()}
    saved = {}

    def note(tensor: Tensor) -> Tensor:
        memory = tensor.untyped_storage()
        if memory.data_ptr() not in weights:
            saved[memory.data_ptr()] = memory.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        graph = net(inputs)  # it holds what is noted, so no address is given out twice
    del graph
    return sum(saved.values())
