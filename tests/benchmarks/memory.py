"""The memory one training step or evaluation takes, in a process of its own.

    python -m tests.benchmarks.memory step RelRNN STEPS BATCH HIDDEN

prints two numbers of bytes: the peak after a small warm-up, and the peak at the end.
"""

import re
import resource
import sys
from pathlib import Path

import rsa_edu as rsa
from tests.benchmarks import work

WARM_UP = 20
"""Steps of the sequence that has everything loaded and compiled before it counts."""


def peak() -> int:
    """Most bytes this process ever held.

    On Linux ru_maxrss would do for everything but one: it starts at what the process held that
    started this one, and what stays below is not seen.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text(encoding="utf-8"))[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS


def main(what: str, name: str, steps: str, batch: str, hidden: str) -> None:
    """Run and print."""
    make = {"step": work.training_step, "evaluation": work.evaluation}[what]
    model = getattr(rsa.models, name)(work.INPUTS, int(hidden))
    make(model, steps=min(WARM_UP, int(steps)), batch=int(batch))()
    before = peak()
    make(model, steps=int(steps), batch=int(batch))()
    print([before, peak()])


if __name__ == "__main__":
    main(*sys.argv[1:])
