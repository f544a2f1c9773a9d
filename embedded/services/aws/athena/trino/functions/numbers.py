"""Numbers. Source: https://trino.io/docs/current/functions/math.html"""

from __future__ import annotations

from embedded.services.aws.athena.trino.coercions import MOST_DIGITS, coerced
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values, unless_null
from embedded.services.aws.athena.trino.operators import binary
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.overloads import no_overload, overload, scalar
from embedded.sql_engine.types import BOOL, FLOAT64, FLOATS, INT32, INT64, INTEGERS, NUMBERS, Kind, Type, decimal
from embedded.sql_engine.values import Value


def _number(call: FunctionCall, values: list[Value]) -> Value:
    """The first argument, which must be a number."""
    first = coerced(values[0], FLOAT64) if values[0].type.kind is Kind.NULL else values[0]
    if first is None or first.type.kind not in NUMBERS:
        raise no_overload(call, values)
    return first


def _whole(of: Type) -> Type:
    """The decimal type of a rounded decimal."""
    scale = of.scale or 0
    return decimal(min(MOST_DIGITS, (of.precision or 0) - scale + min(scale, 1)), 0)


def _abs(call: FunctionCall) -> Value:
    value = _number(call, checked_values(call, 1))
    return Value(f"abs({value.sql})", value.type)


def _rounding(word: str) -> Function:
    """CEILING, FLOOR and TRUNCATE of one number."""

    def write(call: FunctionCall) -> Value:
        value = _number(call, checked_values(call, 1))
        if value.type.kind in INTEGERS:
            return value
        of = _whole(value.type) if value.type.kind is Kind.DECIMAL else value.type
        return Value(f"CAST({word}({value.sql}) AS {of.duckdb})", of)

    return Function(write)


def _round(call: FunctionCall) -> Value:
    values = checked_values(call, 1, 2)
    value = _number(call, values)
    if len(values) == 1:
        if value.type.kind in INTEGERS:
            return value
        of = _whole(value.type) if value.type.kind is Kind.DECIMAL else value.type
        return Value(f"CAST(round({value.sql}) AS {of.duckdb})", of)
    places, of = as_type(call, values, 1, INT32), value.type
    if of.kind is Kind.DECIMAL:
        of = decimal(min(MOST_DIGITS, (of.precision or 0) + 1), of.scale or 0)
    return Value(f"CAST(round({value.sql}, {places}) AS {of.duckdb})", of)


def _sign(call: FunctionCall) -> Value:
    value = _number(call, checked_values(call, 1))
    of = decimal(1, 0) if value.type.kind is Kind.DECIMAL else value.type
    if of.kind in FLOATS:
        return Value(f"CASE WHEN isnan({value.sql}) THEN {value.sql} ELSE sign({value.sql}) END", of)
    return Value(f"CAST(sign({value.sql}) AS {of.duckdb})", of)


def _mod(call: FunctionCall) -> Value:
    left, right = checked_values(call, 2)
    return binary("%", left, right, call.node)


def _log(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    base, number = as_type(call, values, 0, FLOAT64), as_type(call, values, 1, FLOAT64)
    return Value(f"(ln({number}) / ln({base}))", FLOAT64)


def _bits(sql: str) -> Function:
    return scalar(overload(sql, INT64, INT64, INT64))


def _random(call: FunctionCall) -> Value:
    checked_values(call, 0)
    return Value("random()", FLOAT64)


def _bucket(call: FunctionCall) -> Value:
    values = checked_values(call, 4)
    x, low, high = (as_type(call, values, index, FLOAT64) for index in range(3))
    n = as_type(call, values, 3, INT64)
    inside = f"CAST(floor(({x} - {low}) / (({high} - {low}) / {n})) AS BIGINT) + 1"
    sql = f"CASE WHEN {x} < {low} THEN 0 WHEN {x} >= {high} THEN {n} + 1 ELSE {inside} END"
    return Value(unless_null([x, low, high, n], sql), INT64)


def _of_double(sql: str) -> Function:
    return scalar(overload(sql, FLOAT64, FLOAT64))


def _constant(sql: str) -> Function:
    return scalar(overload(sql, FLOAT64))


FUNCTIONS = {
    "ABS": Function(_abs),
    "CEILING": _rounding("ceil"),
    "CEIL": _rounding("ceil"),
    "FLOOR": _rounding("floor"),
    "TRUNCATE": _rounding("trunc"),
    "ROUND": Function(_round),
    "SIGN": Function(_sign),
    "MOD": Function(_mod),
    "POWER": scalar(overload("pow({0}, {1})", FLOAT64, FLOAT64, FLOAT64)),
    "POW": scalar(overload("pow({0}, {1})", FLOAT64, FLOAT64, FLOAT64)),
    "SQRT": _of_double("sqrt({0})"),
    "CBRT": _of_double("cbrt({0})"),
    "EXP": _of_double("exp({0})"),
    "LN": _of_double("ln({0})"),
    "LOG2": _of_double("ln({0}) / ln(2::DOUBLE)"),
    "LOG10": _of_double("log10({0})"),
    "LOG": Function(_log),
    "PI": _constant("pi()"),
    "E": _constant("CAST(2.718281828459045 AS DOUBLE)"),
    "INFINITY": _constant("CAST('Infinity' AS DOUBLE)"),
    "NAN": _constant("CAST('NaN' AS DOUBLE)"),
    "IS_NAN": scalar(overload("isnan({0})", BOOL, FLOAT64)),
    "IS_FINITE": scalar(overload("isfinite({0})", BOOL, FLOAT64)),
    "IS_INFINITE": scalar(overload("isinf({0})", BOOL, FLOAT64)),
    "DEGREES": _of_double("degrees({0})"),
    "RADIANS": _of_double("radians({0})"),
    "SIN": _of_double("sin({0})"),
    "COS": _of_double("cos({0})"),
    "TAN": _of_double("tan({0})"),
    "ATAN": _of_double("atan({0})"),
    "ATAN2": scalar(overload("atan2({0}, {1})", FLOAT64, FLOAT64, FLOAT64)),
    "BITWISE_AND": _bits("{0} & {1}"),
    "BITWISE_OR": _bits("{0} | {1}"),
    "BITWISE_XOR": _bits("xor({0}, {1})"),
    "BITWISE_NOT": scalar(overload("~{0}", INT64, INT64)),
    "RANDOM": Function(_random),
    "RAND": Function(_random),
    "WIDTH_BUCKET": Function(_bucket),
}
