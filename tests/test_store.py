"""The store of runs, and all that can happen to a file."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rsa_edu import store as module
from rsa_edu.store import Store, StoreError, key_of
from tests.sweeps.tiny import made_up, tiny

*RUNS, NEW = [made_up(settings) for settings in tiny(seed=range(6))]


@pytest.fixture
def path(tmp_path) -> Path:
    """Of a store with five runs."""
    path = tmp_path / "runs.sqlite"
    assert Store(path).add_all(RUNS) == 5
    return path


def test_what_comes_out_is_what_went_in(path):
    """Wrong if a number, a missing number or the order were lost on the way."""
    assert Store(path).runs() == RUNS
    assert Store(path).get(RUNS[2].key) == RUNS[2]
    assert Store(path).get("nothing") is None
    assert len(Store(path)) == 5
    assert RUNS[2].key in Store(path)


def test_a_key_is_written_once(path):
    """Wrong if a second run of the same settings replaced the first, or stood beside it."""
    again = replace(RUNS[0], seconds=99.0)
    assert not Store(path).add(again)
    assert Store(path).runs() == RUNS


def test_it_is_one_file_in_wal_mode(path):
    """Wrong if what a student copies away were only a part of it, or a write not durable."""
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    file.close()


def test_the_key_knows_settings_and_version_but_no_order():
    """Wrong if a run were made twice, or an old one passed for a new one."""
    assert key_of({"a": 1, "b": 2}, 1) == key_of({"b": 2, "a": 1}, 1)
    different = {key_of({"a": 1}, 1), key_of({"a": 2}, 1), key_of({"b": 1}, 1), key_of({"a": 1}, 2)}
    assert len(different) == 4


def test_two_processes_write_side_by_side(tmp_path):
    """Wrong if two sweeps on one store lost runs of each other."""
    script = (
        "import dataclasses, json, sys; from rsa_edu.store import Run, Store\n"
        "run = Run(**json.loads(sys.argv[2]))\n"
        "for seed in range(int(sys.argv[3]), int(sys.argv[3]) + 30):\n"
        "    Store(sys.argv[1]).add(dataclasses.replace(run, seed=seed, key=str(seed)))"
    )
    path, example = tmp_path / "both", json.dumps(asdict(NEW))
    both = [
        subprocess.Popen([sys.executable, "-c", script, str(path), example, first])
        for first in ("0", "20")
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(run.seed for run in Store(path).runs()) == list(range(50))


def test_any_thread_may_use_it(path):
    """Wrong if the background thread of a sweep could not write what the notebook reads."""
    store, found = Store(path), []
    thread = threading.Thread(target=lambda: found.extend(store.runs()))
    thread.start()
    thread.join()
    assert found == RUNS


def test_a_process_killed_while_writing_leaves_what_was_written(path):
    """Wrong if kill -9 in the middle of a write damaged the runs before it."""
    script = (
        "import os, sqlite3, sys; file = sqlite3.connect(sys.argv[1])\n"
        "file.execute('BEGIN IMMEDIATE'); file.execute('DELETE FROM runs')\n"
        f"os.kill(os.getpid(), {int(signal.SIGKILL)})"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert Store(path).runs() == RUNS


def damaged(path: Path, how: str) -> bytes:
    """Spoil the file; what it now holds."""
    whole = path.read_bytes()
    match how:
        case "another file":
            spoiled = b"dear diary\n" * 1000
        case "cut off":
            spoiled = whole[: len(whole) // 2]
        case "overwritten":
            spoiled = whole[:4096] + b"\xff" * (len(whole) - 4096)
    path.write_bytes(spoiled)
    return spoiled


@pytest.mark.parametrize("how", ["another file", "cut off", "overwritten"])
@pytest.mark.parametrize("writing", [True, False])
def test_a_damaged_file_is_said_and_left_as_it_is(path, how, writing):
    """Wrong if a damaged store looked empty, or what could be rescued of it were overwritten."""
    spoiled = damaged(path, how)
    with pytest.raises(StoreError, match=r"runs\.sqlite is damaged or no store .*; move it away"):
        Store(path, writing=writing)
    assert path.read_bytes() == spoiled


def test_another_programs_database_is_left_as_it_is(tmp_path):
    """Wrong if a wrong path put our table into somebody's browser history."""
    path = tmp_path / "history"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE pages (url)")
    file.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="no store of rsa_edu"):
        Store(path)
    assert path.read_bytes() == before


def test_a_later_schema_is_refused(path):
    """Wrong if an old version wrote into a store that it does not understand."""
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 7")
    file.close()
    with pytest.raises(StoreError, match="has schema 7, but this rsa_edu reads schema 1"):
        Store(path)


def test_a_missing_file_or_folder_is_said(tmp_path):
    """Wrong if a typing error made an empty store somewhere."""
    with pytest.raises(StoreError, match=r"there is no store .*nothing"):
        Store(tmp_path / "nothing", writing=False)
    with pytest.raises(StoreError, match=r"the folder .*nowhere of store runs is missing"):
        Store(tmp_path / "nowhere" / "runs")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_locked_store_waits_and_then_says_so(path):
    """Wrong if a sweep hung for ever, or failed while another one writes for a moment."""
    patient, hasty = Store(path, patience=30), Store(path, patience=0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert hasty.runs() == RUNS  # reading goes on
    with pytest.raises(StoreError, match=r"being written by another program, and 0\.1 s were not"):
        hasty.add(NEW)
    with pytest.raises(StoreError, match="being written by another program"):
        Store(path, patience=0.1)
    waiting = threading.Thread(target=patient.add, args=[NEW])
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    other.execute("ROLLBACK")
    other.close()
    waiting.join(30)
    assert hasty.runs() == [*RUNS, NEW]


@pytest.fixture
def folder():
    """A folder where somebody without rights stands; root gives up the rights for the test."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        Store(folder / "runs").add_all(RUNS)
        (folder / "runs").chmod(0o444)
        folder.chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_a_read_only_store_is_read_and_not_written(folder):
    """Wrong if a teacher's store could not be looked at, or the refusal came after an hour."""
    assert Store(folder / "runs", writing=False).runs() == RUNS
    with pytest.raises(StoreError, match=r"may not be written .*choose a store where you may"):
        Store(folder / "runs")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(folder / "new")


def test_a_full_disk_is_said_and_nothing_is_lost(path, monkeypatch):
    """Wrong if a full disk (SQLITE_FULL) took finished runs with it."""
    store, connect = Store(path), sqlite3.connect

    def small(*arguments, **options):
        file = connect(*arguments, **options)
        file.execute("PRAGMA max_page_count = 8")
        return file

    more = [made_up(settings) for settings in tiny(seed=range(100, 200))]
    with monkeypatch.context() as patch:
        patch.setattr(module.sqlite3, "connect", small)
        with pytest.raises(StoreError, match=r"the disk of .* is full .*make room and start again"):
            store.add_all(more)
        assert store.runs() == RUNS
    assert store.add_all(more) == 100


def test_a_file_that_may_not_grow_is_said_and_nothing_is_lost(path):
    """Wrong if a write that the system breaks off (here a quota) damaged the store."""
    store, before = Store(path), resource.getrlimit(resource.RLIMIT_FSIZE)
    more = [made_up(settings) for settings in tiny(seed=range(100, 300))]
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, before[1]))
    try:
        with pytest.raises(StoreError, match=r"its disk is full or fails|is full"):
            store.add_all(more)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.runs() == RUNS
    assert store.add_all(more) == 200
