"""A Chromium for the tests that drive a real page: found, or got without asking for rights."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CURE = (
    "install Chromium or Google Chrome with your system's package manager, "
    "or run `python -m playwright install chromium`"
)
_COMMANDS = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable", "chrome")
# Where Chrome's own installers put it on systems that do not put it on the PATH.
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "{PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "{LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
)
# Where Playwright keeps what it fetched, and what lies in there.
_CACHES = (
    "~/.cache/ms-playwright",
    "~/Library/Caches/ms-playwright",
    "{LOCALAPPDATA}/ms-playwright",
)
_CACHED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
)


def find_browser() -> Path | None:
    """A Chromium or Chrome on this machine: the system's, else Playwright's newest; None if none.

    Looks at files only: nothing is started and nothing is fetched.
    """
    for command in _COMMANDS:
        found = shutil.which(command)
        if found:
            return Path(found)
    for place in _PLACES:
        path = _expanded(place)
        if path and path.is_file():
            return path
    own = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for cache in [own] if own else _CACHES:
        folder = _expanded(cache)
        found = [path for pattern in _CACHED for path in folder.glob(pattern)] if folder else []
        if found:
            return max(found, key=lambda path: path.stat().st_mtime)
    return None


def get_browser() -> Path | None:
    """Find a Chromium, or get one: by Playwright into the user's cache, else by apt where root.

    Never asks for other rights than the user has. None where every way failed.
    """
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if getattr(os, "geteuid", lambda: 1)() == 0 and shutil.which("apt-get"):
        ways.append(
            [
                ["apt-get", "update", "-q"],
                ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
            ]
        )
    found = find_browser()
    for commands in ways:
        if found and _starts(found):
            return found
        # Playwright's Chromium may lack system libraries that Debian's package brings.
        for command in commands:
            _get(command)
        found = find_browser()
    return found if found and _starts(found) else None


def _get(command: list[str]) -> None:
    # Progress goes where messages go: standard output is for the path that is found.
    with contextlib.suppress(OSError):
        subprocess.run(command, stdout=sys.stderr, check=False)


def _starts(browser: Path) -> bool:
    if sys.platform == "win32":
        return True  # There --version opens a window.
    try:
        done = subprocess.run([browser, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _expanded(place: str) -> Path | None:
    try:
        path = Path(place.format_map(os.environ)).expanduser()
    except KeyError:
        return None
    return path if path.is_absolute() else None
