"""Checkpoints: a run on disk, to go on bit for bit. safetensors, so loading runs no code."""

import json
import os
import threading
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from rsa_edu.network import Network
from rsa_edu.registry import MODELS, POLICIES, TASKS
from rsa_edu.training import Training


class BadCheckpoint(ValueError):
    """The file is not a checkpoint this version can read."""


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from: made by which command and versions, when, at what cost."""

    command: str
    date: str
    rsa_edu: str
    torch: str
    seed: int
    updates: int
    seconds: float
    accuracy: float | None = None

    def __str__(self) -> str:
        measured = "" if self.accuracy is None else f", accuracy {self.accuracy:.3f}"
        return (
            f"{self.updates} updates in {self.seconds:.0f} s, seed {self.seed}{measured}; "
            f"made on {self.date} by `{self.command}` (rsa_edu {self.rsa_edu}, torch {self.torch})"
        )


def save(path: str | Path, training: Training, *, command: str = "rsa.save", accuracy=None) -> None:
    """Write a run to `path`, whole or not at all.

    Args:
        path: file to write; a file that is there is replaced in one step.
        training: the run.
        command: what made it, and accuracy: what it reaches; kept as provenance.

    Raises:
        OSError: the folder is missing, or the file cannot be written.
    """
    with training.applying:
        tensors = training.tensors()
        about = {
            "model": type(training.net.recurrence).__name__,
            "settings": training.net.recurrence.settings(),
            "memory": _plain(training.memory),
            "task": _plain(training.task),
            "recipe": asdict(training.recipe),
            "provenance": asdict(
                Provenance(
                    command,
                    date.today().isoformat(),
                    version("rsa-edu"),
                    torch.__version__,
                    training.recipe.seed,
                    training.update,
                    training.records[-1].seconds if training.records else 0.0,
                    accuracy,
                )
            ),
        }
    path = writable(path)
    half = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        save_file(tensors, half, metadata={"rsa_edu": json.dumps(about)})
        os.replace(half, path)
    except SafetensorError as error:
        raise OSError(f"{path} could not be written: {error}") from error
    finally:
        half.unlink(missing_ok=True)


def writable(path: str | Path) -> Path:
    """`path`, if its folder is there: said before a long run, not after it."""
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"the folder {path.parent} of checkpoint {path.name} is not there.")
    return path


def load(path: str | Path) -> Training:
    """The run that `save` wrote: `.net`, `.task`, `.records`; `rsa.train` goes on with it.

    Raises:
        FileNotFoundError: there is no such file.
        BadCheckpoint: the file is not one of ours, or is damaged.
    """
    about, tensors = _read(path)
    try:
        recurrence = MODELS[about["model"]](**about["settings"])
        if about["memory"]:
            recurrence.memory = _build(POLICIES, about["memory"])
        task = _build(TASKS, about["task"])
        net = Network(recurrence, task.n_classes).to(tensors["net.readout.weight"].dtype)
        training = Training(net, task, **about["recipe"])
        training.restore(tensors)
    except (KeyError, TypeError, RuntimeError) as error:
        raise BadCheckpoint(
            f"{path} was not written by this version of rsa_edu: {error}"
        ) from error
    return training


def provenance(path: str | Path) -> Provenance:
    """Where the checkpoint at `path` comes from."""
    return Provenance(**_read(path)[0]["provenance"])


def _read(path):
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint {path}.")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()["rsa_edu"])
            return about, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, TypeError, KeyError) as error:
        raise BadCheckpoint(
            f"{path} is not a checkpoint of rsa_edu, or is damaged: {error}"
        ) from error


def _plain(thing) -> dict | None:
    return None if thing is None else {"name": type(thing).__name__} | asdict(thing)


def _build(known: dict, plain: dict):
    settings = dict(plain)
    return known[settings.pop("name")](**settings)
