"""How many threads the kernels take."""

import os

import pytest

from rsa_edu.models import pool


@pytest.mark.parametrize(
    ("quota", "expected"), [("100000 100000", 1), ("150000 100000", 2), ("10000 100000", 1)]
)
def test_a_containers_quota_counts(tmp_path, monkeypatch, quota, expected):
    """A class on one server would start as many threads as the server has cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(8), raising=False)
    (tmp_path / "cpu.max").write_text(quota)
    assert pool.usable_cores(tmp_path / "cpu.max") == expected


@pytest.mark.parametrize("quota", [None, "max 100000"])
def test_without_a_quota_the_affinity_counts(tmp_path, monkeypatch, quota):
    """A laptop would be slowed down, or a missing file be an error."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    if quota:
        (tmp_path / "cpu.max").write_text(quota)
    assert pool.usable_cores(tmp_path / "cpu.max") == 3


def test_the_whole_batch_is_computed_once():
    """A sequence would be left out, or computed twice at the same time."""
    for batch in range(1, 40):
        for workers in range(1, 6):
            seen = []

            def kernel(first, last, stop, seen=seen):
                seen.extend(range(first, last))
                return True

            pool.over_batch(kernel, batch, workers)
            assert sorted(seen) == list(range(batch))


def test_an_error_inside_surfaces():
    """A failing kernel would leave its results unwritten in silence."""

    def kernel(first, last, stop):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pool.over_batch(kernel, 3, 2)
