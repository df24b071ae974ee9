"""Runs that were made beforehand: a JSON file that says what was measured, and how."""

import json
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch

from rsa_edu.models.pool import usable_cores


def write(file: Path, runs: list, *, command: str, task: str) -> None:
    """All runs, instances of a dataclass, with what they were made by and on."""
    about = {
        "command": command,
        "date": date.today().isoformat(),
        "rsa_edu": version("rsa-edu"),
        "torch": torch.__version__,
        "numba": version("numba"),
        "cores": usable_cores(),
        "task": task,
        "runs": [vars(run) for run in runs],
    }
    file.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> list[dict]:
    """The fields of every run."""
    return json.loads(file.read_text(encoding="utf-8"))["runs"]


def provenance(file: Path) -> str:
    """Where the runs come from, in one line."""
    about = json.loads(file.read_text(encoding="utf-8"))
    return (
        f"made on {about['date']} by `{about['command']}` on {about['cores']} cores "
        f"(rsa_edu {about['rsa_edu']}, torch {about['torch']}, numba {about['numba']})"
    )
