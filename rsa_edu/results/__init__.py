"""Small precomputed results, each with its provenance."""

from rsa_edu.results import primacy, rates, recipes
from rsa_edu.results.measured import Measured, sweep
from rsa_edu.results.saved import Saved, load, names

__all__ = ["Measured", "Saved", "load", "names", "primacy", "rates", "recipes", "sweep"]
