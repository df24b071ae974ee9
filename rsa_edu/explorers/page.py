"""What only the browser knows or can do: Lab's theme, the width there is, the clipboard."""

from pathlib import Path

import anywidget
import traitlets


class Page(anywidget.AnyWidget):
    """The page's side of an explorer; without a page nothing happens.

    dark: Lab's theme; width: pixels free for the figure, 0 before the page has answered; a message
    {"copy": text} puts text into the clipboard, and the page answers {"copied": True or False}.
    """

    _esm = Path(__file__).with_name("page.js")

    dark = traitlets.Bool(False).tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)
