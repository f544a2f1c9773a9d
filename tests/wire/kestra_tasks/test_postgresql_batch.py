"""io.kestra.plugin.jdbc.postgresql: Batch."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.kestra_tasks.client import Kestra, Task


def store(sql: str) -> Task:
    """A task that puts rows into the internal storage."""
    return {
        "id": "rows",
        "type": "io.kestra.plugin.jdbc.postgresql.Query",
        "sql": sql,
        "fetchType": "STORE",
    }


def batch(**properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.postgresql.Batch", "from": "{{ outputs.rows.uri }}", **properties}


ROWS = "SELECT n, 'x%' || n AS s FROM generate_series(1, 2500) n"


@pytest.fixture(autouse=True)
def _table(kestra: Kestra) -> Iterator[None]:
    kestra.sql("CREATE TABLE t (n int PRIMARY KEY, s text)")
    yield
    kestra.sql("DROP TABLE t")


@pytest.mark.parametrize(
    ("properties", "count"),
    [
        ({"table": "t"}, 2500),
        ({"table": "t", "columns": ["n", "s"], "chunk": 700}, 2500),
        ({"sql": "INSERT INTO t VALUES (?, ?)", "chunk": 1}, 2500),
        ({"sql": "INSERT INTO t (s, n) VALUES (?, ?);", "columns": ["s", "n"]}, 2500),
        ({"sql": "INSERT INTO t VALUES (?, ? || '') ON CONFLICT (n) DO UPDATE SET s = 'again'"}, 2500),
        ({"sql": "INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING"}, 2500),
    ],
)
def test_insert(kestra: Kestra, properties: dict[str, Any], count: int) -> None:
    run = kestra.ok(store(ROWS), batch(**properties), **kestra.login)
    assert run.outputs() == {"rowCount": 2500, "updatedCount": count}
    assert kestra.sql("SELECT count(*), min(s), max(n) FROM t") == [(2500, "x%1", 2500)]
    assert run.metric("records")["value"] == 2500
    assert run.metric("updated")["value"] == count


def test_update_and_do_nothing_count_what_changed(kestra: Kestra) -> None:
    kestra.sql("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    nothing = batch(id="nothing", sql="INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING")
    update = batch(id="update", sql="UPDATE t SET s = ? WHERE n = ?", columns=["s", "n"])
    run = kestra.ok(store("SELECT n, 'new' AS s FROM generate_series(1, 3) n"), nothing, update, **kestra.login)
    assert run.outputs("nothing") == {"rowCount": 3, "updatedCount": 1}
    assert run.outputs("update") == {"rowCount": 3, "updatedCount": 3}
    assert kestra.sql("SELECT DISTINCT s FROM t") == [("new",)]


def test_types(kestra: Kestra) -> None:
    columns = "d date, at timestamp, moment timestamptz, dec numeric, b bytea, j jsonb, a int[], nothing text, f float8"
    kestra.sql(f"CREATE TABLE typed ({columns})")
    values = (
        "SELECT date '2021-01-02' AS d, timestamp '2021-01-02 03:04:05.5' AS at, timestamptz '2021-01-02 03:04+02' AS "
        "moment, 1.50::numeric AS dec, '\\x00ff'::bytea AS b, '{\"k\": [1, \"x\"]}'::jsonb AS j, ARRAY[1, 2] AS a, "
        "NULL::text AS nothing, 'NaN'::float8 AS f"
    )
    try:
        kestra.ok(store(values), batch(table="typed"), **kestra.login)
        assert kestra.sql(
            f"SELECT count(*) FROM typed t, ({values}) v WHERE t IS NOT DISTINCT FROM ROW(v.*)::typed"
        ) == [(1,)]
    finally:
        kestra.sql("DROP TABLE typed")


def test_a_failing_chunk_keeps_those_before_it(kestra: Kestra) -> None:
    run = kestra.run(
        store("SELECT CASE WHEN n < 25 THEN n ELSE 1 END AS n, 's' AS s FROM generate_series(1, 30) n"),
        batch(table="t", chunk=10),
        **kestra.login,
    )
    assert run.state == "FAILED"
    assert "SQLSTATE 23505" in run.error()
    assert kestra.sql("SELECT count(*) FROM t") == [(20,)]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "Either `sql` or `table` must be set"),
        ({"sql": "INSERT INTO t VALUES (1)"}, "needs a `?`"),
        ({"sql": "INSERT INTO t (n) VALUES (?)"}, "holds 2 values, but the statement takes 1"),
        ({"sql": "INSERT INTO nope VALUES (?, ?)"}, "SQLSTATE 42P01"),
        ({"table": "nope"}, "SQLSTATE 42P01"),
    ],
)
def test_mistakes(kestra: Kestra, properties: dict[str, Any], message: str) -> None:
    assert message in kestra.failure(store(ROWS), batch(**properties), **kestra.login)
    assert kestra.sql("SELECT * FROM t") == []


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "size" in kestra.problems(batch(url="jdbc:postgresql://x/y", table="t", size=10))


def test_a_file_too_large_for_the_local_buffer_is_refused(kestra: Kestra) -> None:
    limits = {"inputHandling": "LOCAL", "localBufferMaxBytes": 1000, "retryBackoff": "PT2S"}
    assert "exceeds `localBufferMaxBytes` (1000 bytes)" in kestra.failure(
        store(ROWS), batch(table="t", **limits), **kestra.login
    )
    assert kestra.sql("SELECT count(*) FROM t") == [(0,)]
    kestra.ok(store(ROWS), batch(table="t", **limits | {"localBufferMaxBytes": 1000000}), **kestra.login)
