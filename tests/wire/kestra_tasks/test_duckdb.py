"""io.kestra.plugin.jdbc.duckdb: Query and Queries."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Kestra, Task

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 7"
TYPES = """
SELECT 1::TINYINT AS tiny, 9007199254740993 AS big, 170141183460469231731687303715884105727::HUGEINT AS huge,
  1.50::DECIMAL(5, 2) AS dec, 1.5::DOUBLE AS float, 'nan'::DOUBLE AS nan, true AS flag, 'é' AS text, NULL AS nothing,
  DATE '2021-01-02' AS day, TIME '10:00:01.5' AS clock, TIMESTAMP '2021-01-02 03:04:05.123456' AS at,
  TIMESTAMPTZ '2021-01-02 03:04:05+02' AS moment, [1, 2] AS list,
  {'a': 1, 'b': [DATE '2021-01-01']} AS struct, '{"a": [1]}'::JSON AS json, 123.456::REAL AS real,
  '11111111-2222-3333-4444-555555555555'::UUID AS id, INTERVAL '14 months 3 days 04:05:06' AS span,
  'x'::ENUM ('x', 'y') AS choice
"""


def query(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.duckdb.Query", "sql": sql, **properties}


def queries(sql: str, **properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.duckdb.Queries", "sql": sql, **properties}


def test_fetch_types(kestra: Kestra) -> None:
    sql = "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(n, s) ORDER BY n"
    rows = [{"n": 1, "s": "a"}, {"n": 2, "s": "b"}]
    run = kestra.ok(
        query(sql, id="fetch", fetchType="FETCH"),
        query(sql, id="one", fetchType="FETCH_ONE"),
        query(sql, id="store", fetchType="STORE"),
        query(sql, id="none"),
        query(sql, id="old", fetch=True),
    )
    assert run.outputs("fetch")["rows"] == run.outputs("old")["rows"] == rows
    assert run.outputs("fetch")["size"] == 2
    assert run.outputs("one")["row"] == rows[0]
    assert run.outputs("one")["size"] == 1
    assert [dict(row) for row in kestra.ion(run.outputs("store")["uri"])] == rows
    assert run.outputs("store")["uri"].endswith(".ion")
    assert run.outputs("store")["size"] == 2
    assert not {"rows", "uri", "size"} & set(run.outputs("none"))
    assert run.metric("fetch.size")["type"] == "counter"


def test_types(kestra: Kestra) -> None:
    run = kestra.ok(query(TYPES, id="one", fetchType="FETCH_ONE"), query(TYPES, id="store", fetchType="STORE"))
    row = run.outputs("one")["row"]
    assert row == {
        "tiny": 1,
        "big": 9007199254740993,
        "huge": "170141183460469231731687303715884105727",
        "dec": 1.5,
        "float": 1.5,
        "nan": "NaN",
        "flag": True,
        "text": "é",
        "day": "2021-01-02",
        "clock": "10:00:01.5",
        "at": "2021-01-02T03:04:05.123456Z",
        "moment": "2021-01-02T01:04:05Z",
        "list": [1, 2],
        "struct": "{'a': 1, 'b': [2021-01-01]}",
        "json": {"a": [1]},
        "real": 123.456,
        "id": "11111111-2222-3333-4444-555555555555",
        "span": "1 year 2 months 3 days 04:05:06",
        "choice": "x",
    }
    text = kestra.text(run.outputs("store")["uri"])
    assert "dec:1.50" in text
    assert "day:2021-01-02" in text
    assert 'clock:LocalTime::"10:00:01.5"' in text
    assert 'at:ZonedDateTime::"2021-01-02T03:04:05.123456Z[UTC]"' in text
    assert 'moment:OffsetDateTime::"2021-01-02T01:04:05Z"' in text
    assert "nothing:null" in text


def test_time_zone_of_local_times(kestra: Kestra) -> None:
    sql = "SELECT TIMESTAMP '2021-07-01 12:00:00' AS at"
    run = kestra.ok(query(sql, fetchType="STORE", timeZoneId="America/New_York"))
    assert 'ZonedDateTime::"2021-07-01T12:00:00-04:00[America/New_York]"' in kestra.text(run.outputs()["uri"])


def test_input_files(kestra: Kestra) -> None:
    run = kestra.ok(
        {
            "id": "make",
            "type": "io.kestra.plugin.scripts.shell.Commands",
            "outputFiles": ["*"],
            "commands": ["printf 'n,s\\n1,a\\n2,b\\n' > x.csv", """echo '[{"n": 3, "s": "c"}]' > y.json"""],
        },
        queries(
            "CREATE TABLE t AS SELECT * FROM read_csv_auto('data/x.csv');\n"
            "INSERT INTO t SELECT n, s FROM read_json_auto('y.json');\n"
            "INSERT INTO t SELECT * FROM read_csv_auto('{{ workingDir }}/z.csv');\n"
            "SELECT * FROM t ORDER BY n",
            inputFiles={
                "data/x.csv": "{{ outputs.make.outputFiles['x.csv'] }}",
                "y.json": "{{ outputs.make.outputFiles['y.json'] }}",
                "z.csv": "n,s\n4,d\n",
            },
            fetchType="FETCH",
        ),
    )
    rows = run.outputs()["outputs"][0]["rows"]
    assert [(row["n"], row["s"]) for row in rows] == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]


def test_input_files_as_an_expression_and_relative_file_names(kestra: Kestra) -> None:
    make = {
        "id": "make",
        "type": "io.kestra.plugin.scripts.shell.Commands",
        "outputFiles": ["*.csv"],
        "commands": ["echo n > a.csv; echo 1 >> a.csv"],
    }
    sql = "SELECT * FROM read_csv_auto('*.csv', filename = true)"
    run = kestra.ok(make, query(sql, inputFiles="{{ outputs.make.outputFiles }}", fetchType="FETCH"))
    assert run.outputs()["rows"] == [{"n": 1, "filename": "a.csv"}]


def test_output_files(kestra: Kestra) -> None:
    run = kestra.ok(
        queries(
            "COPY (SELECT 1 AS n) TO '{{ outputFiles.report }}' (HEADER, DELIMITER ';');\n"
            "COPY (SELECT 2 AS n) TO '{{ outputFiles.table }}' (FORMAT parquet)",
            outputFiles=["report", "table"],
        )
    )
    files = run.outputs()["outputFiles"]
    assert kestra.text(files["report"]) == "n\n1\n"
    assert duckdb.sql(f"SELECT n FROM read_parquet('{kestra.path(files['table'])}')").fetchall() == [(2,)]


def test_a_text_of_several_lines_is_left_alone(kestra: Kestra) -> None:
    sql = "SELECT s, filename LIKE '%/x.csv' AS whole -- filename = true\nFROM read_csv('x.csv', filename = true)"
    run = kestra.ok(query(sql, inputFiles={"x.csv": "s\na\n"}, fetchType="FETCH"))
    assert run.outputs()["rows"] == [{"s": "a", "whole": True}]


@pytest.mark.parametrize("name", ["json", "parquet", "icu", "core_functions"])
def test_an_extension_that_is_linked_in_needs_no_network(kestra: Kestra, name: str) -> None:
    run = kestra.ok(queries(f"INSTALL {name}; LOAD {name}; SELECT 1 AS n", fetchType="FETCH"))
    assert run.outputs()["outputs"] == [{"rows": [{"n": 1}], "size": 1}]


def test_the_version_is_that_of_the_official_plug_in(kestra: Kestra) -> None:
    sql = "SELECT version() AS v, 'yellow_tripdata' ~ 'yellow' AS whole, list_transform([1, 2], x -> x + 1) AS more"
    row = kestra.ok(query(sql, fetchType="FETCH_ONE")).outputs()["row"]
    assert row == {"v": "v1.5.5", "whole": False, "more": [2, 3]}


@pytest.mark.parametrize("value", ["'a'::BLOB", "MAP {'k': 1}", "'10:00:00+02'::TIMETZ"])
def test_types_that_flows_cannot_use(kestra: Kestra, value: str) -> None:
    assert "is not supported" in kestra.failure(query(f"SELECT {value} AS a", fetchType="FETCH"))


def test_database_goes_out_and_comes_back(kestra: Kestra) -> None:
    run = kestra.ok(
        queries("CREATE TABLE t (n INT); INSERT INTO t VALUES (7)", id="make", outputDbFile=True),
        query("SELECT n FROM t", databaseUri="{{ outputs.make.databaseUri }}", fetchType="FETCH_ONE"),
    )
    assert run.outputs()["row"] == {"n": 7}
    assert duckdb.connect(kestra.path(run.outputs("make")["databaseUri"]), read_only=True).sql("FROM t").fetchall() == [
        (7,)
    ]


def test_database_file_by_url(kestra: Kestra, tmp_path: Path) -> None:
    url = f"jdbc:duckdb:{tmp_path / 'sub' / 'own.db'}"
    run = kestra.ok(
        queries("CREATE TABLE t AS SELECT 5 AS n", id="make", url=url),
        query("SELECT n FROM t", url=url, fetchType="FETCH_ONE"),
    )
    assert run.outputs()["row"] == {"n": 5}


@pytest.mark.parametrize(
    ("url", "message"), [("jdbc:duckdb:own.db", "must be absolute"), ("jdbc:sqlite:x", "scheme is invalid")]
)
def test_wrong_url(kestra: Kestra, url: str, message: str) -> None:
    assert message in kestra.failure(query("SELECT 1", url=url))


def test_named_parameters(kestra: Kestra) -> None:
    sql = "SELECT :name AS name, {'a': b}.a + :n AS n FROM (SELECT 1 AS b)"
    run = kestra.ok(query(sql, parameters={"name": "it's", "n": 41}, fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"name": "it's", "n": 42}


@pytest.mark.parametrize(("transaction", "kept"), [(True, 0), (False, 1)])
def test_transaction(kestra: Kestra, tmp_path: Path, transaction: bool, kept: int) -> None:
    url = f"jdbc:duckdb:{tmp_path / 'own.db'}"
    kestra.ok(queries("CREATE TABLE t (n INT)", url=url))
    message = kestra.failure(queries("INSERT INTO t VALUES (1); SELECT * FROM nope", url=url, transaction=transaction))
    assert "In statement 2 of 2" in message
    assert "nope" in message
    run = kestra.ok(query("SELECT count(*) AS n FROM t", url=url, fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"n": kept}


def test_query_takes_one_statement(kestra: Kestra) -> None:
    message = kestra.failure(query("SELECT 1; SELECT 2"))
    assert "Use the Queries task" in message
    run = kestra.ok(query("SELECT ';' AS a -- one; statement\n", fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"a": ";"}


def test_queries_outputs_only_results(kestra: Kestra) -> None:
    run = kestra.ok(queries("CREATE TABLE t (n INT); INSERT INTO t VALUES (1); FROM t; SHOW TABLES", fetchType="FETCH"))
    assert [output["rows"] for output in run.outputs()["outputs"]] == [[{"n": 1}], [{"name": "t"}]]


def test_after_sql(kestra: Kestra, tmp_path: Path) -> None:
    url = f"jdbc:duckdb:{tmp_path / 'own.db'}"
    kestra.ok(queries("CREATE TABLE t AS SELECT 1 AS n", url=url))
    run = kestra.ok(query("SELECT n FROM t", afterSQL="UPDATE t SET n = 2", url=url, fetchType="FETCH_ONE"))
    assert run.outputs()["row"] == {"n": 1}
    assert kestra.ok(query("SELECT n FROM t", url=url, fetchType="FETCH_ONE")).outputs()["row"] == {"n": 2}


def test_a_missing_extension_only_warns(kestra: Kestra) -> None:
    run = kestra.run(query("SELECT 1", communityExtensions=["no_such_extension", "bad-name"]))
    assert run.state in ("SUCCESS", "WARNING")
    assert [name in " ".join(run.logs("WARN")) for name in ("no_such_extension", "bad-name")] == [True, True]


def test_the_driver_tells_what_is_wrong(kestra: Kestra) -> None:
    message = kestra.failure(query("SELECT * FROM read_csv_auto('missing.csv')"))
    assert "IO Error: No files found that match the pattern" in message
    assert "Traceback" not in message


def test_kill_interrupts(kestra: Kestra) -> None:
    run = kestra.start(query(ENDLESS))
    eventually(lambda: any("Starting query" in line for line in run.logs()))
    assert kestra.kill(run).state == "KILLED"


def test_timeout_interrupts(kestra: Kestra) -> None:
    run = kestra.run(query(ENDLESS, timeout="PT1S"))
    assert run.state == "FAILED"
    assert any("Timeout" in line or "timeout" in line for line in run.logs("ERROR"))


def test_many_at_once_keep_their_own_folders(kestra: Kestra) -> None:
    each = [
        query("SELECT * FROM read_csv_auto('x.csv')", id=f"t{n}", inputFiles={"x.csv": f"n\n{n}\n"}, fetchType="FETCH")
        for n in range(6)
    ]
    run = kestra.ok({"type": "io.kestra.plugin.core.flow.Parallel", "tasks": each})
    assert [run.outputs(f"t{n}")["rows"] for n in range(6)] == [[{"n": n}] for n in range(6)]


def test_unknown_property_is_refused(kestra: Kestra) -> None:
    assert "fetchtype" in kestra.problems(query("SELECT 1", fetchtype="FETCH"))
    assert "transaction" in kestra.problems(query("SELECT 1", transaction=True))
