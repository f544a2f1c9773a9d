"""The retries of tasks that write batches, whatever writes them: Java's drivers or a client in Python."""

from typing import Any

import pytest

from tests.support.ports import free_port
from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Execution, Kestra, Task

WRITE = {"id": "rows", "type": "io.kestra.plugin.core.storage.Write", "content": "{n:1}\n", "extension": ".ion"}
KINDS = {"mysql": "mysql.Batch", "postgresql": "postgresql.Batch", "clickhouse": "clickhouse.BulkInsert"}


def batch(database: str, **properties: Any) -> Task:
    """A batch for a server that is not there."""
    return {
        "type": f"io.kestra.plugin.jdbc.{KINDS[database]}",
        "url": f"jdbc:{database}://127.0.0.1:{free_port()}/shop",
        "from": "{{ outputs.rows.uri }}",
        "sql": "INSERT INTO t VALUES (?)",
        "username": "nobody",
        "password": "none",
        **properties,
    }


def tries(run: Execution) -> int:
    return sum(line.startswith("Trying again: ") for line in run.logs())


@pytest.mark.parametrize("database", KINDS)
@pytest.mark.parametrize(("properties", "again"), [({}, 0), ({"retryScope": "ALL", "maxRetries": 2}, 2)])
def test_where_no_server_listens(kestra: Kestra, database: str, properties: dict[str, Any], again: int) -> None:
    run = kestra.run(WRITE, batch(database, retryBackoff="PT0.05S", **properties))
    assert run.state == "FAILED"
    eventually(lambda: tries(run) == again)


@pytest.mark.parametrize("database", KINDS)
def test_a_kill_ends_the_pause_before_a_retry(kestra: Kestra, database: str) -> None:
    started = kestra.start(WRITE, batch(database, retryScope="ALL", retryBackoff="PT1H"))
    eventually(lambda: tries(started) == 1)
    assert kestra.kill(started).state == "KILLED"
