"""A training in a thread."""

import time

import pytest
import torch

import rsa_edu as rsa
from tests.small import COPY, losses, make_net

LONG = rsa.tasks.Copy(1000)


def until(condition, seconds=20):
    """Wait for a condition; fail where it does not come true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def test_equals_the_foreground():
    """The same run in the background would give other losses."""
    run = rsa.Runner(make_net(), COPY, 15).start()
    assert losses(run.result(30)) == losses(rsa.train(make_net(), COPY, 15))
    assert run.state == "finished"
    assert run.message == "Finished: 15 of 15 updates."


def test_pause_resume_stop_start_change_nothing():
    """An interruption would leave a trace in the losses."""
    run = rsa.Runner(make_net(), COPY, 40).start()
    for _ in range(3):
        done = len(run.records)
        until(lambda done=done: len(run.records) > done or run.state == "finished")
        run.pause()
        run.resume()
        run.stop()
        run.start()
    assert losses(run.result(30)) == losses(rsa.train(make_net(), COPY, 40))


def test_paused_rests():
    """A paused run would go on."""
    run = rsa.Runner(make_net(), COPY, 10**6).start()
    until(lambda: run.records)
    run.pause()
    time.sleep(0.1)
    done = len(run.records)
    time.sleep(0.1)
    assert len(run.records) == done
    assert run.state == "paused"
    run.stop()
    assert run.state == "stopped"


@pytest.mark.parametrize("model", [rsa.models.RelRNN, rsa.models.MemRNN])
def test_stop_within_a_long_update(model):
    """Stop would wait for the end of an update that takes seconds."""
    for after in (0.1, 0.6, 1.2):
        run = rsa.Runner(make_net(model, LONG, 64), LONG, 10**6, batch_size=32).start()
        time.sleep(after)
        began = time.perf_counter()
        run.stop()
        assert time.perf_counter() - began < 0.3
        assert run.state == "stopped"
        assert not run._thread.is_alive()


def test_two_runs_at_once():
    """Two runs would disturb each other."""
    runs = [rsa.Runner(make_net(seed=s), COPY, 25, seed=s).start() for s in (1, 2)]
    together = [losses(run.result(30)) for run in runs]
    for seed, found in zip((1, 2), together, strict=True):
        assert found == losses(rsa.train(make_net(seed=seed), COPY, 25, seed=seed))


def test_changes_take_effect_while_running():
    """A slider moved during training would do nothing, or break the update it falls into."""
    run = rsa.Runner(make_net(), COPY, 10**6).start()
    until(lambda: len(run.records) > 2)
    run.learning_rate = 0.005
    run.memory = rsa.models.Screening(3, 4)
    done = len(run.records)
    until(lambda: len(run.records) > done + 3)
    assert run.training.learning_rate == 0.005
    assert run.training.net.recurrence.memory == rsa.models.Screening(3, 4)
    assert [what for _, what in run.changes] == [
        "learning_rate = 0.005",
        "memory = Screening(buffer_size=3, relevant_size=4)",
    ]
    run.stop()
    assert run.error is None


def test_change_while_paused_waits_for_the_update():
    """A budget changed during Pause would hit an update that is still being broken off."""
    run = rsa.Runner(make_net(), COPY, 10**6).start()
    for size in range(1, 8):
        done = len(run.records)
        until(lambda done=done: len(run.records) > done)
        run.pause()
        run.memory = rsa.models.Screening(size, size)
        run.resume()
    run.stop()
    assert run.error is None


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [("learning_rate", 0, "learning_rate must be above 0"), ("memory", 5, "memory of RelRNN")],
)
def test_bad_change(name, value, sentence):
    """A bad value would stop the run from inside."""
    with pytest.raises(ValueError, match=sentence):
        setattr(rsa.Runner(make_net(), COPY, 5), name, value)


def test_divergence_surfaces():
    """A diverged run would look as if it had just stopped."""
    run = rsa.Runner(make_net(), COPY, 200, learning_rate=1e4).start()
    with pytest.raises(rsa.Diverged, match="lower the learning rate"):
        run.result(30)
    assert run.state == "failed"
    assert "lower the learning rate" in run.message
    run.learning_rate = 1e-3
    run.start()
    until(lambda: len(run.records) > 3)
    run.stop()
    assert run.error is None


def test_error_surfaces():
    """An error inside the thread would be lost."""
    net = make_net()
    net.register_forward_hook(lambda *_: 1 / 0)
    run = rsa.Runner(net, COPY, 5).start()
    with pytest.raises(ZeroDivisionError):
        run.result(30)
    assert run.message.startswith("Failed after 0 of 5 updates: division by zero")


def test_checkpoint(tmp_path):
    """A stopped run could not be taken up by another process."""
    path = tmp_path / "run"
    run = rsa.Runner(make_net(), COPY, 10**6, checkpoint=path).start()
    until(lambda: len(run.records) > 5)
    run.stop()
    resumed = rsa.Runner(rsa.load(path), updates=len(run.records) + 3)
    assert losses(resumed.records) == losses(run.records)
    resumed.start().result(30)
    whole = losses(rsa.train(make_net(), COPY, len(resumed.records)))
    assert losses(resumed.records) == whole


def test_checkpoint_that_cannot_be_written(tmp_path, monkeypatch):
    """A full disk would be noticed by nobody, or stop the training of what could be kept."""
    with pytest.raises(FileNotFoundError, match="of checkpoint run is not there"):
        rsa.Runner(make_net(), COPY, 3, checkpoint=tmp_path / "none" / "run")

    def full_disk(*_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr("rsa_edu.checkpoints.save_file", full_disk)
    run = rsa.Runner(make_net(), COPY, 3, checkpoint=tmp_path / "run").start()
    with pytest.raises(OSError, match="no space left"):
        run.result(30)
    assert len(run.records) == 3


def test_snapshot_is_a_copy():
    """A figure would disturb the training, or change under the student's eyes."""
    run = rsa.Runner(make_net(), COPY, 10**6).start()
    until(lambda: run.records)
    snapshot = run.snapshot()
    before = [p.clone() for p in snapshot.parameters()]
    done = len(run.records)
    until(lambda: len(run.records) > done + 2)
    run.stop()
    assert all(torch.equal(p, q) for p, q in zip(snapshot.parameters(), before, strict=True))
    assert not torch.equal(snapshot.readout.weight, run.training.net.readout.weight)


def test_pace_and_time_left():
    """The page could not say how long it still takes."""
    run = rsa.Runner(make_net(), COPY, 12)
    assert run.seconds_per_update is None
    assert run.seconds_left is None
    run.start().result(30)
    assert run.seconds_per_update > 0
    assert run.seconds_left == 0
    endless = rsa.Runner(make_net(), COPY, 10**6).start()
    with pytest.raises(TimeoutError, match="has not ended"):
        endless.result(0.05)
    endless.stop()
