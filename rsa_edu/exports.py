"""Runs in a small file that is handed on or shipped: gzipped JSON, column by column."""

import gzip
import json
import os
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rsa_edu.store import COLUMNS, NESTED, SCHEMA, Run, StoreError

EXPORT = "rsa_edu runs"
"""The first word of such a file."""
WHERE = ("machine", "rsa_edu", "torch", "numba", "python")


@dataclass(frozen=True)
class Export:
    """Runs in a small file that can be handed on, and where they come from."""

    runs: list[Run]
    provenance: dict


def write_export(path: str | Path, runs: Iterable[Run], *, command: str) -> None:
    """Write runs to a file, column by column: gzipped JSON, the same bytes for the same runs.

    Args:
        path: such as "paper.json.gz"; a file that is there is replaced in one step.
        runs: with one set of settings and results each, as a store gives them.
        command: what made them, kept as provenance with dates, versions and machines.

    Raises:
        StoreError: the file cannot be written.
    """
    rows = [asdict(run) for run in sorted(runs, key=lambda run: run.key)]
    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    dates = sorted(columns["date"])
    provenance = {
        "command": command,
        "runs": len(rows),
        "seconds": sum(columns["seconds"]),
        "first": dates[0] if dates else "",
        "last": dates[-1] if dates else "",
    } | {name: sorted(set(columns[name])) for name in WHERE}
    for name in NESTED:
        words = list(dict.fromkeys(word for row in columns[name] for word in row))
        columns[name] = {word: [row.get(word) for row in columns[name]] for word in words}
    plain = {EXPORT: SCHEMA, "provenance": provenance, "columns": columns}
    text, path = json.dumps(plain, allow_nan=False), Path(path)
    half = path.with_name(f"{path.name}.part")
    try:
        half.write_bytes(gzip.compress(text.encode(), mtime=0))
        os.replace(half, path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StoreError(f"{path} could not be written: {error.strerror}.") from error


def read_export(path: str | Path) -> Export:
    """The runs that `write_export` wrote.

    Raises:
        StoreError: there is no such file, or it is damaged or something else.
    """
    try:
        plain = json.loads(gzip.decompress(Path(path).read_bytes()))
        if plain[EXPORT] != SCHEMA:
            raise StoreError(f"{path} has schema {plain[EXPORT]}, this rsa_edu reads {SCHEMA}.")
        columns = plain["columns"]
        for name in NESTED:
            columns[name] = _rows(columns[name])
        return Export([Run(**row) for row in _rows(columns)], plain["provenance"])
    except StoreError:
        raise
    except (zlib.error, gzip.BadGzipFile, EOFError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged or no export of runs ({error}).") from error
    except OSError as error:
        raise StoreError(f"{path} could not be read: {error.strerror}.") from error


def _rows(columns: dict[str, list]) -> list[dict]:
    """Of columns, the rows."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
