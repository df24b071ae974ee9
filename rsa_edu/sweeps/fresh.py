"""A run in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict

from rsa_edu.models import Interrupted
from rsa_edu.store import Run
from rsa_edu.sweeps.measure import measure
from rsa_edu.sweeps.settings import RunSettings

LOOK_EVERY = 0.02
"""Seconds between two looks at the process."""
_PROGRAM = "from rsa_edu.sweeps.fresh import main; main()"


def in_fresh_process(settings: RunSettings, stop: threading.Event | None = None) -> Run:
    """Measure one run in a process of its own, which is the only way to know its peak memory.

    Args:
        stop: when it is set, the process is ended.

    Raises:
        Interrupted: `stop` was set. RuntimeError: the process failed; its last line is told.
    """
    command = [sys.executable, "-c", _PROGRAM, json.dumps(settings.plain())]
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=errors) as child:
            try:
                while child.poll() is None:
                    if stop is not None and stop.is_set():
                        raise Interrupted("stopped")
                    time.sleep(LOOK_EVERY)
            finally:
                child.kill()
        if child.returncode:
            last = _last_line(errors, "it said nothing")
            raise RuntimeError(f"its process ended with code {child.returncode}: {last}")
        # The last line: while the kernels are compiled, that is said before.
        return Run(**json.loads(_last_line(said, "")))


def main() -> None:
    """Measure the settings given as JSON, and print the run as JSON.

    Standard input stays open as long as the process that waits for it lives; when it is closed,
    nobody does, and this one ends at once.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    settings = RunSettings(**json.loads(sys.argv[1]))
    print(json.dumps(asdict(measure(settings))))


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(1)


def _last_line(file, otherwise: str) -> str:
    file.seek(0)
    return (file.read().strip().splitlines() or [otherwise])[-1]
