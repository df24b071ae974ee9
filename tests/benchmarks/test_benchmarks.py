"""The benchmarks run, at tiny sizes; no time is asserted."""

import subprocess
import sys

import pytest

from tests.benchmarks import report
from tests.benchmarks.measure import ROOT, tanh_count


def test_the_benchmarks_run_and_fill_their_part_of_a_readme(tmp_path):
    """Wrong if a change of the package broke `make bench`, or it wrote beyond its marks."""
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.START}\nold\n{report.END}\nafter\n", encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks", "--tiny", "-k", "not MemRNN"]
    subprocess.run([*command, f"--update-readme={readme}"], cwd=ROOT, check=True)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{report.START}\n| what ")
    assert text.endswith(f".\n{report.END}\nafter\n")
    assert "old" not in text
    assert text.count("| yes ") + text.count("| no ") == 11


def test_the_readme_has_a_place_for_the_table():
    """Wrong if `make bench ARGS=--update-readme` had nowhere to write."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count(report.START) == text.count(report.END) == 1


@pytest.mark.parametrize(
    ("limit", "cells"),
    [
        ("<= 2.5", ("2.00 (2.00 to 2.00)", "yes", "3.00", "2000.0 : 1000.0", "50%", "75%")),
        ("<= 1.9", ("2.00 (2.00 to 2.00)", "no", "3.00", "2000.0 : 1000.0", "50%", "75%")),
        (">= 0.5", ("0.50 (0.50 to 0.50)", "yes", "0.33", "2000.0 : 1000.0", "50%", "75%")),
    ],
)
def test_a_row_says_what_was_measured(limit, cells):
    """Wrong if a ratio stood upside down or a limit were reached from the wrong side."""
    times = {"ours": [2.0] * 3, "other": [1.0] * 3, "one": [3.0] * 3, "rnn": [1.5] * 3}
    assert report.time_row("it", limit, times, bound=1.5) == ("it", limit, *cells)


def test_the_bound_counts_what_is_attended():
    """Wrong if the bound counted slots that are still empty."""
    assert tanh_count(4, batch=2, hidden=3, slots=2) == (0 + 1 + 2 + 2) * 2 * 3
