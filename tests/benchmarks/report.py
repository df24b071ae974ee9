"""The table of the benchmarks, for the terminal and the README."""

import os
import platform
import re
from datetime import date
from pathlib import Path
from statistics import median, quantiles

import numba
import torch

from rsa_edu.models.pool import usable_cores
from tests.benchmarks.measure import Times

START, END = "<!-- written by make bench -->", "<!-- end of what make bench wrote -->"
HEADER = (
    *("what", "must reach", "measured (quartiles)", "reached", "kernels on one thread"),
    *("ms, ours : other", "share of the bound", "of nn.RNN's speed"),
)
NOTE = """\
{machine}{load}.

Both sides of a ratio run by turns in one process; a ratio is of medians, the quartiles are those \
of the single rounds. Torch computes on one thread, as this package sets it; the kernels take up \
to one thread a core, and beside it stands the ratio with one thread for them, too. The bound is \
what one thread needs for nothing but the tanh of additive attention, one for every attended \
state, unit and step, forward and again backward, at the {rate:.1f} billion a second measured \
here; the share is that of the kernels on one thread. Memory is the peak of a fresh process, for \
a training step above its value after a small warm-up."""


def time_row(what: str, limit: str, times: Times, bound: float | None = None) -> tuple[str, ...]:
    """One line of the table.

    Args:
        limit: "<= 2.0" for the time of "ours" over that of "other", ">= 6" for how much faster.
        times: "ours" and "other"; if measured, "one": ours with the kernels on one thread, "rnn":
            torch.nn.RNN on the same.
        bound: the least seconds one thread would need.
    """
    mid = {name: median(seconds) for name, seconds in times.items()}
    pairs = list(zip(times["ours"], times["other"], strict=True))

    def ratio(ours: float, other: float) -> float:
        return ours / other if limit.startswith("<=") else other / ours

    value = ratio(mid["ours"], mid["other"])
    low, _, high = quantiles([ratio(*pair) for pair in pairs], n=4)
    return (
        what,
        limit,
        f"{value:.2f} ({low:.2f} to {high:.2f})",
        verdict(value, limit),
        f"{ratio(mid['one'], mid['other']):.2f}" if "one" in mid else "",
        f"{1e3 * mid['ours']:.1f} : {1e3 * mid['other']:.1f}",
        f"{bound / mid['one']:.0%}" if bound else "",
        f"{mid['rnn'] / mid['ours']:.0%}" if "rnn" in mid else "",
    )


def plain_row(what: str, limit: str, value: float, shown: str) -> tuple[str, ...]:
    """One line about memory: the number `limit` is about, and how it is written."""
    return (what, limit, shown, verdict(value, limit), "", "", "", "")


def verdict(value: float, limit: str) -> str:
    """yes or no; nothing where nothing is asked."""
    if not limit:
        return ""
    sign, number = limit.split()[:2]
    return "yes" if (value <= float(number) if sign == "<=" else value >= float(number)) else "no"


def table(rows: list[tuple[str, ...]]) -> str:
    """A Markdown table that is readable as it stands."""
    lines = [HEADER, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    text = [
        "| " + " | ".join(cell.ljust(n) for cell, n in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([text[0], "|" + "|".join("-" * (n + 2) for n in widths) + "|", *text[1:]])


def load() -> str:
    """How busy the machine is; to be asked before the benchmarks make it so."""
    return f", load before {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def machine() -> str:
    """What it was measured on; no names."""
    info = Path("/proc/cpuinfo")
    found = info.exists() and re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8"))
    cpu = found[1] if found else platform.processor() or platform.machine()
    versions = f"torch {torch.__version__}, numba {numba.__version__}"
    return (
        f"{date.today()}: {cpu}, {usable_cores()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def write(readme: Path, text: str) -> None:
    """Put the text between the two marks.

    Raises:
        ValueError: the marks are not there, each once.
    """
    before, rest = readme.read_text(encoding="utf-8").split(START)
    _, after = rest.split(END)
    readme.write_text(f"{before}{START}\n{text}\n{END}{after}", encoding="utf-8")
