"""What the scripts of the distributed stack ask Docker to do; Docker itself is not here."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support.stack import ROOT

FAKE = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  *"ps --quiet"*) echo "${*##* }-1"; echo "${*##* }-2" ;;
  *pg_dump*) if [ -n "${BROKEN:-}" ]; then echo half; exit 1; fi; echo dump ;;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that notes what it is asked for."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(FAKE)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of docker/."""
    command = ["sh", str(ROOT / "docker" / script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("stack", "starts"), [("docker", False), ("cloud", True), ("embedded", True), ("", True)])
@pytest.mark.parametrize("target", ["lab", "run"])
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_notebooks_on_the_docker_stack_start_no_other(
    tmp_path: Path, target: str, stack: str, starts: bool, where: str
) -> None:
    (tmp_path / ".env").write_text(f'X=1\nWORKBOOK_STACK="{stack}"  # mine\n' if where == ".env" else "")
    for name in ("requirements.lock", "pyproject.toml"):  # what `make -n` asks for
        (tmp_path / name).touch()
    told = {name: value for name, value in os.environ.items() if name != "WORKBOOK_STACK"}
    environment = told | ({"WORKBOOK_STACK": stack} if where == "environment" else {})
    command = ["make", "-n", "-f", str(ROOT / "Makefile"), target]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if f"-m workbook {target}" in line]
    assert ("-m embedded run -- " in line) is starts


def test_containers_are_replaced_one_by_one(calls: Path) -> None:
    assert run("rolling-restart.sh", "webserver").returncode == 0
    steps = [line for line in calls.read_text().splitlines() if line.startswith(("stop", "rm")) or " up " in line]
    compose = "compose --project-directory . -f docker/compose.distributed.yml"
    up = f"{compose} up --detach --no-deps --no-recreate --wait webserver"
    assert steps == [
        *("stop --time 360 webserver-1", "rm webserver-1", up),
        *("stop --time 360 webserver-2", "rm webserver-2", up),
    ]


def test_the_database_is_saved_before_the_files_that_it_names(calls: Path, tmp_path: Path) -> None:
    assert run("backup.sh", "save", str(tmp_path / "kept")).returncode == 0
    assert (tmp_path / "kept" / "kestra.dump").read_text() == "dump\n"
    database, files = calls.read_text().splitlines()
    assert "pg_dump" in database
    assert "mc mirror --overwrite storage/kestra /backup" in files


def test_a_broken_dump_leaves_the_last_good_one(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("backup.sh", "save", str(tmp_path / "kept"))
    monkeypatch.setenv("BROKEN", "1")
    assert run("backup.sh", "save", str(tmp_path / "kept")).returncode != 0
    assert (tmp_path / "kept" / "kestra.dump").read_text() == "dump\n"


def test_components_are_stopped_before_a_restore(calls: Path, tmp_path: Path) -> None:
    run("backup.sh", "save", str(tmp_path / "kept"))
    calls.unlink()
    assert run("backup.sh", "restore", str(tmp_path / "kept")).returncode == 0
    stop, database, files, start = calls.read_text().splitlines()
    assert stop.endswith("stop webserver executor scheduler indexer worker")
    assert "pg_restore" in database
    assert "mirror --overwrite /backup storage/kestra" in files
    assert start.endswith("up --detach --wait")


def test_a_folder_without_a_backup_is_named_and_nothing_is_stopped(calls: Path, tmp_path: Path) -> None:
    refused = run("backup.sh", "restore", str(tmp_path))
    assert refused.returncode == 1
    assert f"{tmp_path} holds no kestra.dump" in refused.stderr
    assert not calls.exists()
