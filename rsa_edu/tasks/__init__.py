"""What the models are trained on."""

from rsa_edu.tasks.batch import Batch
from rsa_edu.tasks.recall import Copy, Denoise

__all__ = ["Batch", "Copy", "Denoise"]
