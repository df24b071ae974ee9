"""The setting that holds pinned points, and the line that lists them."""

import html
from dataclasses import dataclass

import ipywidgets
import traitlets

from rsa_edu.explorers.policies import SCREENING
from rsa_edu.explorers.stored_points import FIXED, LETTERS, NUS, POLICIES, RHOS, TASKS, Place


@dataclass(frozen=True)
class Pins:
    """At most four places of the map, as plain tuples (task, policy, nu, rho)."""

    label: str

    def fit(self, value, before):
        """The newest four, and a sentence if there were more."""
        if isinstance(value, str):
            raise TypeError("no list of places")
        pins = tuple(dict.fromkeys(tuple(Place(*pin)) for pin in value))
        if not all(map(_known, pins)):
            raise ValueError("no such place")
        kept = pins[-len(LETTERS) :]
        more = f"At most {len(LETTERS)} points are pinned; the oldest was taken off."
        return kept, "" if kept == pins else more

    def widget(self, value, before):
        """The line."""
        line = PinLine(self.label)
        line.value = value
        return line

    def put(self, widget, value, before) -> None:
        """List them."""
        widget.value = value


class PinLine(ipywidgets.HBox):
    """Which points are pinned, by letter; `value` are the places."""

    value = traitlets.Tuple()
    disabled = False

    def __init__(self, label: str):
        self._label, self._text = label, ipywidgets.HTML()
        super().__init__([self._text])
        self.add_class("rsa-wide")
        self.observe(self._tell, "value")
        self._tell()

    def _tell(self, change=None) -> None:
        pins = zip(LETTERS, self.value, strict=False)
        listed = "; ".join(f"<b>{letter}</b> {html.escape(str(Place(*p)))}" for letter, p in pins)
        self._text.value = f"{self._label}: {listed or 'nothing yet'}"


def _known(pin: tuple) -> bool:
    """Whether the map can have such a place."""
    task, policy, nu, rho = pin
    if task not in TASKS or policy not in POLICIES:
        return False
    if policy in FIXED:
        return (nu, rho) == (0, 0)
    return nu in NUS and rho in (RHOS if policy == SCREENING else (nu,))
