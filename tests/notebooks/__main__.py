"""The notebook ring: `python -m tests.notebooks` runs every notebook twice in a row, by nbval.

Twice means in one kernel, from top to bottom and from the top again, as a student does it. It runs
on a copy, so that a student's answers are left alone. At the end stand the seconds of each run: no
notebook should take over 90 s and all together not over 240 s, but only a cell that takes over
300 s fails. Other arguments go on to pytest.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
MOST_PER_NOTEBOOK, MOST_IN_ALL = 90, 240
CELL_TIMEOUT = 300


def write_twice(source: Path, target: Path) -> int:
    """Write the notebook with all its cells once more at the end; returns its code cells."""
    notebook = nbformat.read(source, as_version=4)
    cells = notebook.cells
    again = [nbformat.from_dict({**cell, "id": f"again-{n}"}) for n, cell in enumerate(cells)]
    notebook.cells = [*cells, *again]
    nbformat.write(notebook, target)
    return sum(cell.cell_type == "code" for cell in cells)


class Seconds:
    """A pytest plugin that adds up the seconds of each notebook's first and second run."""

    def __init__(self, cells: dict[str, int]):
        self._cells = cells
        self._first: Counter[str] = Counter()
        self._second: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report) -> None:
        """One cell; that the kernel starts belongs to the first."""
        path, cell = report.nodeid.split("::Cell ")
        name = Path(path).stem
        run = self._first if int(cell) < self._cells[name] else self._second
        run[name] += report.duration

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """The table before pytest's last line."""
        terminalreporter.section("seconds per notebook, once and once more")
        for name, seconds in sorted(self._first.items()):
            terminalreporter.line(self._line(name, seconds, self._second[name], MOST_PER_NOTEBOOK))
        all_of_them = self._first.total(), self._second.total()
        terminalreporter.line(self._line("all", *all_of_them, MOST_IN_ALL))

    @staticmethod
    def _line(name: str, first: float, second: float, most: float) -> str:
        slow = f"  over {most} s" if first > most else ""
        return f"{first:7.1f} {second:7.1f}  {name}{slow}"


def main(arguments: list[str], notebooks: Path = ROOT / "notebooks") -> int:
    """Run the ring; returns pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        cells = {
            path.stem: write_twice(path, Path(folder) / path.name)
            for path in notebooks.glob("*.ipynb")
        }
        settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", folder]
        options = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}"]
        return pytest.main([*settings, *options, *arguments, folder], plugins=[Seconds(cells)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
