"""Arithmetic and concatenation.

Source: https://trino.io/docs/current/functions/math.html, functions/decimal.html and functions/datetime.html
"""

from __future__ import annotations

from sqlglot import exp

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import DIGITS, MONTHS, MOST_DIGITS, as_decimal, coerced, common_of
from embedded.services.aws.athena.trino.failures import fail
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.types import BYTES, FLOATS, INTEGERS, INTERVAL, STRING, Kind, Type, decimal
from embedded.sql_engine.values import Value

_EXACT = (*INTEGERS, Kind.DECIMAL)


def binary(symbol: str, left: Value, right: Value, node: exp.Expr) -> Value:
    """Build a binary operator.

    Parameters:
        symbol: the operator.
        left: first operand.
        right: second operand.
        node: locates errors.

    Raises:
        SqlError: TYPE_MISMATCH.
    """
    result = _binary(symbol, left, right)
    if result is None:
        types = f"{typenames.trino(left.type)} {symbol} {typenames.trino(right.type)}"
        raise Failure("TYPE_MISMATCH", f"Cannot apply operator: {types}", offset_of(node))
    return result


def _binary(symbol: str, left: Value, right: Value) -> Value | None:
    if symbol == "||":
        return concatenate(left, right)
    kinds = (left.type.kind, right.type.kind)
    if Kind.NULL in kinds:
        return _of_null(symbol, left, right)
    if all(kind in INTEGERS for kind in kinds):
        return _whole(symbol, left, right)
    if all(kind in _EXACT for kind in kinds):
        return _decimal(symbol, left, right)
    if all(kind in (*_EXACT, *FLOATS) for kind in kinds):
        return _float(symbol, left, right)
    return _of_times(symbol, left, right)


def concatenate(left: Value, right: Value) -> Value | None:
    """Build `||` of texts, bytes and arrays; None for other types."""
    first, second = left.type, right.type
    for same in (STRING, BYTES):
        sides = (coerced(left, same), coerced(right, same))
        if all(sides) and first.kind in (same.kind, Kind.NULL) and second.kind in (same.kind, Kind.NULL):
            return Value(f"({sides[0].sql} || {sides[1].sql})", same)  # type: ignore[union-attr]
    if first.kind is Kind.ARRAY and second.kind is Kind.ARRAY:
        common = common_of(first, second)
        if common and (head := coerced(left, common)) and (tail := coerced(right, common)):
            return Value(_whole_or_null("list_concat({0}, {1})", head, tail), common)
    if first.kind is Kind.ARRAY and first.element and (item := coerced(right, first.element)):
        return Value(f"list_append({left.sql}, {item.sql})", first)
    if second.kind is Kind.ARRAY and second.element and (item := coerced(left, second.element)):
        return Value(f"list_prepend({item.sql}, {right.sql})", second)
    return None


def _whole_or_null(template: str, *values: Value) -> str:
    tests = " OR ".join(f"{value.sql} IS NULL" for value in values)
    return f"CASE WHEN {tests} THEN NULL ELSE {template.format(*(value.sql for value in values))} END"


def _of_null(symbol: str, left: Value, right: Value) -> Value | None:
    other = left.type if right.type.kind is Kind.NULL else right.type
    if other.kind not in (*_EXACT, *FLOATS):
        return None
    left_value, right_value = coerced(left, other), coerced(right, other)
    return _binary(symbol, left_value, right_value) if left_value and right_value else None


def _whole(symbol: str, left: Value, right: Value) -> Value:
    of = left.type if DIGITS[left.type.kind] >= DIGITS[right.type.kind] else right.type
    first, second = _as(left, of), _as(right, of)
    return Value(f"CAST(({first} {'//' if symbol == '/' else symbol} {second}) AS {of.duckdb})", of)


def _float(symbol: str, left: Value, right: Value) -> Value:
    small = Kind.FLOAT64 not in (left.type.kind, right.type.kind)
    of = Type(Kind.FLOAT32 if small else Kind.FLOAT64)
    return Value(f"({_as(left, of)} {symbol} {_as(right, of)})", of)


def _decimal(symbol: str, left: Value, right: Value) -> Value:
    left_type, right_type = as_decimal(left.type), as_decimal(right.type)
    of = decimal_type(symbol, left_type, right_type)
    a, b = _as(left, left_type), _as(right, right_type)
    if symbol == "/":
        return Value(_quotient(a, left_type, b, right_type, of), of)
    if symbol in "+-":
        a, b = f"CAST({a} AS {of.duckdb})", f"CAST({b} AS {of.duckdb})"
    return Value(f"CAST(({a} {symbol} {b}) AS {of.duckdb})", of)


def decimal_type(symbol: str, left: Type, right: Type) -> Type:
    """The result type of arithmetic on decimals.

    Parameters:
        symbol: the operator.
        left: type of the first operand.
        right: type of the second operand.

    Raises:
        SqlError: the scale is out of range.
    """
    p1, s1, p2, s2 = left.precision or 0, left.scale or 0, right.precision or 0, right.scale or 0
    if symbol == "*":
        if s1 + s2 > MOST_DIGITS:
            raise Failure("NUMERIC_VALUE_OUT_OF_RANGE", "DECIMAL scale must be in range [0, precision (38)]")
        return decimal(min(MOST_DIGITS, p1 + p2), s1 + s2)
    scale = max(s1, s2)
    if symbol == "/":
        return decimal(min(MOST_DIGITS, p1 + s2 + max(0, s2 - s1)), scale)
    if symbol == "%":
        return decimal(min(MOST_DIGITS, min(p1 - s1, p2 - s2) + scale), scale)
    return decimal(min(MOST_DIGITS, 1 + scale + max(p1 - s1, p2 - s2)), scale)


def unscaled(sql: str) -> str:
    """The unscaled value of a decimal."""
    return f"CAST(replace(CAST({sql} AS VARCHAR), '.', '') AS HUGEINT)"


def scaled(sql: str, of: Type) -> str:
    """The decimal with an unscaled value."""
    if not of.scale:
        return f"CAST({sql} AS {of.duckdb})"
    return f"CAST(athena_with_point({sql}, {of.scale}) AS {of.duckdb})"


def _quotient(a: str, left: Type, b: str, right: Type, of: Type) -> str:
    """An exact quotient, rounded half up; double precision is not exact."""
    shift = (of.scale or 0) + (right.scale or 0) - (left.scale or 0)
    if (left.precision or 0) + shift > MOST_DIGITS:
        raise Failure("NOT_SUPPORTED", f"The quotient of {typenames.trino(left)} and {typenames.trino(right)}")
    above = f"({unscaled(a)} * CAST({10**shift} AS HUGEINT))"
    return scaled(f"athena_half_up({above}, {unscaled(b)})", of)


def _of_times(symbol: str, left: Value, right: Value) -> Value | None:
    first, second = left.type.kind, right.type.kind
    moments = (Kind.DATE, Kind.DATETIME, Kind.TIMESTAMP)
    if first in moments and second is Kind.INTERVAL and symbol in "+-":
        return _moved(symbol, left, right)
    if first is Kind.INTERVAL and second in moments and symbol == "+":
        return _moved(symbol, right, left)
    if first in moments and second in moments and symbol == "-":
        return _between(left, right)
    if first is Kind.INTERVAL and left.type == right.type and symbol in "+-":
        return Value(f"({left.sql} {symbol} {right.sql})", left.type)
    if symbol == "*" and first is Kind.INTERVAL and second in INTEGERS:
        return Value(f"({left.sql} * {right.sql})", left.type)
    if symbol == "*" and first in INTEGERS and second is Kind.INTERVAL:
        return Value(f"({right.sql} * {left.sql})", right.type)
    return None


def _moved(symbol: str, moment: Value, by: Value) -> Value:
    moved = f"({moment.sql} {symbol} {by.sql})"
    if moment.type.kind is not Kind.DATE:
        return Value(moved, moment.type)
    if by.type == INTERVAL:
        whole = f"CASE WHEN CAST({moved} AS DATE) = {moved} THEN CAST({moved} AS DATE)"
        failure = fail("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date", of="DATE")
        return Value(f"{whole} WHEN {moved} IS NOT NULL THEN {failure} END", moment.type)
    return Value(f"CAST({moved} AS DATE)", moment.type)


def _between(left: Value, right: Value) -> Value | None:
    common = common_of(left.type, right.type)
    first, second = (coerced(left, common), coerced(right, common)) if common else (None, None)
    if first is None or second is None or common is None:
        return None
    if common.kind is Kind.DATE:
        return Value(f"to_days(CAST({first.sql} - {second.sql} AS INTEGER))", INTERVAL)
    return Value(f"({first.sql} - {second.sql})", INTERVAL)


def negated(value: Value) -> Value | None:
    """Build `-x`; None for other types."""
    if value.type.kind in (*_EXACT, *FLOATS) or value.type in (INTERVAL, MONTHS):
        return Value(f"(-{value.sql})", value.type, value.constant)
    return None


def _as(value: Value, of: Type) -> str:
    return value.sql if value.type.duckdb == of.duckdb else f"CAST({value.sql} AS {of.duckdb})"
