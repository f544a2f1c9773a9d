"""Opening the lab, where it takes processes: the stack's own command, and Docker's."""

from pathlib import Path

import pytest

import workbook
from tests.support.fake_kestra import FakeKestra
from workbook.errors import StackError


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, fake: FakeKestra) -> FakeKestra:
    monkeypatch.setenv("WORKBOOK_STACK", "docker")
    monkeypatch.setenv("KESTRA_URL", fake.url)
    monkeypatch.setenv("KESTRA_PASSWORD", "Admin1234")
    fake.on("GET", "/flows/search", {"results": [], "total": 0})
    return fake


def test_a_stack_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("not a stack's folder")
    monkeypatch.setenv("EMBEDDED_HOME", str(tmp_path))
    with pytest.raises(StackError, match=r"embedded up` failed:(.|\n)*EMBEDDED_HOME"):
        workbook.open("dataset")
    assert (tmp_path / "precious.txt").exists()


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `docker` that only writes down what it is told, and fails for `aws`."""
    log, command = tmp_path / "told", tmp_path / "docker"
    command.write_text(f'#!/bin/sh\necho "$@" >>{log}\ncase "$*" in *aws) echo no such service; exit 1;; esac\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return log


def test_docker_services_stop_and_start(docker: FakeKestra, compose: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lab = workbook.open("kestra")
    lab.stop("postgres")
    lab.start("kestra")
    assert compose.read_text().splitlines() == ["compose stop pgdatabase", "compose up --detach --wait kestra"]
    assert capsys.readouterr().out == "Stack: kestra is up\npostgres is stopped\nkestra is up\n"
    assert lab.settings.kestra_url == docker.url
    with pytest.raises(StackError, match="`docker compose stop aws` failed:\nno such service"):
        lab.stop("aws")
