"""Checkpoints: a run on disk."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

import rsa_edu as rsa
from rsa_edu.checkpoints import BadCheckpoint, provenance
from rsa_edu.registry import MODELS
from tests.small import COPY, losses, make_net


@pytest.mark.parametrize("model", MODELS)
def test_resumes_bit_for_bit(model, tmp_path):
    """A resumed run would not be the run that was interrupted."""
    model, path = getattr(rsa.models, model), tmp_path / "run.safetensors"
    whole = losses(rsa.train(make_net(model), COPY, 12, vary_delay=True))
    list(rsa.train(make_net(model), COPY, 7, vary_delay=True, checkpoint=path))
    resumed = rsa.load(path)
    assert losses(resumed.records) == whole[:7]
    assert losses(rsa.train(resumed, updates=12)) == whole[7:]


def test_keeps_changes_of_rate_and_budget(tmp_path):
    """What was changed while training would be forgotten."""
    training = rsa.Training(make_net(), COPY)
    training.learning_rate, training.memory = 0.02, rsa.models.Screening(2, 7)
    rsa.save(tmp_path / "run", training)
    again = rsa.load(tmp_path / "run")
    assert again.learning_rate == again.optimizer.param_groups[0]["lr"] == 0.02
    assert again.memory == rsa.models.Screening(2, 7)
    assert again.task == COPY


def test_keeps_precision(tmp_path):
    """A float64 network would come back in float32."""
    rsa.save(tmp_path / "run", rsa.Training(make_net().double(), COPY))
    assert rsa.load(tmp_path / "run").net.readout.weight.dtype == torch.float64


def test_left_early_is_kept(tmp_path):
    """A loop that was left, or that failed, would lose what it had."""
    for record in rsa.train(make_net(), COPY, 50, checkpoint=tmp_path / "run"):
        if record.update == 3:
            break
    assert rsa.load(tmp_path / "run").update == 3
    with pytest.raises(rsa.Diverged):
        list(rsa.train(make_net(), COPY, 50, learning_rate=1e4, checkpoint=tmp_path / "other"))
    assert rsa.load(tmp_path / "other").update == 0


def test_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    """A crash while writing would destroy the checkpoint that was there."""
    path = tmp_path / "run"
    training = rsa.Training(make_net(), COPY)
    rsa.save(path, training)

    def full_disk(tensors, name, metadata):
        Path(name).write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr("rsa_edu.checkpoints.save_file", full_disk)
    with pytest.raises(OSError, match="no space left"):
        rsa.save(path, training)
    assert rsa.load(path).update == 0
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_provenance(tmp_path):
    """A result could not be traced to what made it."""
    training = rsa.Training(make_net(), COPY, seed=4)
    training.step()
    rsa.save(tmp_path / "run", training, command="make it", accuracy=0.5)
    made = provenance(tmp_path / "run")
    assert (made.command, made.seed, made.updates, made.accuracy) == ("make it", 4, 1, 0.5)
    assert made.torch == torch.__version__
    assert "1 updates in 0 s, seed 4, accuracy 0.500" in str(made)


def test_no_pickle(tmp_path):
    """Loading a checkpoint of a stranger could run his code."""
    rsa.save(tmp_path / "run", rsa.Training(make_net(), COPY))
    with safe_open(tmp_path / "run", framework="pt") as file:
        json.loads(file.metadata()["rsa_edu"])
    torch.save({"a": 1}, tmp_path / "pickle")
    with pytest.raises(BadCheckpoint, match="is not a checkpoint of rsa_edu, or is damaged"):
        rsa.load(tmp_path / "pickle")


def test_bad_files(tmp_path):
    """A missing, foreign, truncated or newer file would end in a traceback of safetensors."""
    with pytest.raises(FileNotFoundError, match="there is no checkpoint"):
        rsa.load(tmp_path / "none")
    save_file({"a": torch.zeros(1)}, tmp_path / "foreign")
    with pytest.raises(BadCheckpoint, match="is not a checkpoint"):
        rsa.load(tmp_path / "foreign")
    rsa.save(tmp_path / "run", rsa.Training(make_net(), COPY))
    (tmp_path / "cut").write_bytes((tmp_path / "run").read_bytes()[:-100])
    with pytest.raises(BadCheckpoint, match="is not a checkpoint"):
        rsa.load(tmp_path / "cut")
    with safe_open(tmp_path / "run", framework="pt") as file:
        about = json.loads(file.metadata()["rsa_edu"])
    save_file({"a": torch.zeros(1)}, tmp_path / "other", {"rsa_edu": json.dumps(about)})
    with pytest.raises(BadCheckpoint, match="was not written by this version"):
        rsa.load(tmp_path / "other")
