"""Exercises: what is asked, on which inputs an answer is tried, and what is said when it is wrong.

A tempting mistake is written down as code. An answer that does what a mistake does, on every input
tried, is told what that mistake overlooks; any other wrong answer is told why the input it failed
on has the value expected.
"""

import inspect
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from html import escape

from rsa_edu.lessons.page import block, mark
from rsa_edu.lessons.words import in_words


@dataclass(frozen=True)
class Case:
    """One input an answer is tried on; `why` ends the sentence "expected ..., because ..."."""

    arguments: dict[str, object]
    expected: object
    why: str


@dataclass(frozen=True)
class Mistake:
    """A tempting wrong answer, as code, and what it overlooks, as the end of a sentence."""

    name: str
    answer: Callable
    why: str


@dataclass(frozen=True)
class Raised:
    """An answer ended in this error instead of giving a value."""

    error: Exception


@dataclass(frozen=True)
class Outcome:
    """What a check found; shown when it is the last line of a cell."""

    passed: bool
    message: str
    started: bool = True  # False for the untouched stub

    def __repr__(self) -> str:
        return f"{self._sign[0]} {self.message}"

    def _repr_html_(self) -> str:
        sign, kind = self._sign
        return block(f"{mark(sign, kind)} {escape(self.message)}", kind)

    @property
    def _sign(self) -> tuple[str, str]:
        if self.passed:
            return "✓", "good"
        return ("✗", "wrong") if self.started else ("○", "open")


@dataclass(frozen=True)
class Exercise:
    """An exercise and everything needed to check an answer to it.

    difficulty: 1 (warm-up) to 3 (hard). make_cases: the inputs to try, the telling ones first.
    same: whether a value given is the one expected. well_formed: "" or what is wrong with the kind
    of value given, e.g. "is 1.5, not a whole number". praise: what a right answer has shown.
    """

    name: str
    title: str
    difficulty: int
    minutes: int
    reference: Callable
    make_cases: Callable[[], Sequence[Case]]
    same: Callable[[object, object], bool]
    well_formed: Callable[[object], str]
    mistakes: tuple[Mistake, ...]
    praise: str

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        return tuple(self.make_cases())

    def check(self, answer: object) -> Outcome:
        """Try `answer` on every case; the first failure is put into one sentence."""
        if not callable(answer):
            given = in_words(answer)
            return Outcome(False, f"{self.name} must be a function, but {given} was handed in.")
        results = [self._attempt(answer, case) for case in self.cases]
        unfinished = self._unfinished(results)
        if unfinished:
            return Outcome(False, unfinished, started=False)
        wrong = [k for k, case in enumerate(self.cases) if not self._right(results[k], case)]
        if not wrong:
            return Outcome(True, f"{self.title}: right on {len(results)} inputs. {self.praise}")
        made = self._mistake_made(results)
        if made is not None:
            # Where the mistake itself shows, not where an error in passing does.
            told = next((k for k in wrong if not isinstance(results[k], Raised)), wrong[0])
            return Outcome(False, self._sentence(results[told], self.cases[told], made.why))
        case = self.cases[wrong[0]]
        return Outcome(False, self._sentence(results[wrong[0]], case, case.why))

    @staticmethod
    def _attempt(answer: Callable, case: Case) -> object:
        try:
            # A mean of no scores and the like: the sentence says it, a warning would repeat it.
            with warnings.catch_warnings(action="ignore"):
                # A copy: an answer that writes into its arguments must not spoil the next try.
                return answer(*deepcopy(list(case.arguments.values())))
        except Exception as error:
            return Raised(error)

    def _unfinished(self, results: list[object]) -> str:
        if any(isinstance(r, Raised) and isinstance(r.error, NotImplementedError) for r in results):
            return f"not done yet: {self.name} still says “your turn”."
        if all(result is None for result in results):
            return f"not done yet: {self.name} returns nothing (None), whatever it is given."
        return ""

    def _right(self, result: object, case: Case) -> bool:
        if isinstance(result, Raised) or self.well_formed(result):
            return False
        return self.same(result, case.expected)

    def _mistake_made(self, results: list[object]) -> Mistake | None:
        for mistake in self.mistakes:
            pairs = [
                (ours, result, case)
                for case, result in zip(self.cases, results, strict=True)
                for ours in [self._attempt(mistake.answer, case)]
                if not isinstance(ours, Raised) and not isinstance(result, Raised)
            ]
            if all(not self.well_formed(r) and self.same(r, ours) for ours, r, _ in pairs) and any(
                not self._right(r, case) for _, r, case in pairs
            ):
                return mistake
        return None

    def _sentence(self, result: object, case: Case, why: str) -> str:
        given = ", ".join(f"{name}={in_words(value)}" for name, value in case.arguments.items())
        if isinstance(result, Raised):
            kind = type(result.error).__name__
            done = f"stopped with {kind} ({result.error})"
        else:
            fault = self.well_formed(result)
            done = f"gave a value that {fault}" if fault else f"gave {in_words(result)}"
        expected = in_words(case.expected)
        return f"With {given}, {self.name} {done}; expected {expected}, because {why}."


def source_of(answer: object) -> str | None:
    """The code of a function as it was typed, or None where Python no longer has it."""
    try:
        return inspect.getsource(answer)
    except (OSError, TypeError):
        return None
