"""JupyterLab of the tests' own: as `python -m workbook lab` starts it, on a copy of the project's pages."""

import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.support.stack import ROOT
from tests.support.waiting import answers, eventually
from workbook import working_copy

SERVED = ("notebooks", "flows", "docs", "README.md", "CONTRIBUTING.md")
"""What the pages of a lesson lead to."""
CONFIG = {"LabApp": {"expose_app_in_browser": True}}
"""Lets the tests ask the page for its state."""
START_SECONDS = STOP_SECONDS = 60


@dataclass(frozen=True)
class Jupyter:
    """A server that runs.

    Attributes:
        root: the folder that it serves, with `my-lessons/` in it.
        address: ends with a slash.
        token: with which it lets in.
        environment: of its kernels.
    """

    root: Path
    address: str
    token: str
    environment: Mapping[str, str]

    @property
    def copies(self) -> Path:
        """The folder of the working copies."""
        return self.root / working_copy.COPIES.name

    def renew_copies(self) -> None:
        """Make all working copies anew."""
        shutil.rmtree(self.copies, ignore_errors=True)
        working_copy.renew(copies=self.copies)

    def end_kernels(self) -> None:
        """End all kernels, with their sessions."""
        login = {"Authorization": f"token {self.token}"}
        sessions = requests.get(f"{self.address}api/sessions", headers=login, timeout=60).json()
        for session in sessions:
            requests.delete(f"{self.address}api/sessions/{session['id']}", headers=login, timeout=60)


@contextmanager
def jupyter(folder: Path, environment: Mapping[str, str]) -> Iterator[Jupyter]:
    """Run JupyterLab while the block lasts, on working copies of the notebooks.

    Parameters:
        folder: an empty folder for all that it writes.
        environment: with which its kernels find a stack.
    """
    root, token = folder / "project", secrets.token_hex(16)
    _copy_project(root)
    settings = folder / "jupyter"
    settings.mkdir()
    (settings / "jupyter_server_config.json").write_text(json.dumps(CONFIG))
    own = {"JUPYTER_CONFIG_DIR": str(settings), "JUPYTER_TOKEN": token, "SHELL": "/bin/bash"}
    said = folder / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "workbook", "lab", "--no-browser", "--root", str(root)],
            cwd=ROOT,
            env={**environment, **own},
            stdout=out,
            stderr=out,
        )
    try:
        address = eventually(lambda: _address(process, said), START_SECONDS, "JupyterLab's address")
        eventually(lambda: answers(f"{address}api"), START_SECONDS, address)
        yield Jupyter(root, address, token, environment)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _copy_project(root: Path) -> None:
    for name in SERVED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy(source, root / name)
    working_copy.renew(copies=root / working_copy.COPIES.name)


def _address(process: "subprocess.Popen[bytes]", said: Path) -> str | None:
    text = said.read_text()
    assert process.poll() is None, f"JupyterLab did not start:\n{text}"
    found = re.search(r"(http://\S+/)\?token=", text)
    return found[1] if found else None
