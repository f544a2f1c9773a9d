"""io.kestra.plugin.jdbc.postgresql: Query and Queries."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Execution, Kestra, Task

TYPES = """
SELECT 1::smallint AS small, 9007199254740993 AS big, 1.50::numeric(5, 2) AS dec, 'NaN'::numeric AS dec_nan,
  1.5::float8 AS float, 'Infinity'::float8 AS endless, true AS flag, 'é' AS text, NULL AS nothing,
  date '2021-01-02' AS day, time '10:00:01.5' AS clock, timetz '10:00:00+02' AS clock_tz,
  timestamp '2021-01-02 03:04:05.5' AS at, timestamptz '2021-07-02 03:04:05.123456+02' AS moment,
  '\\x6162'::bytea AS bytes, ARRAY[1, 2] AS ints, ARRAY[['a', NULL], ['c', 'd']] AS texts,
  ARRAY[date '2021-01-02'] AS days, '{"a": [1, null]}'::jsonb AS json,
  '11111111-2222-3333-4444-555555555555'::uuid AS id, interval '1 year 2 mons 3 days 04:05:06.7' AS span,
  interval '-90 minutes' AS back, 12.34::money AS money, B'1'::bit(1) AS bit, pg_sleep(0) AS void
"""


def query(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.postgresql.Query", "sql": sql, **properties}


def queries(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.postgresql.Queries", "sql": sql, **properties}


@pytest.fixture
def table(kestra: Kestra) -> Iterator[str]:
    """An empty table of a number and a text."""
    kestra.sql("CREATE TABLE t (n int PRIMARY KEY, s text)")
    yield "t"
    kestra.sql("DROP TABLE t")


def ok(kestra: Kestra, *tasks: Task) -> Execution:
    return kestra.ok(*tasks, **kestra.login)


def failure(kestra: Kestra, *tasks: Task) -> str:
    return kestra.failure(*tasks, **kestra.login)


def test_fetch_types(kestra: Kestra) -> None:
    sql = "SELECT n, 'x' || n AS s FROM generate_series(1, 3) n ORDER BY n"
    rows = [{"n": n, "s": f"x{n}"} for n in (1, 2, 3)]
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
    assert run.outputs("fetch") == {"row": None, "rows": rows, "size": 3} == run.outputs("old_fetch")
    assert run.outputs("one") == {"row": rows[0], "size": 1} == run.outputs("old_one")
    assert run.outputs("store")["size"] == 3
    for task in ("store", "old_store"):
        assert [dict(row) for row in kestra.ion(run.outputs(task)["uri"])] == rows
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
        "small": 1,
        "big": 9007199254740993,
        "dec": 1.5,
        "dec_nan": "NaN",
        "float": 1.5,
        "endless": "Infinity",
        "flag": True,
        "text": "é",
        "day": "2021-01-02",
        "clock": "10:00:01",
        "clock_tz": "08:00:00",
        "at": "2021-01-02T03:04:05.5",
        "moment": "2021-07-02T01:04:05.123456Z",
        "bytes": "YWI=",
        "ints": [1, 2],
        "texts": [["a", None], ["c", "d"]],
        "days": ["2021-01-02"],
        "json": {"a": [1, None]},
        "id": "11111111-2222-3333-4444-555555555555",
        "span": "P1Y2M3DT4H5M6S",
        "back": "P0Y0M0DT-1H-30M0S",
        "money": 12.34,
        "bit": True,
    }
    text = kestra.text(run.outputs("store")["uri"])
    for part in (
        "dec:1.50",
        "dec_nan:nan",
        "float:1.5e0",
        "day:2021-01-02",
        'clock:LocalTime::"10:00:01"',
        'at:LocalDateTime::"2021-01-02T03:04:05.5"',
        'moment:ZonedDateTime::"2021-07-02T01:04:05.123456Z[UTC]"',
        "bytes:{{YWI=}}",
        "nothing:null",
    ):
        assert part in text


@pytest.mark.parametrize(
    "value",
    [
        "'127.0.0.1'::inet", "'10.0.0.0/8'::cidr", "'08:00:2b:01:02:03'::macaddr", "B'101'::bit(3)", "B'1'::varbit(5)",
        "'a & b'::tsquery", "'$.a'::jsonpath", "'pg_class'::regclass", "'1'::xid", "'0/1'::pg_lsn", "row(1, 'a')",
        "int4range(1, 5)",
    ],
)  # fmt: skip
def test_types_that_flows_cannot_use(kestra: Kestra, value: str) -> None:
    message = failure(kestra, query(f"SELECT {value} AS a", fetchType="FETCH"))
    assert message.startswith("PGobject of type [")
    assert message.endswith("] is not supported")


@pytest.mark.parametrize("value", ["'(1,2)'::point", "'(1,2),(3,4)'::box"])
def test_shapes_cannot_be_used(kestra: Kestra, value: str) -> None:
    assert "is not supported, the column type is" in failure(kestra, query(f"SELECT {value} AS a", fetchType="FETCH"))


@pytest.mark.parametrize("value", ["'[1]'::json", "'1'::jsonb", "'\"x\"'::json"])
def test_json_is_an_object(kestra: Kestra, value: str) -> None:
    assert "Invalid data type [json" in failure(kestra, query(f"SELECT {value} AS a", fetchType="FETCH"))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT '1'::int AS a, :n AS b", 'syntax error at or near ":"'),
        ("SELECT '10:30' AS a, :n AS b", "column index is out of range"),
        ("SELECT 1 AS a WHERE 1 = cast(:n AS text)", "operator does not exist: integer = text"),
        ("SELECT :list AS a, :n AS b", "Can't infer the SQL type"),
    ],
)
def test_every_colon_with_a_name_is_a_parameter_of_its_type(kestra: Kestra, sql: str, message: str) -> None:
    parameters = {"n": "1", "list": [1, 2]}
    assert message in failure(kestra, query(sql, parameters=parameters, fetchType="FETCH"))


def test_moments_are_the_servers_whatever_the_time_zone(kestra: Kestra) -> None:
    sql = "SELECT timestamptz '2004-10-19 10:23:54.123456+02' AS a"
    moment = "2004-10-19T08:23:54.123456Z"
    run = ok(
        kestra,
        query(sql, id="one", fetchType="FETCH_ONE"),
        query(sql, id="zoned", fetchType="FETCH", timeZoneId="America/New_York"),
        {"id": "shown", "type": "io.kestra.plugin.core.debug.Return", "format": "{{ outputs.zoned.rows[0].a }}"},
    )
    assert run.outputs("one")["row"] == {"a": moment}
    assert run.outputs("zoned")["rows"] == [{"a": moment}]
    assert run.outputs("shown") == {"value": moment}


def test_time_zone(kestra: Kestra) -> None:
    sql = "SELECT timestamptz '2021-07-02 12:00:00+00' AS moment, current_setting('TimeZone') AS session"
    run = ok(
        kestra,
        query(sql, id="store", fetchType="STORE", timeZoneId="America/New_York"),
        query(sql, id="one", fetchType="FETCH_ONE"),
    )
    assert 'ZonedDateTime::"2021-07-02T08:00:00-04:00[America/New_York]"' in kestra.text(run.outputs("store")["uri"])
    assert run.outputs("one")["row"]["session"] == "UTC"


def test_a_statement_ends_when_the_engine_dies(kestra: Kestra) -> None:
    run = ok(kestra, query("SHOW client_connection_check_interval", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"client_connection_check_interval": "2s"}


def test_store_streams_and_also_takes_what_a_cursor_cannot(kestra: Kestra, table: str) -> None:
    run = ok(
        kestra,
        query("SELECT n FROM generate_series(1, 25000) n", id="many", fetchType="STORE"),
        query("INSERT INTO t SELECT n FROM generate_series(1, 3) n RETURNING n", id="insert", fetchType="STORE"),
        query(
            "WITH gone AS (DELETE FROM t WHERE n > 1 RETURNING n) SELECT n FROM gone ORDER BY n",
            id="delete",
            fetchType="STORE",
        ),
        queries("SELECT 1 AS n; SELECT 2 AS n", id="outside", transaction=False, fetchType="STORE"),
    )
    assert run.outputs("many")["size"] == 25000
    assert sum(1 for _ in kestra.path(run.outputs("many")["uri"]).open()) == 25000
    assert kestra.text(run.outputs("insert")["uri"]) == "{n:1}\n{n:2}\n{n:3}\n"
    assert kestra.text(run.outputs("delete")["uri"]) == "{n:2}\n{n:3}\n"
    assert [kestra.text(output["uri"]) for output in run.outputs("outside")["outputs"]] == ["{n:1}\n", "{n:2}\n"]
    assert kestra.sql("SELECT n FROM t") == [(1,)]


def test_parameters(kestra: Kestra) -> None:
    sql = "SELECT :name AS name, :n + 1 AS n, cast(:nothing AS int) AS nothing, '50%' AS text"
    parameters = {"name": "it's", "n": 41, "nothing": None}
    run = ok(
        kestra,
        query(sql, id="query", parameters=parameters, fetchType="FETCH_ONE"),
        queries(f"{sql}; SELECT :n AS n", parameters=dict(parameters), fetchType="FETCH", id="queries"),
    )
    row = {"name": "it's", "n": 42, "text": "50%"}
    assert run.outputs("query")["row"] == row
    assert [output["rows"] for output in run.outputs("queries")["outputs"]] == [[row], [{"n": 41}]]


def test_percent_sign_without_parameters(kestra: Kestra) -> None:
    run = ok(kestra, query("SELECT 'ab' LIKE 'a%' AS matches, 7 % 4 AS rest", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"matches": True, "rest": 3}


def test_query_takes_one_statement(kestra: Kestra, table: str) -> None:
    message = failure(kestra, query("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)"))
    assert message == (
        "Query task support only a single SQL statement. Use the Queries task to run multiple statements."
    )
    assert kestra.sql("SELECT * FROM t") == []
    run = ok(kestra, query("/* a; b */ SELECT ';' AS a, $x$ ; $x$ AS b -- end;\n", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"a": ";", "b": " ; "}


def test_queries_outputs(kestra: Kestra, table: str) -> None:
    run = ok(
        kestra,
        queries("INSERT INTO t VALUES (1, 'a'); SELECT n FROM t; SELECT s FROM t;", id="fetch", fetchType="FETCH"),
        queries("SELECT n FROM t; SELECT s FROM t", id="one", fetchType="FETCH_ONE"),
        queries("SELECT n FROM t; DELETE FROM t", id="none"),
    )
    assert run.outputs("fetch") == {"outputs": [{"rows": [{"n": 1}], "size": 1}, {"rows": [{"s": "a"}], "size": 1}]}
    assert run.outputs("one") == {"outputs": [{"row": {"n": 1}, "size": 1}, {"row": {"s": "a"}, "size": 1}]}
    assert run.outputs("none") == {"outputs": [{}]}


@pytest.mark.parametrize(("transaction", "kept"), [(None, []), (True, []), (False, [(1,)])])
def test_transaction(kestra: Kestra, table: str, transaction: bool | None, kept: list[tuple[int]]) -> None:
    choice = {} if transaction is None else {"transaction": transaction}
    message = failure(kestra, queries("INSERT INTO t VALUES (1); SELECT * FROM nope", **choice))
    assert 'ERROR: relation "nope" does not exist' in message
    assert "In statement 2 of 2" in message
    assert "Position: 15" in message
    assert kestra.sql("SELECT n FROM t") == kept


def test_statements_that_refuse_a_transaction(kestra: Kestra, table: str) -> None:
    assert "VACUUM cannot run inside a transaction block" in failure(kestra, queries("VACUUM t; SELECT 1"))
    ok(kestra, queries("VACUUM t; SELECT 1", transaction=False), query("VACUUM t", id="alone"))


def test_routines_hold_semicolons(kestra: Kestra) -> None:
    run = ok(
        kestra,
        queries(
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 1; END; $f$;", id="make"
        ),
        queries("DO $$ BEGIN PERFORM 1; END $$; SELECT f() AS n; DROP FUNCTION f", id="use", fetchType="FETCH_ONE"),
    )
    assert run.outputs("use")["outputs"] == [{"row": {"n": 1}, "size": 1}]


def test_after_sql(kestra: Kestra, table: str) -> None:
    kestra.sql("INSERT INTO t VALUES (1, 'new')")
    select = "SELECT n FROM t WHERE s = 'new'"
    run = ok(kestra, query(select, afterSQL="UPDATE t SET s = 'done' WHERE s = 'new'", fetchType="FETCH"))
    assert run.outputs()["rows"] == [{"n": 1}]
    assert kestra.sql("SELECT s FROM t") == [("done",)]
    failure(kestra, query("UPDATE t SET s = 'lost'", afterSQL="SELECT * FROM nope"))
    assert kestra.sql("SELECT s FROM t") == [("done",)]
    assert "afterSQL supports only a single" in failure(kestra, query("SELECT 1", afterSQL="SELECT 1; SELECT 2"))


def test_metric(kestra: Kestra) -> None:
    metric = ok(kestra, query("SELECT generate_series(1, 4)", fetchType="FETCH")).metric("fetch.size")
    assert metric["value"] == 4
    assert {name: metric["tags"][name] for name in ("fetch", "store")} == {"fetch": "true", "store": "false"}


def test_wrong_password(kestra: Kestra) -> None:
    wrong = query("SELECT 1", password="secret-guess")
    message = failure(kestra, wrong)
    assert 'password authentication failed for user "root"' in message
    assert "secret-guess" not in message


def test_server_that_is_not_there(kestra: Kestra) -> None:
    message = failure(kestra, query("SELECT 1", url="jdbc:postgresql://127.0.0.1:1/ny_taxi"))
    assert "Connection to 127.0.0.1:1 refused" in message


@pytest.mark.parametrize(
    ("url", "message"), [("", "`url` is blank"), ("jdbc:mysql://x/y", "should start with `jdbc:postgresql`")]
)
def test_wrong_url(kestra: Kestra, url: str, message: str) -> None:
    assert message in failure(kestra, query("SELECT 1", url=url))


def test_url_parameters(kestra: Kestra) -> None:
    kestra.sql("CREATE SCHEMA IF NOT EXISTS other")
    url = kestra.login["pluginDefaults"][0]["values"]["url"] + "?sslmode=disable&currentSchema=other&ApplicationName=me"
    sql = "SELECT current_schema AS schema, current_setting('application_name') AS name"
    run = ok(kestra, query(sql, url=f"{url}&reWriteBatchedInserts=true", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"schema": "other", "name": "me"}


def test_encryption_that_the_server_lacks(kestra: Kestra) -> None:
    assert "SSL" in failure(kestra, query("SELECT 1", sslMode="REQUIRE"))
    assert "SSL" in failure(kestra, query("SELECT 1", ssl=True))
    ok(kestra, query("SELECT 1", ssl=False, sslMode="PREFER"))


def test_a_constraint_tells_its_detail(kestra: Kestra, table: str) -> None:
    message = failure(kestra, queries("INSERT INTO t VALUES (1); INSERT INTO t VALUES (1)"))
    assert 'duplicate key value violates unique constraint "t_pkey"' in message
    assert "Detail: Key (n)=(1) already exists." in message


@pytest.mark.parametrize("timeout", [None, "PT1S"])
def test_kill_and_timeout_cancel_the_query(kestra: Kestra, timeout: str | None) -> None:
    limit = {"timeout": timeout} if timeout else {}
    run = kestra.start(queries("SELECT 1; SELECT pg_sleep(600)", **limit), **kestra.login)
    if timeout:
        assert kestra.wait(run, "FAILED").state == "FAILED"
    else:
        eventually(lambda: bool(_sleeping(kestra)))
        assert kestra.kill(run).state == "KILLED"
    eventually(lambda: not _sleeping(kestra))


def _sleeping(kestra: Kestra) -> list[tuple[Any, ...]]:
    return kestra.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()")


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "fetchtype" in kestra.problems(query("SELECT 1", url="jdbc:postgresql://x/y", fetchtype="FETCH"))
    assert "transaction" in kestra.problems(query("SELECT 1", url="jdbc:postgresql://x/y", transaction=True))
    assert "sql: must not be null" in kestra.problems({"type": "io.kestra.plugin.jdbc.postgresql.Query"})
