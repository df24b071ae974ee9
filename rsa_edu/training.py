"""The fit loop: one update at a time, so that a notebook, a thread or a test can drive it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from rsa_edu.models.checks import one_of, whole_number
from rsa_edu.models.memory import MemoryPolicy
from rsa_edu.network import Network

GOOD_STATE_EVERY = 50
"""Updates between the states that a diverged run falls back to."""
BLOW_UP = 10
"""A loss of so many times the first one counts as diverged."""
EVALUATION_SEEDS = 2**31
"""Added to the seed of an evaluation, so that no training batch is seen again."""


@dataclass(frozen=True)
class Record:
    """One update.

    loss: mean cross-entropy in nats, over the steps the recipe trains on; accuracy: over the
    answer steps of this training batch; gradient_norm: before clipping; seconds: training time
    from update 1 to the end of this one.
    """

    update: int
    loss: float
    accuracy: float
    gradient_norm: float
    seconds: float


@dataclass(frozen=True)
class Recipe:
    """How a network is trained. The defaults are the paper's published code, but for Adam.

    loss: "all" steps, as the published code, or "answers" only. vary_delay: draw the delay anew
    from 1..delay at every update (the published code's --vari), which leaves the plateau reliably.
    """

    batch_size: int = 10
    learning_rate: float = 1e-3
    clip: float = 1.0
    seed: int = 0
    loss: str = "all"
    vary_delay: bool = False

    def __post_init__(self):
        whole_number("batch_size", self.batch_size, least=1)
        one_of("loss", self.loss, ("all", "answers"))
        for name in ("learning_rate", "clip"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be above 0, but is {getattr(self, name)!r}.")


class Diverged(ArithmeticError):
    """Training left the road; the network is back at its last good state."""


class Training:
    """A network, its task, and all that is needed to go on exactly where it stands.

    Args:
        net: the network; it is trained in place.
        task: a task that fits its sizes.
        recipe: fields of Recipe.

    Raises:
        ValueError: the network does not fit the task, or a field of the recipe is out of range.
    """

    def __init__(self, net: Network, task, **recipe):
        self.net, self.task, self.recipe = net, task, Recipe(**recipe)
        for name, needed, given in (
            ("input_size", task.input_size, net.recurrence.input_size),
            ("n_classes", task.n_classes, net.readout.out_features),
        ):
            if needed != given:
                raise ValueError(f"{task} needs {name}={needed}, but the network has {given}.")
        self.records: list[Record] = []
        self.optimizer = torch.optim.Adam(net.parameters(), lr=self.recipe.learning_rate)
        self.generator = torch.Generator().manual_seed(self.recipe.seed)
        self.applying = threading.Lock()
        self._good = self.tensors()

    @property
    def update(self) -> int:
        """Updates made so far."""
        return len(self.records)

    @property
    def learning_rate(self) -> float:
        """Adam's step size; may be changed between updates."""
        return self.recipe.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float):
        self.recipe = replace(self.recipe, learning_rate=value)
        self.optimizer.param_groups[0]["lr"] = value

    @property
    def memory(self) -> MemoryPolicy | None:
        """The attention budget; may be changed between updates. None: there is no attention."""
        return getattr(self.net.recurrence, "memory", None)

    @memory.setter
    def memory(self, policy: MemoryPolicy):
        if self.memory is None:
            name = type(self.net.recurrence).__name__
            raise ValueError(f"{name} has no attention, so it has no budget to change.")
        self.net.recurrence.memory = policy

    def step(self) -> Record:
        """One update: data, forward, backward, clip, Adam.

        Raises:
            Diverged: the loss or the gradient is not finite or blew up.
            Interrupted: stopped on the way; then nothing has changed, not even the random numbers.
        """
        if self.update % GOOD_STATE_EVERY == 0:
            self._good = self.tensors()
        began, dice = time.perf_counter(), self.generator.get_state()
        try:
            with _flushed_denormals():
                loss, accuracy = self._measure()
                self.optimizer.zero_grad()
                loss.backward()
                norm = clip_grad_norm_(self.net.parameters(), self.recipe.clip)
        except BaseException:
            self.generator.set_state(dice)
            raise
        self._refuse_divergence(loss.item(), norm.item())
        earlier = self.records[-1].seconds if self.records else 0.0
        with self.applying:
            self.optimizer.step()
            seconds = earlier + time.perf_counter() - began
            record = Record(self.update + 1, loss.item(), accuracy, norm.item(), seconds)
            self.records.append(record)
        return record

    def _measure(self) -> tuple[Tensor, float]:
        task, recipe = self.task, self.recipe
        if recipe.vary_delay:
            delay = torch.randint(1, task.delay + 1, (), generator=self.generator).item()
            task = replace(task, delay=delay)
        batch = task.sample(recipe.batch_size, self.generator).to(self.net.readout.weight)
        logits, _ = self.net(batch.inputs)
        steps = batch.mask if recipe.loss == "answers" else torch.ones_like(batch.mask)
        return cross_entropy(logits[steps], batch.targets[steps]), task.accuracy(logits, batch)

    def _refuse_divergence(self, loss: float, norm: float) -> None:
        now = self.update + 1
        if loss != loss or norm != norm or norm == float("inf"):
            what = f"the loss became {loss}" if loss != loss else f"the gradient became {norm}"
        elif self.records and loss > BLOW_UP * self.records[0].loss:
            what = f"the loss rose to {loss:.3g}, more than {BLOW_UP} times where it began,"
        else:
            return
        self.restore(self._good)
        raise Diverged(
            f"{what} at update {now}; lower the learning rate (it is {self.learning_rate:g}). "
            f"The network is back at its state of update {self.update}."
        )

    def tensors(self) -> dict[str, Tensor]:
        """All that changes while training, as plain tensors: what a checkpoint holds."""
        state = {f"net.{name}": p for name, p in self.net.state_dict().items()}
        for i, moments in self.optimizer.state_dict()["state"].items():
            state |= {f"adam.{i}.{name}": value for name, value in moments.items()}
        rows = [list(asdict(record).values()) for record in self.records]
        state["records"] = torch.tensor(rows, dtype=torch.float64).view(
            len(rows), len(fields(Record))
        )
        state["generator"] = self.generator.get_state()
        return {name: value.clone().contiguous() for name, value in state.items()}

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go back to a state that `tensors` gave."""
        self._good = tensors
        weights = {k[4:]: v for k, v in tensors.items() if k.startswith("net.")}
        moments: dict[int, dict] = {}
        for key, value in tensors.items():
            if key.startswith("adam."):
                _, i, name = key.split(".")
                moments.setdefault(int(i), {})[name] = value.clone()
        adam = self.optimizer.state_dict() | {"state": moments}
        with self.applying:
            self.net.load_state_dict(weights)
            self.optimizer.load_state_dict(adam)
            self.generator.set_state(tensors["generator"])
            rows = tensors["records"].tolist()
            self.records[:] = [Record(int(update), *rest) for update, *rest in rows]


@torch.no_grad()
def evaluate(net: Network, task, *, sequences: int = 100, seed: int = 1) -> float:
    """Accuracy over the answer steps of fresh sequences, without training.

    Args:
        net: a trained network. task: also one longer than it was trained on.
        sequences: how many. seed: of the sequences; training draws from other ones.
    """
    batch = task.sample(sequences, torch.Generator().manual_seed(seed + EVALUATION_SEEDS))
    batch = batch.to(net.readout.weight)
    logits, _ = net(batch.inputs)
    return task.accuracy(logits, batch)


@contextmanager
def _flushed_denormals() -> Iterator[None]:
    """Round denormal floats to zero in this thread.

    Gradients of starved states underflow, and arithmetic on denormals is many times slower.
    """
    smallest = torch.tensor(torch.finfo(torch.float32).tiny)
    flushed = bool(smallest / 2 == 0)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(flushed)
