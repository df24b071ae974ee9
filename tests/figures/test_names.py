"""Sliders and glossary use the same words."""

from rsa_edu.figures.names import NAMES
from rsa_edu.lessons.terms import TERMS


def test_every_slider_of_the_glossary_is_so_named():
    """The glossary names a slider otherwise than the explorers do."""
    named = {term.slider for term in TERMS if term.slider}
    assert named
    assert named <= set(NAMES.values())
