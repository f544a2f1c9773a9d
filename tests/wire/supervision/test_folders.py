"""State folders that cannot be used: one line says why and what helps, and nothing is claimed that was not done."""

import errno
import subprocess
from pathlib import Path

import pytest

from tests.support.command import Command

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
