"""Background work: the newest job counts."""

import threading
import time

import pytest
import torch

from rsa_edu.explorers import worker
from rsa_edu.explorers.worker import Latest
from rsa_edu.models import RNN


class Log:
    def __init__(self):
        self.results, self.finished, self.failures = [], 0, []
        self.latest = Latest(self.results.append, self._finish, self.failures.append)

    def _finish(self):
        self.finished += 1


@pytest.fixture
def log():
    return Log()


def test_results_arrive_in_order_and_the_end_is_told(log):
    """A curve that is ready is held back, or "computing" never ends."""
    log.latest.submit(lambda: iter([1, 2, 3]))
    log.latest.wait(5)
    assert (log.results, log.finished) == ([1, 2, 3], 1)


def test_a_job_that_has_not_begun_is_dropped(log):
    """Every position of a drag is computed, one after another."""
    gate = threading.Event()

    def first():
        gate.wait(5)
        yield "first"

    for job in (first, *(lambda n=n: iter([n]) for n in range(20))):
        log.latest.submit(job)
    gate.set()
    log.latest.wait(5)
    assert [result for result in log.results if result != "first"] == [19]
    assert log.finished == 1


def test_an_outdated_model_stops_within_a_time_step(log):
    """A newer setting waits until a long computation of an older one has ended."""
    model, started = RNN(4, 8), threading.Event()

    def long():
        started.set()
        yield model(torch.zeros(1_000_000, 1, 4))

    log.latest.submit(long)
    assert started.wait(5)
    begun = time.monotonic()
    log.latest.submit(lambda: iter(["newer"]))
    log.latest.wait(20)
    assert log.results == ["newer"]
    assert log.failures == []
    assert time.monotonic() - begun < worker.PATIENCE + 3


@pytest.mark.parametrize(("patience", "results"), [(5, ["old", "new"]), (0, ["new"])])
def test_a_drag_shows_something_on_its_way(log, monkeypatch, patience, results):
    """While a slider is dragged every job is stopped before it shows anything, or none is."""
    monkeypatch.setattr(worker, "PATIENCE", patience)
    started, gate = threading.Event(), threading.Event()

    def old():
        started.set()
        gate.wait(5)
        yield "old"

    log.latest.submit(old)
    assert started.wait(5)
    log.latest.submit(lambda: iter(["new"]))
    gate.set()
    log.latest.wait(5)
    assert log.results == results


def test_an_error_is_told_and_raised(log):
    """An error in the thread is lost."""

    def broken():
        yield 1
        raise ZeroDivisionError("by nought")

    log.latest.submit(broken)
    with pytest.raises(ZeroDivisionError, match="nought"):
        log.latest.wait(5)
    assert [str(error) for error in log.failures] == ["by nought"]
    log.latest.submit(lambda: iter([2]))
    log.latest.wait(5)
    assert log.results == [1, 2]


def test_waiting_ends(log):
    """wait(timeout) waits for ever."""
    gate = threading.Event()
    log.latest.submit(lambda: (gate.wait(5) for _ in range(1)))
    with pytest.raises(TimeoutError):
        log.latest.wait(0.05)
    gate.set()
    log.latest.wait(5)
