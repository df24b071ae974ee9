"""Claims, predictions, exercise checks, shown source and the glossary: what notebooks call."""

from rsa_edu.lessons.claims import ClaimError, claim
from rsa_edu.lessons.notebook import Lesson, lesson
from rsa_edu.lessons.sources import show_source
from rsa_edu.lessons.terms import glossary

__all__ = ["ClaimError", "Lesson", "claim", "glossary", "lesson", "show_source"]
