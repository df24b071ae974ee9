"""The training figure shows the numbers of the run it is given."""

import pytest

from rsa_edu.figures.theme import MODELS
from rsa_edu.figures.training import Run, training_figure

RUN = Run(
    name="RelRNN, Copy 20",
    model="RelRNN",
    update=(10, 20),
    loss=(2.0, 1.0),
    accuracy=(0.1, 0.4),
    block=10,
    memoryless=2.08,
    chance=0.125,
    notes=((12, "ν 3, ρ 0"),),
    flow=(1e-3, 1e-2, 0.1),
    attention=((None, None), (0.5, None)),
    cell=2,
)
KEPT = Run("A: LSTM", "LSTM", (50,), (3.0,), (0.2,), 1, 2.08, 0.125, flow=(0.1,))


def curve(figure, field, dash):
    index = {"loss": "y", "accuracy": "y2", "flow": "y4"}[field]
    (found,) = [
        t
        for t in figure.data
        if t.type == "scatter" and (t.yaxis or "y") == index and t.line.dash == dash
    ]
    return found


@pytest.mark.parametrize(("run", "dash"), [(RUN, "solid"), (KEPT, "dash")])
def test_curves_are_the_numbers_of_their_run(run, dash):
    """If this failed, the curves would belong to another run, or to other axes."""
    figure = training_figure(RUN, KEPT, "light")
    for field in ("loss", "accuracy"):
        drawn = curve(figure, field, dash)
        assert (drawn.x, drawn.y) == (run.update, getattr(run, field))
        assert drawn.line.color == MODELS[run.model][0]
    flow = curve(figure, "flow", dash)
    assert (flow.x, flow.y) == (tuple(range(len(run.flow))), run.flow)


def test_the_map_is_the_attention_of_the_present_run():
    """If this failed, the map would be shifted, or be that of the kept run."""
    heat = training_figure(RUN, KEPT, "dark").data[-1]
    assert [list(row) for row in heat.z] == [[None, None], [0.5, None]]
    assert list(heat.x) == list(heat.y) == [0, 2]


def test_what_was_changed_is_marked_where_it_was_changed():
    """If this failed, a bend in the curve would have no visible cause."""
    (marks,) = [t for t in training_figure(RUN, None, "light").data if t.name == "changed"]
    assert (marks.x, marks.text) == ((12,), ("ν 3, ρ 0",))


def test_yardsticks_are_where_the_run_says():
    """If this failed, learning could not be told from guessing."""
    lines = {t.name: t.y for t in training_figure(RUN, None, "light").data if t.name}
    assert lines["no memory"] == (2.08, 2.08)
    assert lines["chance"] == (0.125, 0.125)


def test_the_figure_says_when_there_is_no_attention_to_show():
    """If this failed, an empty map would look like a mistake."""
    figure = training_figure(KEPT, None, "light")
    assert "LSTM has no attention" in [a.text for a in figure.layout.annotations]
    assert figure.data[-1].showscale is False


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("run", "kept"), [(None, None), (RUN, None), (RUN, KEPT)])
def test_all_states_have_the_same_traces(theme, run, kept):
    """If this failed, the live figure could not be brought from one to the other."""
    empty, figure = training_figure(None, None, theme), training_figure(run, kept, theme)
    assert [(t.type, t.yaxis) for t in figure.data] == [(t.type, t.yaxis) for t in empty.data]


def test_no_loss_leaves_the_axis():
    """If this failed, the largest loss of either run would be cut off."""
    figure = training_figure(RUN, KEPT, "light")
    assert figure.layout.yaxis.range[1] > 3.0
    assert figure.layout.xaxis.range[1] == 50
