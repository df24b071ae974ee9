"""Runs in a file that is handed on."""

import gzip
import json

import pytest

from rsa_edu.exports import read_export, write_export
from rsa_edu.store import StoreError
from tests.sweeps.tiny import made_up, tiny

RUNS = [made_up(settings) for settings in tiny(model=["LSTM", "RelRNN"], seed=range(3))]


def test_what_comes_out_is_what_went_in(tmp_path):
    """Wrong if the shipped results differed from the store they were taken from."""
    path = tmp_path / "runs.json.gz"
    write_export(path, RUNS, command="rsa-edu sweep paper")
    export = read_export(path)
    assert sorted(export.runs, key=lambda run: run.key) == export.runs
    assert {run.key: run for run in export.runs} == {run.key: run for run in RUNS}


def test_it_says_where_it_comes_from(tmp_path):
    """Wrong if nobody could tell how the shipped numbers were made, and on what."""
    write_export(tmp_path / "runs", RUNS, command="rsa-edu sweep paper")
    about = read_export(tmp_path / "runs").provenance
    assert about == {
        "command": "rsa-edu sweep paper",
        "runs": 6,
        "seconds": 1.5,
        "first": "2026-01-01T00:00:00+00:00",
        "last": "2026-01-01T00:00:00+00:00",
        "machine": ["a machine"],
        "rsa_edu": ["0"],
        "torch": ["0"],
        "numba": ["0"],
        "python": ["0"],
    }


def test_the_same_runs_give_the_same_bytes(tmp_path):
    """Wrong if every export changed the repository, whatever is in it."""
    write_export(tmp_path / "a", RUNS, command="c")
    write_export(tmp_path / "b", RUNS[::-1], command="c")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_no_runs_are_an_export_too(tmp_path):
    """Wrong if an export of a sweep that has not begun broke."""
    write_export(tmp_path / "a", [], command="c")
    assert read_export(tmp_path / "a").runs == []


def test_it_is_columns_and_small(tmp_path):
    """Wrong if words were repeated in every row, or code could hide in the file."""
    many = [made_up(settings) for settings in tiny(seed=range(300))]
    write_export(tmp_path / "a", many, command="c")
    assert (tmp_path / "a").stat().st_size < 60 * 300
    columns = json.loads(gzip.decompress((tmp_path / "a").read_bytes()))["columns"]
    assert columns["settings"]["delay"] == [5] * 300


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not zipped",
        gzip.compress(b"not json"),
        gzip.compress(b"{}"),
        gzip.compress(b"[1]"),
        gzip.compress(json.dumps({"rsa_edu runs": 1, "columns": {}}).encode()),
        gzip.compress(b"whole" * 100)[:-9],
    ],
)
def test_a_damaged_export_is_said(tmp_path, content):
    """Wrong if a broken download showed a traceback, or an empty map."""
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(StoreError, match="is damaged or no export of runs"):
        read_export(tmp_path / "a")


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    """Wrong if a wrong path showed a traceback."""
    with pytest.raises(StoreError, match="could not be read: No such file"):
        read_export(tmp_path / "a")
    with pytest.raises(StoreError, match="could not be written: No such file"):
        write_export(tmp_path / "none" / "a", RUNS, command="c")
    (tmp_path / "later").write_bytes(gzip.compress(b'{"rsa_edu runs": 2}'))
    with pytest.raises(StoreError, match="has schema 2, this rsa_edu reads 1"):
        read_export(tmp_path / "later")


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    """Wrong if a failed export destroyed the one that was there."""
    write_export(tmp_path / "a", RUNS, command="c")
    before = (tmp_path / "a").read_bytes()

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(StoreError, match="could not be written: No space left"):
        write_export(tmp_path / "a", RUNS[:2], command="c")
    assert (tmp_path / "a").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a"]
