"""What a student commits, kept in a JSON file beside the notebook."""

import json
import os
import stat
from pathlib import Path

PREDICTIONS, EXERCISES = "predictions", "exercises"
Entry = dict[str, object]


class AnswersError(Exception):
    """The answers file cannot be used; the text says why in one sentence."""


class Answers:
    """The answers of one notebook.

    Every change reads the file, merges the change and replaces the file in one step, so that a
    crash leaves the old or the new file and two open kernels do not overwrite one another. What
    cannot be written is kept in memory and written with the next answer; `problem` then says so.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._unsaved: dict[str, dict[str, Entry]] = {PREDICTIONS: {}, EXERCISES: {}}
        self.all()

    def all(self) -> dict[str, dict[str, Entry]]:
        """Everything committed so far: {"predictions": {name: entry}, "exercises": ...}."""
        try:
            kept = self._read()
        except AnswersError as error:
            self.problem = str(error)
            kept = {}
        return {kind: kept.get(kind, {}) | new for kind, new in self._unsaved.items()}

    def get(self, kind: str, name: str) -> Entry | None:
        return self.all()[kind].get(name)

    def keep(self, kind: str, name: str, entry: Entry) -> None:
        """Add or replace one answer; `problem` is empty afterwards if it was written."""
        self._unsaved[kind][name] = entry
        try:
            self.problem = ""
            kept = self._read()
            self._write({kind: kept.get(kind, {}) | new for kind, new in self._unsaved.items()})
        except AnswersError as error:
            self.problem = str(error)
        else:
            self._unsaved = {PREDICTIONS: {}, EXERCISES: {}}

    def _read(self) -> dict[str, dict[str, Entry]]:
        try:
            text = self.path.read_text(encoding="utf-8")
            kept = json.loads(text)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise AnswersError(
                f"Your answers in {self} could not be read ({error.strerror}); the file is left "
                "as it is, and new answers are kept until this kernel stops."
            ) from error
        except ValueError:
            kept = None
        if not _is_answers(kept):
            self._set_aside()
            return {}
        return kept

    def _set_aside(self) -> None:
        damaged = self.path.with_suffix(".damaged.json")
        count = 1
        while damaged.exists():
            count += 1
            damaged = self.path.with_suffix(f".damaged-{count}.json")
        try:
            self.path.rename(damaged)
        except OSError as error:
            raise AnswersError(
                f"Your answers in {self} are damaged and could not be set aside "
                f"({error.strerror}); the file is left as it is, and new answers are kept until "
                "this kernel stops."
            ) from error
        self.problem = (
            f"Your answers in {self} were damaged; the file is now called {damaged.name}, "
            "and a new one begins with your next answer."
        )

    def _write(self, kept: dict[str, dict[str, Entry]]) -> None:
        # The process's number keeps two kernels from writing into one another's unfinished file.
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Replacing needs the folder's permission only: a file made read-only is respected.
            if self.path.exists() and not self.path.stat().st_mode & stat.S_IWUSR:
                raise PermissionError(0, "the file is read-only")
            with unfinished.open("w", encoding="utf-8") as file:
                json.dump(kept, file, indent=1, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.path)
        except OSError as error:
            raise AnswersError(
                f"Your answers could not be saved in {self} ({error.strerror}); they are kept "
                "until this kernel stops and saved with your next answer if that is possible then."
            ) from error
        finally:
            if unfinished.is_file():
                unfinished.unlink()

    def __str__(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


def _is_answers(kept: object) -> bool:
    return isinstance(kept, dict) and all(
        isinstance(kept.get(kind, {}), dict)
        and all(isinstance(entry, dict) for entry in kept.get(kind, {}).values())
        for kind in (PREDICTIONS, EXERCISES)
    )
