"""Torch takes one thread, and what the user says."""

import os
import subprocess
import sys

import pytest


def printed(script: str, **environment: str) -> str:
    """What a fresh Python prints, whose environment says nothing else of threads."""
    clean = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "script",
    [
        "import rsa_edu, torch; print(torch.get_num_threads())",
        "import torch; torch.set_num_threads(5); import rsa_edu; print(torch.get_num_threads())",
        "import rsa_edu, torch, threading as t;"
        "t.Thread(target=lambda: print(torch.get_num_threads())).start()",
    ],
)
def test_torch_takes_one_thread(script):
    """Wrong if runs, figures and neighbours on a server slowed one another down."""
    assert printed(script) == "1"


def test_the_users_own_number_is_obeyed():
    """Wrong if a teacher's OMP_NUM_THREADS were overruled."""
    script = "import rsa_edu; print(os.environ['OMP_NUM_THREADS'])"
    assert printed("import os; " + script, OMP_NUM_THREADS="7") == "7"
