"""The notebook ring fails where a notebook does."""

import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
RING = """import sys
from pathlib import Path
from tests.notebooks.__main__ import main
sys.exit(main([], Path(sys.argv[1])))"""
ONLY_ONCE = "x = globals().get('x', 0) + 1\nassert x < 2"
IN_A_CALLBACK = """import ipywidgets
slider = ipywidgets.IntSlider()
ipywidgets.interactive(lambda value: 1 / 0, value=slider).update()"""


def test_what_fails_in_a_notebook_fails_the_ring(tmp_path):
    """A cell that works only once passes, or an exception behind a widget does."""
    for name, cell in {"once": ONLY_ONCE, "behind": IN_A_CALLBACK}.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    done = subprocess.run(
        [sys.executable, "-c", RING, tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "3 failed, 1 passed" in done.stdout
    assert "once.ipynb::Cell 1" in done.stdout
