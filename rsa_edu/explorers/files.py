"""Files that an explorer writes, into the folder of the notebook."""

import csv
import itertools
from collections.abc import Iterable
from pathlib import Path


def free_path(stem: str, ending: str) -> Path:
    """`stem`.`ending`, or stem-2, stem-3, .. : the first that is not there yet."""
    names = itertools.chain([stem], (f"{stem}-{count}" for count in itertools.count(2)))
    return next(path for name in names if not (path := Path(f"{name}.{ending}")).exists())


def write_csv(path: Path, comment: str, rows: Iterable) -> None:
    """The rows, head first, under a line that says what made them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# {comment}\n")
        csv.writer(file).writerows(rows)
