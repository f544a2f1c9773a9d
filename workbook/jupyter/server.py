"""Opens JupyterLab on the learner's notebooks: `python -m workbook lab`.

The project's root is what it serves, so that links to flows and files open in its editor. Its settings, its tabs and
its log are in `.jupyter/`, apart from those of other projects. One Ctrl-C ends it, without a question.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

import nbformat
from jupyter_server.serverapp import ServerApp, list_running_servers
from jupyterlab.labapp import LabApp
from nbformat.sign import NotebookNotary

from workbook.jupyter import terminal
from workbook.project import ROOT
from workbook.working_copy import COPIES

CONFIG = Path(__file__).parent / "config"
STYLE = Path(__file__).parent / "custom.css"
STYLE_MARK = "/* The workbook's"
"""How the project's own style begins."""
FOLDER = ROOT / ".jupyter"
"""What JupyterLab writes for this project: a learner's settings, tabs, the log."""
LOG_LINES = 20
LEASE = "EMBEDDED_LEASE"
"""Set where `python -m embedded run` has started a stack for us, which ends with us."""


def open_lab(root: Path = ROOT, open_browser: bool = True) -> int:
    """Run JupyterLab until a signal ends it.

    Parameters:
        root: the folder that it serves, with `my-lessons/` in it.
        open_browser: whether to open the page in the learner's browser.

    Returns:
        The exit code: 1 if it did not start, with the end of its log.
    """
    folder = _set_environment()
    if running := _running(folder, root):
        print(f"JupyterLab is open already:\n\n    {running}\n")
        return 0
    shutil.rmtree(folder / "lab" / "workspaces", ignore_errors=True)  # tabs of last time, of files that may be gone
    _trust(root / COPIES.name)
    log = folder / "jupyterlab.log"
    with _output_into(log) as out:
        try:
            server = _start(root, folder, open_browser)
            _end_on_signals(server, out)
            server.io_loop.add_callback(_say, out, welcome(server, log))
            server.start()
        except SystemExit as end:
            if end.code:
                _say(out, "JupyterLab did not start:\n" + "\n".join(log.read_text().splitlines()[-LOG_LINES:]))
            return int(bool(end.code))
    _say(sys.stdout, "  JupyterLab stopped")
    return 0


def _set_environment() -> Path:
    """Point Jupyter, its kernels and its terminals to the project; give the folder of what it writes."""
    os.environ.setdefault("JUPYTER_CONFIG_DIR", str(FOLDER))
    folder = Path(os.environ["JUPYTER_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("JUPYTER_DATA_DIR", str(folder / "data"))
    Path(os.environ["JUPYTER_DATA_DIR"]).mkdir(parents=True, exist_ok=True)  # or signatures are lost without a word
    os.environ["JUPYTER_CONFIG_PATH"] = str(CONFIG)
    os.environ.update(terminal.environment())
    return folder


def _running(folder: Path, root: Path) -> str | None:
    """The address of a JupyterLab that serves this folder already."""
    runtime = folder / "data" / "runtime"
    servers = list_running_servers(str(runtime)) if runtime.is_dir() else []
    return next((f"{it['url']}?token={it['token']}" for it in servers if it["root_dir"] == str(root)), None)


def _trust(copies: Path) -> None:
    """Sign the copies without outputs, which JupyterLab would call untrusted, and so what a learner adds to them."""
    notary = NotebookNotary(data_dir=os.environ["JUPYTER_DATA_DIR"])
    for path in copies.rglob("*.ipynb"):
        with contextlib.suppress(OSError, ValueError):  # the learner's own file, which may be anything
            notebook = nbformat.read(path, as_version=4)
            if not any(cell.get("outputs") for cell in notebook.cells):
                notary.sign(notebook)
    notary.store.close()


def _start(root: Path, folder: Path, open_browser: bool) -> ServerApp:
    """A server that listens."""
    options = {
        "LabApp.custom_css": _put_style(folder),
        "LabApp.user_settings_dir": folder / "lab" / "user-settings",
        "LabApp.workspaces_dir": folder / "lab" / "workspaces",
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": open_browser,
        "ServerApp.terminado_settings": {"shell_command": terminal.shell_command(os.environ.get("SHELL"))},
        "IdentityProvider.token": os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24),
    }
    server: ServerApp = LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in options.items()])
    return server


def _put_style(folder: Path) -> bool:
    """Put the project's style where JupyterLab looks for one, if there is no other; say whether it is there."""
    style = folder / "custom" / STYLE.name
    if style.exists() and not style.read_text(encoding="utf-8").startswith(STYLE_MARK):
        return False
    style.parent.mkdir(exist_ok=True)
    shutil.copyfile(STYLE, style)
    return True


def welcome(server: ServerApp, log: Path) -> str:
    """What the terminal shows as soon as the page can be opened: its address, the console's, and how it all ends.

    Parameters:
        server: that listens.
        log: the file of what it says.
    """
    address = f"{server.connection_url}?token={server.identity_provider.token}"
    where = log.relative_to(ROOT) if log.is_relative_to(ROOT) else log
    stack = " and the stack" if LEASE in os.environ else ""
    has_screens = "CONSOLE_URL" in os.environ and "KESTRA_URL" in os.environ
    console = "The console, with flows and executions on the screen, is at"
    screens = f"{console}\n\n    {os.environ['KESTRA_URL']}\n\n" if has_screens else ""
    return (
        f"\nJupyterLab is open on the lessons. If no browser window appeared, open\n\n    {address}\n\n"
        f"{screens}"
        f"Ctrl-C in this terminal stops JupyterLab{stack}; your work stays. Its log: {where}\n"
    )


def _end_on_signals(server: ServerApp, out: TextIO) -> None:
    """End the server at the first signal, without the question that it would ask; a second one ends it at once."""

    def end(number: int, frame: FrameType | None) -> None:
        for ending in endings:
            signal.signal(ending, signal.SIG_DFL)
        _say(out, "\n  JupyterLab stopping")
        server.stop(from_signal=True)

    endings = [it for it in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(it) != signal.SIG_IGN]
    for ending in endings:
        signal.signal(ending, end)


@contextlib.contextmanager
def _output_into(log: Path) -> Iterator[TextIO]:
    """Let what the server and its kernels print go to a file.

    Yields:
        The output as it was before: the terminal's.
    """
    sys.stdout.flush()
    before = os.dup(1), os.dup(2)
    with log.open("w") as file, os.fdopen(os.dup(1), "w") as out:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield out
        finally:
            for descriptor, number in zip(before, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)


def _say(out: TextIO, text: str) -> None:
    """Tell the learner; the terminal may be closed."""
    with contextlib.suppress(OSError):
        print(text, file=out, flush=True)
