"""Implicit casts.

Sources: https://trino.io/docs/current/language/types.html and Trino's class TypeCoercion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from embedded.sql_engine.types import FLOAT64, FLOATS, INTEGERS, Kind, Type, array, decimal, struct
from embedded.sql_engine.values import Value

DIGITS = {Kind.INT8: 3, Kind.INT16: 5, Kind.INT32: 10, Kind.INT64: 19}
"""Precision of the decimal type that holds all values of an integer type."""
MOST_DIGITS = 38
MONTHS = Type(Kind.INTERVAL, precision=12)
"""INTERVAL YEAR TO MONTH, which is another type than INTERVAL DAY TO SECOND."""
_MOMENTS = (Kind.DATE, Kind.DATETIME, Kind.TIMESTAMP)


def as_decimal(of: Type) -> Type:
    """The decimal type that holds an exact number."""
    return of if of.kind is Kind.DECIMAL else decimal(DIGITS[of.kind], 0)


def coerces(source: Type, target: Type) -> bool:
    """Whether there is an implicit cast."""
    if source == target or source.kind is Kind.NULL:
        return True
    common = common_of(source, target)
    return common is not None and _same(common, target)


def coerced(value: Value, target: Type) -> Value | None:
    """Build an implicit cast; None if there is none."""
    if not coerces(value.type, target):
        return None
    if value.type.duckdb == target.duckdb:
        return replace(value, type=target)
    if value.type.kind is Kind.DATETIME and target.kind is Kind.TIMESTAMP:
        return Value(f"({value.sql} AT TIME ZONE 'UTC')", target)
    if value.type.kind is Kind.DATE and target.kind is Kind.TIMESTAMP:
        return Value(f"(CAST({value.sql} AS TIMESTAMP) AT TIME ZONE 'UTC')", target)
    return Value(f"CAST({value.sql} AS {target.duckdb})", target, value.constant)


def common_type(values: Sequence[Value]) -> Type | None:
    """The common supertype of values; None if there is none."""
    common: Type | None = values[0].type if values else None
    for value in values[1:]:
        common = common_of(common, value.type) if common else None
    return common


def common_of(left: Type, right: Type) -> Type | None:
    """The common supertype of two types; None if there is none."""
    if left.kind is Kind.NULL:
        return right
    if right.kind is Kind.NULL or left == right:
        return left
    if left.kind is right.kind:
        return _common_alike(left, right)
    for first, second in ((left, right), (right, left)):
        if common := _common_unlike(first, second):
            return common
    return None


def digits(of: Type) -> int:
    """Number of digits of the fraction of a second."""
    return 3 if of.precision is None else of.precision


def _same(common: Type, target: Type) -> bool:
    """Whether a common type equals the target, except for digits of seconds and lengths of texts."""
    plain = (Kind.STRING, Kind.DATETIME, Kind.TIMESTAMP)
    return common == target or (common.kind is target.kind and common.kind in plain) or common.duckdb == target.duckdb


def _common_alike(left: Type, right: Type) -> Type | None:
    """The common supertype of types of the same kind with different parameters."""
    if left.kind is Kind.DECIMAL:
        return _wider_decimal(left, right)
    if left.kind is Kind.STRING:
        return Type(Kind.STRING)
    if left.kind in (Kind.DATETIME, Kind.TIMESTAMP):
        return replace(left, precision=max(digits(left), digits(right)))
    if left.kind is Kind.ARRAY and left.element and right.element:
        element = common_of(left.element, right.element)
        return array(element) if element else None
    if left.kind is Kind.MAP and left.key and right.key and left.element and right.element:
        key, element = common_of(left.key, right.key), common_of(left.element, right.element)
        return Type(Kind.MAP, key=key, element=element) if key and element else None
    if left.kind is Kind.STRUCT and len(left.fields) == len(right.fields):
        return _common_row(left, right)
    return None


def _common_row(left: Type, right: Type) -> Type | None:
    fields = []
    for (name, first), (other, second) in zip(left.fields, right.fields, strict=True):
        common = common_of(first, second)
        if common is None:
            return None
        fields.append((name if name == other or not other else (other if not name else ""), common))
    return struct(fields)


def _common_unlike(narrow: Type, wide: Type) -> Type | None:
    """The common supertype of types of two kinds, if the first can be cast to the second."""
    if narrow.kind in INTEGERS and wide.kind in INTEGERS:
        return wide if DIGITS[narrow.kind] < DIGITS[wide.kind] else None
    if narrow.kind in INTEGERS and wide.kind is Kind.DECIMAL:
        return _wider_decimal(as_decimal(narrow), wide)
    if (narrow.kind in INTEGERS or narrow.kind is Kind.DECIMAL) and wide.kind in FLOATS:
        return wide
    if narrow.kind is Kind.FLOAT32 and wide.kind is Kind.FLOAT64:
        return FLOAT64
    if narrow.kind in _MOMENTS and wide.kind in _MOMENTS and _MOMENTS.index(narrow.kind) < _MOMENTS.index(wide.kind):
        return wide
    return None


def _wider_decimal(left: Type, right: Type) -> Type | None:
    scale = max(left.scale or 0, right.scale or 0)
    whole = max((left.precision or 0) - (left.scale or 0), (right.precision or 0) - (right.scale or 0))
    return decimal(min(MOST_DIGITS, whole + scale), scale)
