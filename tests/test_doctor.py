"""The doctor: what it says of a sound installation, and of each way to be broken."""

import importlib
import time

import nbformat
import pytest
from nbclient import NotebookClient

from rsa_edu.roundtrip import NO_PAGE, RoundTrip

# The module; the package's attribute of the same name is the function `rsa.doctor()`.
doctor = importlib.import_module("rsa_edu.doctor")


def findings(part) -> list:
    """What one part of the doctor says."""
    return list(part())


def test_this_installation_is_sound(capsys):
    """Wrong if the doctor failed a working environment, or passed over a part of it."""
    said = []
    assert doctor.examine(said.append)
    text = "\n".join(map(str, said))
    for part in ("Python 3", "torch 2", "CPU build", "jupyterlab-manager", "ms for one training"):
        assert part in text


def test_a_line_names_its_state_and_its_cure():
    """Wrong if a FAIL left the student without a way out."""
    assert str(doctor.Finding("OK", "numpy 2.4.6")) == "[OK]   numpy 2.4.6"
    failed = doctor.Finding("FAIL", "numpy is missing", "run `pip install numpy`")
    assert str(failed) == "[FAIL] numpy is missing\n       Cure: run `pip install numpy`."


def test_an_old_package_fails_with_the_command_that_cures_it(monkeypatch):
    """Wrong if a version below the lower bound went unnoticed."""
    monkeypatch.setattr(doctor, "requires", lambda name: ["numpy>=2.0", "x; extra == 'test'"])
    monkeypatch.setattr(doctor, "version", lambda name: "1.26.4")
    (found,) = findings(doctor._packages)
    assert str(found) == (
        "[FAIL] numpy 1.26.4, but >=2.0 is needed\n"
        '       Cure: run `python -m pip install "numpy>=2.0"`.'
    )


def test_a_missing_package_fails(monkeypatch):
    """Wrong if a package that is not there was reported by a traceback."""
    monkeypatch.setattr(doctor, "requires", lambda name: ["no-such-package-anywhere>=1"])
    (found,) = findings(doctor._packages)
    assert (found.state, found.text) == ("FAIL", "no-such-package-anywhere is missing")


def test_an_old_python_fails(monkeypatch):
    """Wrong if Python 3.10 were told that all is well."""
    monkeypatch.setattr(doctor.platform, "python_version", lambda: "3.10.13")
    (found,) = findings(doctor._python)
    assert found.state == "FAIL"
    assert ">=3.11 is needed" in found.text


def test_a_missing_front_end_fails(monkeypatch, tmp_path):
    """Wrong if the doctor did not foresee "model not found"."""
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [str(tmp_path)])
    found = findings(doctor._front_end)
    assert {finding.state for finding in found} == {"FAIL"}
    assert "anywidget" in found[1].text


def test_a_missing_browser_is_only_a_note(monkeypatch):
    """Wrong if a student without Chromium could not open the course."""
    monkeypatch.setattr(doctor, "find_browser", lambda: None)
    (found,) = findings(doctor._browser)
    assert found.state == "note"
    assert "only the tests need one" in found.text


def test_a_part_that_breaks_is_a_fail_and_the_others_still_speak(monkeypatch):
    """Wrong if one broken package silenced the doctor."""

    def _computation():
        raise OSError("libgomp is gone")

    monkeypatch.setattr(doctor, "_computation", _computation)
    said = []
    assert not doctor.examine(said.append)
    (failed,) = [finding for finding in said if finding.state == "FAIL"]
    assert failed.text == "computation: OSError: libgomp is gone"
    assert "browser" in said[-1].text


def test_outside_a_notebook_no_widget_is_shown(monkeypatch, capsys):
    """Wrong if the terminal printed the source of a widget."""
    monkeypatch.setattr(doctor, "examine", lambda tell: tell("[OK]   all"))
    doctor.doctor()
    assert capsys.readouterr().out == "[OK]   all\n"


def test_the_kernel_answers_the_page(monkeypatch):
    """Wrong if a working page were told that the kernel is silent."""
    widget, sent = RoundTrip(), []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: sent.append(content))
    widget._handle_custom_msg({"question": "Do you hear me?"}, [])
    widget._handle_custom_msg({"something": "else"}, [])
    assert sent == [{"answer": "Yes."}]


def test_the_page_s_script_is_complete():
    """Wrong if a word of the template were left for the student to read."""
    script = RoundTrip._esm
    assert "SECONDS" not in script
    assert "CURE" not in script
    assert f"for {RoundTrip.PATIENCE} s" in script


@pytest.mark.filterwarnings("default")  # Those of the Jupyter client are not ours.
def test_without_a_page_a_notebook_says_so_and_goes_on():
    """Wrong if rsa.doctor() raised or waited in nbconvert, where no page answers."""
    code = "import rsa_edu as rsa\nrsa.doctor()"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("'went on'")]
    )
    began = time.monotonic()
    NotebookClient(notebook, timeout=60).execute()
    assert time.monotonic() - began < 30
    shown = notebook.cells[0].outputs[-1].data
    assert shown["text/plain"] == NO_PAGE
    assert len(NO_PAGE) <= 110
    assert notebook.cells[1].outputs[0].data["text/plain"] == "'went on'"
