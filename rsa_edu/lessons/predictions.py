"""Predictions: a student commits to one before the measurement; afterwards the two are compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import ipywidgets as widgets

from rsa_edu.lessons.answers import PREDICTIONS, Answers
from rsa_edu.lessons.page import bar
from rsa_edu.lessons.words import in_words

_CLOSE = 0.1  # of the measured value, or half of it of the range that was asked about
_FACTOR = 2  # from here on a miss is told as a factor

# Without it an option of more than one line is cut: ipywidgets gives each a fixed height.
_STYLE = (
    "<style>.rsa-options .widget-radio-box label{display:flex;flex-direction:row-reverse;"
    "justify-content:flex-end;align-items:baseline;height:auto;line-height:1.4;"
    "white-space:normal;padding:2px 0}"
    ".rsa-options .widget-radio-box input{flex:none;height:auto;margin-top:0}</style>"
)


@dataclass(frozen=True)
class Question:
    """What is asked: one of `options`, or a number in `unit` between `low` and `high`."""

    text: str
    options: tuple[str, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None

    def said(self, value: object) -> str:
        """A prediction or a measurement, with its unit or in quotation marks."""
        if self.options or isinstance(value, str):
            return f"“{value}”"
        return f"{in_words(value)} {self.unit}".rstrip()

    def read(self, typed: object) -> tuple[object, str]:
        """(the value chosen or typed, "") or (None, what is wrong with it)."""
        if self.options:
            return (typed, "") if typed in self.options else (None, "Choose one of the answers.")
        try:
            value = float(str(typed).replace(",", ".").replace("%", ""))
        except ValueError:
            return None, f"Type a number{self._range()}, such as 12 or 3e-4."
        if not math.isfinite(value) or self._outside(value):
            return None, f"Type a number{self._range()}; this one is {in_words(value)}."
        return value, ""

    def compare(self, predicted: object, measured: object) -> str:
        """One friendly sentence: what was predicted, what was measured, and how far apart."""
        start = f"You predicted {self.said(predicted)}; measured: {self.said(measured)}."
        if self.options or isinstance(predicted, str):
            right = predicted == measured
            return f"{start} {'You were right.' if right else 'The measurement disagrees.'}"
        return f"{start} {self._distance(predicted, measured)}"

    def _distance(self, predicted: float, measured: float) -> str:
        near = _CLOSE * abs(measured)
        if self.low is not None and self.high is not None:
            near = max(near, _CLOSE / 2 * (self.high - self.low))
        if abs(predicted - measured) <= near:
            return "That is close."
        side = "high" if predicted > measured else "low"
        if predicted * measured > 0:
            factor = max(predicted / measured, measured / predicted)
            if factor >= _FACTOR:
                return f"Your guess was too {side}, by a factor of {factor:.2g}."
        return f"Your guess was too {side}."

    def _outside(self, value: float) -> bool:
        return (self.low is not None and value < self.low) or (
            self.high is not None and value > self.high
        )

    def _range(self) -> str:
        if self.low is not None and self.high is not None:
            return f" from {in_words(self.low)} to {in_words(self.high)}"
        if self.low is not None:
            return f" of at least {in_words(self.low)}"
        return "" if self.high is None else f" of at most {in_words(self.high)}"


class Prediction(widgets.VBox):
    """The question with its answers and one button; shown as the last line of a cell.

    The button stays where it is and changes its name between "Commit" and "Change my mind", so
    that the keyboard's focus is never lost.
    """

    def __init__(self, name: str, question: Question, answers: Answers) -> None:
        self.name, self.question, self._answers = name, question, answers
        self.input = _options(question.options) if question.options else _number(question)
        self.button = widgets.Button(layout=widgets.Layout(width="auto"))
        self.button.add_class("rsa-commit")
        self.button.on_click(lambda _: self._open() if self.committed else self.commit())
        self.status = widgets.HTML()
        self.committed = False
        super().__init__(
            [
                widgets.HTMLMath(
                    f"{_STYLE}<b>Your prediction.</b> {escape(question.text, quote=False)}"
                ),
                self.input,
                widgets.HBox([self.button, self.status], layout=_centred()),
            ],
            layout=widgets.Layout(
                border_left=bar("note"), padding="4px 12px", margin="6px 0", max_width="46em"
            ),
        )
        self._restore()
        self.input.observe(self._late, "value")

    def __repr__(self) -> str:
        return f"Prediction: {self.question.text} ({self.summary()})"

    def summary(self) -> str:
        """What was committed, in words."""
        entry = self._answers.get(PREDICTIONS, self.name)
        return "not committed yet" if entry is None else _you_predicted(self.question, entry)

    def commit(self) -> None:
        """Keep what is chosen or typed; say in the status line if that cannot be done."""
        value, wrong = self.question.read(self.input.value)
        if wrong:
            self.status.value = escape(wrong)
            return
        before = self._answers.get(PREDICTIONS, self.name)
        earlier = [] if before is None else [*before.get("earlier", []), before["value"]]
        self._keep(value, [guess for guess in earlier if guess != value])

    def _keep(self, value: object, earlier: list[object]) -> None:
        entry = {
            "question": self.question.text,
            "value": value,
            "earlier": earlier,
            "unit": self.question.unit,
            "when": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        self._answers.keep(PREDICTIONS, self.name, entry)
        self._close(entry)

    def _late(self, change: dict[str, object]) -> None:
        """While the kernel is busy the page holds a choice back, and a click overtakes it."""
        value, wrong = self.question.read(change["new"])
        if self.committed and not wrong:
            entry = self._answers.get(PREDICTIONS, self.name)
            self._keep(value, entry.get("earlier", []))

    def _restore(self) -> None:
        entry = self._answers.get(PREDICTIONS, self.name)
        if entry is None:
            self._open()
        elif self.question.read(entry["value"])[1]:
            self._open()
            value = escape(self.question.said(entry["value"]))
            self.status.value = f"You predicted {value}, which is no longer possible: choose again."
        else:
            value = entry["value"]
            self.input.value = value if self.question.options else in_words(value)
            self._close(entry)

    def _open(self) -> None:
        self.committed = False
        self.input.disabled = False
        self.input.layout.display = ""
        self.button.description = "Commit"
        self.button.tooltip = "Keep this prediction; you can change it later"
        self.status.value = ""

    def _close(self, entry: dict[str, object]) -> None:
        self.committed = True
        self.input.disabled = True
        self.input.layout.display = "none"
        self.button.description = "Change my mind"
        self.button.tooltip = "Choose again"
        problem = f"<br>{escape(self._answers.problem)}" if self._answers.problem else ""
        self.status.value = f"<b>{escape(_you_predicted(self.question, entry))}</b>.{problem}"


def _you_predicted(question: Question, entry: dict[str, object]) -> str:
    said = f"You predicted {question.said(entry['value'])}"
    earlier = entry.get("earlier", [])
    if earlier:
        said += f" (first {', then '.join(question.said(value) for value in earlier)})"
    return said


def _options(options: Sequence[str]) -> widgets.RadioButtons:
    buttons = widgets.RadioButtons(
        options=list(options), value=None, layout=widgets.Layout(width="auto")
    )
    buttons.add_class("rsa-options")
    return buttons


def _number(question: Question) -> widgets.Text:
    return widgets.Text(
        description=f"A number ({question.unit})" if question.unit else "A number",
        placeholder="such as 12 or 3e-4",
        continuous_update=False,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="22em"),
    )


def _centred() -> widgets.Layout:
    return widgets.Layout(align_items="center", grid_gap="8px")
