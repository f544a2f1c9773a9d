"""What the set-up shows while it installs: its progress in a terminal, nothing of it in a log."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.support.stack import ROOT

INSTALLED = ".venv/.installed"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder in which nothing is installed, with the files that its set-up reads."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    for path in (python, tmp_path / "requirements.lock", tmp_path / "pyproject.toml"):
        path.touch()
    return tmp_path


def _installers(project: Path, errors: int) -> list[str]:
    """The commands by which uv would install the locked packages, with a make whose messages go there."""
    command = ["make", "-n", "-f", str(ROOT / "Makefile"), INSTALLED]
    lines = subprocess.run(command, cwd=project, check=True, text=True, stdout=subprocess.PIPE, stderr=errors).stdout
    return [line for line in lines.splitlines() if "uv pip install" in line]


def test_a_log_gets_no_progress(project: Path) -> None:
    [install] = _installers(project, subprocess.DEVNULL)
    assert "uv pip install --quiet " in install


def test_whoever_watches_sees_how_far_it_is(project: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        [install] = _installers(project, theirs)
    finally:
        os.close(theirs)
        os.close(ours)
    assert "--quiet" not in install.partition("||")[0]
