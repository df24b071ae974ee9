"""What one run of a sweep is: every setting by name, checked, in one form only."""

import difflib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache

from torch import Generator

from rsa_edu.models import MemoryPolicy
from rsa_edu.models.checks import whole_number
from rsa_edu.network import Network
from rsa_edu.registry import MODELS, POLICIES, TASKS
from rsa_edu.store import key_of
from rsa_edu.training import Recipe, Training

MEASURE = 2
"""Version of what a run measures and how. Raised with every change that gives other numbers for
the same settings, or gives the same words another meaning: then all runs are made anew."""
OF_POLICIES = ("buffer_size", "relevant_size", "correct_primacy", "size")
OF_MODELS = (
    *("nonlinearity", "init", "attention", "combine"),
    *("top_k", "every", "truncation", "layers", "heads"),
)
OF_RECIPES = ("batch_size", "learning_rate", "clip", "loss", "vary_delay", "seed")


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """One run: what is trained on what, with which budget and recipe, and what is measured.

    A word left at None takes the default of the model or policy, and is then filled in; a word that
    means nothing to them is refused. So the same run is always written in the same way.

    task, delay: "Copy" or "Denoise". model: a class of rsa.models. policy: a memory policy by name;
    its sizes are buffer_size (nu), relevant_size (rho), correct_primacy, or size.
    nonlinearity .. heads: what the model takes beside its sizes.
    batch_size .. vary_delay: see Recipe. seed: of the start, the data and a random policy.
    updates: most updates; training ends before where the mean accuracy of the last 50 updates
    reaches `target` (None: never). test_delays: the task is then tested at each of them, on
    `sequences` sequences; None: at the delay of the training.
    hops: also split the gradient by attention hops, up to this order.
    fresh_process: run in a process of its own, whose peak memory is then measured.

    Raises:
        ValueError: a word or a value that is not known, or out of range; the sentence names it.
    """

    task: str = "Copy"
    delay: int = 100
    model: str = "RelRNN"
    hidden_size: int = 128
    policy: str | None = None
    buffer_size: int | None = None
    relevant_size: int | None = None
    correct_primacy: bool | None = None
    size: int | None = None
    nonlinearity: str | None = None
    init: str | None = None
    attention: str | None = None
    combine: str | None = None
    top_k: int | None = None
    every: int | None = None
    truncation: int | None = None
    layers: int | None = None
    heads: int | None = None
    batch_size: int = 10
    learning_rate: float = 1e-3
    clip: float = 1.0
    loss: str = "all"
    vary_delay: bool = False
    seed: int = 0
    updates: int = 2000
    target: float | None = 0.95
    test_delays: Sequence[int] | None = None
    sequences: int = 100
    hops: int | None = None
    fresh_process: bool = False

    def __new__(cls, **words):
        """Refuse a word that is not known, before dataclass does in other words."""
        check_words(words)
        return super().__new__(cls)

    def __post_init__(self):
        for name, choices in (("task", TASKS), ("model", MODELS)):
            known(name, getattr(self, name), choices)
        for name, least in (("hidden_size", 1), ("seed", 0), ("updates", 0), ("sequences", 1)):
            whole_number(name, getattr(self, name), least)
        if self.hops is not None:
            whole_number("hops", self.hops, least=0)
        for name in ("learning_rate", "clip") + ("target",) * (self.target is not None):
            self._set(name, number(name, getattr(self, name)))
        if self.target is not None and not 0 < self.target <= 1:
            raise ValueError(f"target must be above 0 and at most 1, but is {self.target!r}.")
        for name in ("vary_delay", "fresh_process"):
            flag(name, getattr(self, name))
        if self.correct_primacy is not None:
            flag("correct_primacy", self.correct_primacy)
        self._set("test_delays", _delays(self.delay, self.test_delays))
        self._fill_in()
        self._recipe()
        self.tasks()
        own = self._own()
        known_once = all(isinstance(value, Hashable) for value in own.values())
        build = _build if known_once else _build.__wrapped__
        build(self.model, self.hidden_size, **own)
        self.memory()

    def _set(self, name: str, value) -> None:
        object.__setattr__(self, name, value)

    def _fill_in(self) -> None:
        """The defaults of this model and policy; what means nothing to them is refused."""
        own, policy = _defaults(self.model)
        if policy is None and self.policy is not None:
            raise ValueError(f"{self.model} has no budget, so policy cannot be {self.policy!r}.")
        if policy is not None:
            self._set("policy", self.policy or policy)
            known("policy", self.policy, POLICIES)
        budget = _sizes(self.policy)
        for names, defaults, who in (
            (OF_MODELS, own, self.model),
            (OF_POLICIES, budget, self.policy or self.model),
        ):
            for name in names:
                if getattr(self, name) is None:
                    self._set(name, defaults.get(name))
                elif name not in defaults:
                    raise ValueError(
                        f"{who} has no {name}, but it is set to {getattr(self, name)!r}."
                    )

    def _recipe(self) -> Recipe:
        return Recipe(**{name: getattr(self, name) for name in OF_RECIPES})

    def _own(self) -> dict:
        """What the model takes beside its sizes."""
        return {name: getattr(self, name) for name in _defaults(self.model)[0]}

    def _recurrence(self, input_size: int, generator: Generator):
        build = MODELS[self.model]
        recurrence = build(input_size, self.hidden_size, generator=generator, **self._own())
        if self.policy is not None:
            recurrence.memory = self.memory()
        return recurrence

    def memory(self) -> MemoryPolicy | None:
        """The memory policy; None: the model has none to choose."""
        if self.policy is None:
            return None
        sizes = {name: getattr(self, name) for name in _sizes(self.policy)}
        return POLICIES[self.policy](**sizes, **({"seed": self.seed} if self._is_random() else {}))

    def _is_random(self) -> bool:
        return "seed" in {field.name for field in fields(POLICIES[self.policy])}

    def training(self) -> Training:
        """The training before its first update; the seed decides the start and the data."""
        task, dice = self.tasks()[0], Generator().manual_seed(self.seed)
        net = Network(self._recurrence(task.input_size, dice), task.n_classes, generator=dice)
        return Training(net, task, **{name: getattr(self, name) for name in OF_RECIPES})

    def tasks(self) -> list:
        """The task that is trained; then those it is tested on."""
        return [TASKS[self.task](delay) for delay in (self.delay, *self.test_delays)]

    def plain(self) -> dict:
        """All words and values, as JSON has them."""
        return vars(self) | {"test_delays": list(self.test_delays)}

    @property
    def key(self) -> str:
        """What the store knows this run by. A word that is None says nothing and is left out."""
        return key_of({k: v for k, v in self.plain().items() if v is not None}, MEASURE)

    def __str__(self) -> str:
        """In one line: the task, the model and what differs from the defaults."""
        hidden = ("task", "delay", "model", "hidden_size", "policy", *OF_POLICIES, "seed")
        usual = RunSettings(task=self.task, delay=self.delay, model=self.model, policy=self.policy)
        other = [
            f"{field.name}={getattr(self, field.name)}"
            for field in fields(self)
            if field.name not in hidden and getattr(self, field.name) != getattr(usual, field.name)
        ]
        memory = [str(self.memory())] if self.policy else []
        task = f"{self.task}({self.delay})"
        parts = [task, f"{self.model}({self.hidden_size})", *memory, *other, f"seed {self.seed}"]
        return ", ".join(parts)


WORDS = tuple(field.name for field in fields(RunSettings))


def check_words(words: Iterable[str]) -> None:
    """Refuse a word that RunSettings does not have."""
    for word in words:
        if word not in WORDS:
            raise ValueError(f"a run has no setting {word!r}{_meant(word, WORDS)}")


def known(name: str, value, choices: Iterable[str]) -> None:
    """Refuse a value that is not among the choices; the nearest is named."""
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(choices)
        raise ValueError(
            f"{name} must be one of {listed}, but is {value!r}{_meant(value, choices)}"
        )


def number(name: str, value) -> float:
    """`value` as a float; an int is one, too."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, but is {value!r}.")
    return float(value)


def flag(name: str, value) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, but is {value!r}.")


def _meant(word, choices: Iterable[str]) -> str:
    """The end of the sentence: the nearest word that is known."""
    lowered = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(str(word).lower(), lowered, n=1, cutoff=0.5)
    return f"; did you mean {lowered[near[0]]!r}?" if near else "."


def _delays(delay: int, given) -> tuple[int, ...]:
    if given is None:
        return (delay,)
    if not isinstance(given, list | tuple) or not given:
        raise ValueError(f"test_delays must be a list of delays, but is {given!r}.")
    return tuple(given)


@lru_cache(maxsize=None, typed=True)  # typed: 1 is no True
def _build(model: str, hidden_size: int, **own) -> None:
    """Refuse what the model refuses. Once for all runs that are alike: building takes a while."""
    MODELS[model](1, hidden_size, **own)


@cache
def _defaults(model: str) -> tuple[dict, str | None]:
    """What a model takes beside its sizes, with its defaults; and its memory policy."""
    recurrence = MODELS[model](1, 4)
    own = {name: v for name, v in recurrence.settings().items() if name in OF_MODELS}
    memory = getattr(recurrence, "memory", None)
    return own, None if memory is None else type(memory).__name__


def _sizes(policy: str | None) -> dict:
    """The sizes of a policy with their defaults; {}: there is none."""
    if policy is None:
        return {}
    return {field.name: field.default for field in fields(POLICIES[policy]) if field.name != "seed"}
