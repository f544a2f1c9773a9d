"""What the tests of the taxi flows ask of Kestra, of Postgres and of the data set."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import requests

from tests.support.stack import ROOT
from tests.support.waiting import eventually
from tests.wire.kestra_api.client import Api, Server

BASE_URL = "{{ envs.taxi_base_url }}"
PATIENCE = 180
ENDED = ("SUCCESS", "FAILED", "KILLED")
Execution = dict[str, Any]
COPY_LOCK = 2020
WAITING_COPY = f"""      - id: wait_in_the_middle
        type: io.kestra.plugin.jdbc.postgresql.Queries
        sql: |
          CREATE SEQUENCE copied;
          CREATE FUNCTION wait_in_the_middle() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
              IF nextval('copied') = 100 THEN
                  PERFORM pg_advisory_xact_lock({COPY_LOCK});
              END IF;
              RETURN NEW;
          END $$;
          CREATE TRIGGER wait_in_the_middle BEFORE INSERT ON {{{{ render(vars.staging_table) }}}}
              FOR EACH ROW EXECUTE FUNCTION wait_in_the_middle();
"""
"""A task before the copy, whose hundredth row then waits for a lock."""


def source(flow: str) -> str:
    return (ROOT / "flows" / f"{flow}.yaml").read_text()


@dataclass
class Taxis:
    """A running stack."""

    environment: dict[str, str]
    storage: Path

    def __post_init__(self) -> None:
        self.api = Api(Server(self.environment["KESTRA_URL"], 0, self.storage, self.storage))

    # Postgres

    def connect(self) -> Any:
        names = {"host": "HOST", "port": "PORT", "dbname": "DB", "user": "USER", "password": "PASSWORD"}
        return psycopg2.connect(**{name: self.environment[f"POSTGRES_{key}"] for name, key in names.items()})

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def tables(self) -> set[str]:
        return {name for (name,) in self.sql("SELECT relname FROM pg_stat_user_tables")}

    def forget(self) -> None:
        for table in self.tables():
            self.sql(f"DROP TABLE IF EXISTS {table}")  # partitions go with theirs

    def counts(self, taxi: str = "yellow", table: str = "tripdata") -> dict[str, int]:
        """Rows by file name."""
        return dict(self.sql(f"SELECT filename, count(*) FROM {taxi}_{table} GROUP BY 1"))

    @contextmanager
    def nobody_may_write(self, table: str) -> Iterator[None]:
        """Hold a lock on a table so that a merge has to wait."""
        connection = self.connect()
        try:
            connection.cursor().execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
        finally:
            connection.close()

    @contextmanager
    def copy_waits(self) -> Iterator[None]:
        """Have the first copy of a file into a staging table wait in its middle; see `WAITING_COPY`."""
        connection = self.connect()
        try:
            connection.cursor().execute(f"SELECT pg_advisory_lock({COPY_LOCK})")
            yield
        finally:
            connection.close()
            self.sql("DROP FUNCTION IF EXISTS wait_in_the_middle CASCADE")
            self.sql("DROP SEQUENCE IF EXISTS copied")

    def await_waiting_copy(self) -> None:
        query = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE 'COPY%'"
        eventually(lambda: self.sql(query), PATIENCE, "a copy that waits in its middle")

    def await_waiting_merge(self) -> None:
        query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%LOCK TABLE%'"
        eventually(lambda: self.sql(query), PATIENCE, "a merge that waits for the lock")

    # The data set

    def manifest(self, name: str) -> dict[str, Any]:
        url = f"{self.environment['DATASET_URL']}/manifest/{name}.gz.json"
        return requests.get(url, timeout=60).json()

    def rows(self, *names: str) -> dict[str, int]:
        """Rows by file name, as the manifests have them."""
        return {name: self.manifest(name)["rows"] for name in names}

    # Kestra

    def start(self, year: str, month: str, taxi: str = "yellow", flow: str = "04_postgres_taxi") -> Execution:
        fields = {"taxi": (None, taxi), "year": (None, year), "month": (None, month)}
        answer = self.api.post(f"/executions/zoomcamp/{flow}", files=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, execution: Execution) -> Execution:
        """The execution at its very end, its last tasks too."""
        self.api.until(execution["id"], *ENDED, seconds=PATIENCE)
        return eventually(lambda: self._settled(execution["id"]), PATIENCE, "the end of the last task")

    def _settled(self, execution_id: str) -> Execution | None:
        execution = self.api.get(f"/executions/{execution_id}").json()
        last = [run for run in execution["taskRunList"] if run["taskId"] == "drop_staging_table_after_kill"]
        return execution if last and last[0]["state"]["current"] in ("SUCCESS", "SKIPPED", "FAILED") else None

    def load(self, year: str, month: str, taxi: str = "yellow", flow: str = "04_postgres_taxi") -> Execution:
        return self.ended(self.start(year, month, taxi, flow))

    def await_backfill(self, flow: str, label: str, count: int, state: str = "SUCCESS") -> list[Execution]:
        """The executions of a backfill, once so many of them have ended in a state."""
        query = {"namespace": "zoomcamp", "flowId": flow, "labels": f"backfill:{label}", "size": 50}

        def ended() -> list[Execution] | None:
            executions = self.api.get("/executions/search", params=query).json()["results"]
            enough = sum(execution["state"]["current"] == state for execution in executions) >= count
            return executions if enough else None

        return eventually(ended, PATIENCE, f"{count} executions of the backfill {label}", every=0.5)

    def errors(self, execution: Execution) -> str:
        logs = self.api.get(f"/logs/{execution['id']}", params={"minLevel": "ERROR"}).json()
        return "\n".join(line["message"] for line in logs)

    def states(self, execution: Execution) -> dict[str, str]:
        return {run["taskId"]: run["state"]["current"] for run in execution["taskRunList"]}

    def import_flow(self, flow: str, old: str = "", new: str = "", quick: bool = False) -> None:
        """Import a flow of the project, one piece of its text replaced.

        Parameters:
            flow: its name.
            old, new: the piece, and what replaces it.
            quick: whether a task fails at its first failure, for tests in which no later attempt can succeed.
        """
        text = source(flow).replace("maxAttempts: 6", "maxAttempts: 1") if quick else source(flow)
        assert old in text
        self.api.flow(text.replace(old, new) if old else text)

    def import_odd(self, flow: str, address: str) -> None:
        """Import a flow that fetches its files from another server, and gives one up that is not done in 3 s."""
        text = source(flow)
        for old, new in ((BASE_URL, address), ("SECONDS_AT_MOST: 3600", "SECONDS_AT_MOST: 3")):
            assert old in text
            text = text.replace(old, new)
        self.api.flow(text)

    def assert_refused(self, execution: Execution, address: str, told: str) -> None:
        """An execution failed in its first step that can, and said why in one line that names the address."""
        assert execution["state"]["current"] == "FAILED"
        assert self.states(execution)["extract"] == "FAILED"
        lines = eventually(lambda: self.errors(execution).splitlines(), PATIENCE, "the log")
        assert [line for line in lines if line.startswith(address) and told in line], lines
        assert "Traceback" not in "".join(lines)

    def kept_files(self, execution: Execution) -> list[Path]:
        flow = execution["flowId"].replace("_", "-")
        folder = self.storage / "main" / "zoomcamp" / flow / "executions" / execution["id"]
        return sorted(folder.rglob("*.csv"))

    # The stack

    def _embedded(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "embedded", *arguments]
        options = {"cwd": ROOT, "env": self.environment, "capture_output": True, "text": True}
        return subprocess.run(command, check=False, timeout=PATIENCE, **options).stdout

    def crash(self, service: str) -> None:
        """End a service's process without warning, and wait until it has been started again."""
        (line,) = (line.split() for line in self._embedded("status").splitlines() if line.startswith(f"{service} "))
        os.kill(int(line[2]), signal.SIGKILL)

        def is_back() -> bool:
            self._embedded("up", "--only", service)  # the supervisor itself does it three times in ten minutes
            rows = (row.split()[:3] for row in self._embedded("status").splitlines())
            return any(row[:2] == [service, "ready"] and row[2] != line[2] for row in rows)

        eventually(is_back, PATIENCE, f"{service} to be started again")
