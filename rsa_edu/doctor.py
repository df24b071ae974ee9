"""Does this installation work? Each part answers in one line, with a cure where it does not."""

import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from itertools import pairwise
from pathlib import Path

from rsa_edu import browser
from rsa_edu.browser import find_browser

__all__ = ["Finding", "doctor", "examine", "find_browser"]

_FRONT_ENDS = ("@jupyter-widgets/jupyterlab-manager", "anywidget", "jupyterlab-plotly")
# Seconds after which a slow machine need not train on.
_PATIENCE = 3
_NUMBA = "`python -m pip install numba`, and a home folder in which numba may keep compiled code"
_REINSTALL = "run `make lab` again, or `python -m pip install --force-reinstall rsa-edu`"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor: `state` is "OK", "FAIL" or "note"; a FAIL comes with its `cure`."""

    state: str
    text: str
    cure: str = ""

    def __str__(self) -> str:
        line = f"{f'[{self.state}]':<6} {self.text}"
        return f"{line}\n       Cure: {self.cure}." if self.cure else line


def doctor() -> None:
    """Print one line for each part of the installation; in a notebook, also ask the page.

    The last line of a notebook is a widget that the page fills in: [OK] and milliseconds once the
    page and the kernel have answered each other.
    """
    examine(print)
    if _in_notebook():
        from IPython.display import display

        from rsa_edu.roundtrip import RoundTrip

        display(RoundTrip())


def examine(tell: Callable[[Finding], object]) -> bool:
    """Look at every part, `tell` each finding as soon as it is there; True where nothing failed."""
    well = True
    for part in (_python, _packages, _torch, _front_end, _computation, _browser):
        try:
            for finding in part():
                tell(finding)
                well &= finding.state != "FAIL"
        except Exception as error:  # A broken installation may break anywhere; say where.
            name = part.__name__.strip("_").replace("_", " ")
            tell(Finding("FAIL", f"{name}: {type(error).__name__}: {error}", _REINSTALL))
            well = False
    return well


def _python() -> Iterator[Finding]:
    from packaging.specifiers import SpecifierSet

    wanted = metadata("rsa-edu")["Requires-Python"]
    text = f"Python {platform.python_version()} ({sys.executable})"
    if SpecifierSet(wanted).contains(platform.python_version(), prereleases=True):
        yield Finding("OK", text)
    else:
        yield Finding("FAIL", f"{text}, but {wanted} is needed", "set up again with a newer Python")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    for want in map(Requirement, requires("rsa-edu") or []):
        if want.marker and not want.marker.evaluate({"extra": ""}):
            continue  # Belongs to an extra, or to another platform.
        cure = f'run `python -m pip install "{want.name}{want.specifier}"`'
        try:
            found = version(want.name)
        except PackageNotFoundError:
            yield Finding("FAIL", f"{want.name} is missing", cure)
            continue
        if want.specifier.contains(found, prereleases=True):
            yield Finding("OK", f"{want.name} {found}")
        else:
            yield Finding("FAIL", f"{want.name} {found}, but {want.specifier} is needed", cure)


def _torch() -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        cure = "install torch again with `python -m pip install --force-reinstall torch`"
        if sys.platform == "win32":
            cure = "install the Microsoft Visual C++ runtime (vc_redist.x64.exe), then try again"
        yield Finding("FAIL", f"torch does not load: {error}", cure)
        return
    build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "CPU"
    threads = torch.get_num_threads()
    yield Finding("OK", f"torch is the {build} build; threads: {threads}")


def _front_end() -> Iterator[Finding]:
    from jupyter_core.paths import jupyter_path

    for name in _FRONT_ENDS:
        places = [Path(folder) / name / "package.json" for folder in jupyter_path("labextensions")]
        found = next((place for place in places if place.is_file()), None)
        if found:
            number = json.loads(found.read_text(encoding="utf-8"))["version"]
            yield Finding("OK", f"widget front end {name} {number}")
        else:
            text = f"JupyterLab will not find the widget front end {name}"
            yield Finding("FAIL", text, _REINSTALL)


def _computation() -> Iterator[Finding]:
    import torch

    from rsa_edu.models import RelRNN, compiled
    from rsa_edu.models.pool import usable_cores
    from rsa_edu.network import Network
    from rsa_edu.runner import train
    from rsa_edu.tasks import Copy

    task = Copy(delay=100)
    net = Network(RelRNN(task.input_size, 64), task.n_classes)
    ends = []
    for record in train(net, task, updates=6, batch_size=10):
        ends.append(record.seconds)
        if len(ends) > 1 and record.seconds > _PATIENCE:
            break
    # The first update is left out: it pays for what torch sets up once. Of the others the quickest
    # counts: whatever else the machine does only adds.
    took = min(b - a for a, b in pairwise(ends))
    yield Finding(
        "OK",
        f"computation: {took * 1000:.0f} ms for one training update of a RelRNN (10 sequences of "
        f"{task.length} steps, 64 units)",
    )
    if compiled.unavailable:
        yield Finding("note", f"no compiled path, so all is slower: {compiled.unavailable}", _NUMBA)
    else:
        compiled.get_ready(torch.float64)  # training has compiled for float32: now the figures, too
        yield Finding("OK", f"compiled path (numba {version('numba')}), {usable_cores()} cores")


def _browser() -> Iterator[Finding]:
    found = find_browser()
    if found:
        yield Finding("OK", f"browser for the tests: {found}")
    else:
        yield Finding("note", f"no Chromium found; only the tests need one: {browser.CURE}")


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
