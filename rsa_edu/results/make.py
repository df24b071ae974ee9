"""How the shipped models are made: `python -m rsa_edu.results.make [NAME ...]`."""

import sys

import torch

from rsa_edu import models
from rsa_edu.checkpoints import save
from rsa_edu.network import Network
from rsa_edu.results.saved import FOLDER
from rsa_edu.runner import train
from rsa_edu.tasks import Copy, Denoise
from rsa_edu.training import Training, evaluate

HIDDEN_SIZE = {"hidden_size": 128}
VARIED = {"loss": "answers", "vary_delay": True}
"""The recipe that leaves the plateau reliably."""

# name: model, its settings, task, recipe, most updates
MODELS = {
    # One length only: it learns the length, not the task, as the paper's orth-RNN.
    "rnn_copy": ("RNN", {"nonlinearity": "modrelu"}, Copy(100), {}, 3000),
    "lstm_copy": ("LSTM", {}, Copy(100), VARIED, 3000),
    "memrnn_copy": ("MemRNN", {}, Copy(100), VARIED, 3000),
    "relrnn_copy": ("RelRNN", {"buffer_size": 10, "relevant_size": 15}, Copy(100), VARIED, 3000),
    "rellstm_copy": (
        "RelLSTM",
        {"hidden_size": 96, "buffer_size": 10, "relevant_size": 15},  # 128 would be over 1 MB
        Copy(100),
        VARIED,
        3000,
    ),
    "relrnn_copy_starved": (
        "RelRNN",
        {"buffer_size": 3, "relevant_size": 3},
        Copy(100),
        VARIED,
        1500,
    ),
    "memrnn_denoise": ("MemRNN", {}, Denoise(100), VARIED, 8000),
    "relrnn_denoise": (
        "RelRNN",
        {"buffer_size": 10, "relevant_size": 15},
        Denoise(100),
        VARIED,
        8000,  # with the record of as many updates the file is just under 1 MB
    ),
}
GOOD_ENOUGH = 0.99
"""Training ends when the mean accuracy of the last 50 updates reaches this."""


def start(name: str) -> Training:
    """The training of a shipped model before its first update."""
    model, settings, task, recipe, _ = MODELS[name]
    dice = torch.Generator().manual_seed(0)
    settings = HIDDEN_SIZE | settings
    recurrence = getattr(models, model)(task.input_size, generator=dice, **settings)
    return Training(Network(recurrence, task.n_classes, generator=dice), task, **recipe)


def make(name: str) -> None:
    """Train one shipped model and write it, with its provenance, into the package."""
    training, updates = start(name), MODELS[name][-1]
    with models.backend("torch"):  # the path that defines the models, the same on every machine
        for record in train(training, updates=updates):
            recent = [r.accuracy for r in training.records[-50:]]
            mean = sum(recent) / len(recent)
            if record.update % 50 == 0:
                said = f"{record.update} updates, {mean:.3f}, {record.seconds:.0f} s"
                print(f"{name}: {said}", flush=True)
            if len(recent) == 50 and mean >= GOOD_ENOUGH:
                break
    FOLDER.mkdir(exist_ok=True)
    save(
        FOLDER / f"{name}.safetensors",
        training,
        command=f"python -m rsa_edu.results.make {name}",
        accuracy=evaluate(training.net, training.task),
    )


def main(wanted: list[str]) -> None:
    """Make the named models; without names, all of them."""
    for name in wanted or MODELS:
        make(name)


if __name__ == "__main__":
    main(sys.argv[1:])
