"""Trained models that come with the package."""

from dataclasses import dataclass
from pathlib import Path

from rsa_edu.checkpoints import Provenance, provenance
from rsa_edu.checkpoints import load as load_checkpoint
from rsa_edu.network import Network
from rsa_edu.training import Training

FOLDER = Path(__file__).parent / "checkpoints"


@dataclass(frozen=True)
class Saved:
    """A shipped model: its training, ready to go on, and where it comes from."""

    training: Training
    provenance: Provenance

    @property
    def net(self) -> Network:
        """The trained network."""
        return self.training.net

    @property
    def task(self):
        """What it was trained on."""
        return self.training.task


def names() -> list[str]:
    """What is shipped, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def load(name: str) -> Saved:
    """A shipped model by name; every call gives a copy of its own.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in names():
        raise ValueError(f"there is no shipped model {name!r}; there are {', '.join(names())}.")
    path = FOLDER / f"{name}.safetensors"
    return Saved(load_checkpoint(path), provenance(path))
