"""Aggregates. What Trino only approximates is exact here, which is within what it promises.

Source: https://trino.io/docs/current/functions/aggregate.html
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import coerced
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values
from embedded.services.aws.athena.trino.operators import scaled, unscaled
from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.types import (
    BOOL,
    FLOAT64,
    FLOATS,
    INT32,
    INT64,
    INTEGERS,
    INTERVAL,
    NUMBERS,
    STRING,
    Kind,
    Type,
    array,
    decimal,
)
from embedded.sql_engine.values import Value


def aggregate(write: Callable[[FunctionCall], Value]) -> Function:
    """A function that may stand with and without OVER."""
    return Function(write, Use.AGGREGATE)


def called(word: str, call: FunctionCall, arguments: str) -> str:
    """Build an aggregate of DuckDB with DISTINCT, ORDER BY, FILTER and OVER of the call.

    Parameters:
        word: name of DuckDB's function.
        call: the call.
        arguments: arguments of DuckDB's function.
    """
    distinct = "DISTINCT " if call.distinct else ""
    order = f" {call.order}" if call.order else ""
    return f"{word}({distinct}{arguments}{order}){call.filter}{call.over}"


def _count(call: FunctionCall) -> Value:
    if not call.arguments or isinstance(call.arguments[0], exp.Star):
        return Value(called("count", call, "*"), INT64)
    (value,) = checked_values(call, 1)
    return Value(called("count", call, value.sql), INT64)


def _one_number(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    if values[0].type.kind not in NUMBERS:
        raise no_overload(call, values)
    return values[0]


def _sum(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    if values[0].type == INTERVAL:
        return Value(called("sum", call, values[0].sql), INTERVAL)
    value = _one_number(call)
    of = value.type
    if of.kind in INTEGERS:
        of = INT64
    elif of.kind is Kind.DECIMAL:
        of = decimal(38, of.scale or 0)
    return Value(f"CAST({called('sum', call, value.sql)} AS {of.duckdb})", of)


def _avg(call: FunctionCall) -> Value:
    value = _one_number(call)
    if value.type.kind is Kind.DECIMAL:
        return _avg_decimal(call, value)
    of = value.type if value.type.kind is Kind.FLOAT32 else FLOAT64
    return Value(f"CAST({called('avg', call, value.sql)} AS {of.duckdb})", of)


def _avg_decimal(call: FunctionCall, value: Value) -> Value:
    total, count = called("sum", call, value.sql), called("count", call, value.sql)
    quotient = scaled(f"athena_half_up({unscaled(total)}, CAST({count} AS HUGEINT))", value.type)
    return Value(f"CASE WHEN {count} > 0 THEN {quotient} END", value.type)


def _same(word: str) -> Function:
    """One argument, of whose type the result is."""

    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1)
        if not call.compiler.rules.orderable(values[0].type):
            raise no_overload(call, values)
        return Value(called(word, call, values[0].sql), values[0].type)

    return aggregate(write)


def _any(call: FunctionCall) -> Value:
    (value,) = checked_values(call, 1)
    return Value(called("any_value", call, value.sql), value.type)


def _of(word: str, takes: Type, gives: Type, count: int = 1) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, count)
        arguments = ", ".join(as_type(call, values, index, takes) for index in range(count))
        return Value(f"CAST({called(word, call, arguments)} AS {gives.duckdb})", gives)

    return aggregate(write)


def _extreme_by(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 2)
        if not call.compiler.rules.orderable(values[1].type):
            raise no_overload(call, values)
        return Value(called(word, call, f"{values[0].sql}, {values[1].sql}"), values[0].type)

    return aggregate(write)


def _array(call: FunctionCall) -> Value:
    (value,) = checked_values(call, 1)
    return Value(called("list", call, value.sql), array(value.type))


def _map(call: FunctionCall) -> Value:
    key, value = checked_values(call, 2)
    of = Type(Kind.MAP, key=key.type, element=value.type)
    if call.over or call.distinct:
        raise Failure("NOT_SUPPORTED", "map_agg with OVER or DISTINCT", offset_of(call.node))
    pairs = called("list", call, f"struct_pack(k := {key.sql}, v := {value.sql})")
    first = "lambda p_, i_: p_.k IS NOT NULL AND list_position(list_transform({0}, lambda q_: q_.k), p_.k) = i_"
    return Value(f"map_from_entries(list_filter({pairs}, {first.format(pairs)}))", of)


def _listed(call: FunctionCall) -> Value:
    values = checked_values(call, 1, 2)
    between = as_type(call, values, 1, STRING) if len(values) == 2 else "''"
    return Value(called("string_agg", call, f"{as_type(call, values, 0, STRING)}, {between}"), STRING)


def _distinct_count(call: FunctionCall) -> Value:
    values = checked_values(call, 1, 2)
    if call.distinct or call.over:
        raise Failure("NOT_SUPPORTED", "approx_distinct with DISTINCT or OVER", offset_of(call.node))
    return Value(f"count(DISTINCT {values[0].sql}){call.filter}", INT64)


def _percentile(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    value, share = _number_of(call, values), call.arguments[1]
    if isinstance(share, exp.Array):
        shares = ", ".join(_share(node) for node in share.expressions)
        return Value(called("quantile_disc", call, f"{value.sql}, [{shares}]"), array(value.type))
    return Value(called("quantile_disc", call, f"{value.sql}, {_share(share)}"), value.type)


def _share(node: exp.Expr) -> str:
    if not isinstance(node, exp.Literal) or node.is_string or not 0 <= float(node.name) <= 1:
        raise Failure("NOT_SUPPORTED", "A percentile that is not a number written out, from 0 to 1", offset_of(node))
    return f"CAST({float(node.name)!r} AS DOUBLE)"


def _number_of(call: FunctionCall, values: list[Value]) -> Value:
    value = coerced(values[0], FLOAT64) if values[0].type.kind is Kind.DECIMAL else values[0]
    if value is None or value.type.kind not in (*INTEGERS, *FLOATS):
        raise no_overload(call, values)
    return value


def _geometric(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    return Value(f"exp({called('avg', call, f'ln({as_type(call, values, 0, FLOAT64)})')})", FLOAT64)


def _grouping(call: FunctionCall) -> Value:
    values = checked_values(call, 1, 30)
    return Value(f"CAST(grouping({', '.join(value.sql for value in values)}) AS INTEGER)", INT32)


_STATISTICS = {
    "STDDEV": "stddev_samp",
    "STDDEV_SAMP": "stddev_samp",
    "STDDEV_POP": "stddev_pop",
    "VARIANCE": "var_samp",
    "VAR_SAMP": "var_samp",
    "VAR_POP": "var_pop",
}
_PAIRS = {
    "CORR": "corr",
    "COVAR_POP": "covar_pop",
    "COVAR_SAMP": "covar_samp",
    "REGR_SLOPE": "regr_slope",
    "REGR_INTERCEPT": "regr_intercept",
}
FUNCTIONS = {
    **{name: _of(word, FLOAT64, FLOAT64) for name, word in _STATISTICS.items()},
    **{name: _of(word, FLOAT64, FLOAT64, 2) for name, word in _PAIRS.items()},
    "COUNT": aggregate(_count),
    "SUM": aggregate(_sum),
    "AVG": aggregate(_avg),
    "MIN": _same("min"),
    "MAX": _same("max"),
    "ARBITRARY": aggregate(_any),
    "ANY_VALUE": aggregate(_any),
    "COUNT_IF": _of("count_if", BOOL, INT64),
    "BOOL_AND": _of("bool_and", BOOL, BOOL),
    "BOOL_OR": _of("bool_or", BOOL, BOOL),
    "EVERY": _of("bool_and", BOOL, BOOL),
    "MAX_BY": _extreme_by("arg_max_null"),
    "MIN_BY": _extreme_by("arg_min_null"),
    "ARRAY_AGG": aggregate(_array),
    "MAP_AGG": aggregate(_map),
    "LISTAGG": aggregate(_listed),
    "APPROX_DISTINCT": aggregate(_distinct_count),
    "APPROX_PERCENTILE": aggregate(_percentile),
    "GEOMETRIC_MEAN": aggregate(_geometric),
    "BITWISE_AND_AGG": _of("bit_and", INT64, INT64),
    "BITWISE_OR_AGG": _of("bit_or", INT64, INT64),
    "GROUPING": Function(_grouping),
}
