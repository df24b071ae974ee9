"""An explorer in a page: its sliders, its figure, and how fast one follows the other."""

import ast
import statistics
import time
from collections.abc import Callable, Iterator

from playwright.sync_api import Locator, Page

from tests.browser.notebook import OpenNotebook

LATENCIES: dict[str, list[float]] = {}
"""What was moved -> milliseconds of each measured move."""


class ExplorerOnPage:
    """The explorer that is displayed as number `place` in a notebook, from 0."""

    def __init__(self, notebook: OpenNotebook, place: int):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".rsa-explorer").nth(place)
        self.plot = self.root.locator(".js-plotly-plot").first
        self.plot.wait_for()

    def slider(self, label: str) -> Locator:
        """The slider with this label."""
        return self.root.locator(".widget-slider").filter(
            has=self.page.locator(".widget-label").get_by_text(label, exact=True)
        )

    def handle(self, label: str) -> Locator:
        """What is dragged of it; it takes the focus, too."""
        return self.slider(label).locator(".noUi-handle")

    def readout(self, label: str) -> float:
        """The number beside the slider."""
        shown = self.slider(label).locator(".widget-readout").text_content()
        return float(shown.replace("−", "-"))

    def button(self, label: str) -> Locator:
        """The button with this label."""
        return self.root.get_by_role("button", name=label, exact=True)

    def drag(self, label: str, *places: float) -> Iterator[float]:
        """Take the handle with the mouse and pull it to each of these places, 0 (left) to 1.

        Stops at each place, the button held down, and yields it.
        """
        handle, mouse = self.handle(label), self.page.mouse
        handle.scroll_into_view_if_needed()
        self.page.wait_for_timeout(300)  # parts that come into view are drawn now, and push others
        handle.hover()
        track = self.slider(label).locator(".noUi-base").bounding_box()
        height = track["y"] + track["height"] / 2
        mouse.down()
        for place in places:
            mouse.move(track["x"] + place * track["width"], height)
            yield place
        mouse.up()

    def settings(self) -> dict:
        """The settings as "Copy as code" gives them; those that are not the default."""
        self.button("Copy as code").click()
        self.notebook.let_the_kernel_answer()
        line = self.root.locator("input[type=text]").last
        line.wait_for()
        call = ast.parse(line.input_value(), mode="eval").body
        return {word.arg: ast.literal_eval(word.value) for word in call.keywords}

    def traces(self) -> list[dict]:
        """What plotly has drawn: name, x, y, z of each trace; None for what is no number."""
        return self.plot.evaluate("plot => rsaTest.traces(plot)")

    def click_point(self, trace: int, point: int) -> None:
        """Click on this point of this trace with the mouse."""
        x, y = self.plot.evaluate("(plot, at) => rsaTest.whereIs(plot, ...at)", [trace, point])
        self.page.mouse.move(x, y)
        self.page.wait_for_timeout(100)  # plotly looks where the mouse is 20 times a second
        self.page.mouse.click(x, y)

    def background(self) -> str:
        """The colour of the figure's ground."""
        return self.plot.evaluate("plot => plot._fullLayout.paper_bgcolor")

    def seconds_until_it_says(self, text: str, button: str) -> float:
        """Press this button; seconds from the click until this text stands somewhere."""
        self.button(button).scroll_into_view_if_needed()
        self.root.evaluate("(root, text) => rsaTest.awaitText(root, text)", text)
        self.button(button).click()
        took = self.page.evaluate("rsaTest.said")
        LATENCIES.setdefault(f"{button} until it says {text}", []).append(took)
        return took / 1000

    def measure_moves(self, name: str, label: str, moves: int = 20) -> list[float]:
        """Milliseconds from each of these moves of a held handle to the changed figure.

        A move that the figure does not answer within three seconds counts as three seconds.
        """
        patience = 3000
        places = [(move + 1) / (moves + 2) for move in range(moves + 1)]
        drag = self.drag(label, *places)
        next(drag)  # takes hold and goes to where the measured moves begin
        self.page.wait_for_timeout(500)
        for _ in range(moves):
            self.plot.evaluate("(plot, patience) => rsaTest.watch(plot, patience)", patience)
            next(drag)
            took = self.page.evaluate("rsaTest.answered")
            LATENCIES.setdefault(name, []).append(patience if took is None else took)
        next(drag, None)
        return LATENCIES[name]


def until(true: Callable[[], bool], page: Page, seconds: float = 10) -> bool:
    """Wait until it is true; returns whether it became so."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(50)
    return True


def moves_table() -> list[str]:
    """Median and worst, per explorer and button."""
    head = f"{'median':>8} {'worst':>8} {'moves':>6}  what was moved"
    return [
        head,
        *(
            f"{statistics.median(taken):8.0f} {max(taken):8.0f} {len(taken):6}  {name}"
            for name, taken in LATENCIES.items()
        ),
    ]
