"""Transfer: trained at one delay, tested at ever longer ones; stored runs, all seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rsa_edu import results
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Ladder, Several, setting
from rsa_edu.figures import transfer as view
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.transfer import Scores
from rsa_edu.results import Measured
from rsa_edu.store import Run
from rsa_edu.tasks import Copy

SWEEP = "transfer"
MODELS = ("OrthogonalRNN", "ExpRNN", "LSTM", "MemRNN", "RelRNN", "RelLSTM")
DELAYS = (100, 200, 400, 1000, 2000, 5000)
TRAINED = 100


@dataclass(frozen=True)
class Settings:
    """Which models are shown, and the tested delay that the sentence is about."""

    test_delay: int = setting(1000, Ladder(DELAYS, NAMES["test_delay"]))
    models: tuple[str, ...] = setting(MODELS, Several(MODELS, NAMES["models"]))


@dataclass(frozen=True, eq=False)
class Numbers:
    """tested: model -> accuracy by seed and delay. learned: model -> how many of its seeds met the
    target in training. varied: the models that met a new delay at every update. missing: model ->
    how many of its runs are not there.
    """

    tested: dict[str, Scores]
    learned: dict[str, int]
    varied: tuple[str, ...]
    missing: dict[str, int]


def transferred(models: Sequence[str], sweep: Measured) -> Numbers:
    """What the runs of these models gave, seed by seed."""
    runs = {model: _runs(model, sweep) for model in models}
    gone = [settings.model for settings in sweep.missing]
    return Numbers(
        tested={
            model: Scores(np.array([_accuracy(run) for run in made]), [run.seed for run in made])
            for model, made in runs.items()
            if made
        },
        learned={
            model: sum(run.result["updates_to_target"] is not None for run in made)
            for model, made in runs.items()
            if made
        },
        varied=tuple(m for m, made in runs.items() if made and made[0].settings["vary_delay"]),
        missing={model: gone.count(model) for model in models if model in gone},
    )


def _runs(model: str, sweep: Measured) -> list[Run]:
    made = [run for run in sweep.runs if run.settings["model"] == model]
    return sorted(made, key=lambda run: run.seed)


def _accuracy(run: Run) -> list[float]:
    """At each of DELAYS."""
    by_delay = dict(zip(run.settings["test_delays"], run.result["test_accuracy"], strict=True))
    return [by_delay[delay] for delay in DELAYS]


class Transfer(Explorer):
    """Accuracy of trained models at delays far longer than those they were trained with."""

    name = "transfer"
    Settings = Settings
    sweeps = (SWEEP,)
    presets: ClassVar = {
        "As trained": {"test_delay": TRAINED},
        "Ten times as long": {},
        "Fifty times as long": {"test_delay": 5000},
        "Without attention": {"models": ("OrthogonalRNN", "ExpRNN", "LSTM")},
        "With attention": {"models": ("MemRNN", "RelRNN", "RelLSTM")},
    }

    def compute(self, settings):
        """The shipped runs."""
        return transferred(settings.models, results.sweep(SWEEP))

    def draw(self, settings, numbers):
        """One line per model."""
        tested = {} if numbers is None else numbers.tested
        return view.transfer(
            tested,
            DELAYS,
            models=MODELS,
            trained=TRAINED,
            chance=Copy(TRAINED).chance,
            cursor=settings.test_delay,
            empty="" if tested else "Nothing to draw: the sentence below says why.",
        )

    def summarise(self, settings, numbers):
        """Every model at the cursor, what was learned at all, and what is not there."""
        place = DELAYS.index(settings.test_delay)
        times = settings.test_delay // TRAINED
        longer = "as trained" if times == 1 else f"{times} times that of the training"
        found = [
            f"{model} {_spread(tested.accuracy[:, place])}"
            for model, tested in numbers.tested.items()
        ]
        said = [
            f"Delay {settings.test_delay}, {longer} (mean, lowest to highest seed): "
            f"{'; '.join(found)}; guessing {Copy(TRAINED).chance:.1%}."
        ]
        unlearned = [
            f"{model} ({len(tested.seeds) - numbers.learned[model]} of {len(tested.seeds)} seeds)"
            for model, tested in numbers.tested.items()
            if numbers.learned[model] < len(tested.seeds)
        ]
        if unlearned:
            said.append(f"Not learned in training: {', '.join(unlearned)}.")
        fixed = [model for model in numbers.tested if model not in numbers.varied]
        for names, how in (
            (fixed, f"delay {TRAINED} only"),
            (numbers.varied, f"delays up to {TRAINED}"),
        ):
            if names:
                said.append(f"Trained with {how}: {', '.join(names)}.")
        return " ".join([*(said if found else ["No model is shown."]), *_gone(numbers.missing)])

    def table(self, settings, numbers):
        """One row per model, seed and tested delay."""
        yield "model", "seed", "delay", "accuracy"
        for model, tested in numbers.tested.items():
            for seed, row in zip(tested.seeds, tested.accuracy.tolist(), strict=True):
                yield from ((model, seed, *pair) for pair in zip(DELAYS, row, strict=True))


def _spread(accuracy: np.ndarray) -> str:
    return f"{accuracy.mean():.0%} ({accuracy.min():.0%} to {accuracy.max():.0%})"


def _gone(missing: dict[str, int]) -> list[str]:
    if not missing:
        return []
    named = ", ".join(f"{count} of {model}" for model, count in missing.items())
    return [f"Runs that are not here: {named}; `rsa-edu sweep {SWEEP}` makes them."]
