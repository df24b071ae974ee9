"""The search for a Chromium, on machines made up of files."""

import sys
from pathlib import Path

import pytest

from rsa_edu import browser

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes shell scripts")


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Path:
    """A machine without any browser: an empty PATH, an empty home."""
    for folder in ("bin", "home"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setattr(browser, "_PLACES", ())
    return tmp_path


def program(path: Path, code: int = 0) -> Path:
    """A program that ends with an exit code, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return path


def test_a_machine_without_a_browser_has_none(machine):
    """Wrong if a path that does not exist were handed to the tests."""
    assert browser.find_browser() is None


@pytest.mark.parametrize("command", ["chromium", "google-chrome", "chromium-browser"])
def test_the_systems_browser_is_found(machine, command):
    """Wrong if an installed browser were fetched once more."""
    path = program(machine / "bin" / command)
    assert browser.find_browser() == path


def test_playwrights_browser_is_found(machine):
    """Wrong if Playwright's download were not used the second time."""
    path = program(machine / "home/.cache/ms-playwright/chromium-1255/chrome-linux64/chrome")
    assert browser.find_browser() == path


def test_playwrights_own_folder_is_obeyed(machine, monkeypatch):
    """Wrong if PLAYWRIGHT_BROWSERS_PATH were ignored."""
    path = program(machine / "elsewhere/chromium-1/chrome-linux/chrome")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(machine / "elsewhere"))
    assert browser.find_browser() == path


def test_a_browser_that_starts_is_taken_and_nothing_is_fetched(machine, monkeypatch):
    """Wrong if `make test` went to the network with a Chromium at hand."""
    path = program(machine / "bin" / "chromium")
    monkeypatch.setattr(browser, "_get", lambda command: pytest.fail(f"ran {command}"))
    assert browser.get_browser() == path


def test_without_a_browser_playwright_is_asked_and_nobody_for_rights(machine, monkeypatch):
    """Wrong if an ordinary user were asked for a password, or Playwright not tried."""
    asked = []
    monkeypatch.setattr(browser, "_get", lambda command: asked.append(command))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert browser.get_browser() is None
    assert asked == [[sys.executable, "-m", "playwright", "install", "chromium"]]


def test_root_on_debian_gets_the_package_where_playwright_fails(machine, monkeypatch):
    """Wrong if a fresh container without Playwright's servers stayed without a browser."""
    asked = []

    def get(command):
        asked.append(command[0])
        if command[:2] == ["apt-get", "install"]:
            program(machine / "bin" / "chromium")

    program(machine / "bin" / "apt-get")
    monkeypatch.setattr(browser, "_get", get)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert browser.get_browser() == machine / "bin" / "chromium"
    assert asked == [sys.executable, "apt-get", "apt-get"]


def test_a_browser_that_does_not_start_is_not_taken(machine, monkeypatch):
    """Wrong if Playwright's Chromium without its system libraries were handed to the tests."""
    program(machine / "bin" / "chromium", code=127)
    monkeypatch.setattr(browser, "_get", lambda command: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert browser.get_browser() is None


def test_what_is_fetched_does_not_mix_with_the_path_that_is_printed(machine, capfd):
    """Wrong if `rsa-edu browser` printed apt's progress where scripts read the path."""
    browser._get(["/bin/sh", "-c", "echo progress"])
    assert capfd.readouterr() == ("", "progress\n")


def test_a_command_that_does_not_run_leaves_the_next_way_open(machine, capfd):
    """Wrong if one broken tool ended the search in a traceback."""
    (machine / "bin" / "broken").write_text("no program")
    browser._get([str(machine / "bin" / "broken")])
    browser._get(["/bin/sh", "-c", "echo next"])
    assert capfd.readouterr().err == "next\n"
