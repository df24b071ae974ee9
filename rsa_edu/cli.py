"""The command `rsa-edu`: open the course, examine the installation, hand it out, run sweeps."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rsa_edu import course
from rsa_edu.browser import CURE, get_browser
from rsa_edu.doctor import examine

# Nothing leaves the machine: no news, no question for a newer version, no list of extensions.
_QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `rsa-edu ARGUMENTS`; return the exit code: 0, 1 for a part missing, 2 for an error."""
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and not options.passes_options_on:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        return options.run(options)
    except course.CourseError as error:
        print(f"rsa-edu: {error}", file=sys.stderr)
        return 2


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command; each subcommand sets `run`, a function of the options."""
    parser = argparse.ArgumentParser(
        prog="rsa-edu",
        description="A course on the tradeoff between recurrence and self-attention.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"rsa-edu {version('rsa-edu')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    lab = commands.add_parser(
        "lab",
        help="open the course in JupyterLab",
        description="Open the course in JupyterLab: inside a clone its own notebooks, in a folder "
        f"that holds a course that one, anywhere else the folder {course.FOLDER}, which is made or "
        "brought up to date first. A notebook you changed is never overwritten.",
        epilog="Any other option goes on to JupyterLab, for example --no-browser --port 8899.",
        allow_abbrev=False,
    )
    lab.set_defaults(run=_lab, passes_options_on=True)

    doctor = commands.add_parser(
        "doctor",
        help="examine the installation",
        description="Print [OK] or [FAIL] for each part of the installation, with a cure for what "
        "failed. Exit code 1 where something failed.",
    )
    doctor.set_defaults(run=_doctor, passes_options_on=False)

    export = commands.add_parser(
        "export",
        help="write the course to a folder, to hand it out",
        description="Write the notebooks to a new or empty folder, to hand them out to a class.",
    )
    export.add_argument("folder", metavar="DIR", type=Path, help="a new or an empty folder")
    export.add_argument(
        "--without-solutions", action="store_true", help="leave out the folded solutions"
    )
    export.set_defaults(run=_export, passes_options_on=False)

    sweep = commands.add_parser(
        "sweep",
        help="run a grid of trainings on all cores or on a cluster, and keep the results",
        description="Train and measure every run of a sweep that is not in the store yet. Each "
        "finished run is stored at once: after Ctrl-C, or whatever else, the same command goes on.",
    )
    sweep.add_argument(
        "sweep", metavar="SWEEP", help="the name of a sweep of this package, or a .toml file"
    )
    sweep.add_argument(
        "--store", metavar="PATH", type=Path, help="where runs are kept; default sweeps.sqlite"
    )
    sweep.add_argument(
        "--workers", metavar="N", type=int, help="processes on this machine; default one a core"
    )
    sweep.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.1:8786"
    )
    sweep.add_argument(
        "--dashboard", metavar="ADDRESS", help="serve Dask's dashboard, such as 127.0.0.1:8787"
    )
    sweep.add_argument(
        "--export", metavar="FILE", type=Path, help="write the runs to a small file, .json.gz"
    )
    sweep.add_argument(
        "--costs", action="store_true", help="run nothing; time a few updates and say what it costs"
    )
    sweep.add_argument(
        "--check",
        action="store_true",
        help="make a random sample of the stored runs again and compare; --store may be an export",
    )
    sweep.add_argument(
        "--sample", metavar="N", type=int, default=3, help="with --check, how many; default 3"
    )
    sweep.set_defaults(run=_sweep, passes_options_on=False)

    browser = commands.add_parser(
        "browser",
        help="find or get the browser that the tests need",
        description="Print the path of a Chromium. Where there is none, Playwright puts one into "
        "your cache, or, as root on Debian, apt installs it.",
    )
    browser.set_defaults(run=_browser, passes_options_on=False)
    return parser


def lab_arguments(folder: Path, own: Sequence[str]) -> list[str]:
    """JupyterLab's arguments to open the course in `folder`; the user's `own` go before ours."""
    given = {argument.split("=")[0] for argument in own}
    ours = [f"--ServerApp.root_dir={folder}", f"--LabApp.default_url=/lab/tree/{course.START}"]
    ours += _QUIET
    if not given & {"--ip", "--ServerApp.ip"}:
        ours.append("--ServerApp.ip=localhost")
    if getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in given:
        # Containers run as root; JupyterLab refuses that unless told that it is meant.
        ours.append("--allow-root")
    return [*ours, *own]


def lab_environment() -> dict[str, str]:
    """Environment variables for JupyterLab: ours, on top of those of this process.

    They lead it to the folder jupyter/, where the plugin that asks whether to fetch news is off.
    """
    own = str(Path(__file__).with_name("jupyter"))
    given = os.environ.get("JUPYTER_CONFIG_PATH")
    return {"JUPYTER_CONFIG_PATH": os.pathsep.join([own, given] if given else [own])}


def _lab(options: argparse.Namespace) -> int:
    folder, update = course.course_folder(Path.cwd())
    for line in _told(folder, update):
        print(line)
    # Imported here: JupyterLab takes a second to load, and no other command needs it.
    from jupyterlab.labapp import LabApp

    os.environ.update(lab_environment())
    LabApp.launch_instance(lab_arguments(folder, options.rest))
    return 0


def _told(folder: Path, update: course.Update) -> list[str]:
    lines = [f"The course is in {folder}."]
    if update.renewed:
        lines.append(f"Brought up to date: {', '.join(update.renewed)}.")
    lines += [
        f"You changed {name}, so it stays as it is; its new version is {beside}."
        for name, beside in update.kept.items()
    ]
    return lines


def _doctor(options: argparse.Namespace) -> int:
    return 0 if examine(lambda finding: print(finding, flush=True)) else 1


def _export(options: argparse.Namespace) -> int:
    here = course.repository(Path.cwd())
    source = here / "notebooks" if here else course.shipped()
    keep = not options.without_solutions
    names = course.export(source, options.folder, solutions=keep)
    print(f"{len(names)} files in {options.folder}, {'with' if keep else 'without'} solutions.")
    return 0


def _sweep(options: argparse.Namespace) -> int:
    # Imported here: torch takes a second or two to load, and the doctor speaks without it.
    from rsa_edu import terminal

    return terminal.main(options)


def _browser(options: argparse.Namespace) -> int:
    found = get_browser()
    if not found:
        print(f"rsa-edu: no Chromium, so no browser tests; {CURE}.", file=sys.stderr)
        return 1
    print(found)
    return 0
