"""The number of threads follows the cores the process may use."""

import os
import subprocess
import sys

import pytest

from rsa_edu import cores


@pytest.mark.parametrize(
    ("quota", "expected"), [("100000 100000", 1), ("150000 100000", 2), ("10000 100000", 1)]
)
def test_a_containers_quota_counts(tmp_path, monkeypatch, quota, expected):
    """Wrong if a class on one server started as many threads as the server has cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(8), raising=False)
    (tmp_path / "cpu.max").write_text(quota)
    assert cores.usable_cores(tmp_path / "cpu.max") == expected


@pytest.mark.parametrize("quota", [None, "max 100000"])
def test_without_a_quota_the_affinity_counts(tmp_path, monkeypatch, quota):
    """Wrong if a laptop were slowed down, or a missing file were an error."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    if quota:
        (tmp_path / "cpu.max").write_text(quota)
    assert cores.usable_cores(tmp_path / "cpu.max") == 3


# A server with 64 cores, of which this process may use one.
SERVER = "import os; os.cpu_count = lambda: 64; os.sched_getaffinity = lambda pid: {0}\n"


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
    ],
)
def test_torch_takes_no_more_threads_than_there_are_cores_to_use(script):
    """Wrong if torch took more cores than allowed, whether it was loaded before us or after."""
    assert printed(SERVER + script) == "1"


def test_the_users_own_number_is_obeyed():
    """Wrong if a teacher's OMP_NUM_THREADS were overruled."""
    script = SERVER + "import rsa_edu; print(os.environ['OMP_NUM_THREADS'])"
    assert printed(script, OMP_NUM_THREADS="7") == "7"
