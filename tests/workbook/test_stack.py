"""Opening the lab."""

import importlib.util
import socket
from pathlib import Path
from typing import Any

import pytest

import workbook
from tests.workbook.fake_kestra import FakeKestra
from workbook import stack
from workbook.errors import ServerDown, StackError, WrongPassword


def test_unknown_service_names_those_there_are() -> None:
    with pytest.raises(StackError, match=r"no service redis\. There are kestra, postgres, dataset"):
        workbook.open("kestra", "redis")


def test_another_python_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "jpype" else find(name))
    with pytest.raises(StackError, match=r"lacks jpype(.|\n)*make setup"):
        stack.check_python()


def test_a_stack_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("not a stack's folder")
    monkeypatch.setenv("EMBEDDED_HOME", str(tmp_path))
    with pytest.raises(StackError, match=r"embedded up` failed:(.|\n)*EMBEDDED_HOME"):
        workbook.open("dataset")
    assert (tmp_path / "precious.txt").exists()


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch, fake: FakeKestra) -> FakeKestra:
    monkeypatch.setenv("WORKBOOK_STACK", "docker")
    monkeypatch.setenv("KESTRA_URL", fake.url)
    monkeypatch.setenv("KESTRA_PASSWORD", "Admin1234")
    fake.on("GET", "/flows/search", {"results": [], "total": 0})
    return fake


def test_docker_is_looked_for_and_not_started(docker: FakeKestra, capsys: pytest.CaptureFixture[str]) -> None:
    lab = workbook.open("kestra")
    assert lab.kestra.http.url == docker.url
    assert capsys.readouterr().out == "Stack: kestra is up\n"


def test_docker_down_names_the_remedy(docker: FakeKestra, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("KESTRA_URL", f"http://127.0.0.1:{port}")
    with pytest.raises(ServerDown, match="docker compose up -d"):
        workbook.open("kestra")


def test_docker_with_another_password(docker: FakeKestra, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTRA_PASSWORD", "Other1234")
    with pytest.raises(WrongPassword):
        workbook.open("kestra")


def test_a_proxy_is_not_asked_for_this_machine(docker: FakeKestra, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert workbook.open("kestra").settings.stack == "docker"


def test_without_data_server_there_is_no_manifest(docker: FakeKestra) -> None:
    lab: Any = workbook.open("kestra")
    with pytest.raises(StackError, match="public taxi files"):
        lab.dataset.manifest()
