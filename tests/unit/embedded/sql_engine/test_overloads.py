"""Overloads of functions, in both dialects."""

import pytest
from sqlglot import exp

from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import SqlError
from embedded.sql_engine.functions import FunctionCall
from embedded.sql_engine.grammar import statements
from embedded.sql_engine.overloads import aggregate, coerce_argument, overload, scalar
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import DATE, FLOAT64, INT64, STRING

DIALECTS = pytest.mark.parametrize("rules", [BigQueryRules(), TrinoRules()], ids=["bigquery", "athena"])


class NoTables:
    """A database without tables."""

    def relation(self, parts: list[str], start: int | None) -> Relation:
        raise AssertionError(parts)


def call_of(rules: Rules, sql: str, **modifiers: object) -> FunctionCall:
    """A call of a function as the compiler hands it to the function."""
    (statement,) = statements(f"SELECT {sql}", rules.dialect)
    node = statement.tree.expressions[0]
    assert isinstance(node, exp.Anonymous)
    queries = Queries(rules, NoTables())
    return FunctionCall(
        str(node.name).upper(), node, node.expressions, queries.expressions, queries.scope(), **modifiers
    )


@DIALECTS
def test_an_exact_overload_wins_over_an_earlier_one_with_an_implicit_cast(rules: Rules) -> None:
    function = scalar(overload("first({0})", FLOAT64, FLOAT64), overload("second({0})", STRING, STRING))
    assert function.write(call_of(rules, "f('a')")).sql == "(second('a'))"
    assert function.write(call_of(rules, "f(1)")).sql.startswith("(first(CAST(")


@DIALECTS
def test_distinct_and_over_are_put_where_the_overload_has_them(rules: Rules) -> None:
    function = aggregate(overload("sum({0}){over} + {1}", STRING, STRING, STRING))
    value = function.write(call_of(rules, "f('a', 'b')", distinct=True, over=" OVER ()"))
    assert value.sql == "(sum(DISTINCT 'a') OVER () + 'b')"
    assert value.type == STRING


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (BigQueryRules(), "No matching signature for function F for argument types: DATE"),
        (TrinoRules(), "Unexpected parameters (date) for function f"),
    ],
    ids=["bigquery", "athena"],
)
def test_arguments_without_an_overload_are_refused_in_the_vendors_words(rules: Rules, message: str) -> None:
    call = call_of(rules, "f(CAST('2024-01-01' AS DATE))")
    with pytest.raises(SqlError) as refused:
        scalar(overload("f({0})", INT64, INT64), overload("f()", INT64)).write(call)
    assert refused.value.message == message


@DIALECTS
def test_an_argument_is_coerced_or_refused(rules: Rules) -> None:
    call = call_of(rules, "f(CAST('2024-01-01' AS DATE), NULL)")
    assert "DATE" in coerce_argument(call, 0, DATE)
    assert coerce_argument(call, 1, INT64).startswith("CAST(NULL AS ")
    with pytest.raises(SqlError):
        coerce_argument(call, 0, INT64)


@DIALECTS
def test_each_argument_is_compiled_once(rules: Rules) -> None:
    call = call_of(rules, "f('a', 'b')")
    assert call.value(1) is call.values()[1]
