"""What an explorer looks like in the page, and what only the page knows or can do."""

from pathlib import Path

import anywidget
import ipywidgets
import traitlets

from rsa_edu.figures.theme import WIDTH

# The first rule: a saved notebook keeps a plain figure after the live one, and it is to be seen
# only once the live one is gone with its kernel.
CSS = f"""<style>
.jp-OutputArea-child:has(.rsa-explorer) + .jp-OutputArea-child:has(.jp-RenderedPlotly)
  {{display: none}}
.rsa-explorer {{max-width: {WIDTH}px}}
.rsa-explorer .rsa-grid
  {{display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr))}}
.rsa-explorer .rsa-grid > * {{margin-right: 12px; min-width: 0}}
.rsa-explorer .rsa-grid > .rsa-wide {{grid-column: 1 / -1}}
.rsa-explorer :focus-visible {{outline: 2px solid #1a7ab8; outline-offset: 1px}}
.rsa-explorer .rsa-summary {{font-size: 15px; line-height: 1.45; min-height: 3em}}
.rsa-explorer .rsa-status {{min-height: 1.6em; opacity: 0.85}}
</style>"""


class Page(anywidget.AnyWidget):
    """The page's side of an explorer; without a page nothing happens.

    dark: Lab's theme; width: pixels free for the figure, 0 before the page has answered; a message
    {"copy": text} puts text into the clipboard, and the page answers {"copied": True or False}.
    """

    _esm = Path(__file__).with_name("page.js")

    dark = traitlets.Bool(False).tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)


def button(label: str, action) -> ipywidgets.Button:
    """A button as wide as its label."""
    made = ipywidgets.Button(description=label, layout={"width": "max-content"})
    made.on_click(action)
    return made


def row(*widgets) -> ipywidgets.HBox:
    """Side by side, in more lines where the page is narrow."""
    return ipywidgets.HBox(widgets, layout={"flex_flow": "row wrap", "grid_gap": "4px"})
