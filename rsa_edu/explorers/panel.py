"""The buttons of a training run, its progress, and its checkpoints."""

from pathlib import Path

import ipywidgets

ROW = {"flex_flow": "row wrap", "grid_gap": "4px", "align_items": "center"}


class Panel:
    """Start, Pause, Resume, Stop; progress; keep, save, load. Enabled is what can be done now.

    Args:
        explorer: has start, pause, resume, stop, keep, checkpoint, load, and `_say` for errors.
    """

    def __init__(self, explorer):
        self.explorer = explorer
        self.buttons = {
            label: self._button(label, action, tooltip)
            for label, action, tooltip in (
                ("Start", explorer.start, "a new run with these settings"),
                ("Pause", explorer.pause, "rest at the present update"),
                ("Resume", explorer.resume, "go on with this run"),
                ("Stop", explorer.stop, "end the run; what was reached is kept"),
                ("Keep as A", explorer.keep, "leave these curves in dashes and compare"),
                ("Save checkpoint", self._save, "write the run to a file beside the notebook"),
                ("Load", self._load, "take up the run in the chosen file"),
            )
        }
        self.buttons["Start"].button_style = "primary"
        self.bar = ipywidgets.FloatProgress(min=0, max=1, layout={"width": "220px"})
        self.bar.add_class("rsa-progress")
        self.text = ipywidgets.Label()
        self.files = ipywidgets.Dropdown(
            description="file", style={"description_width": "initial"}, layout={"width": "230px"}
        )
        start, pause, resume, stop, keep, save, load = self.buttons.values()
        self.widget = ipywidgets.VBox(
            [
                ipywidgets.HBox([start, pause, resume, stop, self.bar, self.text], layout=ROW),
                ipywidgets.HBox([keep, save, self.files, load], layout=ROW),
            ]
        )
        self.show(None)

    def show(self, run) -> None:
        """The state of this run; None: there is none yet."""
        state = "none" if run is None else run.state
        active = state in ("running", "paused")
        can = {
            "Start": not active,
            "Pause": state == "running",
            "Resume": state not in ("none", "running"),
            "Stop": active,
            "Keep as A": run is not None,
            "Save checkpoint": run is not None,
        }
        for label, possible in can.items():
            self.buttons[label].disabled = not possible
        self.text.value = "" if run is None else progress(run)
        self.bar.value = 0 if run is None else len(run.records) / max(1, run.updates)
        self.bar.bar_style = {"finished": "success", "failed": "danger"}.get(state, "")
        if not active:
            self._list(active)

    def _list(self, active: bool) -> None:
        there = sorted(path.name for path in Path().glob("*.safetensors"))
        if self.files.options != tuple(there):
            chosen = self.files.value
            self.files.options = there
            self.files.value = chosen if chosen in there else next(iter(there), None)
        self.buttons["Load"].disabled = active or not there

    def _save(self) -> None:
        path = self.explorer.checkpoint()
        self._list(active=self.buttons["Start"].disabled)
        self.files.value = path.name
        self.explorer._say(f"Saved in {path}, beside the notebook; Load takes it up again.")

    def _load(self) -> None:
        self.explorer.load(self.files.value)
        self.explorer._say(f"{self.files.value} is loaded; Resume goes on with it.")

    def _button(self, label: str, action, tooltip: str) -> ipywidgets.Button:
        button = ipywidgets.Button(
            description=label, tooltip=tooltip, layout={"width": "max-content"}
        )
        button.on_click(lambda _: self._try(action))
        return button

    def _try(self, action) -> None:
        try:
            action()
        except Exception as error:
            self.explorer._say(f"This did not work: {error}")


def progress(run) -> str:
    """How far, how fast, how long still: "Running: 312 of 1000 updates, 21 ms each, 14 s left"."""
    words = f"{run.state.capitalize()}: {len(run.records)} of {run.updates} updates"
    pace, left = run.seconds_per_update, run.seconds_left
    if pace is not None:
        words += f", {1000 * pace:.0f} ms each"
    if left and run.state in ("running", "paused"):
        words += f", {_duration(left)} left"
    return words


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
