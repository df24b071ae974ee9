"""The links that a gradient goes back along, named so that a measurement can take hold of them."""

from torch import Tensor


class Links:
    """What enters the next step passes through here unchanged.

    A measurement overrides a method to change how the gradient goes back (to cut it, to count it);
    what the network computes must stay as it is.
    """

    def recurrent(self, h: Tensor, cell: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """h_{t-1} and the cell, on their way to s and to the next cell."""
        return h, cell

    def attention(self, alpha: Tensor) -> Tensor:
        """The weights of a read."""
        return alpha

    def read(self, c: Tensor) -> Tensor:
        """What was read, on its way to s."""
        return c


ALL = Links()
