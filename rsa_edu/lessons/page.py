"""What a lesson puts on the page: HTML that follows the theme, and the same in plain text.

Colours are JupyterLab's CSS variables, so the light and the dark theme both fit; a page without
them (an exported one, another front end) falls back on the colour of the text around it.
"""

from dataclasses import dataclass
from html import escape

_COLOURS = {
    "good": "var(--jp-success-color1,currentcolor)",
    "wrong": "var(--jp-warn-color1,currentcolor)",
    "open": "var(--jp-ui-font-color2,currentcolor)",
    "note": "var(--jp-brand-color1,currentcolor)",
}


@dataclass(frozen=True)
class Shown:
    """Something to show: `html` in a notebook, `text` in a terminal."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def mark(sign: str, kind: str) -> str:
    """A sign such as ✓ in the colour of its kind; the sign itself carries the meaning."""
    return f'<span style="color:{_COLOURS[kind]};font-weight:bold">{escape(sign)}</span>'


def block(inner: str, kind: str) -> str:
    """A paragraph set off by a bar on its left in the colour of its kind."""
    return (
        f'<div style="border-left:4px solid {_COLOURS[kind]};padding:.3em .8em;margin:.3em 0;'
        f'line-height:1.5;max-width:46em">{inner}</div>'
    )


def bar(kind: str) -> str:
    """The same bar as a CSS border, for widgets."""
    return f"4px solid {_COLOURS[kind]}"
