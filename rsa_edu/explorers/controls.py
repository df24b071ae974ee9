"""What can be set: for each setting its range, its label and its widget.

The settings of an explorer are a frozen dataclass whose fields are made by `setting`:

    nu: int = setting(10, Number(1, 40, NAMES["nu"]))
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from types import SimpleNamespace

import ipywidgets
import traitlets

STYLE = {"description_width": "initial"}


def setting(default, control):
    """A field of a settings dataclass: its default and what controls it."""
    return field(default=default, metadata={"control": control})


def controls(settings) -> dict:
    """Setting name -> control, in the order of declaration; takes the class or an instance."""
    return {f.name: f.metadata["control"] for f in fields(settings)}


def defaults(settings) -> dict:
    """Setting name -> default."""
    return {f.name: f.default for f in fields(settings)}


def clamped(kind, current: dict, changes: dict) -> tuple[object, list[str]]:
    """Settings of the class `kind` with `changes` over `current`, and a sentence for each value
    that had to be moved into its range or could not be used.

    Raises:
        TypeError: a name that is no setting; the text lists the known ones.
    """
    known = controls(kind)
    if unknown := [name for name in changes if name not in known]:
        raise TypeError(f"{unknown[0]!r} is no setting here; there are {', '.join(known)}.")
    values, messages = SimpleNamespace(), []
    for name, control in known.items():
        try:
            value, message = control.fit((current | changes)[name], values)
        except (TypeError, ValueError):
            wrong = changes.get(name)
            message = f"{control.label}: {wrong!r} cannot be used, {current[name]!r} is kept."
            value, _ = control.fit(current[name], values)
        if message and name in changes:
            messages.append(message)
        setattr(values, name, value)
    return kind(**vars(values)), messages


@dataclass(frozen=True)
class Number:
    """A slider with a typed readout. Whole numbers if `step` is whole.

    `least` and `most` may be functions of the settings declared before this one. With `log` the
    slider moves on a log axis, and `step` is in decades; with `counts` too it gives whole numbers.
    """

    least: float | Callable
    most: float | Callable
    label: str
    step: float = 1
    log: bool = False
    counts: bool = False

    def range(self, before) -> tuple[float, float]:
        """(least, most), where `before` holds the settings declared earlier."""
        return tuple(v(before) if callable(v) else v for v in (self.least, self.most))

    def fit(self, value, before):
        """The nearest value in range, and a sentence if it had to be moved."""
        least, most = self.range(before)
        if not math.isfinite(value):
            raise ValueError("not finite")
        asked, value = value, max(least, min(most, value))
        value = round(value) if self._whole else float(value)
        message = "" if least <= asked <= most else f"{self.label} goes from {least:g} to {most:g}."
        return value, message and f"{message} {asked:g} was moved to {value:g}."

    @property
    def _whole(self):
        return self.counts or (not self.log and float(self.step).is_integer())

    def widget(self, value, before):
        """The slider."""
        least, most = self.range(before)
        layout = ipywidgets.Layout(width="100%")
        shared = {"value": value, "description": self.label, "style": STYLE, "layout": layout}
        if self.log:
            ends = {"min": math.log10(least), "max": math.log10(most)}
            shape = {"readout_format": ".0f"} if self.counts else {}
            return ipywidgets.FloatLogSlider(step=self.step, **ends, **shape, **shared)
        slider = ipywidgets.IntSlider if self._whole else ipywidgets.FloatSlider
        decimals = {} if self._whole else {"readout_format": f".{-math.floor(self._decade)}f"}
        return slider(min=least, max=most, step=self.step, **decimals, **shared)

    @property
    def _decade(self):
        return math.log10(self.step)

    def put(self, widget, value, before) -> None:
        """Move the slider, and its range where that depends on other settings."""
        least, most = map(math.log10, self.range(before)) if self.log else self.range(before)
        if (widget.min, widget.max) != (least, most):
            # The order matters: a slider never accepts min > max.
            widget.set_trait("max", max(most, widget.min))
            widget.set_trait("min", least)
            widget.set_trait("max", most)
        widget.value = value


@dataclass(frozen=True)
class Ladder:
    """A slider over a few numbers, e.g. 10, 20, 50, 100, with equal strides between them."""

    options: Sequence[float]
    label: str

    def fit(self, value, before):
        """The nearest of the numbers, and a sentence if it is another one."""
        if not math.isfinite(value):
            raise ValueError("not finite")
        nearest = min(self.options, key=lambda rung: abs(rung - value))
        named = ", ".join(f"{rung:g}" for rung in self.options)
        said = f"{self.label} is one of {named}. {value:g} was moved to {nearest:g}."
        return nearest, "" if nearest == value else said

    def widget(self, value, before):
        """The slider."""
        return ipywidgets.SelectionSlider(
            options=[(f"{rung:g}", rung) for rung in self.options],
            value=value,
            description=self.label,
            style=STYLE,
            layout=ipywidgets.Layout(width="100%", margin="2px"),
        )

    def put(self, widget, value, before) -> None:
        """Move the slider."""
        widget.value = value


@dataclass(frozen=True)
class Choice:
    """One of several words or numbers."""

    options: Sequence[str | int]
    label: str

    def fit(self, value, before):
        """The value, if it is one of the options."""
        if value not in self.options:
            raise ValueError("no such option")
        return value, ""

    def widget(self, value, before):
        """A drop-down list: one tab stop, arrow keys move through it."""
        return ipywidgets.Dropdown(
            options=list(self.options),
            value=value,
            description=self.label,
            style=STYLE,
            layout=ipywidgets.Layout(width="max-content"),
        )

    def put(self, widget, value, before) -> None:
        """Choose."""
        widget.value = value


@dataclass(frozen=True)
class Switch:
    """On or off."""

    label: str

    def fit(self, value, before):
        """True or False."""
        if not isinstance(value, bool):
            raise TypeError("neither True nor False")
        return value, ""

    def widget(self, value, before):
        """A check box."""
        return ipywidgets.Checkbox(value, description=self.label, style=STYLE, indent=False)

    def put(self, widget, value, before) -> None:
        """Switch."""
        widget.value = value


@dataclass(frozen=True)
class Several:
    """Any subset of some words, as a tuple in the order of the options."""

    options: Sequence[str]
    label: str

    def fit(self, value, before):
        """The tuple in order."""
        if isinstance(value, str) or not set(value) <= set(self.options):
            raise ValueError("no such option")
        return tuple(option for option in self.options if option in value), ""

    def widget(self, value, before):
        """A row of check boxes."""
        return CheckBoxes(self.options, value, self.label)

    def put(self, widget, value, before) -> None:
        """Check the boxes."""
        widget.value = value


class CheckBoxes(ipywidgets.HBox):
    """A row of check boxes; `value` is the tuple of the words that are checked."""

    value = traitlets.Tuple()

    def __init__(self, options, value, label):
        self.boxes = {
            option: ipywidgets.Checkbox(
                option in value, description=option, indent=False, layout={"width": "max-content"}
            )
            for option in options
        }
        layout = ipywidgets.Layout(flex_flow="row wrap", grid_gap="0 16px")
        super().__init__([ipywidgets.Label(label), *self.boxes.values()], layout=layout)
        self.add_class("rsa-wide")
        self.value = tuple(value)
        self._moving = False
        self.observe(self._check, "value")
        for box in self.boxes.values():
            box.observe(self._read, "value")

    def _check(self, change) -> None:
        self._moving = True
        for option, box in self.boxes.items():
            box.value = option in self.value
        self._moving = False

    def _read(self, change) -> None:
        if not self._moving:
            self.value = tuple(option for option, box in self.boxes.items() if box.value)

    @property
    def disabled(self) -> bool:
        """Whether the boxes can be used."""
        return all(box.disabled for box in self.boxes.values())

    @disabled.setter
    def disabled(self, value: bool) -> None:
        for box in self.boxes.values():
            box.disabled = value
