"""The command `rsa-edu`: its arguments, its errors, and the JupyterLab it opens."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from rsa_edu import cli, course

COMMAND = [sys.executable, "-c", "import sys; from rsa_edu.cli import main; sys.exit(main())"]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """A folder outside the clone to stand in, and an installation with a course of one notebook."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / course.START).write_text(json.dumps({"cells": []}))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(course, "shipped", lambda: shipped)
    return tmp_path / "here"


@pytest.fixture
def launched(monkeypatch) -> list[str]:
    """The arguments JupyterLab was started with; it is not really started."""
    arguments = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", arguments.extend)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "of-the-user")  # Put back after the test.
    return arguments


def test_lab_opens_the_copied_course_and_passes_options_on(here, launched, capsys):
    """Wrong if `rsa-edu lab --port 8899` lost the port or opened another folder."""
    assert cli.main(["lab", "--no-browser", "--port", "8899"]) == 0
    assert f"--ServerApp.root_dir={here / course.FOLDER}" in launched
    assert f"--LabApp.default_url=/lab/tree/{course.START}" in launched
    assert launched[-3:] == ["--no-browser", "--port", "8899"]
    assert capsys.readouterr().out == f"The course is in {here / course.FOLDER}.\n"


def test_the_users_own_settings_of_jupyter_stay(here, launched):
    """Wrong if our settings took the place of a teacher's."""
    cli.main(["lab"])
    ours, theirs = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert Path(ours, "labconfig", "page_config.json").is_file()
    assert theirs == "of-the-user"


def test_lab_says_what_it_kept(here, launched, capsys):
    """Wrong if a student never heard that a changed notebook has a new version."""
    cli.main(["lab"])
    (here / course.FOLDER / course.START).write_text("mine")
    (course.shipped() / course.START).write_text(json.dumps({"cells": [], "second": "version"}))
    (course.shipped() / course.START).write_text("not the same")
    capsys.readouterr()
    cli.main(["lab"])
    said = capsys.readouterr().out
    assert f"You changed {course.START}, so it stays as it is" in said
    assert "its new version is 00_start_here.new.ipynb." in said


def test_a_user_may_choose_another_address(here, launched):
    """Wrong if JupyterLab refused to start because it was given two addresses."""
    cli.main(["lab", "--ip=0.0.0.0"])
    assert "--ip=0.0.0.0" in launched
    assert "--ServerApp.ip=localhost" not in launched


def test_export_from_the_command_line(here, capsys):
    """Wrong if the command and the function it calls disagreed."""
    assert cli.main(["export", "--without-solutions", "class"]) == 0
    assert (here / "class" / course.START).is_file()
    assert capsys.readouterr().out == "1 files in class, without solutions.\n"


def test_an_error_is_one_sentence_and_exit_code_2(here, capsys):
    """Wrong if a full folder ended in a traceback or in success."""
    (here / "class").mkdir()
    (here / "class" / "marks.csv").write_text("")
    assert cli.main(["export", "class"]) == 2
    expected = "rsa-edu: class is not empty; name a new or an empty folder.\n"
    assert capsys.readouterr() == ("", expected)


@pytest.mark.parametrize("arguments", [[], ["bogus"], ["doctor", "--bogus"], ["export"]])
def test_a_wrong_call_is_exit_code_2(arguments, capsys):
    """Wrong if a typing error were passed over in silence."""
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "rsa-edu" in capsys.readouterr().err


def test_a_failed_doctor_is_exit_code_1(monkeypatch):
    """Wrong if `make lab` went on with a broken installation."""
    monkeypatch.setattr(cli, "examine", lambda tell: False)
    assert cli.main(["doctor"]) == 1


def test_no_browser_is_exit_code_1_and_a_sentence(monkeypatch, capsys):
    """Wrong if nobody told a tester what to install."""
    monkeypatch.setattr(cli, "get_browser", lambda: None)
    assert cli.main(["browser"]) == 1
    assert "no Chromium, so no browser tests; install Chromium" in capsys.readouterr().err


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A real JupyterLab on a small course: its port and its token."""
    folder = tmp_path_factory.mktemp("class")
    (folder / course.START).write_text(
        json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    process = subprocess.Popen(
        [*COMMAND, "lab", "--no-browser", "--port=0"],
        cwd=folder,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(folder / ".config")},
        stderr=subprocess.PIPE,
        text=True,
    )
    giving_up = threading.Timer(120, process.kill)
    giving_up.start()
    address = r"http://localhost:(\d+)/lab/tree/00_start_here\.ipynb\?token=(\w+)"
    found = None
    for line in process.stderr:
        found = re.search(address, line)
        if found:
            break
    reader = threading.Thread(target=process.stderr.read)
    reader.start()
    assert found, "JupyterLab did not print the address of the first notebook"
    _wait_until_it_answers(int(found[1]))
    yield int(found[1]), found[2]
    process.terminate()
    process.wait(timeout=30)
    reader.join()
    process.stderr.close()
    giving_up.cancel()


def _wait_until_it_answers(port: int) -> None:
    for _ in range(300):
        try:
            get(port, "/api")
        except ConnectionRefusedError:
            time.sleep(0.1)  # It prints its address shortly before it listens.
        else:
            return
    pytest.fail("JupyterLab did not answer within 30 s")


def get(port: int, path: str, token: str = "") -> tuple[int, str]:
    """Ask the server on this machine for a path; status and text."""
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", path, headers={"Authorization": f"token {token}"} if token else {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def _disabled(page: str) -> list[str]:
    config = re.search(r'<script id="jupyter-config-data".*?>(.*?)</script>', page, re.DOTALL)
    return json.loads(config[1])["disabledExtensions"]


def test_lab_answers_on_the_first_notebook(lab):
    """Wrong if the address that is printed did not open the course."""
    port, token = lab
    status, page = get(port, f"/lab/tree/{course.START}?token={token}")
    assert status == 200
    assert "jupyter-config-data" in page


def test_lab_wants_its_token(lab):
    """Wrong if another user of the same machine could read and run everything."""
    port, token = lab
    assert get(port, "/api/contents")[0] == 403
    assert get(port, "/api/contents", token)[0] == 200


def test_lab_listens_on_this_machine_only(lab):
    """Wrong if the whole lecture hall's network could reach it."""
    outside = socket.gethostbyname(socket.gethostname())
    if outside.startswith("127."):
        outside = "127.0.0.2"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((outside, lab[0]), timeout=5).close()


def test_lab_asks_nobody_for_news_or_new_versions(lab):
    """Wrong if opening the course told other servers about it."""
    port, token = lab
    page = get(port, "/lab", token)[1]
    assert "@jupyterlab/apputils-extension:announcements" in _disabled(page)
    began = time.monotonic()
    assert json.loads(get(port, "/lab/api/update", token)[1]) == {"notification": None}
    assert time.monotonic() - began < 5
