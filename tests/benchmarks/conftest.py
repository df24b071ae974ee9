"""The options of `make bench`, its sizes, and its table."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.benchmarks import report
from tests.benchmarks.measure import ROOT, tanh_rate


def pytest_addoption(parser):
    """For `make bench ARGS=...`."""
    parser.addoption("--tiny", action="store_true", help="tiny sizes: does the code still run?")
    parser.addoption(
        "--update-readme",
        nargs="?",
        const=str(ROOT / "README.md"),
        metavar="FILE",
        help="write the table into the README, or FILE, between the two marks",
    )


@dataclass(frozen=True)
class Sizes:
    """Sizes of the benchmarks: those the project is judged by. Pairs are (B, T)."""

    hidden: int = 128
    small: tuple[int, int] = (10, 120)
    large: tuple[int, int] = (64, 520)
    delay: int = 100
    updates: tuple[int, int] = (200, 100)  # before it counts, and those that count
    evaluation: tuple[int, int] = (1000, 4000)
    memory: tuple[int, int] = (500, 2000)
    memory_batch: int = 64
    long: tuple[int, int] = (100, 5000)
    rounds: dict = field(default_factory=lambda: {"small": 60, "large": 15})


TINY = Sizes(
    hidden=8,
    small=(2, 12),
    large=(3, 14),
    delay=3,
    updates=(2, 3),
    evaluation=(12, 24),
    memory=(12, 24),
    memory_batch=2,
    long=(2, 30),
    rounds={"small": 3, "large": 2},
)


@pytest.fixture(scope="session")
def sizes(request) -> Sizes:
    """What is measured at which size."""
    return TINY if request.config.getoption("--tiny") else Sizes()


@pytest.fixture(scope="session")
def rate(request) -> float:
    """tanh a second of one thread of this machine."""
    request.config.tanh_rate = tanh_rate()
    return request.config.tanh_rate


@pytest.fixture(scope="session")
def rows(request, rate) -> list:
    """The table; every benchmark adds its line. The note under it gives the rate."""
    request.config.bench_rows, request.config.load_before = [], report.load()
    return request.config.bench_rows


def pytest_terminal_summary(terminalreporter, config):
    """Show the table, and write it where it is wanted."""
    if not getattr(config, "bench_rows", None):
        return
    table = report.table(config.bench_rows)
    note = report.NOTE.format(
        machine=report.machine(), load=config.load_before, rate=config.tanh_rate / 1e9
    )
    terminalreporter.write_line(f"\n{table}\n\n{note}")
    if config.getoption("--update-readme"):
        report.write(Path(config.getoption("--update-readme")), f"{table}\n\n{note}")
