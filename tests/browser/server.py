"""A JupyterLab of its own for the browser ring, started as a student starts it: rsa-edu lab."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

_OWN_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
_LAB = [sys.executable, "-c", "import sys, rsa_edu.cli; sys.exit(rsa_edu.cli.main())", "lab"]
_OPTIONS = [
    "--no-browser",
    "--expose-app-in-browser",
    "--ServerApp.port=0",
    # Should the tests be killed, the server ends by itself.
    "--ServerApp.shutdown_no_activity_timeout=300",
    "--MappingKernelManager.cull_idle_timeout=300",
]


class LabServer:
    """`rsa-edu lab` in a folder that holds a course, with settings of its own, on a free port.

    A context manager: on leaving, the server and its kernels are gone.
    """

    def __init__(self, course: Path, scratch: Path):
        self.folder = course
        self.log = scratch / "lab.log"
        self._scratch = scratch

    def __enter__(self) -> "LabServer":
        own = {name: str(self._scratch / name.lower()) for name in _OWN_FOLDERS}
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [*_LAB, *_OPTIONS],
                cwd=self.folder,
                env=os.environ | own,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_it_answers(Path(own["JUPYTER_RUNTIME_DIR"]))
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(self, *error) -> None:
        try:
            self.ask("POST", "api/shutdown")
            self._process.wait(15)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()

    def address(self, notebook: str) -> str:
        """Where a notebook opens in a fresh workspace."""
        return f"{self.url}lab/tree/{notebook}?reset&token={self._token}"

    def ask(self, method: str, path: str) -> object:
        """One call of the server's REST interface; returns what it answers, or None."""
        request = Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self._token}"}
        )
        with urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def close_kernel(self, notebook: str) -> None:
        """End the kernel of a notebook, so that the next one has the machine for itself."""
        for session in self.ask("GET", "api/sessions"):
            if session["path"] == notebook:
                self.ask("DELETE", f"api/sessions/{session['id']}")

    def _wait_until_it_answers(self, runtime: Path) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self._process.poll() is None:
            for file in runtime.glob("jpserver-*.json"):
                try:
                    known = json.loads(file.read_text())
                    self.url, self._token = known["url"], known["token"]
                    self.ask("GET", "api/status")
                    return
                except (OSError, ValueError):
                    pass  # It is still writing the file, or not listening yet.
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")
