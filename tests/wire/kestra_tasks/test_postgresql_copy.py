"""io.kestra.plugin.jdbc.postgresql: CopyIn and CopyOut."""

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import Execution, Kestra, Task

CSV = "n,s\n1,a\n2,\n"


def make(text: str, name: str = "t.csv") -> Task:
    """A task that puts a file into the internal storage."""
    return {
        "id": "make",
        "type": "io.kestra.plugin.scripts.python.Script",
        "outputFiles": [name],
        "script": f"open({name!r}, 'wb').write({text.encode()!r})",
    }


def copy_in(**properties: Any) -> Task:
    task = {"type": "io.kestra.plugin.jdbc.postgresql.CopyIn", "from": "{{ outputs.make.outputFiles['t.csv'] }}"}
    return task | {"table": "t", "format": "CSV"} | properties


def copy_out(**properties: Any) -> Task:
    return {"type": "io.kestra.plugin.jdbc.postgresql.CopyOut", **properties}


@pytest.fixture
def table(kestra: Kestra) -> Iterator[None]:
    """A table of a number and a text with one row."""
    kestra.sql("CREATE TABLE t (n int, s text); INSERT INTO t VALUES (0, 'before')")
    yield
    kestra.sql("DROP TABLE t")


def rows(kestra: Kestra) -> list[tuple[Any, ...]]:
    return kestra.sql("SELECT n, s FROM t WHERE n > 0 ORDER BY n")


def load(kestra: Kestra, text: str, **properties: Any) -> Execution:
    return kestra.ok(make(text), copy_in(**properties), **kestra.login)


@pytest.mark.parametrize(
    ("text", "properties", "expected"),
    [
        (CSV, {"header": True}, [(1, "a"), (2, None)]),
        ("1,a\n", {}, [(1, "a")]),
        ("s,n\nx,1\n", {"header": True, "columns": ["s", "n"]}, [(1, "x")]),
        ("1\n2\n", {"columns": ["n"]}, [(1, None), (2, None)]),
        ("1;'it''s'\n", {"delimiter": ";", "quote": "'"}, [(1, "it's")]),
        ('1,"say #"hi#""\n', {"escape": "#"}, [(1, 'say "hi"')]),
        ("1,NULL\n2,\n", {"nullString": "NULL"}, [(1, None), (2, "")]),
        ("1,\n", {"forceNotNull": ["s"]}, [(1, "")]),
        ('1,""\n', {"forceNull": ["s"]}, [(1, None)]),
        ("1\ta\n2\t\\N\n", {"format": "TEXT"}, [(1, "a"), (2, None)]),
        ("1,é\n", {"encoding": "LATIN1"}, [(1, "Ã©")]),
        ("1,é\n", {"encoding": "UTF8", "socketTimeout": 30}, [(1, "é")]),
    ],
)
@pytest.mark.usefixtures("table")
def test_copy_in(kestra: Kestra, text: str, properties: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    run = load(kestra, text, **properties)
    assert rows(kestra) == expected
    assert run.outputs() == {"rowCount": len(expected)}
    assert run.metric("rows")["value"] == len(expected)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"table": "t", "format": "CSV", "header": True}, 'n,s\n1,"a,b"\n2,\n'),
        ({"table": "t", "columns": ["s"], "format": "CSV", "nullString": "-"}, '"a,b"\n-\n'),
        ({"sql": "SELECT n, s FROM t ORDER BY n DESC;", "format": "TEXT"}, "2\t\\N\n1\ta,b\n"),
        ({"sql": "SELECT s FROM t WHERE n = 1", "format": "CSV", "forceQuote": ["*"]}, '"a,b"\n'),
        ({"sql": "SELECT 1 AS n, 'x' AS s", "format": "CSV", "forceQuote": ["s"], "delimiter": ";"}, '1;"x"\n'),
        ({"sql": "UPDATE t SET n = n + 10 RETURNING n", "format": "CSV"}, "11\n12\n"),
    ],
)
@pytest.mark.usefixtures("table")
def test_copy_out(kestra: Kestra, properties: dict[str, Any], expected: str) -> None:
    kestra.sql("TRUNCATE t; INSERT INTO t VALUES (1, 'a,b'), (2, NULL)")
    run = kestra.ok(copy_out(**properties), **kestra.login)
    assert kestra.text(run.outputs()["uri"]) == expected
    count = len(expected.splitlines()) - bool(properties.get("header"))
    assert run.outputs()["rowCount"] == count
    assert run.metric("rows")["value"] == count


@pytest.mark.usefixtures("table")
def test_binary_there_and_back(kestra: Kestra) -> None:
    run = kestra.ok(
        copy_out(id="out", sql="SELECT n, md5(n::text) AS s FROM generate_series(1, 50000) n", format="BINARY"),
        copy_in(**{"from": "{{ outputs.out.uri }}", "format": "BINARY"}),
        **kestra.login,
    )
    assert run.outputs()["rowCount"] == 50000
    assert kestra.sql("SELECT count(*), count(DISTINCT s) FROM t WHERE s = md5(n::text)") == [(50000, 50000)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,a\n2,b,c\n", "extra data after last expected column (SQLSTATE 22P04)"),
        ("1,a\n2\n", 'missing data for column "s" (SQLSTATE 22P04)'),
        ("1,a\nx,b\n", 'invalid input syntax for type integer: "x" (SQLSTATE 22P02)'),
        (gzip.compress(b"1,a\n", mtime=0).decode("latin1"), "SQLSTATE 22"),
    ],
)
@pytest.mark.usefixtures("table")
def test_a_copy_that_fails_leaves_the_table_as_it_was(kestra: Kestra, text: str, message: str) -> None:
    told = kestra.failure(make(text), copy_in(), **kestra.login)
    assert message in told
    assert "Where: COPY t, line" in told
    assert kestra.sql("SELECT * FROM t") == [(0, "before")]


@pytest.mark.usefixtures("table")
def test_an_error_after_many_rows_leaves_the_table_as_it_was(kestra: Kestra) -> None:
    big = {
        **make(""),
        "script": "f = open('t.csv', 'w')\nf.writelines(f'{n},x\\n' for n in range(400000))\nf.write('end')",
    }
    assert "line 400001" in kestra.failure(big, copy_in(), **kestra.login)
    assert kestra.sql("SELECT * FROM t") == [(0, "before")]


@pytest.mark.usefixtures("table")
def test_wrong_table_column_and_file(kestra: Kestra) -> None:
    assert 'relation "nope" does not exist (SQLSTATE 42P01)' in kestra.failure(
        make(CSV), copy_in(table="nope"), **kestra.login
    )
    wrong = copy_in(columns=["n", "q"])
    assert 'column "q" of relation "t" does not exist (SQLSTATE 42703)' in kestra.failure(
        make(CSV), wrong, **kestra.login
    )
    missing = copy_in(**{"from": "kestra:///tests/tasks/flow/nothing.csv"})
    assert "nothing.csv" in kestra.failure(missing, **kestra.login)
    assert "`table` property is missing" in kestra.failure(copy_out(), **kestra.login)


@pytest.mark.usefixtures("table")
def test_kill_in_the_middle_leaves_the_table_as_it_was(kestra: Kestra) -> None:
    # A trigger that sleeps makes a load that takes for ever.
    kestra.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN new; END $$;"
        "CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()"
    )
    try:
        run = kestra.start(make("1,a\n" * 2000), copy_in(), **kestra.login)
        eventually(
            lambda: kestra.sql("SELECT 1 FROM pg_stat_progress_copy WHERE tuples_processed > 0"), what="a few rows"
        )
        assert kestra.kill(run).state == "KILLED"
        eventually(lambda: not _copying(kestra))
        assert kestra.sql("SELECT * FROM t") == [(0, "before")]
    finally:
        kestra.sql("DROP TRIGGER slow ON t; DROP FUNCTION slow")


def _copying(kestra: Kestra) -> list[tuple[Any, ...]]:
    return kestra.sql("SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY t %' AND state = 'active'")


def test_properties_are_checked(kestra: Kestra) -> None:
    login = {"url": "jdbc:postgresql://x/y"}
    assert "tabel" in kestra.problems(copy_in(tabel="t", **login))
    assert "from: must not be null" in kestra.problems(copy_in(**login) | {"from": None})
    assert kestra.problems(copy_in(freeze=True, oids=False, sslMode="VERIFY_CA", sslRootCert="x", **login)) == ""
