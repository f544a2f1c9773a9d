"""Aggregate functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions
"""

from __future__ import annotations

from sqlglot import exp

from embedded.services.gcp.bigquery.sql.arguments import check_count
from embedded.services.gcp.bigquery.sql.numbers import fail, numeric_quotient
from embedded.services.gcp.bigquery.sql.types import NUMERIC, type_name
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import aggregate, no_overload, overload, write_call
from embedded.sql_engine.types import BOOL, FLOAT64, INT64, STRING, Kind, array, text
from embedded.sql_engine.values import Value

_N = NUMERIC.duckdb
_EXACT_SUMS = (
    overload("CAST(sum({0}){over} AS BIGINT)", INT64, INT64),
    overload(f"CAST(sum({{0}}){{over}} AS {_N})", NUMERIC, NUMERIC),
)


def _refuse(call: FunctionCall, *parts: str) -> None:
    """Refuse DISTINCT, ORDER BY, LIMIT or IGNORE NULLS where a function does not take them."""
    for part in parts:
        if getattr(call, part) not in ("", None, False):
            raise unsupported(f"{part.upper().replace('_', ' ')} in {call.name}", offset_of(call.node))


def _count(call: FunctionCall) -> Value:
    _refuse(call, "order", "limit", "ignore_nulls")
    check_count(call, 1, 1)
    if isinstance(call.arguments[0], exp.Star):
        if call.distinct:
            raise invalid("COUNT(*) cannot be used with DISTINCT", offset_of(call.node))
        return Value(f"count(*){call.over}", INT64)
    value = call.values()[0]
    if call.distinct and not call.compiler.rules.groupable(value.type):
        raise invalid(
            f"Aggregate functions with DISTINCT cannot be used with arguments of type {type_name(value.type)}",
            offset_of(call.node),
        )
    return Value(f"count({'DISTINCT ' if call.distinct else ''}{value.sql}){call.over}", INT64)


def _average(call: FunctionCall) -> Value:
    """NUMERIC stays exact: DuckDB's own avg() of decimals is floating point."""
    _refuse(call, "order", "limit", "ignore_nulls")
    check_count(call, 1, 1)
    value = call.values()[0]
    distinct = "DISTINCT " if call.distinct else ""
    if value.type.kind is Kind.DECIMAL:
        total, number = (f"{name}({distinct}{value.sql}){call.over}" for name in ("sum", "count"))
        exact = numeric_quotient(f"CAST({total} AS {_N})", f"CAST({number} AS {_N})")
        return Value(f"(CASE WHEN {number} = 0 THEN NULL ELSE {exact} END)", NUMERIC)
    if value.type.kind not in (Kind.INT64, Kind.FLOAT64, Kind.NULL):
        raise no_overload(call, [value])
    if value.type == INT64:
        return Value(f"avg({distinct}{value.sql}){call.over}", FLOAT64)
    return _finite(call, "avg", f"CAST({value.sql} AS DOUBLE)")


def _finite(call: FunctionCall, name: str, sql: str) -> Value:
    """An aggregate of FLOAT64 that may be NaN or infinite only if an argument is.

    Parameters:
        call: with DISTINCT and OVER.
        name: of DuckDB's function.
        sql: the argument.
    """
    total = f"{name}({'DISTINCT ' if call.distinct else ''}{sql}){call.over}"
    within = f"bool_and(isfinite({sql})){call.over}"
    test = f"coalesce(isfinite({total}) OR NOT {within}, true)"
    return Value(f"(CASE WHEN {test} THEN {total} ELSE {fail(text('double overflow'))} END)", FLOAT64)


def _sum(call: FunctionCall) -> Value:
    _refuse(call, "order", "limit", "ignore_nulls")
    check_count(call, 1, 1)
    value = call.value(0)
    if value.type == FLOAT64:
        return _finite(call, "sum", value.sql)
    return write_call(call, _EXACT_SUMS)


def _extreme(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        _refuse(call, "order", "limit", "ignore_nulls")
        check_count(call, 1, 1)
        value = call.values()[0]
        if not call.compiler.rules.orderable(value.type):
            raise no_overload(call, [value])
        found = f"{name}({value.sql}){call.over}"
        if value.type == FLOAT64:  # NaN is more than all to DuckDB; here it is the result
            found = f"(CASE WHEN bool_or(isnan({value.sql})){call.over} THEN 'nan' ELSE {found} END)"
        return Value(found, value.type)

    return Function(write, Use.AGGREGATE)


def _any_value(call: FunctionCall) -> Value:
    """The first value: one that is not NULL would hide that NULL is possible."""
    _refuse(call, "distinct", "order", "limit", "ignore_nulls")
    check_count(call, 1, 1)
    value = call.values()[0]
    return Value(f"first({value.sql}){call.over}", value.type)


def _filter(call: FunctionCall, sql: str) -> str:
    return f" FILTER (WHERE {sql} IS NOT NULL)" if call.ignore_nulls else ""


def _array_agg(call: FunctionCall) -> Value:
    check_count(call, 1, 1)
    value = call.values()[0]
    if value.type.kind is Kind.ARRAY:
        raise no_overload(call, [value])
    distinct = "DISTINCT " if call.distinct else ""
    order = f" {call.order}" if call.order else ""
    sql = f"list({distinct}{value.sql}{order}){_filter(call, value.sql)}{call.over}"
    return Value(sql if call.limit is None else f"list_slice({sql}, 1, {call.limit})", array(value.type))


def _string_agg(call: FunctionCall) -> Value:
    _refuse(call, "ignore_nulls")
    check_count(call, 1, 2)
    values = call.values()
    if any(value.type.kind is not Kind.STRING for value in values):
        raise no_overload(call, values)
    between = values[1].sql if len(values) == 2 else "','"
    distinct = "DISTINCT " if call.distinct else ""
    order = f" {call.order}" if call.order else ""
    if call.over:
        return Value(f"string_agg({values[0].sql}, {between}){call.over}", STRING)
    collected = f"list({distinct}{values[0].sql}{order}) FILTER (WHERE {values[0].sql} IS NOT NULL)"
    if call.limit is not None:
        collected = f"list_slice({collected}, 1, {call.limit})"
    return Value(f"array_to_string({collected}, {between})", STRING)


def _spread(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        _refuse(call, "distinct", "order", "limit", "ignore_nulls")
        check_count(call, 1, 1)
        value = call.values()[0]
        if value.type.kind not in (Kind.INT64, Kind.FLOAT64):
            raise unsupported(f"{call.name} of {type_name(value.type)}", offset_of(call.node))
        return Value(f"{name}(CAST({value.sql} AS DOUBLE)){call.over}", FLOAT64)

    return Function(write, Use.AGGREGATE)


def _without_modifiers(function: Function) -> Function:
    def write(call: FunctionCall) -> Value:
        _refuse(call, "order", "limit", "ignore_nulls")
        return function.write(call)

    return Function(write, Use.AGGREGATE)


FUNCTIONS: dict[str, Function] = {
    "ANY_VALUE": Function(_any_value, Use.AGGREGATE),
    "APPROX_COUNT_DISTINCT": Function(
        lambda call: Value(f"count(DISTINCT {call.values()[0].sql}){call.over}", INT64), Use.AGGREGATE
    ),
    "ARRAY_AGG": Function(_array_agg, Use.AGGREGATE),
    "AVG": Function(_average, Use.AGGREGATE),
    "COUNT": Function(_count, Use.AGGREGATE),
    "COUNTIF": _without_modifiers(aggregate(overload("count(CASE WHEN {0} THEN 1 END){over}", INT64, BOOL))),
    "LOGICAL_AND": _without_modifiers(aggregate(overload("bool_and({0}){over}", BOOL, BOOL))),
    "LOGICAL_OR": _without_modifiers(aggregate(overload("bool_or({0}){over}", BOOL, BOOL))),
    "MAX": _extreme("max"),
    "MIN": _extreme("min"),
    "STDDEV": _spread("stddev_samp"),
    "STDDEV_POP": _spread("stddev_pop"),
    "STDDEV_SAMP": _spread("stddev_samp"),
    "STRING_AGG": Function(_string_agg, Use.AGGREGATE),
    "SUM": Function(_sum, Use.AGGREGATE),
    "VARIANCE": _spread("var_samp"),
    "VAR_POP": _spread("var_pop"),
    "VAR_SAMP": _spread("var_samp"),
}
