"""The type checker of the test run."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
"""An int is accepted for a float, as everywhere in Python."""
