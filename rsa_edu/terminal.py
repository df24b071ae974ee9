"""`rsa-edu sweep` in the terminal: progress with time left, Ctrl-C, one sentence for an error."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from rsa_edu.exports import read_export, write_export
from rsa_edu.results.measured import FILE as SHIPPED
from rsa_edu.store import Run, Store, StoreError
from rsa_edu.sweeps.check import check
from rsa_edu.sweeps.cluster import ClusterError
from rsa_edu.sweeps.costs import costs
from rsa_edu.sweeps.grid import plan
from rsa_edu.sweeps.run import SweepRun
from rsa_edu.sweeps.settings import RunSettings

STORE = Path("sweeps.sqlite")
INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""


def main(options: Namespace) -> int:
    """Run or check the sweep; 0, 1 for runs without result or that differ, 2 for an error."""
    cluster = {name: getattr(options, name) for name in ("scheduler", "workers", "dashboard")}
    try:
        sweep = plan(options.sweep)
        if options.costs:
            return _costs(sweep)
        if options.check:
            return _check(sweep, options, cluster)
        run = SweepRun(sweep, options.store or STORE, **cluster)
        code = _follow(run)
        if options.export and code != INTERRUPTED:
            write_export(options.export, run.result(), command=f"rsa-edu sweep {options.sweep}")
            print(f"{run.done} runs in {options.export}.")
        return code
    except (ValueError, StoreError, ClusterError, RuntimeError) as error:
        print(f"rsa-edu: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED


def _follow(run: SweepRun) -> int:
    """Start, and tell every finished run, until the end or Ctrl-C."""
    tell = _teller(run)
    try:
        run.start()
        while not run.wait(0.5):
            tell()
        tell()
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        run.stop()
        print(f"{run.message} The same command goes on.")
        return INTERRUPTED
    for failure in run.failures:
        print(f"rsa-edu: {failure}", file=sys.stderr)
    run.result()  # raises what made it fail
    print(run.message)
    return 1 if run.failures else 0


def _teller(run: SweepRun) -> Callable[[], None]:
    """A function that prints what is new: a line a run, and in a terminal how it stands."""
    live, told = sys.stdout.isatty(), 0

    def tell() -> None:
        nonlocal told
        for made in run.new[told:]:
            told += 1
            print(("\r\033[K" if live else "") + _line(made), flush=True)
        if live and run.state == "running":
            print(f"\r\033[K{run.message}", end="", flush=True)

    return tell


def _line(run: Run) -> str:
    settings, accuracy = RunSettings(**run.settings), run.result["accuracy"]
    ended = {"target": "target met", "diverged": "DIVERGED"}.get(run.result["ended"], "the end")
    return (
        f"{settings}: accuracy {accuracy:.3f}, {ended} after {run.updates} updates, "
        f"{run.seconds:.1f} s"
    )


def _costs(sweep: list[RunSettings]) -> int:
    """A line for each kind of run, and the sum."""
    print("core-minutes at most, runs, ms an update, what")
    runs = minutes = 0
    for cost in costs(sweep):
        runs, minutes = runs + cost.runs, minutes + cost.minutes
        print(
            f"{cost.minutes:8.1f} {cost.runs:5} {cost.milliseconds:7.1f}  {cost.kind}", flush=True
        )
    print(f"{minutes:8.1f} {runs:5}          in all, without tests and measurements")
    return 0


def _check(sweep: list[RunSettings], options: Namespace, cluster: dict) -> int:
    runs = _stored(sweep, [options.store] if options.store else [SHIPPED, STORE])
    print(f"Making {min(options.sample, len(runs))} of {len(runs)} runs again ...", flush=True)
    verdicts = check(runs, sample=options.sample, **cluster)
    for verdict in verdicts:
        print(verdict)
    return 0 if all(verdict.good for verdict in verdicts) else 1


def _stored(sweep: list[RunSettings], sources: list[Path]) -> list[Run]:
    """The runs of the sweep in the first of these files that holds any."""
    keys = {settings.key for settings in sweep}
    for source in sources:
        packed = source.suffix == ".gz"
        runs = read_export(source).runs if packed else Store(source, writing=False).runs()
        if found := [run for run in runs if run.key in keys]:
            return found
    raise StoreError(f"{source} holds no run of the sweep.")
