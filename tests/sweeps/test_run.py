"""Sweeps on real worker processes, and what may happen to them."""

import socket
import sqlite3
import subprocess
import sys
import time
from functools import partial

import psutil
import pytest

import rsa_edu as rsa
from rsa_edu.store import Store, StoreError
from rsa_edu.sweeps import ClusterError, SweepRun, cluster, flight, measure
from rsa_edu.sweeps.run import spoken_time
from tests.cluster import a_cluster
from tests.sweeps import tiny as measures
from tests.sweeps.tiny import LONG, attempts, grid, made_up, numbers, tiny


def workers() -> list[psutil.Process]:
    """The worker processes of this test process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found


def listening(*processes: psutil.Process) -> set[str]:
    """The addresses at which these processes can be reached."""
    found = [c for process in processes for c in process.net_connections()]
    return {c.laddr.ip for c in found if c.status == psutil.CONN_LISTEN}


def until(condition, seconds=60):
    """Wait for a condition; fail where it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def long_run(store, folder, **options) -> SweepRun:
    """A sweep whose only run never ends and is well on its way."""
    sweep = grid(**LONG)
    run = SweepRun(sweep, store, measure=partial(measures.noting, folder), **options).start()
    until(lambda: attempts(folder, sweep[0]))
    time.sleep(0.3)
    return run


@pytest.fixture
def store(tmp_path) -> Store:
    """A new store."""
    return Store(tmp_path / "runs.sqlite")


def test_two_workers_one_of_them_killed_do_what_one_process_does(store, tmp_path):
    """Wrong if kill -9 of a worker lost a run, had others made again, or numbers depended on it."""
    sweep = tiny(model="LSTM") + tiny(seed=range(3))
    dying_once = partial(measures.dying_once, tmp_path)
    run = SweepRun([*sweep, *sweep], store, workers=2, measure=dying_once)
    given = list(run.start())
    assert {r.key for r in given} == {s.key for s in sweep} == store.keys()
    assert [attempts(tmp_path, s) for s in sweep] == [1, 1, 2, 1]
    assert [r.key for r in run.result()] == [s.key for s in sweep]
    assert [numbers(r) for r in run.result()] == [numbers(measure(s)) for s in sweep]
    assert (run.state, run.done, run.total, run.failures) == ("finished", 4, 4, [])
    assert run.message == "Finished: 4 of 4 runs."
    assert workers() == []


def test_what_is_stored_is_not_run_again(store):
    """Wrong if starting again cost anything, even processes or Dask."""
    sweep = tiny(seed=[0, 1])
    store.add_all(made_up(settings) for settings in sweep)
    run = SweepRun(sweep, store, measure=print).start()
    assert run.wait(5)
    assert (run.state, run.done, run.found, run.new) == ("finished", 2, 2, [])
    assert run.message == "Finished: 2 of 2 runs, 2 of them found in the store."
    assert run.result() == store.runs()
    assert run.seconds_left == 0


def test_a_run_that_kills_its_workers_is_reported_and_the_others_go_on(
    store, tmp_path, monkeypatch
):
    """Wrong if one run that needs too much memory stopped a whole night's sweep."""
    monkeypatch.setattr(cluster, "ATTEMPTS", 2)
    sweep = tiny(seed=range(4))
    run = SweepRun(sweep, store, workers=2, measure=partial(measures.dying, tmp_path)).start()
    assert {r.seed for r in run.result(120)} == {0, 2, 3}
    (failure,) = run.failures
    assert failure.settings == sweep[1]
    assert "it ended every worker that tried it" in str(failure)
    assert [attempts(tmp_path, s) for s in sweep] == [1, 2, 1, 1]
    assert run.message == "Finished: 3 of 4 runs, 1 without result."


def test_stop_ends_the_workers_and_start_goes_on(store, tmp_path):
    """Wrong if Stop left processes or took runs with it, or workers listened to the network."""
    first, second = tiny(seed=[0, 1])
    store.add(made_up(first))
    slow = partial(measures.slow_at_first, tmp_path)
    run = SweepRun([first, second], store, workers=1, measure=slow)
    assert (run.done, run.found, run.total) == (1, 1, 2)
    run.start()
    until(lambda: attempts(tmp_path, second))
    (worker,) = workers()
    assert listening(psutil.Process(), worker) == {"127.0.0.1"}
    assert run.seconds_left is None
    began = time.monotonic()
    run.stop()
    assert time.monotonic() - began < 15
    assert not worker.is_running()
    assert run.message == "Stopped: 1 of 2 runs, 1 of them found in the store."
    assert len(store) == 1
    assert len(run.start().result(60)) == 2
    assert numbers(run.result()[1]) == numbers(measure(second))


def test_an_existing_cluster_is_used_and_left_running(store, external):
    """Wrong if a sweep did not run on a cluster, or closed it for everybody."""
    for seeds in (range(3), range(5)):
        run = SweepRun(tiny(seed=seeds), store, scheduler=external).start()
        assert len(run.result(60)) == len(seeds)
    assert (run.found, len(run.new)) == (3, 2)
    assert workers() == []


def test_stop_reaches_the_workers_of_others(store, external, tmp_path):
    """Wrong if a cluster went on training for nobody after Stop."""
    run = long_run(store, tmp_path, scheduler=external)
    run.stop()
    assert run.state == "stopped"
    began = time.monotonic()
    SweepRun(tiny(), store, scheduler=external).start().result(60)  # the worker is free again
    assert time.monotonic() - began < 20


def test_a_run_that_raises_is_reported_and_the_others_go_on(store, external):
    """Wrong if an error inside a run were lost, or ended the sweep."""
    run = SweepRun(tiny(seed=range(3)), store, scheduler=external, measure=measures.failing)
    assert {r.seed for r in run.start().result(60)} == {0, 2}
    (failure,) = run.failures
    assert str(failure).endswith("seed 1 gave no result: ZeroDivisionError: nothing to divide by")


def test_a_store_that_fails_stops_the_sweep_and_keeps_the_run(tmp_path, external):
    """Wrong if a locked store or a full disk cost a run that was finished."""
    store = Store(tmp_path / "runs", patience=0.1)
    run = SweepRun(tiny(), store, scheduler=external, measure=measures.dawdling)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="being written by another program"):
        run.start().result(60)
    assert run.message.startswith("Failed after 0 of 1 runs: ")
    other.execute("ROLLBACK")
    other.close()
    run.measure = measures.failing
    run.start()
    assert run.result(60) == [made_up(tiny()[0])]  # the one that waited to be written


def test_a_scheduler_that_does_not_answer_is_said(store, monkeypatch):
    """Wrong if a wrong address hung, or ended in a traceback of Dask."""
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    for wrong in (address, "nonsense"):
        run = SweepRun(tiny(), store, scheduler=wrong).start()
        with pytest.raises(ClusterError, match=f"no Dask scheduler answers at {wrong}; start one"):
            run.result(20)


def test_a_scheduler_that_goes_away_is_said(store, tmp_path):
    """Wrong if a cluster that was shut down left the sweep hanging for ever."""
    with a_cluster() as address:
        run = long_run(store, tmp_path, scheduler=address)
    with pytest.raises(ClusterError, match="Dask scheduler"):
        run.result(60)


def test_a_scheduler_without_workers_is_said(store, monkeypatch):
    """Wrong if somebody who forgot to start workers waited for ever."""
    monkeypatch.setattr(flight, "ALONE", 0.5)
    with a_cluster(workers=0) as address:
        run = SweepRun(tiny(), store, scheduler=address).start()
        with pytest.raises(ClusterError, match="has no worker; start some with `dask worker"):
            run.result(20)


def test_two_parents_may_share_a_store(store, external, tmp_path):
    """Wrong if a run that another sweep has just stored were made once more."""
    sweep = tiny(seed=range(4))
    run = SweepRun(sweep, store, scheduler=external, measure=partial(measures.noting, tmp_path))
    store.add(made_up(sweep[0]))
    for made in run.start():
        store.add_all([made_up(sweep[3])])
        assert made.seed in (1, 2)
    assert [attempts(tmp_path, s) for s in sweep] == [0, 1, 1, 0]
    assert (run.done, run.state) == (4, "finished")


def test_an_empty_sweep_is_said(store):
    """Wrong if a sweep of nothing were finished at once, as if all were well."""
    with pytest.raises(ValueError, match="the sweep is empty"):
        SweepRun([], store)


@pytest.mark.usefixtures("unchecked")
def test_bad_workers_are_said(store):
    """Wrong if no workers at all were waited for."""
    with pytest.raises(ValueError, match="workers must be a whole number of at least 1"):
        rsa.sweep(tiny(), store, workers=0)


def test_time_left_is_told_as_people_say_it():
    """Wrong if somebody had to convert 5000 seconds."""
    told = [spoken_time(seconds) for seconds in (0.4, 99, 100, 5000, 6001, 86400)]
    assert told == ["0 s", "99 s", "2 min", "83 min", "1 h 40 min", "24 h 0 min"]


def test_the_package_loads_without_dask():
    """Wrong if every notebook waited a second for what only a sweep needs."""
    script = (
        "import sys, rsa_edu as rsa; rsa.sweeps, rsa.sweep, rsa.Store; "
        "sys.exit(not {'dask', 'distributed'}.isdisjoint(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
