"""Runs flows on the tests' own stack and tells what came of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import clickhouse_connect
import psycopg2
import requests
import yaml
from amazon.ion import simpleion

from catalog.services.clickhouse import CLICKHOUSE
from tests.support.waiting import eventually

NAMESPACE = "tests.tasks"
END_STATES = {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"}
RUN_SECONDS = 90

NO_INPUTS = {"Content-Type": "multipart/form-data; boundary=x"}

Task = dict[str, Any]


@dataclass(frozen=True)
class Execution:
    """An execution, with the kestra that it ran on."""

    kestra: "Kestra"
    execution: dict[str, Any]

    @property
    def id(self) -> str:
        return self.execution["id"]

    @property
    def state(self) -> str:
        return self.execution["state"]["current"]

    def task(self, task_id: str) -> dict[str, Any]:
        return next(task for task in self.execution["taskRunList"] if task["taskId"] == task_id)

    def outputs(self, task_id: str = "task") -> dict[str, Any]:
        return self.task(task_id).get("outputs", {})

    def logs(self, level: str | None = None) -> list[str]:
        """The messages of the execution's log; of one level, of which there is at least one, or of all."""
        if level is None:
            return [line["message"] for line in self._log()]
        # The log is written a moment after the state.
        eventually(lambda: any(line["level"] == level for line in self._log()))
        return [line["message"] for line in self._log() if line["level"] == level]

    def error(self) -> str:
        """The one error that the execution's log tells."""
        lines = self.logs("ERROR")
        assert len(lines) == 1, lines
        return lines[0]

    def metric(self, name: str) -> dict[str, Any]:
        """A metric of the execution, once it is written."""
        eventually(lambda: name in self._metrics())
        return self._metrics()[name]

    def _log(self) -> list[dict[str, Any]]:
        return self.kestra.get(f"/logs/{self.id}", params={"minLevel": "TRACE"}).json()

    def _metrics(self) -> dict[str, dict[str, Any]]:
        return {metric["name"]: metric for metric in self.kestra.get(f"/metrics/{self.id}").json()["results"]}


class Kestra:
    """The stack: flows go in over the API, files and rows are looked at where they landed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.storage = Path(environment["KESTRA_STORAGE"])
        self.home = Path(environment["EMBEDDED_HOME"])
        self.session = requests.Session()
        self.session.auth = (environment["KESTRA_USERNAME"], environment["KESTRA_PASSWORD"])

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.environment['KESTRA_URL']}/api/v1/main{path}"
        return self.session.request(method, url, timeout=RUN_SECONDS, **options)

    def problems(self, *tasks: Task, **extra: Any) -> str:
        """What the engine's validation has against a flow of these tasks."""
        return self.problems_of(_flow(tasks, extra))

    def problems_of(self, flow: dict[str, Any]) -> str:
        """What the engine's validation has against a flow."""
        headers = {"Content-Type": "application/x-yaml"}
        answer = self.request("POST", "/flows/validate", data=_source(flow), headers=headers)
        return answer.json()[0].get("constraints") or ""

    def create(self, *tasks: Task, **extra: Any) -> None:
        """Create a flow of these tasks, or replace it."""
        self.create_flow(_flow(tasks, extra))

    def create_flow(self, flow: dict[str, Any]) -> None:
        """Create a flow, or replace it."""
        answer = self.request("POST", "/flows/import", files={"fileUpload": ("flow.yaml", _source(flow))})
        assert answer.status_code == 200, answer.text

    def runs(self, namespace: str, id: str) -> list[Execution]:
        """The executions of a flow."""
        found = self.get("/executions", params={"namespace": namespace, "flowId": id}).json()
        return [Execution(self, execution) for execution in found["results"]]

    def start(self, *tasks: Task, **extra: Any) -> Execution:
        """Start a flow of these tasks; a task without an id is called `task`."""
        return self.start_flow(_flow(tasks, extra))

    def start_flow(self, flow: dict[str, Any], wait: bool = False) -> Execution:
        """Create a flow, or replace it, and start it; with `wait` the execution has ended."""
        self.create_flow(flow)
        path = f"/executions/{flow['namespace']}/{flow['id']}"
        answer = self.request("POST", path, headers=NO_INPUTS, data="--x--\r\n", params={"wait": wait})
        assert answer.status_code == 200, answer.text
        return Execution(self, answer.json())

    def run(self, *tasks: Task, **extra: Any) -> Execution:
        """Execution a flow of these tasks to its end."""
        return self.start_flow(_flow(tasks, extra), wait=True)

    def ok(self, *tasks: Task, **extra: Any) -> Execution:
        """Execution a flow that is to succeed."""
        run = self.run(*tasks, **extra)
        assert run.state == "SUCCESS", run.logs()
        return run

    def failure(self, *tasks: Task, **extra: Any) -> str:
        """Execution a flow that is to fail; returns the error that its log tells."""
        run = self.run(*tasks, **extra)
        assert run.state == "FAILED", run.logs()
        return run.error()

    def wait(self, run: Execution, *states: str) -> Execution:
        """The execution once it is in one of the states."""

        def reached() -> Execution | None:
            current = Execution(self, self.get(f"/executions/{run.id}").json())
            return current if current.state in states else None

        return eventually(reached, RUN_SECONDS, f"execution {run.id} to be {' or '.join(states)}")

    def kill(self, run: Execution) -> Execution:
        """Kill an execution and wait until it says so."""
        answer = self.request("DELETE", f"/executions/{run.id}/kill")
        assert answer.status_code in (200, 202), answer.text
        return self.wait(run, *END_STATES)

    def path(self, uri: str) -> Path:
        """The file of the internal storage behind an address."""
        return self.storage / "main" / uri.removeprefix("kestra:///")

    def text(self, uri: str) -> str:
        return self.path(uri).read_text()

    def ion(self, uri: str) -> list[Any]:
        """The rows of an ION file, by a reader that is not the engine's."""
        with self.path(uri).open("rb") as stream:
            return simpleion.load(stream, single_value=False)

    def await_looks(self, count: int = 2, **flow: str) -> None:
        """Wait until the only trigger of a flow has been evaluated so many times; the first may have begun before.

        Parameters:
            count: how many evaluations must end.
            flow: its `namespace` and `id`.
        """
        dates: set[str] = set()

        def evaluated() -> bool:
            [trigger] = self.get(f"/triggers/{flow['namespace']}/{flow['id']}").json()["results"]
            dates.add(trigger["nextExecutionDate"])
            return len(dates) > count

        eventually(evaluated, RUN_SECONDS, f"{count} evaluations of the trigger of {flow['id']}")

    @contextmanager
    def postgres(self) -> Iterator[Any]:
        """A cursor that commits each statement."""
        login = {
            name: self.environment[f"POSTGRES_{key}"]
            for name, key in (
                ("host", "HOST"), ("port", "PORT"), ("dbname", "DB"), ("user", "USER"), ("password", "PASSWORD")
            )
        }  # fmt: skip
        connection = psycopg2.connect(**login)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        with self.postgres() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def s3(self, **options: Any) -> Any:
        """A client of the stack's S3."""
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
        key, secret, region = (self.environment[name] for name in names)
        given = {"aws_access_key_id": key, "aws_secret_access_key": secret, "region_name": region} | options
        return boto3.client("s3", endpoint_url=self.environment["AWS_ENDPOINT_URL"], **given)

    @property
    def login(self) -> dict[str, Any]:
        """The plug-in defaults with which PostgreSQL tasks connect."""
        address = "{host}:{port}/{db}".format(
            **{key: self.environment[f"POSTGRES_{key.upper()}"] for key in ("host", "port", "db")}
        )
        values = {
            "url": f"jdbc:postgresql://{address}",
            "username": self.environment["POSTGRES_USER"],
            "password": "{{ secret('POSTGRES_PASSWORD') }}",
        }
        return {"pluginDefaults": [{"type": "io.kestra.plugin.jdbc.postgresql", "values": values}]}

    @property
    def clickhouse(self) -> Any:
        """A client of ClickHouse; each statement ends with its call."""
        login = {name: self.environment[f"CLICKHOUSE_{name.upper()}"] for name in ("host", "user", "password")}
        return clickhouse_connect.get_client(port=int(self.environment[CLICKHOUSE.port_variable]), **login)

    @property
    def clickhouse_login(self) -> dict[str, Any]:
        """The plug-in defaults with which ClickHouse tasks connect."""
        values = {
            "url": "jdbc:clickhouse://{{ envs.clickhouse_host }}:{{ envs.clickhouse_port }}/default",
            "username": "{{ envs.clickhouse_user }}",
            "password": "{{ secret('CLICKHOUSE_PASSWORD') }}",
        }
        return {"pluginDefaults": [{"type": "io.kestra.plugin.jdbc.clickhouse", "values": values}]}


def _flow(tasks: tuple[Task, ...], extra: dict[str, Any]) -> dict[str, Any]:
    return {"id": "flow", "namespace": NAMESPACE, "tasks": [{"id": "task", **task} for task in tasks], **extra}


def _source(flow: dict[str, Any]) -> bytes:
    return yaml.safe_dump(flow, sort_keys=False, allow_unicode=True).encode()
