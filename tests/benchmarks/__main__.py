"""The benchmarks: `python -m tests.benchmarks`, what `make bench` runs. Arguments go on to pytest.

--update-readme    write the table into the README
--tiny             only see whether it runs
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OPTIONS = (
    # The package as its users have it: without the type checks of tests/conftest.py.
    *("--confcutdir", str(HERE)),
    *("--override-ini", "python_functions=bench_*"),
    *("--quiet", "--benchmark-columns", "median,iqr,rounds"),
)

if __name__ == "__main__":
    sys.exit(pytest.main([str(HERE / "bench_engine.py"), *OPTIONS, *sys.argv[1:]]))
