"""Stores that are not there, and what is sent to those that are."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from qdrant_client import models

from workbook import web
from workbook.dataset import Dataset
from workbook.errors import QueryFailed, ServerDown, StackError
from workbook.lab import Lab
from workbook.settings import Settings, load
from workbook.stores import clickhouse, elasticsearch, qdrant

NOWHERE = Path("/nonexistent/.env")


@pytest.fixture
def nothing() -> Settings:
    """Settings that lead to a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    return replace(
        load({}, NOWHERE),
        timescale_port=port,
        clickhouse_port=port,
        elasticsearch_url=url,
        qdrant_url=url,
        aws_endpoint_url=url,
        dataset_url=url,
    )


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("timescale", "TimescaleDB"),
        ("clickhouse", "ClickHouse"),
        ("elasticsearch", "Elasticsearch"),
        ("qdrant", "Qdrant"),
        ("aws", "S3"),
        ("dataset", "The data server"),
    ],
)
def test_a_store_that_is_down_names_the_command_that_starts_it(nothing: Settings, service: str, name: str) -> None:
    port = str(nothing.timescale_port)
    with pytest.raises(ServerDown, match=rf"^{name} does not answer at \S+{port}.*\n.*up --only {service}$"):
        Lab(nothing).ping(service)
    with pytest.raises(ServerDown, match=f"docker compose up -d {service}$"):
        Lab(replace(nothing, stack="docker")).ping(service)


@pytest.fixture
def hasty() -> Iterator[str]:
    """The address of a server that keeps a connection after its answer, and closes it at the next request."""

    class OneAnswer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        answered = False

        def do_GET(self) -> None:
            if not self.answered:
                self.answered = True
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")
            else:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), OneAnswer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_request_after_a_pause_gets_a_new_connection(
    nothing: Settings, hasty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = Dataset(replace(nothing, dataset_url=hasty))
    dataset.ping()
    with pytest.raises(ServerDown):
        dataset.lens(0)  # at once, over the connection that the server closes
    monkeypatch.setattr(web, "IDLE_SECONDS", 0)
    for _ in range(3):
        assert dataset.lens(0) == b"{}"
    dataset.close()


@pytest.mark.parametrize("service", ["clickhouse", "elasticsearch", "qdrant", "aws"])
def test_a_proxy_is_not_asked_for_a_store_of_this_machine(
    nothing: Settings, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        with pytest.raises(ServerDown):
            Lab(nothing).ping(service)
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_a_store_that_was_never_used_is_closed_without_asking_it(nothing: Settings) -> None:
    Lab(nothing).close()


def test_s3_without_keys_says_so(nothing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    lab = Lab(replace(nothing, aws_access_key_id=None, aws_secret_access_key=None))
    with pytest.raises(QueryFailed, match=r"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in \.env"):
        lab.s3.ping()


@pytest.mark.parametrize(
    ("wanted", "condition"),
    [
        ({}, None),
        ({"zone": "north"}, {"match": {"value": "north"}}),
        ({"zone": ["north", "south"]}, {"match": {"any": ["north", "south"]}}),
        ({"value": 2}, {"match": {"value": 2}}),
        ({"value": 2.5}, {"range": {"gte": 2.5, "lte": 2.5}}),
        ({"value": {"gt": 1, "lte": 2.5}}, {"range": {"gt": 1, "lte": 2.5}}),
    ],
)
def test_qdrant_filters(wanted: dict, condition: dict | None) -> None:
    built = qdrant._filter(wanted)
    if condition is None:
        assert built is None
    else:
        [key] = wanted
        assert built is not None
        conditions = built.model_dump(exclude_none=True)["must"]
        assert conditions == [{"key": key, **condition}]


def test_qdrant_bounds_of_moments_are_moments() -> None:
    condition = qdrant._condition("at", {"gte": "2025-09-01T00:00:00Z"})
    assert isinstance(condition.range, models.DatetimeRange)


def test_a_clickhouse_name_is_quoted() -> None:
    assert clickhouse._quoted("a.b`; DROP TABLE c \\") == "`a`.`b\\`; DROP TABLE c \\\\`"


def test_elasticsearch_takes_words_or_a_query() -> None:
    assert elasticsearch._query({"match_all": {}}) == {"match_all": {}}
    assert elasticsearch._query("roof garden") == {"simple_query_string": {"query": "roof garden", "lenient": True}}
    assert elasticsearch._query(None) is None


@pytest.mark.parametrize("change", [Lab.stop, Lab.start])
def test_services_of_the_cloud_are_not_stopped(nothing: Settings, change: Callable[[Lab, str], None]) -> None:
    with pytest.raises(StackError, match="cloud stack are not this notebook's to stop or start"):
        change(Lab(replace(nothing, stack="cloud")), "qdrant")
    with pytest.raises(StackError, match="no service redis"):
        change(Lab(nothing), "redis")
