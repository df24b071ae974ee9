"""A pytest plugin: the seconds each notebook took, for the course's stated run times."""

from collections import Counter
from pathlib import Path

_seconds: Counter[str] = Counter()


def pytest_runtest_logreport(report):
    """Add up the cells of a notebook, its kernel's start included."""
    name = Path(report.nodeid.split("::")[0])
    if name.suffix == ".ipynb":
        _seconds[name.stem] += report.duration


def pytest_terminal_summary(terminalreporter):
    """Print the table before pytest's last line."""
    terminalreporter.section("seconds per notebook")
    for name, seconds in sorted(_seconds.items()):
        terminalreporter.line(f"{seconds:7.1f}  {name}")
    terminalreporter.line(f"{_seconds.total():7.1f}  all")
