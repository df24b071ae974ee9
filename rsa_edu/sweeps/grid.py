"""A sweep is a list of settings: made in a few lines of Python, or read from a small TOML file."""

import itertools
import tomllib
from collections.abc import Iterable
from pathlib import Path

from rsa_edu.sweeps.settings import RunSettings, check_words

PLANS = Path(__file__).with_name("plans")


def grid(**words) -> list[RunSettings]:
    """Every combination: a word with a list (or a tuple, or a range) takes each of its values.

    `grid(model="RelRNN", buffer_size=[1, 5], seed=range(3))` gives six runs. Of `test_delays`,
    which is a list itself, only a list of lists gives several. Grids of different shape are added:
    `grid(model="LSTM", ..) + grid(model="RelRNN", ..)`.

    Raises:
        ValueError: as from RunSettings; or a list is empty.
    """
    check_words(words)
    axes = {name: _values(name, value) for name, value in words.items()}
    for name, values in axes.items():
        if not values:
            raise ValueError(f"{name} has no value: its list is empty.")
    combinations = itertools.product(*axes.values())
    return distinct(RunSettings(**dict(zip(axes, row, strict=True))) for row in combinations)


def distinct(sweep: Iterable[RunSettings]) -> list[RunSettings]:
    """The runs of a sweep, each once, in the order in which they first appear."""
    return list({settings.key: settings for settings in sweep}.values())


def read_sweep(path: str | Path) -> list[RunSettings]:
    """The sweep in a TOML file: words for all runs, then blocks [[grid]], each as for `grid`.

        task = "Copy"
        seed = [0, 1, 2]

        [[grid]]
        model = "LSTM"

        [[grid]]
        model = "RelRNN"
        buffer_size = [1, 5, 25]

    A file that has other sweeps in it names them first: include = ["quick", "mine.toml"].

    Raises:
        ValueError: there is no such file, it is no TOML, or as from `grid`; the file is named.
    """
    return _read(Path(path), ())


def _read(path: Path, within: tuple[Path, ...]) -> list[RunSettings]:
    """The same for a sweep that is included in others."""
    try:
        words = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"the sweep {path} cannot be read: {why}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the sweep {path} is no TOML: {error}.") from error
    included = words.pop("include", [])
    blocks = words.pop("grid", [{}] if words or not included else [])
    try:
        if not _all_are(str, included):
            raise ValueError(f"include must be a list of sweeps, but is {included!r}.")
        if not _all_are(dict, blocks):
            raise ValueError("grid must be written as [[grid]], in double brackets.")
        files = [_file(name, path.parent) for name in included]
        within = (*within, path.resolve())
        if again := [file for file in files if file.resolve() in within]:
            raise ValueError(f"it includes {again[0]}, and so itself.")
        there = [_read(file, within) for file in files]
        return distinct(itertools.chain(*there, *(grid(**(words | block)) for block in blocks)))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def names() -> list[str]:
    """The sweeps that come with the package."""
    return sorted(path.stem for path in PLANS.glob("*.toml"))


def plan(name: str | Path) -> list[RunSettings]:
    """A sweep that comes with the package, by name; or one in a TOML file, by path."""
    return read_sweep(_file(name))


def _file(name: str | Path, folder: Path = Path()) -> Path:
    """Where this sweep is: in the package, or a file in a folder."""
    if str(name) in names():
        return PLANS / f"{name}.toml"
    if Path(name).suffix == ".toml":
        return folder / name
    listed = ", ".join(names())
    raise ValueError(
        f"there is no sweep {str(name)!r}; give {listed}, or a file that ends in .toml."
    )


def _all_are(kind: type, value) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _values(name: str, value) -> list:
    listed = isinstance(value, list | tuple | range)
    if name == "test_delays" and not (
        listed and value and all(isinstance(v, list | tuple) for v in value)
    ):
        return [value]
    return list(value) if listed else [value]
