"""Traces as plain words, as plotly's reference names them.

plotly's own classes check every word each time a figure is drawn, which a drag can feel. Here the
words are checked once, when a figure first comes into a page.
"""


def scatter(**words) -> dict:
    """Lines, dots, text."""
    return {"type": "scatter"} | words


def bar(**words) -> dict:
    """Bars."""
    return {"type": "bar"} | words


def heatmap(**words) -> dict:
    """Colours over a grid."""
    return {"type": "heatmap"} | words
