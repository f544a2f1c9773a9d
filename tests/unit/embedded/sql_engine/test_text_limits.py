"""Functions that make texts longer have the vendor's limit, and its message."""

import duckdb
import pytest

from embedded.services.aws.athena.trino.failures import to_trino_error
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import SqlError
from embedded.sql_engine.grammar import statements
from embedded.sql_engine.queries import Queries
from tests.unit.embedded.sql_engine.test_names import OneTable

MEGABYTE = 1 << 20


def executed(sql: str) -> object:
    """The one value of a query, or its error. It is not raised here: a traceback would keep the connection."""
    with duckdb.connect() as connection:
        try:
            ((result,),) = connection.execute(sql).fetchall()
        except duckdb.Error as error:
            return to_sql_error(error)
    return result


def value(rules: Rules, expression: str) -> object:
    """The value of an expression, by its own database."""
    (statement,) = statements(f"SELECT {expression}", rules.dialect)
    query = Queries(rules, OneTable("a")).compile(statement.tree)
    result = executed(query.sql)
    if isinstance(result, SqlError):
        raise result
    return result


@pytest.mark.parametrize(
    ("longest", "beyond", "name"),
    [
        (f"REPEAT('a', {MEGABYTE})", f"REPEAT('a', {MEGABYTE + 1})", "REPEAT"),
        (f"REPEAT('ab', {MEGABYTE // 2})", f"REPEAT('ab', {2**63 - 1})", "REPEAT"),
        (f"LPAD('a', {MEGABYTE}, 'b')", f"LPAD('a', {MEGABYTE + 1}, 'b')", "LPAD/RPAD"),
        (f"RPAD('a', {MEGABYTE})", f"RPAD('a', {2**62})", "LPAD/RPAD"),
        (
            f"REPLACE(REPEAT('a', {MEGABYTE // 4}), 'a', 'bcde')",
            f"REPLACE(REPEAT('a', {MEGABYTE // 4 + 1}), 'a', 'bcde')",
            "REPLACE",
        ),
    ],
)
def test_bigquery_s_texts_end_at_a_megabyte(longest: str, beyond: str, name: str) -> None:
    assert value(BigQueryRules(), f"LENGTH({longest})") == MEGABYTE
    with pytest.raises(SqlError, match=f"Output of {name} exceeds max allowed output size of 1MB"):
        value(BigQueryRules(), f"LENGTH({beyond})")


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("REPEAT('', 9223372036854775807)", ""),
        ("REPEAT('a', NULL)", None),
        ("REPLACE('aaa', '', 'b')", "aaa"),
        ("REPLACE(NULL, 'a', 'b')", None),
        ("REPLACE('aXbX', 'X', '')", "ab"),
    ],
)
def test_the_limit_changes_no_other_value(expression: str, result: object) -> None:
    assert value(BigQueryRules(), expression) == result


@pytest.mark.parametrize(
    ("longest", "beyond"),
    [
        (f"lpad('a', {16 * MEGABYTE}, 'b')", f"rpad('a', {16 * MEGABYTE + 1}, 'b')"),
        (f"rpad('a', {MEGABYTE}, 'b')", f"lpad('a', {2**31 - 1}, 'b')"),
        (
            f"replace(rpad('a', {4 * MEGABYTE}, 'a'), 'a', 'bcde')",
            f"replace(rpad('a', {4 * MEGABYTE + 1}, 'a'), 'a', 'bcde')",
        ),
    ],
)
def test_athena_s_texts_end_too(longest: str, beyond: str) -> None:
    assert value(TrinoRules(), f"length({longest})") in (MEGABYTE, 16 * MEGABYTE)
    with pytest.raises(SqlError) as caught:
        value(TrinoRules(), f"length({beyond})")
    assert to_trino_error(caught.value).message == "Query exhausted resources at this scale factor"
