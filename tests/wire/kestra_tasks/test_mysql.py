"""io.kestra.plugin.jdbc.mysql: Query, Queries, Batch and Trigger, on a server of MariaDB where there is one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.mariadb import NoMariaDb, mariadb
from tests.support.ports import free_port, listens
from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task
from tests.wire.kestra_tasks.watching import watching

TYPE = "io.kestra.plugin.jdbc.mysql."
TYPES = """
CREATE TABLE types (tiny TINYINT, flag TINYINT(1), bits BIT(1), big BIGINT, huge BIGINT UNSIGNED, d DECIMAL(6, 3),
  f FLOAT, r DOUBLE, s VARCHAR(9), c TEXT, b BLOB, e ENUM('x', 'y'), j JSON, day DATE, clock TIME(6), at DATETIME(3),
  moment TIMESTAMP, y YEAR, nothing INT);
INSERT INTO types VALUES (-7, 1, b'1', 9007199254740993, 18446744073709551615, 1.500, 1.5, 2.5, 'é', 'text', x'00ff',
  'y', '{"a": [1]}', '2021-01-02', '10:00:01.5', '2021-01-02 03:04:05.123', '2021-01-02 03:04:05', 2021, NULL);
"""
COPY = "CREATE TABLE copy LIKE types; ALTER TABLE copy MODIFY y DATE"
ROW = {
    "tiny": -7,
    "flag": True,
    "bits": True,
    "big": 9007199254740993,
    "huge": "18446744073709551615",
    "d": 1.5,
    "f": 1.5,
    "r": 2.5,
    "s": "é",
    "c": "text",
    "b": "AP8=",
    "e": "y",
    "j": '{"a": [1]}',
    "day": "2021-01-02",
    "clock": "10:00:01.5",
    "at": "2021-01-02T03:04:05.123",
    "moment": "2021-01-02T03:04:05Z",
    "y": "2021-01-01",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server's database, without parameters."""
    try:
        command = mariadb()
    except NoMariaDb as reason:
        pytest.skip(str(reason))
    folder, port = tmp_path_factory.mktemp("mariadb"), free_port()
    options = [
        "--skip-grant-tables",
        "--version=5.7.0-MariaDB",  # by its own version, the driver takes it for one without fractions of seconds
        "--user=root",
        "--bind-address=127.0.0.1",
        "--default-time-zone=+00:00",
        f"--datadir={folder}",
        f"--socket={folder / 's'}",
        f"--port={port}",
    ]
    with (folder.parent / "mariadb.log").open("wb") as log:
        process = subprocess.Popen([*command, *options], stdout=log, stderr=log)
        try:
            eventually(lambda: listens(port), what="MariaDB")
            (folder / "shop").mkdir()
            yield f"jdbc:mysql://127.0.0.1:{port}/shop"
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def login(server: str) -> dict[str, Any]:
    """The plug-in defaults with which the tasks connect."""
    values = {"url": server, "username": "root", "password": "any"}
    return {"pluginDefaults": [{"type": "io.kestra.plugin.jdbc.mysql", "values": values}]}


def query(sql: str, **properties: Any) -> Task:
    return {"type": TYPE + "Query", "sql": sql, **properties}


def queries(sql: str, **properties: Any) -> Task:
    return {"type": TYPE + "Queries", "sql": sql, **properties}


def test_fetch_types_and_parameters(kestra: Kestra, login: dict[str, Any]) -> None:
    sql = "SELECT 1 AS n UNION SELECT :n ORDER BY n"
    run = kestra.ok(
        query(sql, id="fetch", fetchType="FETCH", parameters={"n": 2}),
        query(sql, id="one", fetchType="FETCH_ONE", parameters={"n": 2}),
        query(sql, id="store", fetchType="STORE", parameters={"n": 2}),
        query("SELECT 1", id="none"),
        **login,
    )
    assert run.outputs("fetch")["rows"] == [{"n": 1}, {"n": 2}]
    assert run.outputs("fetch")["size"] == 2
    assert run.outputs("one")["row"] == {"n": 1}
    assert [dict(row) for row in kestra.ion(run.outputs("store")["uri"])] == [{"n": 1}, {"n": 2}]
    assert not {"rows", "uri", "size"} & set(run.outputs("none"))


def test_types_and_a_batch_that_writes_what_was_read(kestra: Kestra, login: dict[str, Any]) -> None:
    run = kestra.ok(
        queries(
            "DROP TABLE IF EXISTS types, copy;"
            + TYPES
            + "CREATE TABLE copy LIKE types; ALTER TABLE copy MODIFY y DATE",
            id="make",
        ),
        query("SELECT * FROM types", id="one", fetchType="FETCH_ONE"),
        query("SELECT * FROM types", id="store", fetchType="STORE"),
        {"id": "write", "type": TYPE + "Batch", "from": "{{ outputs.store.uri }}", "table": "copy"},
        query("SELECT * FROM copy", id="copied", fetchType="FETCH_ONE"),
        **login,
    )
    assert run.outputs("one")["row"] == ROW
    assert run.outputs("copied")["row"] == ROW
    assert run.outputs("write") == {"rowCount": 1, "updatedCount": 1}


def test_a_batch_in_chunks(kestra: Kestra, login: dict[str, Any]) -> None:
    run = kestra.ok(
        queries("DROP TABLE IF EXISTS t; CREATE TABLE t (n INT, s TEXT)", id="make"),
        query("SELECT seq AS n, 'x' AS s FROM seq_1_to_25", id="rows", fetchType="STORE"),
        {
            "id": "write",
            "type": TYPE + "Batch",
            "from": "{{ outputs.rows.uri }}",
            "sql": "INSERT INTO t (s, n) VALUES (?, ?)",
            "columns": ["s", "n"],
            "chunk": 10,
        },
        query("SELECT count(*) AS n, sum(n) AS total FROM t WHERE s = 'x'", id="read", fetchType="FETCH_ONE"),
        **login,
    )
    assert run.outputs("write") == {"rowCount": 25, "updatedCount": 25}
    assert run.outputs("read")["row"] == {"n": 25, "total": 325}
    assert any("executed 3 bulk queries and updated 25 rows" in line for line in run.logs("INFO"))


def test_a_file_is_loaded_and_no_other_can_be(kestra: Kestra, login: dict[str, Any], tmp_path: Path) -> None:
    elsewhere = tmp_path / "secret.csv"
    elsewhere.write_text("9\n")
    run = kestra.run(
        queries("DROP TABLE IF EXISTS loaded; CREATE TABLE loaded (n INT)", id="make"),
        {"id": "file", "type": "io.kestra.plugin.core.storage.Write", "content": "7\n8\n"},
        query(
            "LOAD DATA LOCAL INFILE '{{ inputFile }}' INTO TABLE loaded", id="load", inputFile="{{ outputs.file.uri }}"
        ),
        query("SELECT sum(n) AS n FROM loaded", id="read", fetchType="FETCH_ONE"),
        query(f"LOAD DATA LOCAL INFILE '{elsewhere}' INTO TABLE loaded", id="other"),
        **login,
    )
    assert run.outputs("read")["row"] == {"n": 15}
    assert run.task("other")["state"]["current"] == "FAILED"


def test_several_statements_are_one_transaction(kestra: Kestra, login: dict[str, Any]) -> None:
    run = kestra.run(
        queries("DROP TABLE IF EXISTS whole; CREATE TABLE whole (n INT PRIMARY KEY)", id="make"),
        {**queries("INSERT INTO whole VALUES (1); INSERT INTO whole VALUES (1)", id="twice"), "allowFailure": True},
        query("SELECT count(*) AS n FROM whole", id="count", fetchType="FETCH_ONE"),
        **login,
    )
    assert run.outputs("count")["row"] == {"n": 0}
    assert any("Duplicate entry '1'" in line for line in run.logs("ERROR"))


def test_rows_start_an_execution(kestra: Kestra, login: dict[str, Any]) -> None:
    kestra.ok(queries("DROP TABLE IF EXISTS orders; CREATE TABLE orders AS SELECT 7 AS n"), **login)
    trigger = {"type": TYPE + "Trigger", "sql": "SELECT n FROM orders", "afterSQL": "DELETE FROM orders"}
    with watching(kestra, trigger, "{{ trigger.rows[0].n }} of {{ trigger.size }}", **login) as run:
        assert run.outputs() == {"value": "7 of 1"}


def test_a_query_is_ended_by_a_kill(kestra: Kestra, login: dict[str, Any]) -> None:
    run = kestra.wait(kestra.start(query("SELECT sleep(60)"), **login), "RUNNING")
    assert kestra.kill(run).state == "KILLED"


def test_an_address_is_needed(kestra: Kestra) -> None:
    for kind in ("Query", "Queries"):
        assert "url: must not be null" in kestra.problems({"type": TYPE + kind, "sql": "SELECT 1"})
    assert "from: must not be null" in kestra.problems({"type": TYPE + "Batch", "url": "jdbc:mysql://x"})


def test_where_no_serverlistens_the_message_says_so(kestra: Kestra) -> None:
    task = query("SELECT 1", url=f"jdbc:mysql://127.0.0.1:{free_port()}/shop", username="root")
    message = kestra.failure(task)
    assert "Communications link failure" in message
    assert "Connection refused" in message
