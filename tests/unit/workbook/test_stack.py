"""Opening the lab."""

import importlib.util
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import catalog
import workbook
from catalog.services.clickhouse import CLICKHOUSE
from tests.support.fake_kestra import FakeKestra
from tests.support.network import Network, serve
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


@pytest.fixture
def well(network: Network) -> Iterator[tuple[dict[str, str], list[tuple[str, str | None]]]]:
    """The variables of a stack whose services are all well, and what they were asked: path and login."""
    asked: list[tuple[str, str | None]] = []

    async def answer(request: Request) -> Response:
        asked.append((request.url.path, request.headers.get("Authorization")))
        return Response(status_code={"/": 403, "/gone/health": 503}.get(request.url.path, 200))

    listener = network.listen()
    port = str(network.port(listener))
    names = ("KESTRA", "DATASET", "ELASTICSEARCH", "QDRANT", "AWS_ENDPOINT", "CONSOLE", "PGADMIN")
    urls = (*(f"{name}_URL" for name in names), "STORAGE_EMULATOR_HOST")
    environment = dict.fromkeys(urls, f"http://127.0.0.1:{port}") | {"POSTGRES_PORT": "1", "TIMESCALE_PORT": "1"}
    login = {"ES_USER": "elastic", "ES_PASSWORD": "elastic123"}
    with serve(Starlette(routes=[Route("/{path:path}", answer)]), listener):
        yield environment | login | {"CLICKHOUSE_HOST": "127.0.0.1", CLICKHOUSE.port_variable: port}, asked


def test_each_service_is_asked_how_it_is(well: tuple[dict[str, str], list[tuple[str, str | None]]]) -> None:
    environment, asked = well
    assert all(stack.answers(service, environment) for service in catalog.NAMES)
    paths = dict(asked)
    assert paths.pop("/_cluster/health") == "Basic ZWxhc3RpYzplbGFzdGljMTIz"
    assert paths == dict.fromkeys(["/health", "/ping", "/readyz", "/", "/_health", "/misc/ping"])


def test_a_service_that_is_not_named_or_not_well_does_not_answer(
    well: tuple[dict[str, str], list[tuple[str, str | None]]],
) -> None:
    environment, _ = well
    assert not any(stack.answers(service, {}) for service in catalog.NAMES)
    assert not stack.answers("kestra", {"KESTRA_URL": environment["KESTRA_URL"] + "/gone"})
    assert not stack.answers("aws", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})


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


def test_docker_has_no_data_server_and_need_not(docker: FakeKestra) -> None:
    assert workbook.open("kestra", "dataset").settings.dataset_url is None


def test_docker_down_names_the_remedy(docker: FakeKestra, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESTRA_URL", "http://127.0.0.1:1")
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


def test_a_service_that_was_started_again_is_named(
    well: tuple[dict[str, str], list[tuple[str, str | None]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment, note = well[0], "kestra was started again at 12:00:00: it was ended by SIGKILL"
    lines = "".join(f"{name}={value}\n" for name, value in environment.items())
    done = subprocess.CompletedProcess([], 0, stdout=lines, stderr=f"{note}\n")
    monkeypatch.setattr(subprocess, "run", lambda *command, **options: done)
    assert stack.bring_up(["kestra"]) == environment
    assert capsys.readouterr().out == f"{note}\n"
