"""State folders that cannot be used: one line says why and what helps, and nothing is claimed that was not done."""

import contextlib
import errno
import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

import catalog
from tests.support.command import Command
from tests.support.store_life import START_SECONDS, commanded, start

JAVA_FOLDER = Path("/tmp")
"""Where a Java virtual machine keeps a socket, whatever TMPDIR says."""
WRITING = (["up"], ["run", "--", "true"], ["reset", "--yes"])
ALL = (*WRITING, ["down"], ["stop", "web"], ["status"], ["env"], ["logs"])


def assert_one_line(done: subprocess.CompletedProcess[str], *texts: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert all(text in line for text in texts), line


@pytest.mark.parametrize("arguments", ALL, ids=lambda arguments: arguments[0])
def test_a_state_folder_that_is_a_file(fakes: Command, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "file").write_text("kept")
    home = tmp_path / "file" if arguments != ["up"] else tmp_path / "file" / "home"
    assert_one_line(fakes(*arguments, EMBEDDED_HOME=str(home)), f"{tmp_path}/file is a file: set it to a folder")
    assert (tmp_path / "file").read_text() == "kept"


@pytest.fixture
def fault(fakes: Command, tmp_path: Path) -> Path:
    """A file for the error that the disk of the fakes gives; their state folder has been used before."""
    fakes.env["FAKE_FAULT"] = str(tmp_path / "fault")
    assert fakes("up", "--only", "web").returncode == fakes("down").returncode == 0
    return tmp_path / "fault"


def test_a_read_only_state_folder(fakes: Command, fault: Path) -> None:
    fault.write_text(str(errno.EROFS))
    for arguments in WRITING:
        assert_one_line(fakes(*arguments), "cannot be written (Read-only file system)", "set EMBEDDED_HOME to a folder")
    status = fakes("status")
    assert (status.returncode, status.stderr) == (3, "")
    fault.unlink()


def test_a_full_disk_is_named(fakes: Command, fault: Path) -> None:
    fault.write_text(str(errno.ENOSPC))
    for arguments in WRITING[:2]:
        assert_one_line(fakes(*arguments), f"the disk of {fakes.home} is full: free some space")
    fault.unlink()


def test_a_disk_that_fills_up_while_services_run_hinders_no_stop(fakes: Command, fault: Path) -> None:
    fakes("up", "--only", "web")
    fault.write_text(str(errno.ENOSPC))
    assert fakes("down").returncode == 0
    assert fakes.nothing_runs()
    assert "killed" not in fakes("status").stdout
    fault.unlink()
    assert fakes("up", "--only", "web").returncode == 0


def kill_all(command: Command) -> None:
    """SIGKILL for all that runs on behalf of a stack, the supervisor first."""
    for pid in [command.supervisor(), *(state["pid"] for state in command.status().values() if state["pid"])]:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            for process in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
                os.kill(process.pid, signal.SIGKILL)


def names_in(folder: Path) -> list[str]:
    """All that is in a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.slow
def test_a_stack_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    """Neither at its end nor when it was killed; each start has a folder of its own."""
    folders = [tmp_path / "first", tmp_path / "second"]
    engines = []
    with commanded(tmp_path / "stack") as command:
        for folder in folders:
            folder.mkdir()
            command.env["TMPDIR"] = str(folder)
            start(command, ",".join(service.name for service in catalog.SERVICES))
            engines.append(command.status()["kestra"]["pid"])
            if folder == folders[0]:
                kill_all(command)
        down = command.spawn("down")
        assert (down.communicate(timeout=START_SECONDS), down.returncode)[1] == 0
    assert [names_in(folder) for folder in folders] == [[], []]
    assert not [pid for pid in engines if (JAVA_FOLDER / f".java_pid{pid}").exists()]
