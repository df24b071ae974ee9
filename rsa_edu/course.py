"""The notebooks as files: found, copied out, brought up to date, exported for a class."""

import hashlib
import json
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

START = "00_start_here.ipynb"
FOLDER = "rsa-edu-course"
MANIFEST = ".rsa-edu-course.json"
# Belong to the student or to a tool, whoever's folder they lie in.
_NOT_SHIPPED = {"answers", "__pycache__"}


class CourseError(Exception):
    """Something about the course's files that the user can put right; says what in one sentence."""


@dataclass
class Update:
    """What bringing a folder up to date did, as file names relative to that folder."""

    added: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    # A file the student changed, and the name its new version was laid down under.
    kept: dict[str, str] = field(default_factory=dict)


def repository(start: Path) -> Path | None:
    """The clone of this project that `start` lies in, if it lies in one."""
    for folder in [start, *start.parents]:
        if (folder / "notebooks" / START).is_file() and (
            folder / "rsa_edu" / "course.py"
        ).is_file():
            return folder
    return None


def shipped() -> Path:
    """The folder of the notebooks that came with this installation.

    Raises CourseError where the installation lacks them.
    """
    package = Path(str(files("rsa_edu")))
    # A wheel carries them inside the package; in a clone they lie beside it.
    for folder in (package / "_course", package.parent / "notebooks"):
        if (folder / START).is_file():
            return folder
    raise CourseError(
        "The notebooks are missing from this installation; install it again with "
        "`python -m pip install --force-reinstall --no-deps rsa-edu`."
    )


def course_folder(here: Path) -> tuple[Path, Update]:
    """The folder to study in when standing in `here`, made or brought up to date where needed.

    Inside a clone: its notebooks. In a folder that holds a course: that folder. Anywhere else:
    `rsa-edu-course` in it.
    """
    clone = repository(here)
    if clone:
        return clone / "notebooks", Update()
    if (here / START).is_file() and not (here / MANIFEST).is_file():
        # Handed out by a teacher (`rsa-edu export`): theirs to change, not ours.
        return here, Update()
    folder = here if (here / MANIFEST).is_file() else here / FOLDER
    return folder, lay_out(shipped(), folder)


def lay_out(source: Path, target: Path) -> Update:
    """Copy the course in `source` to `target`, or bring `target` up to date with it.

    A file the student changed is left alone; its new version, if there is one, is laid beside it
    under another name. What was shipped is remembered as hashes in a manifest in `target`.
    """
    _need_folder(target)
    known = _read_manifest(target)
    update = Update()
    for name in _course_files(source):
        new = fingerprint(source / name)
        old = fingerprint(target / name)
        if old is None:
            _copy(source / name, target / name)
            update.added.append(name)
        elif old == new:
            pass
        elif old == known.get(name):
            _copy(source / name, target / name)
            update.renewed.append(name)
        elif new != known.get(name):
            beside = _free_name(target, name, known)
            _copy(source / name, target / beside)
            known[beside] = new
            update.kept[name] = beside
        known[name] = new
    (target / MANIFEST).write_text(json.dumps({"files": known}, indent=1) + "\n", encoding="utf-8")
    return update


def export(source: Path, target: Path, *, solutions: bool = True) -> list[str]:
    """Write the course in `source` to the new or empty folder `target`; return the files' names.

    Without `solutions`, cells tagged "solution" are left out; everything else is kept as it is.
    Raises CourseError where `target` holds something already.
    """
    _need_folder(target)
    if any(target.iterdir()):
        raise CourseError(f"{target} is not empty; name a new or an empty folder.")
    names = _course_files(source)
    for name in names:
        _copy(source / name, target / name)
        if not solutions and name.endswith(".ipynb"):
            _drop_solutions(target / name)
    return names


def fingerprint(path: Path) -> str | None:
    """A hash of what somebody wrote in a file; None where there is no file.

    In a notebook that is the cells' kind, text, tags and pictures: running it, which stores outputs
    and counts, changes nothing.
    """
    if not path.is_file():
        return None
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        try:
            cells = [_written(cell) for cell in json.loads(data)["cells"]]
        except (ValueError, KeyError, TypeError, AttributeError):
            pass  # Not a notebook any more: its bytes are what was written.
        else:
            data = json.dumps(cells, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()


def _written(cell: dict) -> list:
    # A source may be stored as one string or as a list of lines.
    text = "".join(cell.get("source", ""))
    tags = cell.get("metadata", {}).get("tags", [])
    return [cell["cell_type"], text, tags, cell.get("attachments", {})]


def _drop_solutions(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = [
        cell
        for cell in notebook["cells"]
        if "solution" not in cell.get("metadata", {}).get("tags", [])
    ]
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _course_files(folder: Path) -> list[str]:
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(
        name.as_posix()
        for name in names
        if not any(part in _NOT_SHIPPED or part.startswith(".") for part in name.parts)
    )


def _free_name(target: Path, name: str, known: dict[str, str]) -> str:
    path = Path(name)
    number = 1
    while True:
        mark = "new" if number == 1 else f"new-{number}"
        beside = path.with_name(f"{path.stem}.{mark}{path.suffix}").as_posix()
        # An earlier version laid down here may be replaced until the student writes in it.
        if fingerprint(target / beside) in (None, known.get(beside)):
            return beside
        number += 1


def _read_manifest(folder: Path) -> dict[str, str]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        # Without it no file counts as ours, so none is overwritten.
        return {}


def _need_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(f"Cannot make the folder {path}: {error.strerror}.") from error


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    except OSError as error:
        raise CourseError(f"Cannot write {target}: {error.strerror}.") from error
