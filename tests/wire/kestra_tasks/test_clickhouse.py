"""io.kestra.plugin.jdbc.clickhouse: Query, Queries and BulkInsert."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Execution, Kestra, Task

TYPES = """
SELECT toInt8(-123) AS Int8, toUInt16(65534) AS UInt16, toInt64(9007199254740993) AS Int64,
  toUInt64(18446744073709551615) AS UInt64, toInt128('170141183460469231731687303715884105727') AS Int128,
  toFloat64(1.5) AS Float64, nan AS NotANumber, -inf AS Endless, toDecimal64('2147483645.1230', 4) AS Decimal,
  'fo''ur' AS String, toFixedString('four', 4) AS FixedString,
  toUUID('6bbf0744-74b4-46b9-bb05-53905d4538e7') AS Uuid, toDate('2030-12-25') AS Date,
  toDateTime('2004-10-19 10:23:54', 'Europe/Moscow') AS DateTime, toDateTime('2004-10-19 10:23:54') AS DateTimeNoTZ,
  toDateTime64('2004-10-19 10:23:54.999', 3, 'Europe/Moscow') AS DateTime64,
  CAST('hello', 'Enum(''hello'' = 1)') AS Enum, toLowCardinality('four') AS LowCardinality, ['a', 'b'] AS Array,
  [[1, NULL], [2]] AS Nested, [toDateTime('2024-01-02 03:04:05')] AS Times, tuple('a', 1) AS Tuple,
  NULL AS Nothing, toNullable(toInt8(123)) AS Nullable, toIPv4('116.253.40.133') AS Ipv4,
  toIPv6('2a02:aa08:e000:3100::2') AS Ipv6, true AS Bool
"""


def query(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.clickhouse.Query", "sql": sql, **properties}


def queries(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.clickhouse.Queries", "sql": sql, **properties}


def bulk(**properties: Any) -> Task:
    return {
        "type": "io.kestra.plugin.jdbc.clickhouse.BulkInsert",
        "from": "{{ outputs.rows.uri }}",
        **properties,
    }


def store(sql: str) -> Task:
    """A task that puts rows into the internal storage."""
    return query(sql, id="rows", fetchType="STORE")


def ok(kestra: Kestra, *tasks: Task) -> Execution:
    return kestra.ok(*tasks, **kestra.clickhouse_login)


def failure(kestra: Kestra, *tasks: Task) -> str:
    return kestra.failure(*tasks, **kestra.clickhouse_login)


def rows(kestra: Kestra, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in kestra.clickhouse.query(sql).result_rows]


@pytest.fixture
def table(kestra: Kestra) -> Iterator[str]:
    """An empty table of a number and a text."""
    kestra.clickhouse.command("CREATE TABLE t (n Int32, s String) ENGINE = MergeTree ORDER BY n")
    yield "t"
    kestra.clickhouse.command("DROP TABLE t")


def test_fetch_types(kestra: Kestra) -> None:
    sql = "SELECT toInt32(number) AS n, concat('x', toString(n)) AS s FROM numbers(1, 3) ORDER BY n"
    expected = [{"n": n, "s": f"x{n}"} for n in (1, 2, 3)]
    run = ok(
        kestra,
        query(sql, id="fetch", fetchType="FETCH"),
        query(sql, id="one", fetchType="FETCH_ONE"),
        query(sql, id="store", fetchType="STORE", fetchSize=2),
        query(sql, id="none", fetchType="NONE"),
        query(sql, id="old_fetch", fetch=True),
        query(sql, id="old_one", fetchOne=True),
        query(sql, id="old_store", store=True),
    )
    assert run.outputs("fetch") == {"row": None, "rows": expected, "size": 3} == run.outputs("old_fetch")
    assert run.outputs("one") == {"row": expected[0], "size": 1} == run.outputs("old_one")
    assert run.outputs("store")["size"] == 3
    for task in ("store", "old_store"):
        assert [dict(row) for row in kestra.ion(run.outputs(task)["uri"])] == expected
    assert run.outputs("none") == {"row": None}


def test_no_row(kestra: Kestra) -> None:
    sql = "SELECT 1 AS n WHERE false"
    run = ok(
        kestra,
        query(sql, id="fetch", fetchType="FETCH"),
        query(sql, id="one", fetchType="FETCH_ONE"),
        query(sql, id="store", fetchType="STORE"),
    )
    assert run.outputs("fetch") == {"row": None, "rows": [], "size": 0}
    assert run.outputs("one") == {"row": None, "size": 0}
    assert kestra.text(run.outputs("store")["uri"]) == ""


def test_types(kestra: Kestra) -> None:
    run = ok(kestra, query(TYPES, id="one", fetchType="FETCH_ONE"), query(TYPES, id="store", fetchType="STORE"))
    row = run.outputs("one")["row"]
    assert row == {
        "Int8": -123,
        "UInt16": 65534,
        "Int64": 9007199254740993,
        "UInt64": -1,
        "Int128": "170141183460469231731687303715884105727",
        "Float64": 1.5,
        "NotANumber": "NaN",
        "Endless": "-Infinity",
        "Decimal": 2147483645.123,
        "String": "fo'ur",
        "FixedString": "four",
        "Uuid": "6bbf0744-74b4-46b9-bb05-53905d4538e7",
        "Date": "2030-12-25",
        "DateTime": "2004-10-19T06:23:54Z",
        "DateTimeNoTZ": "2004-10-19T10:23:54",
        "DateTime64": "2004-10-19T06:23:54.999Z",
        "Enum": "hello",
        "LowCardinality": "four",
        "Array": ["a", "b"],
        "Nested": [[1, None], [2]],
        "Times": ["2024-01-02T03:04:05.000+00:00"],
        "Tuple": ["a", 1],
        "Nullable": 123,
        "Ipv4": "116.253.40.133",
        "Ipv6": "2a02:aa08:e000:3100:0:0:0:2",
        "Bool": True,
    }
    text = kestra.text(run.outputs("store")["uri"])
    for part in (
        "Decimal:2147483645.1230",
        "Date:2030-12-25",
        'DateTime:ZonedDateTime::"2004-10-19T10:23:54+04:00[Europe/Moscow]"',
        'DateTime64:ZonedDateTime::"2004-10-19T10:23:54.999+04:00[Europe/Moscow]"',
        'DateTimeNoTZ:LocalDateTime::"2004-10-19T10:23:54"',
        "Nothing:null",
    ):
        assert part in text


@pytest.mark.parametrize(
    "value",
    ["map('k', 1)", "CAST((1., 2.), 'Point')", "'{\"a\": 1}'::JSON", "INTERVAL 1 DAY", "toNullable(toIPv4('1.2.3.4'))"],
)
def test_types_that_flows_cannot_use(kestra: Kestra, value: str) -> None:
    message = failure(kestra, query(f"SELECT {value} AS a", fetchType="FETCH"))
    assert "is not supported" in message or "Failed to convert" in message


def test_store_streams(kestra: Kestra) -> None:
    run = ok(kestra, query("SELECT number AS n FROM numbers(25000)", fetchType="STORE"))
    assert run.outputs()["size"] == 25000
    assert sum(1 for _ in kestra.path(run.outputs()["uri"]).open()) == 25000


def test_a_format_of_the_statement_changes_nothing(kestra: Kestra) -> None:
    run = ok(kestra, query("SELECT 1 AS n FORMAT CSV", fetchType="FETCH"))
    assert run.outputs()["rows"] == [{"n": 1}]


def test_parameters(kestra: Kestra, table: str) -> None:
    sql = "SELECT :name AS name, :n + 1 AS n, '50%' AS text, :list AS list, :nothing AS nothing"
    parameters = {"name": "it's \\ ';--", "n": 41, "list": [1, 2], "nothing": None}
    run = ok(
        kestra,
        query(sql, id="query", parameters=parameters, fetchType="FETCH_ONE"),
        queries(
            "INSERT INTO t VALUES (:n, :name); SELECT s FROM t WHERE s = :name",
            id="queries",
            parameters=dict(parameters),
            fetchType="FETCH",
        ),
    )
    row = {"name": "it's \\ ';--", "n": 42, "text": "50%", "list": [1, 2]}
    assert run.outputs("query")["row"] == row
    assert run.outputs("queries")["outputs"] == [{"rows": [{"s": "it's \\ ';--"}], "size": 1}]


def test_query_takes_one_statement(kestra: Kestra, table: str) -> None:
    message = failure(kestra, query("INSERT INTO t VALUES (1, 'a'); INSERT INTO t VALUES (2, 'b')"))
    assert message == (
        "Query task support only a single SQL statement. Use the Queries task to run multiple statements."
    )
    assert rows(kestra, "SELECT * FROM t") == []
    run = ok(kestra, query("/* a; b */ SELECT 'it''s; ' AS a, `n;` FROM (SELECT 1 AS `n;`) -- end;\n", fetchOne=True))
    assert run.outputs()["row"] == {"a": "it's; ", "n;": 1}


def test_queries_outputs(kestra: Kestra, table: str) -> None:
    run = ok(
        kestra,
        queries("INSERT INTO t VALUES (1, 'a'); SELECT n FROM t; SELECT s FROM t;", id="fetch", fetchType="FETCH"),
        queries("SELECT n FROM t; ALTER TABLE t DELETE WHERE 1 SETTINGS mutations_sync = 1", id="none"),
    )
    assert run.outputs("fetch") == {"outputs": [{"rows": [{"n": 1}], "size": 1}, {"rows": [{"s": "a"}], "size": 1}]}
    assert run.outputs("none") == {"outputs": [{}]}
    assert rows(kestra, "SELECT * FROM t") == []


def test_what_ran_before_a_failing_statement_stays(kestra: Kestra, table: str) -> None:
    message = failure(kestra, queries("INSERT INTO t VALUES (1, 'a'); SELECT * FROM nope"))
    problem = "Code: 60. DB::Exception: Unknown table expression identifier 'nope'"
    assert message.startswith(f"In statement 2 of 2: {problem}")
    assert rows(kestra, "SELECT n FROM t") == [(1,)]


def test_after_sql(kestra: Kestra, table: str) -> None:
    kestra.clickhouse.command("INSERT INTO t VALUES (1, 'new')")
    after = "ALTER TABLE t UPDATE s = 'done' WHERE s = 'new' SETTINGS mutations_sync = 1"
    run = ok(kestra, query("SELECT n FROM t WHERE s = 'new'", afterSQL=after, fetchType="FETCH"))
    assert run.outputs()["rows"] == [{"n": 1}]
    assert rows(kestra, "SELECT s FROM t") == [("done",)]
    assert "afterSQL supports only a single" in failure(kestra, query("SELECT 1", afterSQL="SELECT 1; SELECT 2"))


def test_metric(kestra: Kestra) -> None:
    metric = ok(kestra, query("SELECT number FROM numbers(4)", fetchType="FETCH")).metric("fetch.size")
    assert metric["value"] == 4
    assert {name: metric["tags"][name] for name in ("fetch", "store")} == {"fetch": "true", "store": "false"}


def test_an_error_in_the_middle_leaves_no_result(kestra: Kestra) -> None:
    late = "SELECT throwIf(number = 900000) FROM numbers(1000000)"
    assert "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO" in failure(kestra, query(late, fetchType="STORE"))


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"url": ""}, "`url` is blank"),
        ({"url": "jdbc:postgresql://127.0.0.1:5432/x"}, "should start with `jdbc:clickhouse`"),
        ({"url": "jdbc:clickhouse://127.0.0.1:1/default"}, "Connection refused"),
        ({"password": "secret-guess"}, "Authentication failed"),
        ({"sql": " -- nothing\n"}, "Empty query"),
    ],
)
def test_mistakes(kestra: Kestra, properties: dict[str, Any], message: str) -> None:
    told = failure(kestra, query("SELECT 1") | properties)
    assert message in told
    assert "secret-guess" not in told


def test_url_parameters(kestra: Kestra) -> None:
    url = "jdbc:clickhouse:http://{{ envs.clickhouse_host }}:{{ envs.clickhouse_port }}/system?compress=0"
    run = ok(
        kestra,
        query(
            "SELECT currentDatabase() AS d, getSetting('max_block_size') AS size",
            url=f"{url}&clickhouse_setting_max_block_size=1234",
            fetchType="FETCH_ONE",
        ),
    )
    assert run.outputs()["row"] == {"d": "system", "size": 1234}


@pytest.mark.parametrize("timeout", [None, "PT2S"])
def test_kill_and_timeout_cancel_the_query(kestra: Kestra, timeout: str | None) -> None:
    limit = {"timeout": timeout} if timeout else {}
    endless = "SELECT count() FROM system.numbers WHERE NOT ignore(sleepEachRow(0.01)) SETTINGS max_block_size = 10"
    run = kestra.start(queries(f"SELECT 1; {endless}", **limit), **kestra.clickhouse_login)
    if timeout:
        assert kestra.wait(run, "FAILED").state == "FAILED"
    else:
        eventually(lambda: bool(_sleeping(kestra)))
        assert kestra.kill(run).state == "KILLED"
    eventually(lambda: not _sleeping(kestra))


def _sleeping(kestra: Kestra) -> list[tuple[Any, ...]]:
    running = "query LIKE '%ignore(sleepEachRow%' AND user = 'admin' AND query NOT LIKE '%system.processes%'"
    return rows(kestra, f"SELECT query_id FROM system.processes WHERE {running}")


@pytest.mark.parametrize(
    "properties",
    [
        {"table": "t"},
        {"table": "default.t", "columns": ["n", "s"], "chunk": 700},
        {"sql": "INSERT INTO t VALUES (?, ?)"},
        {"sql": "INSERT INTO t (s, n) SETTINGS async_insert = 1, wait_for_async_insert = 1 VALUES( ?, ? );",
         "columns": ["s", "n"]},
        {"sql": "INSERT INTO t (n, s) VALUES (?, concat(?, ''))"},
    ],
)  # fmt: skip
def test_bulk_insert(kestra: Kestra, table: str, properties: dict[str, Any]) -> None:
    source = store("SELECT toInt32(number) AS n, concat('it\\'s %', toString(number)) AS s FROM numbers(1, 2500)")
    run = ok(kestra, source, bulk(**properties))
    assert run.outputs() == {"rowCount": 2500, "updatedCount": 2500}
    assert rows(kestra, "SELECT count(), min(s), max(n), sum(n) FROM t") == [(2500, "it's %1", 2500, 3126250)]
    assert run.metric("records")["value"] == 2500
    assert run.metric("updated")["value"] == 2500


def test_bulk_insert_of_types(kestra: Kestra) -> None:
    columns = (
        "d Date, at DateTime64(3, 'UTC'), zoned DateTime64(3, 'America/New_York'), dec Decimal(14, 4), a Array(Int32),"
        " nothing Nullable(String), text LowCardinality(String), u UUID, b Bool, made Int32"
        " MATERIALIZED 7"
    )
    values = (
        "SELECT toDate('2021-01-02') AS d, toDateTime64('2021-01-02 03:04:05.678', 3, 'UTC') AS at,"
        " toDateTime64('2021-07-02 03:04:05.5', 3, 'America/New_York') AS zoned, toDecimal64('1.5', 4) AS dec,"
        " [1, 2]::Array(Int32) AS a, NULL::Nullable(String) AS nothing,"
        " toLowCardinality('é') AS text, toUUID('6bbf0744-74b4-46b9-bb05-53905d4538e7') AS u, true AS b"
    )
    kestra.clickhouse.command(f"CREATE TABLE typed ({columns}) ENGINE = MergeTree ORDER BY d")
    try:
        ok(kestra, store(values), bulk(table="typed"))
        assert rows(kestra, "SELECT * FROM typed") == rows(kestra, values)
    finally:
        kestra.clickhouse.command("DROP TABLE typed")


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "Either `sql` or `table` must be set"),
        ({"sql": "INSERT INTO t VALUES (1, 'a')"}, "a `?` a value"),
        ({"sql": "ALTER TABLE t DELETE WHERE n = ?"}, "INSERT INTO ... VALUES"),
        ({"sql": "INSERT INTO t (n) VALUES (?)"}, "holds 2 values, but the statement takes 1"),
        ({"sql": "INSERT INTO nope VALUES (?, ?)"}, "UNKNOWN_TABLE"),
        ({"table": "nope"}, "UNKNOWN_TABLE"),
        ({"sql": "INSERT INTO t (s, n) VALUES (?, ?)"}, "Code: "),
    ],
)
def test_mistakes_of_bulk_insert(kestra: Kestra, table: str, properties: dict[str, Any], message: str) -> None:
    source = store("SELECT 1 AS n, 'a' AS s")
    assert message in failure(kestra, source, bulk(**properties))
    assert rows(kestra, "SELECT * FROM t") == []


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "fetchtype" in kestra.problems(query("SELECT 1", url="jdbc:clickhouse://x/y", fetchtype="FETCH"))
    assert "transaction" in kestra.problems(query("SELECT 1", url="jdbc:clickhouse://x/y", transaction=True))
    assert "size" in kestra.problems(bulk(url="jdbc:clickhouse://x/y", table="t", size=10))
