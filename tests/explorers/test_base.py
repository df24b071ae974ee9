"""What all explorers share, tried on a small one of each kind: at once, and in the background."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import comm
import plotly.graph_objects as go
import pytest

from rsa_edu.explorers.base import Explorer
from rsa_edu.explorers.controls import Choice, Number, Several, Switch, setting
from rsa_edu.explorers.live import LiveFigure
from rsa_edu.figures import theme


@dataclass(frozen=True)
class Settings:
    g: float = setting(0.5, Number(0.1, 1.5, "gain", step=0.01))
    T: int = setting(10, Number(2, 50, "length"))
    step: int = setting(3, Number(0, lambda before: before.T - 1, "step"))
    scale: float = setting(1.0, Number(0.01, 100, "scale", step=0.1, log=True))
    kind: str = setting("power", Choice(("power", "failure"), "kind"))
    marked: bool = setting(False, Switch("marked"))
    models: tuple = setting(("RNN",), Several(("RNN", "LSTM"), "models"))


class Powers(Explorer):
    """Powers of g."""

    name = "powers"
    Settings = Settings
    presets: ClassVar = {"Steep": {"g": 0.2}, "Long": {"T": 40, "step": 30}}

    def compute(self, settings):
        if settings.kind == "failure":
            raise ValueError("the matrix is <singular>")
        return [settings.scale * settings.g**k for k in range(settings.T)]

    def draw(self, settings, numbers):
        return theme.figure(go.Scatter(y=numbers or []), go.Scatter(name="second"))

    def summarise(self, settings, numbers):
        return f"After {settings.T} steps {numbers[-1]:.3g}."

    def table(self, settings, numbers):
        return [("k", "power"), *enumerate(numbers)]

    def idle(self, settings):
        return {"step": "nothing to mark"} if not settings.marked else {}


class Background(Powers):
    background = True

    def compute(self, settings):
        numbers = Powers.compute(self, settings)
        yield numbers[:2]
        yield numbers


@pytest.fixture(params=[Powers, Background])
def explorer(request):
    return request.param().wait()


def test_the_figure_follows_the_settings(explorer):
    """A setting moves, but numbers, figure or sentence stay behind."""
    explorer.set(g=0.25, T=5).wait()
    assert explorer.numbers == [0.25**k for k in range(5)]
    assert list(explorer.figure.data[0].y) == explorer.numbers
    assert explorer.summary == "After 5 steps 0.00391."
    assert explorer.status == ""


def test_a_slider_moves_the_figure(explorer):
    """A drag changes the slider only."""
    explorer.widgets["g"].value = 0.3
    assert list(explorer.wait().figure.data[0].y)[1] == 0.3
    explorer.widgets["models"].boxes["LSTM"].value = True
    assert explorer.wait().settings.models == ("RNN", "LSTM")


def test_the_sliders_follow_the_code(explorer):
    """After set() the page shows other settings than the figure."""
    explorer.set(g=1.2, T=30, step=20, scale=10, marked=True, models=("LSTM",)).wait()
    for name, widget in explorer.widgets.items():
        assert widget.value == getattr(explorer.settings, name), name
    assert explorer.widgets["step"].max == 29


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ({"g": 7}, {"g": 1.5}),
        ({"T": -3}, {"T": 2}),
        ({"T": 20, "step": 100}, {"T": 20, "step": 19}),
        ({"T": 7.4}, {"T": 7}),
    ],
)
def test_out_of_range_is_moved_and_said(explorer, asked, got):
    """A value out of range is a traceback, or is moved without a word."""
    explorer.set(**asked).wait()
    assert {name: getattr(explorer.settings, name) for name in got} == got
    assert bool(explorer.status) == (asked != {"T": 7.4})
    explorer.set(g=1.0).wait()
    assert explorer.status == ""


@pytest.mark.parametrize("bad", [float("nan"), "much", None])
def test_what_is_no_number_is_refused_in_words(explorer, bad):
    """A value of a wrong kind is a traceback or reaches the computation."""
    explorer.set(g=bad).wait()
    assert explorer.settings.g == 0.5
    assert "gain" in explorer.status


def test_what_is_no_option_is_refused_in_words(explorer):
    """A word that is no option reaches the computation."""
    explorer.set(kind="cube", models=("GRU",), marked="yes").wait()
    assert explorer.settings == Settings()
    assert all(label in explorer.status for label in ("kind", "models", "marked"))


def test_an_unknown_setting_names_the_known(explorer):
    """A typing error in code goes unnoticed."""
    with pytest.raises(TypeError, match=r"'nu' is no setting here; there are g, T, step"):
        explorer.set(nu=3)


def test_a_shorter_range_takes_its_slider_along(explorer):
    """A slider stands outside a range that another setting has narrowed, or this is a fault."""
    explorer.set(T=40, step=30).wait().set(T=5).wait()
    assert (explorer.settings.step, explorer.widgets["step"].max, explorer.status) == (4, 4, "")


def test_presets_and_reset(explorer):
    """A preset keeps something of the state before, or Reset does not come back."""
    row = explorer.widget.children[0].children
    buttons = {button.description: button for button in row}
    explorer.set(scale=5)
    for name, changes in Powers.presets.items():
        buttons[name].click()
        assert explorer.wait().settings == Settings(**changes)
    buttons["Reset"].click()
    assert explorer.wait().settings == Settings()


def test_code_rebuilds_the_state(explorer):
    """The line that is copied makes another state."""
    explorer.set(g=0.37, T=12, models=(), marked=True, scale=3.3).wait()
    explorer.theme = "dark"
    call = explorer.code.removeprefix("rsa.explore.")
    again = eval(call, {"powers": type(explorer)}).wait()
    assert (again.settings, again.theme) == (explorer.settings, "dark")
    assert type(explorer)().code == "rsa.explore.powers()"


def test_data_is_saved_and_nothing_overwritten(explorer, tmp_path, monkeypatch):
    """The file misses numbers, or a second one replaces the first."""
    monkeypatch.chdir(tmp_path)
    first, second = explorer.save(), explorer.set(g=0.2).save()
    assert [first, second] == [Path("powers.csv"), Path("powers-2.csv")]
    comment, *rows = second.read_text(encoding="utf-8").splitlines()
    assert comment == "# rsa.explore.powers(g=0.2)"
    assert [float(row[1]) for row in list(csv.reader(rows))[1:]] == explorer.numbers


def test_an_error_is_said_and_the_last_figure_kept(explorer):
    """An error in the computation is a traceback in the page, or nobody hears of it."""
    shown = list(explorer.figure.data[0].y)
    explorer.set(kind="failure")
    with pytest.raises(ValueError, match="singular"):
        explorer.wait()
    assert explorer.status == "This could not be computed: the matrix is <singular>"
    assert list(explorer.figure.data[0].y) == shown
    assert explorer.set(kind="power").wait().status == ""


def test_a_setting_without_effect_is_grey(explorer):
    """A slider that does nothing looks as if it did."""
    assert explorer.widgets["step"].disabled
    assert not explorer.set(marked=True).wait().widgets["step"].disabled


def test_the_theme_follows_the_page_until_chosen(explorer):
    """The figure stays white in a dark Lab, or a chosen theme is lost."""
    paper = {name: ground.paper for name, ground in theme.GROUNDS.items()}

    def shown():
        return explorer.figure.layout.template.layout.paper_bgcolor

    assert shown() == paper["light"]
    explorer.page.dark = True
    assert shown() == paper["dark"]
    explorer.theme = "light"
    assert shown() == paper["light"]
    with pytest.raises(ValueError, match="pink"):
        type(explorer)(theme="pink")


def test_a_figure_fits_the_page(explorer):
    """On a narrow page the figure is cut off; on a wide one it is blown up."""
    explorer.page.width = 640
    assert explorer.figure.layout.width == 640
    explorer.page.width = 2000
    assert explorer.figure.layout.width == theme.WIDTH


def test_a_move_is_few_small_messages(explorer, monkeypatch):
    """A drag floods the page with messages."""
    sent = Counter()
    for widget in (explorer.figure, explorer._summary, explorer._status, explorer.page):
        name = type(widget).__name__
        monkeypatch.setattr(
            widget, "send_state", lambda key=None, name=name: sent.update([name]), raising=True
        )
    updates = []
    monkeypatch.setattr(
        explorer.figure, "_send_update_msg", lambda *args, **rest: updates.append(args or rest)
    )
    explorer.set(g=0.9).wait()
    assert len(updates) <= (2 if explorer.background else 1)
    assert sum(sent.values()) <= 4


def test_the_page_gets_only_what_changed(explorer, monkeypatch):
    """Each move sends the whole figure."""
    updates = []
    monkeypatch.setattr(explorer.figure, "_send_update_msg", lambda **parts: updates.append(parts))
    explorer.set(g=0.9).wait()
    last = updates[-1]
    assert set(last["restyle_data"]) == {"y"}
    assert last["trace_indexes"] in ([0], (0,))
    assert not last["relayout_data"]


def test_the_first_message_holds_the_whole_figure(monkeypatch):
    """A page that is slow to load plotly loses what is sent meanwhile, and shows empty axes."""
    told = []
    open_comm = comm.create_comm
    monkeypatch.setattr(
        comm, "create_comm", lambda **parts: (told.append(parts["data"]), open_comm(**parts))[1]
    )
    LiveFigure(go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), {"width": 500}))
    (state,) = [data["state"] for data in told if "_widget_data" in data["state"]]
    assert state["_widget_data"][0]["y"] == [3, 4]
    assert state["_widget_layout"]["width"] == 500
    assert state["_config"] == {"displaylogo": False}


def test_plotly_is_sent_once_for_all_figures():
    """Each figure sends plotly's 5 MB again, or none does once all widgets were closed."""
    one, two = LiveFigure(go.Figure()), LiveFigure(go.Figure())
    assert one._library is two._library
    assert len(one._esm) < 10_000
    assert "FigureModel" in one._library.code
    one._library.close()
    assert LiveFigure(go.Figure())._library.comm is not None


def test_a_reloaded_page_gets_the_figure_as_it_is(explorer):
    """After a reload the page shows the figure as it was when it was made."""
    explorer.set(g=0.9).wait()
    state = explorer.figure.get_state()
    assert list(state["_widget_data"][0]["y"]) == explorer.numbers


def test_zoom_stays_while_numbers_change(explorer):
    """The reader's zoom is undone by the next move of a slider."""
    explorer.figure.layout.xaxis.range = (2, 4)  # as the page reports it
    explorer.set(g=0.9).wait()
    assert explorer.figure.layout.xaxis.range == (2, 4)


def test_a_plain_figure_is_displayed_too(explorer, monkeypatch):
    """Once the kernel is gone, a saved notebook shows no figure."""
    shown = []
    monkeypatch.setattr("rsa_edu.explorers.base.display", lambda *a, **k: shown.append(a[0]))
    explorer._ipython_display_()
    assert shown[0] is explorer.widget
    plain = shown[1]["application/vnd.plotly.v1+json"]
    assert plain["data"][0]["y"]
    assert shown[1]["text/plain"] == explorer.summary


def test_two_explorers_do_not_disturb_each_other():
    """One explorer moves the other."""
    one, two = Background(), Background(g=0.2)
    one.set(g=0.9)
    assert (one.result()[1], two.result()[1]) == (0.9, 0.2)


def test_the_copied_line_stays_that_of_the_settings():
    """If this failed, the line below the buttons would rebuild an earlier state."""
    explorer = Powers()
    explorer._copy()
    for change in (
        lambda: explorer.set(g=0.7),
        lambda: setattr(explorer.widgets["T"], "value", 20),
        lambda: explorer.preset("Steep"),
        lambda: setattr(explorer, "theme", "dark"),
        explorer.reset,
    ):
        change()
        assert explorer._code.value == explorer.code
