"""Finds the browser in which the tests work with JupyterLab, and installs one where it can: `python -m tools.browser`.

Without one these tests are skipped. The exit code is 1 if there is none in the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

VARIABLE = "CHROMIUM"
"""Names another browser of Chromium's kind."""
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
SECONDS = 240
"""The longest that a command of an installation may take."""
APT = ("apt-get", "--quiet=2", "--option=DPkg::Lock::Timeout=60", "--option=Acquire::http::Timeout=20")
Commands = Sequence[Sequence[str]]


def find(playwrights: str) -> str | None:
    """The path of a browser of Chromium's kind; None if there is none.

    Parameters:
        playwrights: where Playwright keeps the one that it has downloaded, if it has.
    """
    named = os.environ.get(VARIABLE)
    places = [named] if named else [*NAMES, str(MAC), playwrights]
    return next((path for path in map(shutil.which, places) if path), None)


def ways_to_install() -> dict[str, Commands]:
    """The commands of each way to install one on this machine, the best way first."""
    playwright: dict[str, Commands] = {"Playwright": [[sys.executable, "-m", "playwright", "install", "chromium"]]}
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return playwright
    install = (*APT, "install", "--yes", "--no-install-recommends", "chromium")
    return {"apt-get": [(*APT, "update"), install], **playwright}


def install(commands: Commands) -> str:
    """Run the commands of one way, until one fails; gives what that one said last, or an empty text."""
    for command in commands:
        try:
            ended = subprocess.run(
                command,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"not within {SECONDS} s"
        if ended.returncode:
            return (ended.stdout.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
    return ""


def main() -> int:
    """Install a browser unless there is one, and say what there is."""
    playwrights = _playwrights_place()
    for way, commands in {} if find(playwrights) else ways_to_install().items():
        print(f"Installing Chromium with {way}, for the tests in a browser ...", flush=True)
        problem = install(commands)
        if not problem and find(playwrights):
            break
        print(f"  {way}: {problem or 'no browser came of it'}", flush=True)
    path = find(playwrights)
    print(f"The tests use {path}" if path else f"There is no browser; {VARIABLE} can name one. Its tests are skipped.")
    return 0 if path else 1


def _playwrights_place() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    sys.exit(main())
