"""A notebook open in a real page, and everything that went wrong there."""

import re
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, Route

from tests.browser.server import LabServer

PAGE_JS = Path(__file__).with_name("page.js")
WIDGET_FAILURES = ("Error displaying widget", "model not found", "Loading widget...")
HARMLESS: tuple[tuple[str, str], ...] = ()
"""Console errors of JupyterLab itself: (pattern, why it is harmless)."""


class OpenNotebook:
    """One notebook in one page; `problems()` says in words what went wrong, [] if nothing did."""

    def __init__(self, context: BrowserContext, lab: LabServer, name: str):
        self.name = name
        self.console: list[str] = []
        self.outside: list[str] = []
        self._lab = lab
        context.route(re.compile(".*"), self._keep_inside)
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.console.append(f"page error: {error}"))
        self.page.on("websocket", lambda socket: self._inside(socket.url))
        self.page.add_init_script(path=PAGE_JS)

    def open(self) -> "OpenNotebook":
        """Open it and wait for its kernel; past the question for a kernel if Lab asks one."""
        self.page.goto(self._lab.address(self.name))
        self.page.wait_for_function("rsaTest.panel()", timeout=30_000)
        self.page.evaluate("rsaTest.listen()")
        choose = self.page.locator(".jp-Dialog button.jp-mod-accept")
        for _ in range(300):
            if self.page.evaluate("rsaTest.kernel()?.status") == "idle":
                return self
            if choose.is_visible():
                choose.click()
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"{self.name}: no kernel after 30 s")

    def run_all(self, seconds: float = 240) -> "OpenNotebook":
        """Run all cells until the last has run or one failed."""
        self.page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = self.page.evaluate("rsaTest.progress()")
            if now["run"] == now["cells"] and not now["busy"]:
                break
            if self.page.evaluate("rsaTest.failed()"):
                break
            self.page.wait_for_timeout(100)
        else:
            raise TimeoutError(f"{self.name}: {now['run']} of {now['cells']} cells in {seconds} s")
        self.page.wait_for_timeout(500)  # for what a page still draws after the last cell
        return self

    def scroll_through(self) -> None:
        """Bring every part into view once: Lab draws what is far away only then."""
        self.page.evaluate("rsaTest.scrollThrough()")

    def shown(self) -> str:
        """The text of all outputs."""
        return "\n".join(self.page.locator(".jp-OutputArea-output").all_text_contents())

    def save(self) -> None:
        """Save it, outputs and all."""
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")

    def end_kernel(self) -> None:
        """End its kernel, if it has one."""
        self._lab.close_kernel(self.name)

    def let_the_kernel_answer(self) -> None:
        """Wait until the kernel has dealt with what the page has sent so far."""
        self.page.evaluate("rsaTest.kernel().requestKernelInfo()")

    def theme(self, name: str) -> None:
        """Lab's own theme, "light" or "dark"."""
        self.page.evaluate(
            "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
            f"JupyterLab {name.capitalize()}",
        )

    def problems(self) -> list[str]:
        """Everything that went wrong since the page was opened."""
        found, in_cells = [], []
        for output in self.page.evaluate("rsaTest.outputs()"):
            if output["output_type"] == "error":
                in_cells.append(output["traceback"])
                found.append(f"cell {output['cell']}: {_plain(output)}")
            elif output.get("name") == "stderr":
                found.append(f"cell {output['cell']} warns: {''.join(output['text'])}")
        found += [
            f"in the kernel: {_plain(error)}"
            for error in self.page.evaluate("rsaTest.kernelErrors")
            if error["traceback"] not in in_cells
        ]
        shown = self.shown()
        found += [f"the page says: {text}" for text in WIDGET_FAILURES if text in shown]
        notices = self.page.locator(".Toastify__toast").all_inner_texts()
        found += [f"a notice lies over the page: {text}" for text in notices]
        found += [f"console: {text}" for text in self.console]
        found += [f"leaves this machine: {url}" for url in dict.fromkeys(self.outside)]
        return found

    def keep(self, path: Path) -> None:
        """Write what can be seen now: PATH.png, and in PATH.txt everything that went wrong."""
        self.page.screenshot(path=path.with_suffix(".png"))
        told = [*self.problems(), "", "JupyterLab's log:", self._lab.log.read_text()]
        path.with_suffix(".txt").write_text("\n".join(told))

    def _heard(self, message) -> None:
        text = f"{message.text} ({message.location['url']})"
        if message.type == "error" and not any(re.search(p, text) for p, _ in HARMLESS):
            self.console.append(text)

    def _keep_inside(self, route: Route, request: Request) -> None:
        if self._inside(request.url):
            route.continue_()
        else:
            route.abort()

    def _inside(self, url: str) -> bool:
        inside = re.match(r"(http|ws)://localhost[:/]|data:|blob:|about:", url) is not None
        if not inside:
            self.outside.append(url)
        return inside


def _plain(error: dict) -> str:
    lines = "\n".join(error["traceback"])
    return re.sub(r"\x1b\[[0-9;]*m", "", lines) or f"{error['ename']}: {error['evalue']}"
