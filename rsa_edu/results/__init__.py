"""Small precomputed results, each with its provenance."""

from rsa_edu.results import recipes
from rsa_edu.results.saved import Saved, load, names

__all__ = ["Saved", "load", "names", "recipes"]
