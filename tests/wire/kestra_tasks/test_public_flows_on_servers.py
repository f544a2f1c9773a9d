"""Flows as users publish them that meet databases, servers, buckets or an interpreter, and what comes of them here.

Each file of `public_flows/servers` is created as it is. A flow with inputs gets them from the test; one with a trigger
is not started but awaited. Its outputs, and what it left at servers, are compared with the table.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import END_STATES, Execution, Kestra
from tests.wire.kestra_tasks.mail_server import mail_server
from tests.wire.kestra_tasks.test_gcp_gcs import client  # noqa: F401 (a fixture)
from tests.wire.kestra_tasks.test_mysql import server  # noqa: F401 (a fixture)
from tests.wire.kestra_tasks.test_slack import webhook  # noqa: F401 (a fixture)

FLOWS = Path(__file__).parent / "public_flows" / "servers"


@dataclass
class World:
    """What a flow meets.

    Attributes:
        inputs: of the execution.
        left: asked after the execution: what the flow left elsewhere.
    """

    inputs: dict[str, Any] = field(default_factory=dict)
    left: Callable[[], Any] = lambda: None


@dataclass(frozen=True)
class Case:
    """What is expected of a flow.

    Attributes:
        outputs: of the flow.
        world: makes what the flow meets.
        left: what the flow leaves elsewhere.
        state: in which the execution ends.
        program: on the machine, without which the flow cannot run.
    """

    outputs: dict[str, Any] = field(default_factory=dict)
    world: Callable[[pytest.FixtureRequest], AbstractContextManager[World]] = lambda request: nullcontext(World())
    left: Any = None
    state: str = "SUCCESS"
    program: str = ""


def mysql(request: pytest.FixtureRequest) -> AbstractContextManager[World]:
    """A server of MariaDB."""
    return nullcontext(World({"url": request.getfixturevalue("server")}))


def slack(request: pytest.FixtureRequest) -> AbstractContextManager[World]:
    """A server that takes messages."""
    hook = request.getfixturevalue("webhook")
    return nullcontext(World({"webhook": hook.url}, lambda: hook.messages))


@contextmanager
def mail(request: pytest.FixtureRequest) -> Iterator[World]:
    """A mail server."""
    with mail_server(request.getfixturevalue("tmp_path")) as box:

        def left() -> list[Any]:
            return [
                (to, message["Subject"], [part.get_payload(decode=True) for part in message.iter_attachments()])
                for to, message in zip(box.envelopes, box.messages, strict=True)
            ]

        yield World({"port": box.port}, left)


@contextmanager
def warehouse(request: pytest.FixtureRequest) -> Iterator[World]:
    """A bucket for tables."""
    s3 = request.getfixturevalue("kestra").s3()
    s3.create_bucket(Bucket="dbt-sales")
    yield World()


def bucket(name: str, *files: str) -> Callable[[pytest.FixtureRequest], AbstractContextManager[World]]:
    """A bucket of Google Cloud with files; what is left are the files that are still there."""

    @contextmanager
    def world(request: pytest.FixtureRequest) -> Iterator[World]:
        kestra, google = request.getfixturevalue("kestra"), request.getfixturevalue("client")
        key = json.loads(Path(kestra.environment["GCP_CREDS_FILE"]).read_text())
        kestra.request("PUT", "/namespaces/company.sales/kv/GCP_CREDS", json=key)
        made = google.create_bucket(name)
        for file in files:
            made.blob(file).upload_from_string(f"body of {file}")
        try:
            yield World({"bucket": name}, lambda: [blob.name for blob in made.list_blobs()])
        finally:
            made.delete(force=True)

    return world


CASES = {
    "sqlite_shop": Case(
        {"best": [{"customer": "Ann", "total": 25.0, "orders": 2}, {"customer": "Ben", "total": 5.0, "orders": 1}]}
    ),
    "mysql_stock": Case(
        {"written": 2, "scarce": {"item": "ink", "pieces": 3, "counted": "2024-03-01T08:05:00"}}, mysql
    ),
    "duckdb_watch": Case({"cities": [{"city": "Kiel"}, {"city": "Bonn"}], "count": 2}),
    "clickhouse_watch": Case({"rows": '{n:2,text:"2"}', "count": 1}),
    "slack_alert": Case(world=slack, left=[{"text": "company.sales.slack_alert: load failed"}], state="WARNING"),
    "mail_report": Case(
        world=mail,
        left=[(["ann@example.com", "ben@example.com"], "Report of mail_report", [b"customer,total\nAnn,25\n"])],
    ),
    "dbt_build": Case(
        {
            "nodes": [
                "model.sales.totals",
                "seed.sales.orders",
                "test.sales.not_null_totals_customer",
                "test.sales.unique_totals_customer",
            ]
        },
        warehouse,
    ),
    "gcs_downloads": Case(
        {"contents": "body of incoming/a.csv", "left": ["done/a.csv", "incoming/b.txt"]},
        bucket("public-flows-downloads", "incoming/a.csv", "incoming/b.txt"),
        ["done/a.csv", "incoming/b.txt"],
    ),
    "gcs_watch": Case(
        {"contents": "body of incoming/a.csv", "change": "CREATE"},
        bucket("public-flows-watched", "incoming/a.csv"),
        [],
    ),
    "node_prices": Case({"total": 7.75, "count": 3}, program="node"),
}


def test_each_flow_has_its_case() -> None:
    assert {file.stem for file in FLOWS.glob("*.yaml")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_public_flow(kestra: Kestra, request: pytest.FixtureRequest, name: str) -> None:
    case = CASES[name]
    if case.program and not shutil.which(case.program):
        pytest.skip(f"needs {case.program}")
    file = FLOWS / f"{name}.yaml"
    flow = yaml.safe_load(file.read_text())
    assert flow["id"] == name
    path = f"{flow['namespace']}/{name}"
    with case.world(request) as world:
        answer = kestra.request("POST", "/flows/import", files={"fileUpload": (file.name, file.read_bytes())})
        assert answer.status_code == 200, answer.text
        try:
            run = awaited(kestra, flow) if "triggers" in flow else started(kestra, path, world.inputs)
            run = kestra.wait(run, *END_STATES)
            assert run.state == case.state, run.logs()
            assert run.execution.get("outputs", {}) == case.outputs
            assert world.left() == case.left
        finally:
            kestra.request("DELETE", f"/flows/{path}")


def started(kestra: Kestra, path: str, inputs: dict[str, Any]) -> Execution:
    """An execution of a flow with inputs."""
    form = {name: (None, str(value)) for name, value in inputs.items()} or {"": (None, "")}
    answer = kestra.request("POST", f"/executions/{path}", files=form)
    assert answer.status_code == 200, answer.text
    return Execution(kestra, answer.json())


def awaited(kestra: Kestra, flow: dict[str, Any]) -> Execution:
    """The execution that a flow's trigger starts."""
    return eventually(lambda: kestra.runs(flow["namespace"], flow["id"]), what=f"an execution of {flow['id']}")[0]
