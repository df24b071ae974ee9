"""The files that say what is installed agree, and the wheel carries what it must."""

import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pins() -> dict[str, str]:
    """Name -> version of constraints.txt; fails where a line is no exact pin."""
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            (only,) = pin.specifier
            assert only.operator == "==", line
            assert "+" not in only.version, f"{line}: a build of one platform"
            assert canonicalize_name(pin.name) not in found, f"{line}: pinned twice"
            found[canonicalize_name(pin.name)] = only.version
    return found


@pytest.mark.parametrize("line", PROJECT["dependencies"] + EXTRAS["test"] + EXTRAS["dev"])
def test_a_pin_keeps_within_what_the_project_asks_for(line):
    """Wrong if `make lab` could not resolve, or installed something nobody tried."""
    want = Requirement(line)
    assert want.specifier.contains(pins()[canonicalize_name(want.name)])
    assert ">=" in str(want.specifier), "a lower bound is needed, and no upper one"


def test_whatever_comes_along_is_pinned_too():
    """Wrong if a package that ours depend on could change by itself and break the course."""
    unseen, seen = {"rsa-edu"}, set()
    while unseen:
        name = unseen.pop()
        seen.add(name)
        try:
            if name != "rsa-edu" and version(name).split("+")[0] != pins().get(name):
                continue  # In an environment of other versions, only what is pinned is walked.
        except PackageNotFoundError:
            continue  # For another platform, or for an extra that is not installed.
        for want in map(Requirement, requires(name) or []):
            if name == "rsa-edu" or not want.marker or want.marker.evaluate({"extra": ""}):
                unseen |= {canonicalize_name(want.name)} - seen
    assert seen - {"rsa-edu"} <= pins().keys()


def test_conda_gets_what_pip_gets():
    """Wrong if environment.yml installed other versions than constraints.txt, or forgot one."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    by_pip = environment["dependencies"][-1]["pip"]
    packages = [Requirement(line) for line in by_pip if not line.startswith("-")]
    stated = {canonicalize_name(want.name): str(want.specifier) for want in packages}
    wanted = {canonicalize_name(Requirement(line).name) for line in PROJECT["dependencies"]}
    assert stated == {name: f"=={pins()[name]}" for name in wanted}
    assert {"-c constraints.txt", "-e ."} <= set(by_pip)


def test_conda_brings_a_python_that_the_project_takes():
    """Wrong if a conda user got a Python that pip then refuses."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [line for line in environment["dependencies"] if str(line).startswith("python")]
    assert Requirement("python" + PROJECT["requires-python"]).specifier.contains(
        python.removeprefix("python=")
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> list[str]:
    """The names in a wheel built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def tracked(folder: str) -> list[str]:
    """Files of a folder that belong to the project, as git knows them."""
    command = ["git", "ls-files", "--", folder]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_the_wheel_carries_the_course(wheel):
    """Wrong if `pip install` and `rsa-edu lab` opened an empty folder."""
    carried = {name for name in wheel if name.startswith("rsa_edu/_course/")}
    assert {
        name.replace("notebooks/", "rsa_edu/_course/", 1) for name in tracked("notebooks")
    } <= carried
    assert "rsa_edu/_course/00_start_here.ipynb" in carried


def test_the_wheel_carries_the_package_and_its_data(wheel):
    """Wrong if a room or a checkpoint were left behind."""
    assert set(tracked("rsa_edu")) <= set(wheel)


def test_the_wheel_carries_nothing_else(wheel):
    """Wrong if a student's answers or our tests were shipped."""
    assert {name.split("/")[0] for name in wheel} == {
        "rsa_edu",
        f"rsa_edu-{PROJECT['version']}.dist-info",
    }
    assert not [name for name in wheel if "answers/" in name or "checkpoint.ipynb" in name]


@pytest.mark.parametrize("name", [Path(name).stem for name in tracked("notebooks/*.ipynb")])
def test_the_readme_says_how_long_a_notebook_takes(name):
    """Wrong if a teacher planned a lesson with other minutes than the notebook states."""
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    stated = re.search(r"\*\*Time:\*\* about (\d+) minutes", text)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"\| `{name}` \| .* \| {stated[1]} \|", readme)


def test_ci_runs_what_a_person_runs():
    """Wrong if CI passed on other tests than `make test`."""
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert "bash .ci/run" in workflow
