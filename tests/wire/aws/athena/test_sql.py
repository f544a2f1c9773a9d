"""Athena's SQL against what the pages of its vendors say, and what is refused."""

import pytest
from botocore.exceptions import ClientError

from embedded.services.aws.athena.trino.functions.not_here import NOT_HERE
from tests.wire.aws.athena.client import Athena, Failed
from tests.wire.aws.athena.examples import EXAMPLES, REFUSED, Example
from tests.wire.aws.server import Server


@pytest.fixture(scope="module")
def athena(aws_server: Server) -> Athena:
    aws_server.client("glue").create_database(DatabaseInput={"Name": "examples"})
    return Athena(aws_server, "examples")


@pytest.fixture(scope="module")
def started(athena: Athena) -> dict[str, str]:
    """All examples, started at once."""
    return {example.sql: athena.start(example.sql) for example in EXAMPLES}


def test_there_are_enough_examples() -> None:
    assert len({example.sql for example in EXAMPLES}) >= 60


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.sql[:70])
def test_example(athena: Athena, started: dict[str, str], example: Example) -> None:
    execution = athena.wait(started[example.sql])
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert sorted(athena.result(execution), key=repr) == sorted(example.rows, key=repr), example.page


@pytest.mark.parametrize(("sql", "reason"), REFUSED)
def test_refused(athena: Athena, sql: str, reason: str) -> None:
    assert athena.reason(sql).startswith(reason)


@pytest.mark.parametrize("arguments", ["", "1", "'a', 'b'"])
def test_functions_that_only_athena_has_are_no_unknown_ones(athena: Athena, arguments: str) -> None:
    started = {name: athena.start(f"SELECT {name}({arguments})") for name in NOT_HERE}
    for name, query in started.items():
        reason = athena.wait(query)["Status"]["StateChangeReason"]
        assert reason == f"NOT_SUPPORTED: line 1:8: Unsupported by this stand-in: the function {name.lower()}"


@pytest.mark.parametrize(
    "sql", ["SELEC 1", "SELECT", "SELECT 'a", "SELECT 1::varchar", "SELECT 1; SELECT 2", "-- nothing"]
)
def test_what_is_no_statement_is_refused_at_once(athena: Athena, sql: str) -> None:
    with pytest.raises(ClientError) as caught:
        athena.start(sql)
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
    assert caught.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7.0 / 2", "3.5"),
        ("2.0 / 3", "0.7"),
        ("1.00 / 3", "0.33"),
        ("1e0 / 0", "Infinity"),
        ("0e0 / 0", "NaN"),
        ("nan() = nan()", "false"),
        ("nan() <> nan()", "true"),
        ("nan() > 1e0", "false"),
        ("1e0 < nan()", "false"),
        ("nan() = CAST(NULL AS double)", None),
        ("nan() IN (1e0, nan())", "false"),
        ("CAST(2.5e0 AS integer)", "3"),
        ("CAST(-2.5e0 AS bigint)", "-3"),
        ("CAST(1e7 AS varchar)", "1.0E7"),
        ("CAST(1e0 AS varchar)", "1.0E0"),
        ("CAST(100.5e0 AS varchar)", "1.005E2"),
        ("CAST(9999999e0 AS varchar)", "9.999999E6"),
        ("CAST(123456789.125e0 AS varchar)", "1.23456789125E8"),
        ("CAST(0.0001234e0 AS varchar)", "1.234E-4"),
        ("CAST(-1e22 AS varchar)", "-1.0E22"),
        ("CAST(0e0 AS varchar)", "0E0"),
        ("CAST(-0e0 AS varchar)", "-0E0"),
        ("CAST(nan() AS varchar)", "NaN"),
        ("CAST(-infinity() AS varchar)", "-Infinity"),
        ("CAST(REAL '1' AS varchar)", "1.0E0"),
        ("CAST(CAST(0.1 AS real) AS varchar)", "1.0E-1"),
        ("CAST(CAST(123456.7 AS real) AS varchar)", "1.234567E5"),
        ("CAST(CAST(16777216 AS real) AS varchar)", "1.677722E7"),
        ("CAST(CAST(3.4e38 AS real) AS varchar)", "3.4E38"),
        ("array_join(ARRAY[1e0, 2.5e0], ',')", "1.0E0,2.5E0"),
        ("TRY_CAST('2024-02-30' AS date)", None),
        ("TRY_CAST(300 AS tinyint)", None),
        ("1e7", "1.0E7"),
        ("1.5e-5", "1.5E-5"),
        ("100e0", "100.0"),
        ("CAST(0.1 AS real)", "0.1"),
        ("TRY_CAST('1.5' AS integer)", None),
        ("TRY_CAST(' 1' AS integer)", None),
        ("TRY_CAST('2020/01/01' AS date)", None),
        ("TRY_CAST('yes' AS boolean)", None),
        ("CAST('abcdef' AS varchar(3))", "abc"),
        ("CAST(TIMESTAMP '2020-01-01 01:02:03' AS varchar)", "2020-01-01 01:02:03"),
        ("CAST(CAST('2020-01-01 01:02:03' AS timestamp) AS varchar)", "2020-01-01 01:02:03.000"),
        ("concat('a', NULL)", None),
        ("substr('abc', 0)", ""),
        ("substr('abc', -2)", "bc"),
        ("substr('abc', -5, 4)", ""),
        ("split_part('a,b', ',', 3)", None),
        ("regexp_extract('a', 'b')", None),
        ("date_diff('month', DATE '2020-01-31', DATE '2020-02-28')", "0"),
        ("date_diff('day', TIMESTAMP '2020-01-01 12:00:00', TIMESTAMP '2020-01-02 11:00:00')", "0"),
        ("day_of_week(DATE '2024-01-07')", "7"),
        ("contains(ARRAY[1, NULL], 2)", None),
        ("any_match(ARRAY[1, NULL], x -> x > 5)", None),
        ("element_at(ARRAY[1, 2], -1)", "2"),
        ("cardinality(sequence(1, 10000))", "10000"),
        ("cardinality(sequence(100000, 10, -10))", "10000"),
        ("sequence(3, 1)", "[3, 2, 1]"),
        ("sequence(1, 6, 2)", "[1, 3, 5]"),
        ("cardinality(sequence(DATE '1990-01-01', DATE '2030-01-01', INTERVAL '7' DAY))", "2088"),
        ("element_at(ARRAY[1, 2], 3)", None),
        ("array_max(ARRAY[1, NULL])", None),
        ("array_distinct(ARRAY[2, 1, 2, NULL, NULL])", "[2, 1, null]"),
        ("if(false, 1)", None),
        ("json_extract_scalar('[1, {\"a\": [2]}]', '$[1].a')", None),
        ("json_extract_scalar('no json', '$.a')", None),
        ("lower(to_hex(md5(to_utf8('a'))))", "0cc175b9c0f1b6a831c399e269772661"),
        ("to_utf8('ab')", "61 62"),
    ],
)
def test_where_duckdb_would_say_something_else(athena: Athena, expression: str, text: str | None) -> None:
    assert athena.rows(f"SELECT {expression}") == [(text,)]


@pytest.mark.parametrize(
    ("order", "found"),
    [("x", ["1", "2", None]), ("x DESC", ["2", "1", None]), ("x NULLS FIRST", [None, "1", "2"])],
)
def test_null_sorts_last_in_either_direction(athena: Athena, order: str, found: list[str | None]) -> None:
    rows = athena.rows(f"SELECT x FROM (VALUES 2, NULL, 1) t(x) ORDER BY {order}")
    assert [row[0] for row in rows] == found


def test_aggregates(athena: Athena) -> None:
    sql = (
        "SELECT sum(a), avg(a), avg(c), max_by(b, a), count_if(a > 1), array_agg(b ORDER BY a DESC), "
        "sum(a) FILTER (WHERE a > 1), approx_distinct(a), approx_percentile(a, 0.5), max_by(n, a) "
        "FROM (VALUES (1, 'x', 1.25, 5), (2, 'y', 2.50, NULL)) t(a, b, c, n)"
    )
    assert athena.rows(sql) == [("3", "1.5", "1.88", "y", "1", "[y, x]", "2", "2", "1", None)]


def test_windows(athena: Athena) -> None:
    sql = (
        "SELECT a, row_number() OVER w, lag(a) OVER w, "
        "sum(a) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), "
        "last_value(b) IGNORE NULLS OVER (ORDER BY a) "
        "FROM (VALUES (1, 'x'), (2, NULL), (3, 'z')) t(a, b) WINDOW w AS (ORDER BY a DESC) ORDER BY a"
    )
    expected = [("1", "3", "2", "1", "x"), ("2", "2", "3", "3", "x"), ("3", "1", None, "5", "z")]
    assert athena.rows(sql) == expected


def test_offset_stands_before_limit(athena: Athena) -> None:
    rows = "SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x"
    assert athena.rows(f"{rows} OFFSET 1 LIMIT 1") == [("2",)]
    for sql in (f"{rows} LIMIT 1 OFFSET 1", f"SELECT * FROM ({rows} LIMIT 1 OFFSET 1)"):
        with pytest.raises(ClientError, match="mismatched input 'OFFSET'"):
            athena.start(sql)


@pytest.mark.parametrize(
    ("end", "found"), [("GROUP BY", "<EOF>"), ("GROUP BY HAVING true", "HAVING"), ("WHERE x IN ()", r"\)")]
)
def test_an_empty_clause_is_refused(athena: Athena, end: str, found: str) -> None:
    with pytest.raises(ClientError, match=f"mismatched input '{found}'"):
        athena.start(f"SELECT x FROM (VALUES 1) t(x) {end}")


def test_a_failing_value_fails_the_query_only_where_it_is_needed(athena: Athena) -> None:
    table = "(VALUES ('1'), ('x')) t(a)"
    assert athena.rows(f"SELECT CASE WHEN a = '1' THEN CAST(a AS integer) END FROM {table}") == [("1",), (None,)]
    with pytest.raises(Failed, match=r"INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"):
        athena.rows(f"SELECT CAST(a AS integer) FROM {table}")
