"""The gradient flow explorer against gradient_flow itself."""

import sys

import numpy as np
import pytest
import torch

import rsa_edu as rsa
from rsa_edu.explorers.gradient_flow import MODELS, Settings, cases, flows, profile

SHORT = {"delay": 12, "nu": 3, "rho": 4}


def exact(**settings):
    *_, last = flows(Settings(**{**SHORT, **settings}))
    return last


@pytest.mark.parametrize("task", ["Copy", "Denoise"])
@pytest.mark.parametrize("model", MODELS)
def test_a_curve_is_what_gradient_flow_measures(task, model):
    """A curve belongs to another network, sequence or budget than the sliders say."""
    found = exact(task=task, models=(model,), g=0.9)
    problem = {"Copy": rsa.tasks.Copy, "Denoise": rsa.tasks.Denoise}[task](12)
    rng = torch.Generator().manual_seed
    recurrence = getattr(rsa.models, model)(problem.input_size, 64, generator=rng(0))
    with torch.no_grad():
        recurrence.weight_hh *= 0.9
    if model.startswith("Rel"):
        recurrence.memory = rsa.models.Screening(3, 4)
    net = rsa.Network(recurrence, problem.n_classes, generator=rng(0)).double()
    batch = problem.sample(1, rng(0))
    expected = rsa.gradient_flow(net, batch.to(torch.float64)).total
    np.testing.assert_allclose(found.curves[model], expected, rtol=1e-12)
    assert found.data == tuple(problem.data_positions(batch)[:, 0].tolist())
    assert found.answers == tuple(range(22, 32))


def test_a_trained_curve_is_that_of_the_shipped_network():
    """ "Trained" shows another network than the one that is shipped, or without the budget."""
    found = exact(trained=True, models=("RelRNN",))
    net = rsa.results.load("relrnn_copy").net.double()
    net.recurrence.memory = rsa.models.Screening(3, 4)
    batch = rsa.tasks.Copy(12).sample(1, torch.Generator().manual_seed(0))
    expected = rsa.gradient_flow(net, batch.to(torch.float64)).total
    np.testing.assert_allclose(found.curves["RelRNN"], expected, rtol=1e-12)


def test_the_budget_matters_to_those_that_have_one():
    """A move of a budget recomputes models without one, or leaves those with one as they were."""
    few, many = (dict(zip(MODELS, cases(Settings(nu=nu)), strict=True)) for nu in (3, 9))
    changed = [model for model in MODELS if few[model] != many[model]]
    assert changed == ["RelRNN", "RelLSTM"]
    case = few["RNN"]
    assert profile(case) is profile(case)


def test_until_a_curve_is_there_the_old_one_stands_in(monkeypatch):
    """While it computes, the figure is empty, or an old curve passes for a new one."""
    monkeypatch.setattr(sys.modules[flows.__module__], "TOGETHER", 0)
    before = exact(seed=1)
    first, *_, last = flows(Settings(**SHORT, seed=2), before)
    assert first.waiting == MODELS[1:]
    assert first.curves["LSTM"] is before.curves["LSTM"]
    assert first.curves["RNN"] is last.curves["RNN"]
    assert last.waiting == ()
    assert not np.array_equal(last.curves["LSTM"], before.curves["LSTM"])


@pytest.fixture(scope="module")
def explorer():
    return rsa.explore.gradient_flow(**SHORT).wait()


def test_the_sentence_gives_the_values_at_the_cursor(explorer):
    """The cursor is moved, but the sentence speaks of another step."""
    explorer.set(step=25).wait()
    assert "step 25 (an answer step)" in explorer.summary
    assert f"RNN {explorer.numbers.curves['RNN'][25]:.2g}" in explorer.summary
    assert list(explorer.figure.data[len(MODELS)].x) == [25] * len(MODELS)


def test_models_can_be_left_out(explorer):
    """An unchecked model stays in the figure, or none at all is a fault."""
    explorer.set(models=("RNN", "RelRNN")).wait()
    drawn = [trace.name for trace in explorer.figure.data[:5] if len(trace.y)]
    assert drawn == ["RNN", "RelRNN"]
    assert "No model" in explorer.set(models=()).wait().summary
    explorer.set(models=MODELS).wait()


def test_what_training_has_fixed_is_grey(explorer):
    """Gain or task seem to matter to a trained network."""
    explorer.set(trained=True).wait()
    assert {name for name, widget in explorer.widgets.items() if widget.disabled} == {"g", "task"}
    explorer.set(trained=False).wait()
    assert not explorer.widgets["g"].disabled


def test_without_shipped_networks_trained_is_grey(monkeypatch):
    """A package without checkpoints offers trained networks, or fails."""
    monkeypatch.setattr(rsa.results, "names", list)
    explorer = rsa.explore.gradient_flow(**SHORT).wait()
    assert explorer.widgets["trained"].disabled
    assert "No trained RNN" in explorer.set(trained=True).wait().summary


@pytest.mark.parametrize("name", rsa.explore.gradient_flow.presets)
def test_every_preset_draws_its_numbers(explorer, name):
    """A preset raises or shows other numbers than the core returns."""
    explorer.preset(name).wait()
    for trace in explorer.figure.data[: len(MODELS)]:
        np.testing.assert_array_equal(trace.customdata, explorer.numbers.curves[trace.name])
    assert explorer.numbers.length == explorer.settings.delay + 20
    assert explorer.status == ""


def test_rows_hold_every_step_of_every_model(explorer):
    """The saved file misses a step or a model."""
    head, *rows = explorer.table(explorer.settings, explorer.numbers)
    assert head == ("t", *MODELS)
    assert [row[0] for row in rows] == list(range(explorer.numbers.length))
    assert [row[1] for row in rows] == list(explorer.numbers.curves["RNN"])
