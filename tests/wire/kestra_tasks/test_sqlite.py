"""io.kestra.plugin.jdbc.sqlite: Query, Queries and Trigger."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task
from tests.wire.kestra_tasks.watching import watching

TYPE = "io.kestra.plugin.jdbc.sqlite."
TABLE = """
CREATE TABLE t (n INTEGER, r REAL, s TEXT, b BLOB, num NUMERIC, dec DECIMAL(5, 2), flag BOOLEAN, d DATE, c TIME,
  at DATETIME, zoned TIMESTAMP, millis DATETIME, missing TEXT);
INSERT INTO t VALUES (9007199254740993, 1.5, 'é', x'00ff', 2.5, 3.25, 1, '2021-01-02', '10:00:01',
  '2021-01-02 03:04:05', '2021-01-02T03:04:05+02:00', 1609556645000, NULL);
SELECT t.*, 1 + 1 AS two, 'x' || s AS text FROM t
"""


def query(sql: str, **properties: Any) -> Task:
    return {"type": TYPE + "Query", "sql": sql, **properties}


def queries(sql: str, **properties: Any) -> Task:
    return {"type": TYPE + "Queries", "sql": sql, **properties}


def test_fetch_types(kestra: Kestra) -> None:
    sql = "SELECT column1 AS n, column2 AS s FROM (VALUES (1, 'a'), (2, 'b')) ORDER BY n"
    rows = [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}]
    run = kestra.ok(
        query(sql, id="fetch", fetchType="FETCH"),
        query(sql, id="one", fetchType="FETCH_ONE"),
        query(sql, id="store", fetchType="STORE"),
        query(sql, id="none"),
    )
    assert run.outputs("fetch")["rows"] == rows
    assert run.outputs("fetch")["size"] == 2
    assert run.outputs("one")["row"] == rows[0]
    assert [dict(row) for row in kestra.ion(run.outputs("store")["uri"])] == rows
    assert not {"rows", "uri", "size", "databaseUri", "outputFiles"} & set(run.outputs("none"))
    assert run.metric("fetch.size")["type"] == "counter"


def test_types(kestra: Kestra) -> None:
    run = kestra.ok(queries(TABLE, fetchType="FETCH_ONE", timeZoneId="Europe/Paris"))
    assert run.outputs()["outputs"][0]["row"] == {
        "n": 9007199254740993,
        "r": 1.5,
        "s": "é",
        "b": "AP8=",
        "num": 2.5,
        "dec": 3.25,
        "flag": 1,
        "d": "2021-01-02",
        "c": "10:00:01",
        "at": "2021-01-02T02:04:05Z",
        "zoned": "2021-01-02T01:04:05Z",
        "millis": "2021-01-02T03:04:05Z",
        "two": 2,
        "text": "xé",
    }


def test_a_text_that_is_no_date_is_refused(kestra: Kestra) -> None:
    sql = "CREATE TABLE t (d DATE); INSERT INTO t VALUES ('soon'); SELECT * FROM t"
    assert "Column 'd': Text 'soon' could not be parsed" in kestra.failure(queries(sql, fetchType="FETCH"))


def test_a_database_goes_from_task_to_task(kestra: Kestra) -> None:
    run = kestra.ok(
        queries(
            "CREATE TABLE t (n INT); INSERT INTO t VALUES (7)", id="make", url="jdbc:sqlite:my.db", outputDbFile=True
        ),
        query(
            "INSERT INTO t VALUES (:n)",
            id="add",
            url="jdbc:sqlite:my.db",
            sqliteFile="{{ outputs.make.databaseUri }}",
            outputDbFile=True,
            parameters={"n": 8},
        ),
        query(
            "SELECT sum(n) AS n FROM t",
            id="read",
            sqliteFile="{{ outputs.add.databaseUri }}",
            fetchType="FETCH_ONE",
        ),
    )
    assert run.outputs("read")["row"] == {"n": 15}
    assert "databaseUri" not in run.outputs("read")
    kept = run.outputs("add")["databaseUri"]
    assert kept.endswith("/my.db")
    with sqlite3.connect(kestra.path(kept)) as database:
        assert database.execute("SELECT n FROM t ORDER BY n").fetchall() == [(7,), (8,)]


def test_a_database_in_a_file_of_this_machine(kestra: Kestra, tmp_path: Path) -> None:
    file = tmp_path / "own.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE t AS SELECT 7 AS n")
    run = kestra.ok(query("SELECT n FROM t", url=f"jdbc:sqlite:{file}", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"n": 7}


def test_tasks_of_one_folder_share_a_database(kestra: Kestra) -> None:
    group = {
        "type": "io.kestra.plugin.core.flow.WorkingDirectory",
        "inputFiles": {"shared.db": ""},
        "tasks": [
            query("CREATE TABLE t AS SELECT 7 AS n", id="make", url="jdbc:sqlite:shared.db"),
            query("SELECT n FROM t", id="read", url="jdbc:sqlite:shared.db", fetchType="FETCH_ONE"),
        ],
    }
    assert kestra.ok(group).outputs("read")["row"] == {"n": 7}


def test_what_follows_is_one_transaction(kestra: Kestra) -> None:
    url = "jdbc:sqlite:whole.db"
    sql = "CREATE TABLE whole (n INT PRIMARY KEY)"
    run = kestra.run(
        query(sql, id="make", url=url, outputDbFile=True),
        queries(
            "INSERT INTO whole VALUES (1); INSERT INTO whole VALUES (1)",
            id="twice",
            sqliteFile="{{ outputs.make.databaseUri }}",
        ),
    )
    assert run.state == "FAILED"
    assert "In statement 2 of 2" in run.error()
    assert "UNIQUE constraint failed: whole.n" in run.error()


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (query("SELECT missing"), "no such column: missing"),
        (query("SELECT 1", url="jdbc:mysql:x"), "URL should start with `jdbc:sqlite`"),
        (query("SELECT 1; SELECT 2"), "Query task support only a single SQL statement"),
        (query("SELECT 1", url="jdbc:sqlite:/"), "unable to open database file"),
    ],
)
def test_failures(kestra: Kestra, task: Task, message: str) -> None:
    assert message in kestra.failure(task)


def test_a_query_is_ended_by_a_kill(kestra: Kestra) -> None:
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    run = kestra.wait(kestra.start(query(endless)), "RUNNING")
    assert kestra.kill(run).state == "KILLED"


def test_an_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "sqlitefile" in kestra.problems(query("SELECT 1", sqlitefile="x"))


def test_rows_start_an_execution(kestra: Kestra, tmp_path: Path) -> None:
    file = tmp_path / "watched.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE orders AS SELECT 7 AS n")
    trigger = {
        "type": TYPE + "Trigger",
        "url": f"jdbc:sqlite:{file}",
        "sql": "SELECT n FROM orders",
        "afterSQL": "DELETE FROM orders",
    }
    with watching(kestra, trigger, "{{ trigger.rows[0].n }} of {{ trigger.size }}") as run:
        assert run.outputs() == {"value": "7 of 1"}
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM orders").fetchone() == (0,)
