"""A setting that is a set of jumps (i, m), h_i is read for h_m, and the row that edits it."""

import operator
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets
import traitlets

from rsa_edu.explorers.controls import STYLE
from rsa_edu.explorers.page import button

SHOWN = 4
"""So many jumps are named in the row."""


@dataclass(frozen=True)
class Jumps:
    """Pairs (i, m) of whole numbers, 0 <= i < m, in the order of m.

    last: the last step that can be chosen, a function of the settings declared before. Jumps to
    later steps are kept: they come back when the sequence grows again.
    """

    label: str
    last: Callable

    def fit(self, value, before):
        """The pairs in order, each once."""
        pairs = {(operator.index(i), operator.index(m)) for i, m in value}
        if any(not 0 <= i < m for i, m in pairs):
            raise ValueError("a jump leads to a later step")
        return tuple(sorted(pairs, key=lambda jump: jump[::-1])), ""

    def widget(self, value, before):
        """From, to, Add, Remove, Clear."""
        return JumpEditor(value, self.label, self.last(before))

    def put(self, widget, value, before) -> None:
        """Show these jumps, and offer the steps that there are."""
        widget.value = value
        widget.offer(self.last(before))


class JumpEditor(ipywidgets.HBox):
    """A row that does with the keyboard what clicks in the figure do; `value` are the jumps.

    add, remove: called with a pair (i, m) by the buttons; to be set by the explorer.
    """

    value = traitlets.Tuple()

    def __init__(self, value, label: str, last: int):
        box = {"style": STYLE, "min": 0}
        self.source = ipywidgets.BoundedIntText(
            description="from h", value=0, max=last, layout={"width": "120px"}, **box
        )
        self.target = ipywidgets.BoundedIntText(
            description="to h", value=last, max=last, layout={"width": "105px"}, **box
        )
        self.add = self.remove = lambda i, m: None
        self.buttons = {
            "Add": button("Add", lambda _: self.add(*self.pair)),
            "Remove": button("Remove", lambda _: self.remove(*self.pair)),
            "Clear": button("Clear", lambda _: setattr(self, "value", ())),
        }
        self.buttons["Add"].tooltip = "the later state now reads the earlier one"
        self.buttons["Remove"].tooltip = "it no longer does"
        self.buttons["Clear"].tooltip = "no jumps at all"
        self.named = ipywidgets.Label()
        super().__init__(
            [ipywidgets.Label(label), self.source, self.target, *self.buttons.values(), self.named],
            layout={"flex_flow": "row wrap", "grid_gap": "0 6px", "align_items": "center"},
        )
        self.add_class("rsa-wide")
        self.observe(lambda change: self._name(), "value")
        self.value = tuple(value)
        self._name()

    @property
    def pair(self) -> tuple[int, int]:
        """What stands in the two boxes."""
        return self.source.value, self.target.value

    def offer(self, last: int) -> None:
        """Steps 0 .. last can be chosen."""
        for box in (self.source, self.target):
            box.max = last

    def _name(self) -> None:
        named = ", ".join(f"{i} → {m}" for i, m in self.value[:SHOWN])
        more = f", .. ({len(self.value)} in all)" if len(self.value) > SHOWN else ""
        self.named.value = f"{named}{more}" or "none"

    @property
    def disabled(self) -> bool:
        """Whether the row can be used."""
        return all(part.disabled for part in self._parts)

    @disabled.setter
    def disabled(self, value: bool) -> None:
        for part in self._parts:
            part.disabled = value

    @property
    def _parts(self) -> list:
        return [self.source, self.target, *self.buttons.values()]
