"""One object per notebook: predictions, exercises and what is left to do."""

from datetime import datetime
from html import escape
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rsa_edu.lessons.answers import EXERCISES, PREDICTIONS, Answers
from rsa_edu.lessons.checks import Exercise, Outcome, source_of
from rsa_edu.lessons.page import Shown, block, mark
from rsa_edu.lessons.predictions import Prediction, Question
from rsa_edu.lessons.sources import code_html
from rsa_edu.lessons.words import has_nan, plain

_ROOM = "rsa_edu.lessons.exercises"
_lessons: dict[Path, "Lesson"] = {}


def lesson(name: str) -> "Lesson":
    """The lesson of a notebook, e.g. ``rsa.lesson("04_relevancy_screening")``.

    Answers are kept in ``answers/<name>.json`` in the working directory, which is the notebook's.
    Calling it again gives the same lesson. Raises ValueError for a name that is no file name.
    """
    if not name.isidentifier() and not name.replace("_", "").isalnum():
        raise ValueError(f"A lesson has the name of its notebook, without .ipynb; got {name!r}.")
    path = Path.cwd() / "answers" / f"{name}.json"
    if path not in _lessons:
        _lessons[path] = Lesson(name, Answers(path))
    if _lessons[path].answers.problem:
        print(_lessons[path].answers.problem)
    return _lessons[path]


class Lesson:
    """What a student predicts and writes in one notebook; `rsa.lesson(name)` makes it."""

    def __init__(self, name: str, answers: Answers) -> None:
        self.name = name
        self.answers = answers
        self.exercises = exercises_of(name)
        self._asked: dict[str, Prediction] = {}

    def __repr__(self) -> str:
        return f"{self.name}: your answers are kept in {self.answers}, beside this notebook."

    def predict(
        self,
        name: str,
        question: str,
        *,
        options: list[str] | None = None,
        unit: str = "",
        low: float | None = None,
        high: float | None = None,
    ) -> Prediction:
        """Ask for a prediction: one of `options`, or a number in `unit` from `low` to `high`.

        Returns the widget; it shows as the last line of a cell. LaTeX between $ is rendered.
        """
        asked = Question(question, tuple(options or ()), unit, low, high)
        self._asked[name] = Prediction(name, asked, self.answers)
        return self._asked[name]

    def reveal(self, name: str, truth: object, text: str = "") -> Shown:
        """Compare what was predicted with what was measured; `text` says what to learn from it.

        Shows the measurement also where nothing was committed. Raises ValueError where `truth` is
        NaN or is none of the options asked about.
        """
        question = self._question(name)
        truth = plain(truth)
        if has_nan(truth):
            raise ValueError(f"What was measured for “{name}” is not a number (NaN).")
        if question.options and truth not in question.options:
            raise ValueError(f"“{truth}” is none of the options of the prediction “{name}”.")
        entry = self.answers.get(PREDICTIONS, name)
        if entry is None:
            said, kind = f"Measured: {question.said(truth)}.", "open"
            rest = [
                "You have not committed a prediction; commit one above and run this cell again "
                "to compare.",
                text,
            ]
        else:
            said, kind = question.compare(entry["value"], truth), "note"
            rest = [text]
        rest = [part for part in rest if part]
        html = "".join(f"<br>{escape(part, quote=False)}" for part in rest)
        return Shown(" ".join([said, *rest]), block(f"<b>{escape(said)}</b>{html}", kind))

    def check(self, name: str, answer: object) -> Outcome:
        """Check an answer to an exercise; the outcome shows as the last line of a cell.

        What the student wrote is kept, right or wrong; the untouched stub is not.
        """
        exercise = self._exercise(name)
        outcome = exercise.check(answer)
        if not outcome.started:
            return outcome
        code = source_of(answer)
        before = self.answers.get(EXERCISES, name) or {}
        entry = {
            "code": code,
            "passed": outcome.passed,
            "message": outcome.message,
            "right": code if outcome.passed else before.get("right"),
            "done": outcome.passed or before.get("done", False),
            "when": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        self.answers.keep(EXERCISES, name, entry)
        notes = [outcome.message, self.answers.problem]
        if code is None:
            notes.append("Python has no text of this function, so only the result was kept.")
        return Outcome(outcome.passed, " ".join(filter(None, notes)))

    def saved(self, name: str) -> Shown:
        """The code last checked for an exercise, and the last that was right if that is another."""
        exercise = self._exercise(name)
        entry = self.answers.get(EXERCISES, name)
        if entry is None:
            said = f"Nothing is saved for “{exercise.title}” yet."
            return Shown(said, block(escape(said), "open"))
        state = "right" if entry["passed"] else "not right yet"
        parts = [(f"{name}, checked {_day(entry['when'])}: {state}", entry["code"])]
        if not entry["passed"] and entry["right"]:
            parts.append((f"{name}, your last right answer", entry["right"]))
        parts = [(caption, code or "# the code could not be read") for caption, code in parts]
        return Shown(
            "\n".join(f"{caption}\n{code.rstrip()}" for caption, code in parts),
            "".join(
                code_html(list(enumerate(code.rstrip().split("\n"), 1)), caption)
                for caption, code in parts
            ),
        )

    def progress(self) -> Shown:
        """What is done and what is left in this notebook, and where it is kept."""
        lines = [*self._predictions_done(), *self._exercises_done()]
        done = sum(ready for ready, _ in lines)
        head = f"{self.name}: {done} of {len(lines)} done" if lines else f"{self.name}: all read"
        foot = self.answers.problem or f"Kept in {self.answers}, beside this notebook."
        signs = {True: ("✓", "good"), False: ("○", "open")}
        items = "".join(f"<div>{mark(*signs[ok])} {escape(line)}</div>" for ok, line in lines)
        return Shown(
            "\n".join([head, *(f"  {signs[ok][0]} {line}" for ok, line in lines), foot]),
            block(f"<b>{escape(head)}</b>{items}<i>{escape(foot)}</i>", "note"),
        )

    def _predictions_done(self) -> list[tuple[bool, str]]:
        kept = self.answers.all()[PREDICTIONS]
        # A prediction whose cell has not been run in this session is known by its answer only.
        names = [*self._asked, *(name for name in kept if name not in self._asked)]
        return [(name in kept, self._prediction_line(name, kept.get(name))) for name in names]

    def _prediction_line(self, name: str, entry: dict[str, object] | None) -> str:
        question = self._question(name)
        if entry is None:
            return f"Prediction “{question.text}”: not committed yet"
        return f"Prediction “{question.text}”: you predicted {question.said(entry['value'])}"

    def _exercises_done(self) -> list[tuple[bool, str]]:
        kept = self.answers.all()[EXERCISES]
        lines = []
        for name, exercise in self.exercises.items():
            entry = kept.get(name)
            if entry is None:
                state = (
                    f"not begun (difficulty {exercise.difficulty} of 3, "
                    f"about {exercise.minutes} minutes)"
                )
            else:
                state = "done" if entry["done"] else "begun, not right yet"
            lines.append((state == "done", f"Exercise “{exercise.title}”: {state}"))
        return lines

    def _question(self, name: str) -> Question:
        if name in self._asked:
            return self._asked[name].question
        entry = self.answers.get(PREDICTIONS, name) or {}
        return Question(entry.get("question", name), unit=entry.get("unit", ""))

    def _exercise(self, name: str) -> Exercise:
        if name not in self.exercises:
            known = ", ".join(self.exercises) or "none"
            raise ValueError(f"{self.name} has no exercise “{name}”; it has: {known}.")
        return self.exercises[name]


def exercises_of(name: str) -> dict[str, Exercise]:
    """The exercises of a notebook: those of the module called as the notebook, without number."""
    module = f"{_ROOM}.{name.lstrip('0123456789_')}"
    if find_spec(module) is None:
        return {}
    return {exercise.name: exercise for exercise in import_module(module).EXERCISES}


def _day(when: str) -> str:
    return datetime.fromisoformat(when).strftime("%Y-%m-%d %H:%M")
