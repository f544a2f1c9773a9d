"""`make lab` in a terminal: one Ctrl-C, the terminal's end or a request to end stops JupyterLab and the stack."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
from jupyter_client.blocking import BlockingKernelClient

from embedded.shared.paths import ROOT
from tests.support.command import FAKES, Command
from tests.support.waiting import eventually
from tests.wire.supervision.test_moments import take_terminal

CTRL_C = b"\x03"
BUSY = "import pathlib, time; pathlib.Path({busy!r}).touch(); time.sleep(987)"


class Terminal:
    """A terminal in which a recipe of make runs, as `make lab` does.

    Parameters:
        folder: for what the run leaves.
        recipe: the line of the recipe.
        env: the environment.
    """

    def __init__(self, folder: Path, recipe: str, env: dict[str, str]) -> None:
        self.mark = str(folder)
        makefile = folder / "Makefile"
        makefile.write_text(f"lab:\n\t@{recipe}\n")
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            ["make", "-f", makefile, "lab"],
            cwd=ROOT,
            env={**env, "LAB_MARK": self.mark},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(theirs)
        self.text = ""
        self._closing, self._close_end = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # nobody has the other side any more
            while self._closing not in select.select([self._ours, self._closing], [], [])[0]:
                self.text += os.read(self._ours, 65536).decode()

    def type(self, keys: bytes) -> None:
        """Type keys."""
        os.write(self._ours, keys)

    def close(self) -> None:
        """Close the window. What is being read would stay open."""
        os.close(self._close_end)
        self._reader.join()
        os.close(self._ours)

    def kill(self) -> None:
        """End what is left, if anything is."""
        for process in psutil.process_iter():
            if self._started(process):
                process.kill()
        self.process.wait(60)

    def processes(self) -> list[str]:
        """The command lines of all that runs in here, or was started from here."""
        return [" ".join(process.cmdline()) for process in psutil.process_iter() if self._started(process)]

    def _started(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("LAB_MARK") == self.mark and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@pytest.fixture
def lab(fakes: Command, tmp_path: Path) -> Iterator[Terminal]:
    """JupyterLab in a terminal, with a busy kernel and a shell in it."""
    python = [sys.executable, "-m"]
    server = [*python, "workbook", "lab", "--no-browser", "--root", str(tmp_path)]
    command = [*python, FAKES, "run", "--", *server]
    terminal = Terminal(
        tmp_path, " ".join(command), fakes.env | {"JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter"), "SHELL": "/bin/sh"}
    )
    try:
        _work_in(terminal, tmp_path)
        yield terminal
    finally:
        terminal.kill()


def _work_in(terminal: Terminal, folder: Path) -> None:
    """Open a notebook's kernel, which is busy from then on, and a shell."""
    [address, token] = eventually(lambda: re.findall(r"(http://[^?\s]+)\?token=(\w+)", terminal.text), 120)[0]
    login = {"Authorization": f"token {token}"}
    kernel = requests.post(f"{address}api/kernels", headers=login, timeout=60).json()["id"]
    requests.post(f"{address}api/terminals", headers=login, timeout=60).raise_for_status()
    [connection] = folder.rglob(f"kernel-{kernel}.json")
    _occupy(connection)


def _occupy(connection: Path) -> None:
    """Begin something long in a kernel."""
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    busy = connection.with_suffix(".busy")
    client.execute(BUSY.format(busy=str(busy)))
    eventually(busy.exists, 120, "the kernel works")
    client.stop_channels()


def _on_screen(text: str) -> list[str]:
    """The lines that a terminal shows in the end: some go up again and replace what stands there."""
    lines: list[str] = []
    row = 0
    for line in re.sub(r"\x1b\[\d*m", "", text).strip().splitlines():
        if up := re.match(r"\x1b\[(\d+)A", line):
            row -= int(up[1])
        lines[row : row + 1] = [" ".join(re.sub(r"\x1b\[\d*[AK]", "", line).split())]
        row += 1
    return lines


def assert_all_has_ended(lab: Terminal, fakes: Command) -> None:
    lab.process.wait(60)
    eventually(lambda: not lab.processes(), 30, "all that the terminal started ends")
    assert fakes.nothing_runs(), fakes.processes()


def test_one_ctrl_c_stops_all_and_asks_nothing(lab: Terminal, fakes: Command) -> None:
    lab.type(CTRL_C)
    assert_all_has_ended(lab, fakes)
    after = lab.text.partition("^C")[2]
    shown = _on_screen(after)
    assert shown == ["JupyterLab stopping", "JupyterLab stopped", "quiet off", "web off"], after


def test_a_closed_terminal_leaves_nothing(lab: Terminal, fakes: Command) -> None:
    lab.close()
    assert_all_has_ended(lab, fakes)


def test_a_request_to_end_leaves_nothing(lab: Terminal, fakes: Command) -> None:
    [run] = [it for it in psutil.Process(lab.process.pid).children(recursive=True) if "run" in it.cmdline()]
    run.send_signal(signal.SIGTERM)
    assert_all_has_ended(lab, fakes)


@pytest.mark.slow
def test_a_second_lab_of_the_folder_names_the_first_and_goes(lab: Terminal, tmp_path: Path, fakes: Command) -> None:
    command = [sys.executable, "-m", "workbook", "lab", "--no-browser", "--root", str(tmp_path)]
    env = fakes.env | {"JUPYTER_CONFIG_DIR": str(tmp_path / "jupyter")}
    second = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 0, second.stderr
    [address] = re.findall(r"http://\S+", second.stdout)
    assert address in lab.text
