"""`rsa-edu sweep`, as somebody types it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from rsa_edu import cli
from rsa_edu.exports import read_export
from rsa_edu.store import Store
from rsa_edu.sweeps import read_sweep
from tests.sweeps.tiny import made_up

COMMAND = [sys.executable, "-c", "import sys; from rsa_edu.cli import main; sys.exit(main())"]
QUICK = """
hidden_size = 8
delay = 5
updates = 10
seed = [0, 1]
"""
SLOW = """
[[grid]]

[[grid]]
hidden_size = 32
updates = 1000000
target = 0.9999
seed = [2, 3]
"""


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder to stand in, with a sweep of two short runs, and one of two endless ones more."""
    (tmp_path / "quick.toml").write_text(QUICK)
    (tmp_path / "slow.toml").write_text(QUICK + SLOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def slow(here):
    """The sweep that does not end, in a process group of its own, with its first runs stored."""
    with (here / "said").open("w") as said:
        process = subprocess.Popen(
            [*COMMAND, "sweep", "slow.toml", "--workers", "2"],
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until(lambda: Path("sweeps.sqlite").exists() and stored() == 2)
            time.sleep(0.5)  # the endless ones have begun
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def stored() -> int:
    """Runs in the store of the folder we stand in, 0 while it is being made."""
    return len(Store("sweeps.sqlite"))


def until(condition, seconds=60):
    """Wait for a condition; fail where it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def family(process: subprocess.Popen) -> list[psutil.Process]:
    """The worker processes of the command, and all that helps them."""
    return psutil.Process(process.pid).children(recursive=True)


def test_ctrl_c_ends_everything_and_the_next_start_goes_on(slow, here, capsys):
    """Wrong if Ctrl-C, which a terminal sends to all, left processes, noise, or lost a run."""
    children = family(slow)
    assert len(children) >= 2
    began = time.monotonic()
    os.killpg(slow.pid, signal.SIGINT)
    assert slow.wait(30) == 130
    assert time.monotonic() - began < 15
    until(lambda: not any(child.is_running() for child in children), 5)
    said = (here / "said").read_text()
    assert "Traceback" not in said
    assert "Stopped: 2 of 4 runs. The same command goes on." in said
    assert cli.main(["sweep", "quick.toml"]) == 0
    assert capsys.readouterr().out == "Finished: 2 of 2 runs, 2 of them found in the store.\n"


def test_a_killed_parent_loses_the_runs_in_flight_and_nothing_else(slow, here, capsys):
    """Wrong if kill -9 of the sweep left workers training for nobody, or damaged the store."""
    children = family(slow)
    slow.kill()
    slow.wait()
    until(lambda: not any(child.is_running() for child in children), 20)
    assert {run.seed for run in Store("sweeps.sqlite").runs()} == {0, 1}
    assert cli.main(["sweep", "quick.toml"]) == 0
    assert "2 of 2 runs, 2 of them found in the store" in capsys.readouterr().out


def test_run_export_and_check(here, external, capfd):
    """Wrong if the commands that make and check the shipped results did not fit together."""
    quick = ["sweep", "quick.toml", "--scheduler", external]
    assert cli.main([*quick, "--export", "runs.json.gz"]) == 0
    said = capfd.readouterr().out
    assert said.count("accuracy 0.") == 2
    assert said.endswith("Finished: 2 of 2 runs.\n2 runs in runs.json.gz.\n")
    export = read_export("runs.json.gz")
    assert {run.key: run for run in export.runs} == {
        r.key: r for r in Store("sweeps.sqlite").runs()
    }
    assert export.provenance["command"] == "rsa-edu sweep quick.toml"
    assert cli.main([*quick, "--check", "--sample", "1", "--store", "runs.json.gz"]) == 0
    said = capfd.readouterr().out
    assert "Making 1 of 2 runs again" in said
    assert "agrees: Copy(5), RelRNN(8)" in said


def test_a_check_that_fails_is_an_exit_code(here, external, capfd):
    """Wrong if CI took results that cannot be made again for good."""
    (settings, _) = read_sweep("quick.toml")
    Store("sweeps.sqlite").add(made_up(settings))
    assert cli.main(["sweep", "quick.toml", "--check", "--scheduler", external]) == 1
    assert "DIFFERS: Copy(5), RelRNN(8)" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["quik"], "there is no sweep 'quik'; give "),
        (["typo.toml"], "typo.toml: a run has no setting 'sed'; did you mean 'seed'?"),
        (["quick.toml", "--store", "diary"], "diary is damaged or no store"),
        (["quick.toml", "--store", "none/runs"], "the folder none of store runs is missing"),
        (["quick.toml", "--workers", "0"], "workers must be a whole number of at least 1"),
        (["quick.toml", "--scheduler", "nonsense"], "no Dask scheduler answers at nonsense"),
        (["quick.toml", "--check"], "there is no store sweeps.sqlite"),
        (["quick.toml", "--check", "--store", "x.gz"], "x.gz could not be read: No such file"),
        (["quick.toml", "--check", "--store", "empty"], "empty holds no run of the sweep"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_an_error_is_one_sentence(here, capsys, arguments, sentence):
    """Wrong if a wrong word ended in a traceback, or in a sweep of something else."""
    Path("typo.toml").write_text("sed = 1")
    Path("diary").write_text("dear diary " * 100)
    Store("empty")
    assert cli.main(["sweep", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"rsa-edu: {sentence}")
    assert said.count("\n") == 1
