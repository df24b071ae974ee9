"""Small precomputed results, each with its provenance."""

from rsa_edu.results import primacy, recipes
from rsa_edu.results.saved import Saved, load, names

__all__ = ["Saved", "load", "names", "primacy", "recipes"]
