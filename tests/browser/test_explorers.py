"""A slider is moved by hand, and the figure shows the numbers that the core returns for it."""

import statistics

import numpy as np
import pytest

import rsa_edu as rsa
from rsa_edu.explorers.attention_graph import graph
from rsa_edu.explorers.attention_map import seen
from rsa_edu.explorers.budget_gradients import profiles
from rsa_edu.explorers.by_depth import profile
from rsa_edu.explorers.controls import Ladder, controls
from rsa_edu.explorers.depth_surface import surface
from rsa_edu.explorers.exponents import law
from rsa_edu.explorers.gradient_flow import MODELS, flows
from rsa_edu.explorers.hops import split
from rsa_edu.explorers.longer import answers
from rsa_edu.explorers.race import SWEEP as RACE
from rsa_edu.explorers.race import lanes
from rsa_edu.explorers.runs import MODELS as ALL_MODELS
from rsa_edu.explorers.scaling import SWEEP as SCALING
from rsa_edu.explorers.scaling import growths
from rsa_edu.explorers.screening import story
from rsa_edu.explorers.stored_points import shipped
from rsa_edu.explorers.temperature import AT, survey
from rsa_edu.explorers.tradeoffs import numbers
from rsa_edu.explorers.vanishing import decay
from rsa_edu.figures import (
    attention_graph,
    attention_map,
    budget_gradients,
    depth_surface,
    longer,
    race,
    scaling,
    tradeoff_map,
)
from rsa_edu.figures.steps import FLOOR
from rsa_edu.figures.theme import GROUNDS
from tests.browser.explorer import ExplorerOnPage, until


def measured(settings) -> dict[int, list]:
    """Vanishing: the measured norms; 0 has no place on a log axis."""
    return {0: [norm or None for norm in decay(settings).measured.tolist()]}


def curves(settings) -> dict[int, list]:
    """Gradient flow: one curve per model, drawn no lower than the figure's floor."""
    *_, last = flows(settings)
    drawn = [np.maximum(last.curves[model], FLOOR).tolist() for model in MODELS]
    return dict(enumerate(drawn))


def held(settings) -> dict[int, list]:
    """Screening: attention and score of what is in the short-term buffer at this step."""
    sequence = {name: value for name, value in vars(settings).items() if name != "step"}
    buffer = story(**sequence).decisions[settings.step].buffer
    return {1: [state.alpha for state in buffer], 3: [state.score for state in buffer]}


def whole(settings) -> dict[int, list]:
    """Gradient by hops: the norm of what came on all paths."""
    return {0: np.maximum(split(settings).total, FLOOR).tolist()}


def lost(settings) -> dict[int, list]:
    """Depth and gradient: the gradients of the states that are more than two links away."""
    found = profile(settings)
    return {2: np.maximum(found.gradients[found.depths > 2], FLOOR).tolist()}


def sloped(settings) -> dict[int, list]:
    """Exponents: the two points of the measured gradient that its slope is taken from."""
    found = law(settings)
    places = [T - found.start for T in found.slope[:2]]
    return {6: (found.logs[places] / np.log(10)).tolist()}


def peaked(settings) -> dict[int, list]:
    """Temperature: the median gradient of the favoured state, and effective kappa."""
    found = survey(settings)
    median = np.median(found.gradient[:, 0, AT], axis=0).tolist()
    return {2: [value or None for value in median], 6: np.median(found.kappa[:, AT], 0).tolist()}


def arrived(settings) -> dict[int, list]:
    """Attention graph: the gradient of every state, and the floor of its shortest chain."""
    found = graph(settings)
    return {
        attention_graph.MEASURED: found.measured.tolist(),
        attention_graph.FLOORS: found.floors.tolist(),
    }


def attended(settings) -> dict[int, list]:
    """Attention map: the weights of the step at the cursor."""
    return {attention_map.WEIGHTS: seen(settings).row(settings.step).tolist()}


def along_length(settings) -> dict[int, list]:
    """Depth surface: chain and tree measured at every length."""
    *_, last = surface(settings)
    return {
        depth_surface.CHAIN_MEASURED: last.chain.tolist(),
        depth_surface.TREE_MEASURED: last.tree.tolist(),
    }


def budgeted(settings) -> dict[int, list]:
    """Gradients by budget: the mean over the seeds of the budget that stands out."""
    return {budget_gradients.WHOLE: profiles(settings).budgets[settings.size].mean[0].tolist()}


def raced(settings) -> dict[int, list]:
    """Race: the accuracy of each model at the cursor."""
    found = lanes(settings, rsa.results.sweep(RACE).runs).values()
    spent = np.array([settings.spent])
    here = [lane.accuracy(settings.over, spent).item() for lane in found]
    return {len(ALL_MODELS) * race.PER_MODEL: here}


def led_on(settings) -> dict[int, list]:
    """Scaling: the two ends of the fitted line of each model."""
    found = growths(settings, rsa.results.sweep(SCALING).runs)
    fits = {model: one.fit for model, one in found.items() if one.fit}
    ends = (settings.fit_from, settings.T)
    return {
        ALL_MODELS.index(model) * scaling.PER_MODEL + scaling.FIT: [fit.at(T) for T in ends]
        for model, fit in fits.items()
    }


def weighed(settings) -> dict[int, list]:
    """Tradeoff map: the gain of the chosen point."""
    now = numbers(settings, shipped()).picture.now
    return {tradeoff_map.NOW: [] if now is None else [now[1]]}


def answered(settings) -> dict[int, list]:
    """Longer: the share of all sequences in which each answer is right."""
    *_, last = answers(settings)
    return {longer.BARS: last.right.mean(1).tolist()}


# Explorer -> the slider to be moved, and the core: settings -> numbers by place of their trace.
CORES = {
    "vanishing": ("g", measured),
    "gradient_flow": ("g", curves),
    "screening": ("step", held),
    "hops": ("nu", whole),
    "longer": ("rho", answered),
    "by_depth": ("nu", lost),
    "budget_gradients": ("size", budgeted),
    "temperature": ("tau", peaked),
    "exponents": ("angle", sloped),
    "attention_graph": ("g", arrived),
    "attention_map": ("step", attended),
    "depth_surface": ("kappa", along_length),
    "race": ("spent", raced),
    "scaling": ("T", led_on),
    "tradeoff_map": ("rho", weighed),
}
cores = pytest.mark.parametrize("name", CORES)


def label(name: str) -> str:
    """What stands beside the slider of this explorer."""
    slider, _ = CORES[name]
    return controls(kind(name))[slider].label


def kind(name: str) -> type:
    """The settings of this explorer."""
    return getattr(rsa.explore, name).Settings


def moves(name: str) -> int:
    """How many moves to measure: on a ladder each must reach the next rung, or nothing changes."""
    slider, _ = CORES[name]
    control = controls(kind(name))[slider]
    return len(control.options) - 3 if isinstance(control, Ladder) else 20


def differences(explorer: ExplorerOnPage, expected: dict[int, list]) -> list[str]:
    """Where the figure does not show these numbers to 1e-6 of each."""
    drawn = [trace["y"] for trace in explorer.traces()]
    return [
        f"trace {place} shows {drawn[place]}, the core returns {numbers}"
        for place, numbers in expected.items()
        if drawn[place] != pytest.approx(numbers, rel=1e-6, abs=0)
    ]


def assert_the_core(name: str, explorer: ExplorerOnPage) -> None:
    """The figure comes to show what the core returns for the settings on the page."""
    slider, core = CORES[name]

    def agreed() -> bool:  # the last move of a drag reaches the kernel a moment later
        value = getattr(kind(name)(**explorer.settings()), slider)
        return value == pytest.approx(explorer.readout(label(name)), rel=1e-3)

    assert until(agreed, explorer.page), "the settings do not follow the slider"
    expected = core(kind(name)(**explorer.settings()))
    until(lambda: not differences(explorer, expected), explorer.page)
    assert differences(explorer, expected) == []


@cores
def test_a_drag_shows_what_the_core_returns(explorers, name):
    """The mouse moves the slider, but the figure stays behind or shows other numbers."""
    explorer = explorers[name]
    before = explorer.readout(label(name))
    for _ in explorer.drag(label(name), 0.3, 0.5, 0.45):
        explorer.page.wait_for_timeout(100)
    assert explorer.readout(label(name)) != before
    assert_the_core(name, explorer)


@cores
def test_the_keyboard_reaches_and_moves_a_slider(explorers, name):
    """Without a mouse the slider cannot be reached, or the arrow keys do not move the figure."""
    explorer, page = explorers[name], explorers[name].page
    explorer.button("Reset").click()
    explorer.button("Reset").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if explorer.handle(label(name)).evaluate("handle => handle === document.activeElement"):
            break
    else:
        pytest.fail(f"20 times Tab after Reset do not reach the slider {label(name)!r}")
    before = explorer.readout(label(name))
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert explorer.readout(label(name)) > before
    assert_the_core(name, explorer)


@pytest.mark.parametrize("name", [*CORES, "training"])
def test_a_slider_has_a_name_for_screen_readers(explorers, name):
    """A screen reader says only "slider", and not which."""
    handles = explorers[name].root.locator(".noUi-handle")
    names = handles.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")
    assert names
    assert all(names)


@pytest.mark.parametrize("name", [*CORES, "training"])
def test_the_figure_follows_the_theme_of_lab(explorers, name):
    """In Lab's dark theme a figure stays white, or in the light one dark."""
    explorer = explorers[name]
    for theme in ("dark", "light"):
        explorer.notebook.theme(theme)
        ground = GROUNDS[theme].paper
        assert until(lambda ground=ground: explorer.background() == ground, explorer.page)


@cores
def test_a_drag_is_answered_at_once(explorers, name):
    """A slider feels dead: the design's bound is 100 ms, this one also holds on a busy machine."""
    explorer = explorers[name]
    explorer.button("Reset").click()
    assert statistics.median(explorer.measure_moves(name, label(name), moves(name))) < 1000


def test_nothing_went_wrong_meanwhile(explorers):
    """One of the moves above left an error on the console, in the kernel or in a cell."""
    problems = explorers["vanishing"].notebook.problems()
    assert not problems, "\n".join(problems)
