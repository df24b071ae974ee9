"""Every claim of every notebook is false in some wrong world, and is noticed there."""

import json
import warnings
from dataclasses import replace
from importlib import import_module
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

import rsa_edu as rsa
from rsa_edu.models import LSTM, RNN, MemRNN, RelRNN, Screening
from rsa_edu.models import backend as models_backend
from rsa_edu.models.attentive import COMBINE
from rsa_edu.tasks import Copy
from rsa_edu.tasks.recall import _Recall

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
# Nothing is claimed by what these show, and what they show takes time; an exercise's check would
# keep what the package answers in a wrong world.
ONLY_SHOWN = ("rsa.explore", "rsa.show_source", "rsa.doctor", "lesson.check")


def forgets(patch):
    """Recurrences that pass on nothing."""
    patch.setattr(RNN, "step", lambda self, drive, s, cell: (drive.tanh() + 0 * s, cell))
    patch.setattr(LSTM, "step", lambda self, drive, s, cell: (drive[:, : s.shape[1]] + 0 * s, cell))


def explodes(patch):
    """Recurrences that stretch the past by 1.2 at every step, and take nothing in."""
    patch.setattr(RNN, "step", lambda self, drive, s, cell: (1.2 * s + 0 * drive, cell))
    patch.setattr(LSTM, "step", lambda self, drive, s, cell: (1.2 * s, cell))


def always_right(patch):
    """A measure that finds every answer right."""
    patch.setattr(_Recall, "accuracy", lambda self, logits, batch: 1.0)


def keeps_the_newest(patch):
    """Screening that lets every candidate in, in turn."""

    def screen(self, slots, columns):
        oldest = slots.positions[:, self.buffer_size :].argmin(1, keepdim=True)
        columns.scatter_(1, self.buffer_size + oldest, 0)

    patch.setattr(Screening, "_screen_candidate", screen)


def counts_twice(patch):
    """A relevance score that goes wrong by a factor."""
    score = Screening.score
    patch.setattr(Screening, "score", lambda self, slots, alpha: score(self, slots, 2 * alpha))


def no_budget(patch):
    """A RelRNN that looks at everything."""

    def build(*sizes, buffer_size=0, relevant_size=0, **settings):
        return MemRNN(*sizes, **settings)

    build.__name__ = "RelRNN"
    patch.setattr(rsa.models, "RelRNN", build)


def full_attention_is_budgeted(patch):
    """A MemRNN that looks at a few states only."""

    def build(*sizes, **settings):
        return RelRNN(*sizes, **settings)

    build.__name__ = "MemRNN"
    patch.setattr(rsa.models, "MemRNN", build)


def nothing_is_scattered(patch):
    """A denoise task whose symbols stand at the start."""
    patch.setattr(rsa.tasks.Denoise, "_places", Copy._places)


def learned_one_length(patch):
    """In the place of the trained RelRNN, a network that knows one delay only."""
    load = rsa.results.load

    def swapped(name):
        saved = load("rnn_copy" if name == "relrnn_copy" else name)
        saved.net.recurrence.memory = getattr(saved.net.recurrence, "memory", None)
        return saved

    patch.setattr(rsa.results, "load", swapped)


def draws_anew(patch):
    """Data that do not follow from the seed."""
    sample = _Recall.sample
    patch.setattr(_Recall, "sample", lambda self, size, generator=None: sample(self, size))


def no_recipe_works(patch):
    """Runs that all stayed on the plateau."""
    read = rsa.results.recipes.read
    patch.setattr(rsa.results.recipes, "read", lambda: [replace(o, reached=False) for o in read()])


def looks_at_the_newest(patch):
    """Attention that falls on the newest state alone, whatever the energies."""

    def attend(self, s, memory):
        return one_hot(memory.positions.argmax(1), memory.positions.shape[1]).to(s)

    patch.setattr(RelRNN, "attend", attend)
    patch.setattr(MemRNN, "attend", attend)


def reads_nothing(patch):
    """Attention that gives no weight to any state."""
    for model in (RelRNN, MemRNN):
        patch.setattr(model, "attend", lambda self, s, memory: 0 * memory.scores)


def damps(patch):
    """An RNN that loses a tenth of everything at each step."""
    step = RNN.step

    def weaker(self, drive, s, cell):
        h, cell = step(self, drive, s, cell)
        return 0.9 * h, cell

    patch.setattr(RNN, "step", weaker)


def prefers_strongly(patch):
    """Energies a hundred times as large."""
    attend = MemRNN.attend
    patch.setattr(MemRNN, "attend", lambda *args: (100 * attend(*args).log()).softmax(1))


def without_the_half(patch):
    """(h + c)/2 that is h + c."""
    patch.setitem(COMBINE, "mean", COMBINE["sum"])


def miscounts_paths(patch):
    """Each path is counted twice."""
    for name in ("count_paths", "path_expansion"):
        right = getattr(rsa.theory, name)
        patch.setattr(
            rsa.theory, name, lambda *args, right=right, **named: 2 * right(*args, **named)
        )


def no_law(patch):
    """A gradient under uniform attention that dies exponentially, as without attention."""

    def dies(eigenvalue, steps, combine="mean", start=1):
        return np.arange(steps + 1) * np.log(abs(eigenvalue) / 2)

    patch.setattr(rsa.theory, "uniform_attention_gradient", dies)


def steeper_law(patch):
    """Exponents that are too low by 1.5."""
    right = rsa.theory.uniform_attention_exponent
    patch.setattr(rsa.theory, "uniform_attention_exponent", lambda *args: right(*args) - 1.5)


def nothing_was_learned(patch):
    """In the place of each trained network, one of its size that never saw its task."""
    load = rsa.results.load

    def swapped(name):
        saved = load(name)
        recurrence, dice = saved.net.recurrence, torch.Generator().manual_seed(9)
        fresh = type(recurrence)(**recurrence.settings(), generator=dice)
        recurrence.load_state_dict(fresh.state_dict())
        return saved

    patch.setattr(rsa.results, "load", swapped)


def no_energies(patch):
    """Energies that are all the same, whatever is asked for."""
    patch.setattr(rsa.theory, "energies", lambda kind, T, draws=7: np.zeros((draws, T, T)))


def chains_share_with_all(patch):
    """The gradient along a chain falls with the length, as under uniform attention."""
    patch.setattr(rsa.theory, "chain_gradient", lambda kappa, depth, T, **named: 1 / T)


def trees_are_high(patch):
    """Three times as many jumps as needed, and a floor that forgets the half."""
    for name in ("least_depth", "log_depth"):
        right = getattr(rsa.theory, name)
        patch.setattr(rsa.theory, name, lambda *args, right=right: 3 * right(*args))
    floor = rsa.theory.sparse_floor
    patch.setattr(
        rsa.theory,
        "sparse_floor",
        lambda kappa, depth, gamma=0.5, sigma=1.0: floor(kappa, depth, 1.0, sigma),
    )


def paths_always_cancel(patch):
    """Linear networks of which no gradient comes back."""
    patch.setattr(rsa.theory, "tree_gradient", lambda *args, **named: 0.0)
    patch.setattr(rsa.theory, "linear_gradient", lambda alpha, v, **named: np.zeros(len(alpha)))


def paths_never_cancel(patch):
    """Linear networks of which the gradient comes back whole."""
    patch.setattr(rsa.theory, "linear_gradient", lambda alpha, v, **named: np.ones(len(alpha)))


def never_corrected(patch):
    """A correction of the score that is forgotten."""

    def score(self, slots, alpha):
        return replace(slots, scores=slots.scores + self._in_buffer(alpha))

    patch.setattr(Screening, "score", score)


def corrected_runs_were_slow(patch):
    """Kept runs of which those with the corrected score came last."""
    slow = {"raw": 100, "corrected": 900}
    patch.setattr(rsa.results.primacy.Run, "first", lambda self, quantity: slow[self.score])


def no_kernels(patch):
    """A compiled path that is the torch path."""
    patch.setattr(rsa, "backend", lambda path: models_backend("torch"))


def _measured_otherwise(patch, change):
    """Shipped sweeps whose runs gave other results: change(run) -> what is different."""
    right = rsa.results.sweep

    def sweep(name):
        found = right(name)
        runs = [replace(run, result=run.result | change(run)) for run in found.runs]
        return replace(found, runs=tuple(runs))

    patch.setattr(rsa.results, "sweep", sweep)


def _everywhere(run, accuracy):
    delays = run.settings["test_delays"]
    return {"accuracy": accuracy, "test_accuracy": [accuracy] * len(delays)}


def _costs(run, power):
    """Time and memory that grow with another power of the length."""
    costs = {name: run.result[name] for name in ("seconds_per_update", "saved_bytes")}
    return {name: cost and cost**power for name, cost in costs.items()}


def no_run_learned(patch):
    """Measured runs that all guess, keep little, with a gradient that dies on a long way."""
    inside = {"gradient_reach": 1e-9, "effective_depth": 30.0}
    never = {"updates_to_target": None, "seconds_to_target": None, "ended": "updates"}

    def change(run):
        kept = {} if run.result["recall"] is None else {"recall": 0.4}
        return _everywhere(run, 0.12) | inside | never | kept

    _measured_otherwise(patch, change)


def every_run_learned(patch):
    """Measured runs that are all right, at once, and look back directly."""
    inside = {"gradient_reach": 1.0, "effective_depth": 1.0}
    met = {"updates_to_target": 100, "seconds_to_target": 1.0, "ended": "target"}
    _measured_otherwise(patch, lambda run: _everywhere(run, 1.0) | inside | met | _costs(run, 0.5))


def the_last_came_first(patch):
    """Measured runs of which the slow ones were quick, and the poor ones good."""

    def change(run):
        turned = {
            name: 1 / run.result[name]
            for name in ("updates_to_target", "seconds_to_target")
            if run.result[name]
        }
        turned |= _gradient_turned(run) | _costs(run, 2)
        return _everywhere(run, 1 - run.result["accuracy"]) | turned

    _measured_otherwise(patch, change)


def _gradient_turned(run):
    """All on the recurrence, more of it early on with more slots, and the wrong states kept."""
    if not run.result["gradient_by_hops"]:
        return {}
    all_of_it = run.result["gradient"]
    rising = [(t + 1.0) ** -run.settings["relevant_size"] for t in range(len(all_of_it))]
    none = [0.0] * len(all_of_it)
    orders = [all_of_it, *[none] * 4]
    kept = 1 - run.result["recall"]
    return {"gradient": rising, "gradient_by_hops": orders, "recall": kept}


def recipes_swapped(patch):
    """Tries in which the two recipes changed their names."""
    right = rsa.results.rates.sweep

    def sweep(name):
        found = right(name)
        runs = [
            replace(run, settings=run.settings | {"vary_delay": not run.settings["vary_delay"]})
            for run in found.runs
        ]
        return replace(found, runs=tuple(runs))

    patch.setattr(rsa.results.rates, "sweep", sweep)


def longest_runs_failed(patch):
    """Measured runs that broke down at the longest delay they were tested at."""

    def change(run):
        return {"test_accuracy": [*run.result["test_accuracy"][:-1], 0.0]}

    _measured_otherwise(patch, change)


def random_prefers_the_first(patch):
    """A random memory in which the early states have the larger numbers."""
    patch.setattr(rsa.models.Random, "born", lambda self, t: 1 / (1 + t))


WORLDS = {
    "00_start_here": [(always_right, explodes)],
    "01_when_gradients_vanish": [(forgets,), (explodes, always_right)],
    "02_attention_opens_shortcuts": [
        (reads_nothing, explodes, no_law),
        (without_the_half, prefers_strongly, miscounts_paths, steeper_law, damps),
    ],
    "03_sparse_attention_and_depth": [
        (nothing_was_learned, always_right, no_energies, chains_share_with_all),
        (prefers_strongly, trees_are_high, steeper_law, paths_always_cancel),
        (looks_at_the_newest, explodes, paths_never_cancel),
    ],
    "04_relevancy_screening": [
        (keeps_the_newest, full_attention_is_budgeted),
        (counts_twice, no_budget),
        (looks_at_the_newest, never_corrected, corrected_runs_were_slow),
        (nothing_is_scattered, reads_nothing),
    ],
    "05_train_with_a_budget": [
        (always_right, draws_anew, no_budget, full_attention_is_budgeted),
        (keeps_the_newest, no_recipe_works),
        (forgets,),
        (learned_one_length,),
    ],
    "06_the_tradeoff_map": [
        (no_run_learned, no_budget, recipes_swapped),
        (every_run_learned, full_attention_is_budgeted),
        (the_last_came_first, no_kernels),
    ],
    "07_longer_than_training": [
        (always_right, every_run_learned, random_prefers_the_first, draws_anew),
        (nothing_was_learned, forgets, no_run_learned, keeps_the_newest),
        (learned_one_length, longest_runs_failed),
    ],
}

KERNELS_ARE_RIGHT = {learned_one_length, longest_runs_failed}
"""What makes no model wrong: such a world may be quick."""


def claims(notebook, patch):
    """Run a notebook; every claim it makes, and whether it holds."""
    found = {}
    # In no wrong world is there time to learn, or to look at much.
    train, evaluate = rsa.train, rsa.evaluate
    patch.setattr(rsa, "train", lambda *args, **settings: islice(train(*args, **settings), 20))
    patch.setattr(rsa, "evaluate", lambda net, task, sequences=5: evaluate(net, task, sequences=5))
    patch.setattr(rsa, "claim", lambda text, condition, measured: found.update({text: condition}))
    space = {}
    for cell in json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or any(shown in source for shown in ONLY_SHOWN):
            continue
        try:
            exec(compile(source, notebook, "exec"), space)
        except Exception:
            if "def " in source:  # a definition must not fail, whatever the world
                raise
    return found


@pytest.fixture(autouse=True, scope="module")
def _imported():
    """A module that is imported in a wrong world first would keep the wrong models."""
    import_module("rsa_edu.results")


def test_every_notebook_has_its_worlds():
    """A new notebook would make claims that nobody has seen fail."""
    assert sorted(WORLDS) == sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("notebook", WORLDS)
def test_every_claim_can_fail(notebook, monkeypatch, tmp_path):
    """A claim would be printed with its tick whatever the models do."""
    monkeypatch.chdir(tmp_path)
    failed = set()
    for world in WORLDS[notebook]:
        with monkeypatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # means of nothing, in broken worlds
            torch.manual_seed(0)
            for wrong in world:
                wrong(patch)
            # A model is made wrong on the torch path, which defines what the kernels compute.
            with rsa.backend("auto" if KERNELS_ARE_RIGHT.issuperset(world) else "torch"):
                failed |= {text for text, holds in claims(notebook, patch).items() if not holds}
    made = (NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8").count("rsa.claim(")
    assert len(failed) == made > 0, sorted(failed)
