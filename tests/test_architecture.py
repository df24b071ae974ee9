"""Which room may know which: the imports of the package, read from its source."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rsa_edu

PACKAGE = Path(rsa_edu.__file__).parent
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")

# From the ground up. A room knows the rooms of lower floors, none of its own floor or above.
FLOORS = [
    {"models", "tasks", "theory", "figures", "threads", "browser", "course", "roundtrip"},
    {"network", "decisions", "registry"},
    {"training", "gradients", "reasons"},
    {"checkpoints", "curves", "probe", "statistics", "store"},
    {"exports", "points", "runner"},
    {"sweeps"},
    {"results"},
    {"explorers", "lessons", "terminal"},
    {"doctor"},
    {"cli"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PAGE = {"IPython", "anywidget", "ipywidgets", "traitlets"}
# What a room must do without, beside the rooms above it.
STRANGERS = {
    "theory": PAGE | {"torch", "plotly"},
    "figures": PAGE | {"torch"},
    "course": PAGE | {"torch", "plotly"},
    "browser": PAGE | {"torch", "plotly"},
    "threads": PAGE | {"torch", "plotly"},
} | {
    room: PAGE | {"plotly"}
    for floor in FLOORS[:7]
    for room in floor - {"theory", "figures", "course", "browser", "threads", "roundtrip"}
}


def room_of(path: Path) -> str:
    """`models` for models/memory.py, `runner` for runner.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    """Full names of all that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            here = ["rsa_edu", *path.relative_to(PACKAGE).parts[:-1]]
            start = ".".join(here[: len(here) + 1 - node.level]) if node.level else ""
            module = ".".join(filter(None, [start, node.module]))
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_knows_only_the_rooms_below_it(path):
    """Wrong if, say, a model came to know an explorer, or a file used the package's public face."""
    room = room_of(path)
    assert room in FLOOR, f"give {room} its floor in FLOORS"
    own = {name for name in imported(path) if name.split(".")[0] == "rsa_edu"}
    rooms = {[*name.split("."), ""][1] for name in own} - {room}
    above = {other for other in rooms if FLOOR.get(other, len(FLOORS)) >= FLOOR[room]}
    assert not above


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_does_without_the_libraries_of_others(path):
    """Wrong if a figure needed torch, a model needed widgets, or the set-up needed either."""
    libraries = {name.split(".")[0] for name in imported(path)}
    assert not libraries & STRANGERS.get(room_of(path), set())


def test_relative_imports_are_understood(tmp_path, monkeypatch):
    """Wrong if an import could hide behind its dots."""
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / "memory.py"
    path.write_text("from . import a\nfrom .. import b\nfrom ..c import d\nimport e.f\n")
    assert imported(path) == {"rsa_edu.models.a", "rsa_edu.b", "rsa_edu.c.d", "e.f"}


@pytest.mark.parametrize("name", dir(rsa_edu))
def test_every_public_name_is_there(name):
    """Wrong if a name of the public face pointed nowhere."""
    assert getattr(rsa_edu, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    """Wrong if a typing error looked like a broken installation."""
    with pytest.raises(AttributeError, match="rsa_edu has no name 'model'"):
        _ = rsa_edu.model


def test_the_command_starts_without_torch():
    """Wrong if the doctor could not speak where torch does not load."""
    script = "import sys, rsa_edu.cli; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
