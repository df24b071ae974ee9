"""Claims, predictions, exercise checks, shown source and the glossary: what notebooks call."""

from rsa_edu.lessons.claims import ClaimError, claim
from rsa_edu.lessons.glossary import glossary
from rsa_edu.lessons.lesson import Lesson, lesson
from rsa_edu.lessons.sources import show_source

__all__ = ["ClaimError", "Lesson", "claim", "glossary", "lesson", "show_source"]
