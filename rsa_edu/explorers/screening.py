"""A memory policy, step by step: who is in memory, who enters, who is thrown out, and why."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import ipywidgets
import torch

from rsa_edu import models, results, tasks
from rsa_edu.decisions import Decision, decisions
from rsa_edu.explorers import policies
from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, setting
from rsa_edu.figures.names import NAMES
from rsa_edu.figures.screening import Words, screening_figure
from rsa_edu.reasons import explain, h
from rsa_edu.registry import TASKS

HIDDEN_SIZE = 32
"""Of the untrained models."""
UNTRAINED = ("RelRNN, untrained", "RelLSTM, untrained")
UNIFORM, AS_COMPUTED, POINTED, SHARP = (
    "uniform (v_a = 0)",
    "as computed",
    "pointed (v_a × 30)",
    "one state only (v_a × 1000)",
)

ATTENTION = {UNIFORM: 0.0, AS_COMPUTED: 1.0, POINTED: 30.0, SHARP: 1000.0}
"""What v_a is multiplied by. With 1000 the softmax is a hard choice: most weights are exactly 0."""


WORDS = {
    policies.SCREENING: Words(),
    policies.CORRECTED: Words("score β/E", "β/E"),
    policies.WINDOW: Words("no score", "", "", buffer="window", relevant=""),
    policies.SINKS: Words("no score", "", "", relevant="sinks"),
    policies.HEAVY: Words(),
    policies.RANDOM: Words("random u", "u", "smallest in the set"),
    policies.LOWEST: Words("α, magnified", "α", "least attention", "", "pool", magnified=True),
}
"""What each policy calls its parts."""
TRAINED = tuple(name for name in results.names() if name.startswith("rel"))


@dataclass(frozen=True)
class Settings:
    """Which sequence is read by which model, and where the player stands."""

    task: str = setting("Denoise", Choice(tuple(TASKS), NAMES["task"]))
    delay: int = setting(12, Number(5, 30, NAMES["delay"]))
    model: str = setting(
        UNTRAINED[0],
        Choice((*UNTRAINED, *TRAINED), NAMES["model"]),
    )
    attention: str = setting(POINTED, Choice(tuple(ATTENTION), NAMES["attention"]))
    policy: str = setting(policies.SCREENING, Choice(policies.POLICIES, NAMES["policy"]))
    nu: int = setting(5, Number(1, 15, NAMES["nu"]))
    rho: int = setting(4, Number(0, 15, NAMES["rho"]))
    seed: int = setting(6, Number(0, 99, NAMES["seed"]))
    step: int = setting(12, Number(0, lambda s: s.delay + 19, NAMES["step"]))


@dataclass(frozen=True)
class Story:
    """One sequence, read to its end: a symbol ("" for a blank) and a decision for every step."""

    symbols: tuple[str, ...]
    decisions: tuple[Decision, ...]
    policy: models.MemoryPolicy


@lru_cache(maxsize=32)
def story(
    task: str,
    delay: int,
    model: str,
    attention: str,
    policy: str,
    nu: int,
    rho: int,
    seed: int,
) -> Story:
    """Let the model read one sequence; kept, so that a step of the player costs nothing."""
    dice = torch.Generator().manual_seed(seed)
    if model in UNTRAINED:
        task = getattr(tasks, task)(delay)
        build = getattr(models, model.split(",")[0])
        recurrence = build(task.input_size, HIDDEN_SIZE, generator=dice)
    else:
        saved = results.load(model)
        task, recurrence = type(saved.task)(delay), saved.net.recurrence
    recurrence.memory = memory = policies.build(policy, nu, rho, seed)
    with torch.no_grad():
        recurrence.energy *= ATTENTION[attention]
        inputs = task.sample(1, dice).inputs
        trace = recurrence(inputs, return_trace=True)[2]
    marker = task.input_size - 1
    names = {0: "", marker: "?"}
    symbols = tuple(names.get(s, str(s)) for s in inputs[:, 0].argmax(1).tolist())
    return Story(symbols, tuple(decisions(trace, memory)), memory)


class ScreeningPlayer(Explorer):
    """A player that walks through a sequence and gives the reason for every decision."""

    name = "screening"
    Settings = Settings
    presets: ClassVar = {
        "The buffer fills": {"step": 3},
        "An empty slot is taken": {"step": 6},
        "A state is thrown out": {"step": 12},
        "A tie": {"task": "Copy", "attention": SHARP, "seed": 2, "step": 10},
        "Uniform attention": {"attention": UNIFORM, "step": 20},
        "No relevant set (ρ = 0)": {"rho": 0, "step": 12},
        "Corrected for primacy": {"policy": policies.CORRECTED, "step": 20},
        "Sinks": {"policy": policies.SINKS, "step": 12},
        "Heavy hitters": {"policy": policies.HEAVY, "step": 20},
        "Lowest attention": {"policy": policies.LOWEST, "step": 12},
        "Random": {"policy": policies.RANDOM, "step": 16},
        **{
            f"Trained: {name}": {"model": name, "attention": AS_COMPUTED, "seed": 0, "step": 14}
            for name in TRAINED
        },
    }

    def compute(self, settings):
        """The story of the whole sequence; `step` only says where in it to look."""
        return story(**{k: v for k, v in vars(settings).items() if k != "step"})

    def draw(self, settings, numbers):
        """The present step over the time axis."""
        if numbers is None:
            return screening_figure(("",), Decision(0, (), (), "filling"), "", self.theme)
        decision = numbers.decisions[settings.step]
        headline = f"Step {settings.step}: {_headline(decision, settings.policy)}"
        words = WORDS[settings.policy]
        return screening_figure(numbers.symbols, decision, headline, self.theme, words)

    def summarise(self, settings, numbers):
        """The decision and its reason, and what is left of the data so far."""
        d = numbers.decisions[settings.step]
        lost = {*d.gone, d.lost}
        shown = [i for i in range(d.t + 1) if numbers.symbols[i] not in ("", "?")]
        left = sum(i not in lost for i in shown)
        said = explain(d, numbers.policy)
        return f"{said} Of {len(shown)} symbols shown, {left} are still in reach."

    def table(self, settings, numbers):
        """One row per step."""
        yield (
            "step",
            "symbol",
            "verdict",
            "leaves_buffer",
            "score",
            "weakest",
            "its_score",
            "lost",
        )
        for symbol, d in zip(numbers.symbols, numbers.decisions, strict=True):
            sides = [(s.position, s.score) if s else ("", "") for s in (d.candidate, d.weakest)]
            lost = "" if d.lost is None else d.lost
            yield (d.t, symbol, d.verdict, *sides[0], *sides[1], lost)

    def idle(self, settings):
        """A trained model knows one task."""
        if settings.model in UNTRAINED:
            return {}
        return {"task": "A trained model reads the task it was trained on."}

    def arrange(self):
        """The player stands between the settings and the figure."""
        slider = self.widgets["step"]
        self.play = ipywidgets.Play(
            min=slider.min, max=slider.max, value=slider.value, interval=900, show_repeat=False
        )
        self._linked = ipywidgets.jslink((self.play, "value"), (slider, "value"))
        slider.observe(lambda change: setattr(self.play, "max", change.new), "max")
        self.buttons = {
            label: ipywidgets.Button(
                description=label, tooltip=tooltip, layout={"width": "max-content"}
            )
            for label, tooltip in (
                ("◀ Back", "one step back"),
                ("Forward ▶", "one step forward"),
                ("Next exchange ▶▶", "to the next step at which a member is thrown out, or a tie"),
            )
        }
        back, forward, exchange = self.buttons.values()
        back.on_click(lambda _: self.set(step=max(0, self.settings.step - 1)))
        forward.on_click(lambda _: self.set(step=min(slider.max, self.settings.step + 1)))
        exchange.on_click(lambda _: self._to_next_exchange())
        layout = ipywidgets.Layout(flex_flow="row wrap", grid_gap="4px", align_items="center")
        player = ipywidgets.HBox([back, self.play, forward, exchange], layout=layout)
        rows = super().arrange()
        rows.insert(rows.index(self.figure), player)
        return rows

    def _to_next_exchange(self) -> None:
        for decision in self.numbers.decisions[self.settings.step + 1 :]:
            if decision.verdict in ("replaces", "tie"):
                self.set(step=decision.t)
                return
        self._say("From here on, no member is thrown out any more.")


def _headline(d: Decision, policy: str) -> str:
    if d.verdict == "filling":
        return f"the {WORDS[policy].buffer or WORDS[policy].relevant} fills"
    if d.candidate is None:
        return f"{h(d.enters)} takes the slot of {h(d.lost)}"
    who, lost = h(d.candidate.position), None if d.lost is None else h(d.lost)
    if policy == policies.SINKS and d.verdict == "free":
        return f"{who} becomes a sink"
    return {
        "free": f"{who} takes an empty slot",
        "replaces": f"{who} is kept, {lost} is thrown out",
        "rejected": f"{who} is lost",
        "tie": f"{who} is lost" if policy == policies.SINKS else f"a tie, {who} is lost",
        "no set": f"{who} is lost",
    }[d.verdict]
