"""Explicit casts, with Trino's formats of texts and rounding of numbers.

Source: https://trino.io/docs/current/functions/conversion.html
"""

from __future__ import annotations

from collections.abc import Callable

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import coerces, digits
from embedded.services.aws.athena.trino.failures import UNKNOWN, fail
from embedded.sql_engine.types import FLOATS, INTEGERS, NUMBERS, Kind, Type, quote, text
from embedded.sql_engine.values import Value

_INTEGER = r"[+-]?[0-9]+"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_REAL = rf"\s*({_NUMBER}|[+-]?(NaN|Infinity))\s*"
_DAY = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_DATE = rf"\s*{_DAY}\s*"
_TIMESTAMP = rf"\s*{_DAY}( [0-9]{{1,2}}:[0-9]{{1,2}}(:[0-9]{{1,2}}(\.[0-9]{{1,6}})?)?)?\s*"
_UTC = r"\s*(UTC|Z|[+-]00:00)"
_BOOLEAN = r"(?i)(t|f|true|false|1|0)"
_READ_AS = {Kind.INT32: "INT"}
"""Names in messages about texts that differ from those of the types."""
_SECONDS = {0: "%Y-%m-%d %H:%M:%S", 3: "%Y-%m-%d %H:%M:%S.%g"}


def cast(value: Value, target: Type, safe: bool) -> Value:
    """Build CAST or TRY_CAST.

    Parameters:
        value: the value.
        target: the new type.
        safe: whether a failure gives NULL.

    Raises:
        SqlError: Trino has no such cast, or it is not supported.
    """
    sql = value.sql if value.type == target else _cast(value.sql, value.type, target)
    return Value(f"TRY({sql})" if safe and sql != value.sql else sql, target)


def _cast(sql: str, source: Type, target: Type) -> str:
    if source.kind is Kind.NULL:
        return f"CAST(NULL AS {target.duckdb})"
    if target.kind is Kind.STRING:
        return _limited(sql, source, target)
    if source.kind is Kind.ARRAY and target.kind is Kind.ARRAY and source.element and target.element:
        inner = _cast("x_", source.element, target.element) if source.element != target.element else "x_"
        return f"list_transform({sql}, lambda x_: {inner})"
    if source.kind is Kind.STRUCT and target.kind is Kind.STRUCT and len(source.fields) == len(target.fields):
        return _row(sql, source, target)
    if source.kind is Kind.MAP and target.kind is Kind.MAP and coerces(source, target):
        return f"CAST({sql} AS {target.duckdb})"
    write = _WRITERS.get((_family(source), _family(target)))
    if write is None:
        raise Failure("TYPE_MISMATCH", f"Cannot cast {typenames.trino(source)} to {typenames.trino(target)}")
    return write(sql, source, target)


def _family(of: Type) -> str:
    if of.kind in INTEGERS:
        return "integer"
    return "float" if of.kind in FLOATS else of.kind.name


def _plain(sql: str, source: Type, target: Type) -> str:
    return f"CAST({sql} AS {target.duckdb})"


def _narrowed(sql: str, source: Type, target: Type) -> str:
    """A number as one of a type that may be too small for it."""
    if coerces(source, target):
        return _plain(sql, source, target)
    shown, name = to_java_text(sql, source), typenames.trino(target)
    code, message = "INVALID_CAST_ARGUMENT", f"Cannot cast '{{}}' to {name.upper()}"
    if target.kind is Kind.DECIMAL:
        sizes = f"DECIMAL({target.precision}, {target.scale})"
        message = f"Cannot cast {typenames.trino(source).upper().replace(',', ', ')} '{{}}' to {sizes}"
    elif source.kind is not Kind.DECIMAL:
        code, message = "NUMERIC_VALUE_OUT_OF_RANGE", f"Out of range for {name}: {{}}"
    read = f"TRY_CAST({f'round({sql})' if target.kind in INTEGERS else sql} AS {target.duckdb})"
    wrong = fail(code, message, shown, target.duckdb)
    if source.kind in FLOATS and target.kind in INTEGERS:
        undefined = fail(
            "INVALID_CAST_ARGUMENT", f"Cannot cast {typenames.trino(source)} NaN to {name}", of=target.duckdb
        )
        wrong = f"CASE WHEN isnan({sql}) THEN {undefined} ELSE {wrong} END"
    return f"CASE WHEN {sql} IS NULL OR {read} IS NOT NULL THEN {read} ELSE {wrong} END"


def _row(sql: str, source: Type, target: Type) -> str:
    fields = []
    for index, ((_, first), (name, second)) in enumerate(zip(source.fields, target.fields, strict=True), 1):
        item = f"struct_extract_at({sql}, {index})"
        fields.append(f"{quote(name)} := {_cast(item, first, second) if first != second else item}")
    if not all(name for name, _ in target.fields):
        return f"CAST({sql} AS {target.duckdb})"
    return f"CASE WHEN {sql} IS NOT NULL THEN struct_pack({', '.join(fields)}) END"


def to_text(sql: str, source: Type) -> str:
    """Build a cast to VARCHAR; raises SqlError if there is none."""
    if source.kind is Kind.STRING:
        return sql
    if source.kind is Kind.FLOAT64:
        return f"athena_double_text({sql})"
    if source.kind is Kind.FLOAT32:
        return f"athena_real_text({sql})"
    if source.kind is Kind.DATETIME:
        return f"strftime({sql}, {text(_pattern(source))})"
    if source.kind is Kind.TIMESTAMP:
        return f"(strftime({sql} AT TIME ZONE 'UTC', {text(_pattern(source))}) || ' UTC')"
    if source.kind in (*NUMBERS, Kind.BOOL, Kind.DATE):
        return f"CAST({sql} AS VARCHAR)"
    raise Failure("TYPE_MISMATCH", f"Cannot cast {typenames.trino(source)} to varchar")


def to_java_text(sql: str, source: Type) -> str:
    """Build the text that Hive's SerDes write and that messages show: numbers as Java's `toString` has them.

    Parameters:
        sql: the value, for DuckDB.
        source: its type.

    Raises:
        SqlError: the type has no text.
    """
    return f"athena_java_text({sql})" if source.kind in FLOATS else to_text(sql, source)


def _pattern(of: Type) -> str:
    pattern = _SECONDS.get(digits(of))
    if pattern is None:
        raise Failure("NOT_SUPPORTED", f"{typenames.trino(of)} with {digits(of)} digits as text")
    return pattern


def _limited(sql: str, source: Type, target: Type) -> str:
    whole = to_text(sql, source)
    if target.precision is None:
        return whole
    cut = f"left({whole}, {target.precision})"
    if source.kind is Kind.STRING:
        return cut
    failure = fail("INVALID_CAST_ARGUMENT", f"Value {{}} cannot be represented as varchar({target.precision})", whole)
    return f"CASE WHEN length({whole}) > {target.precision} THEN {failure} ELSE {whole} END"


def _read(pattern: str, convert: str = "TRY_CAST({} AS {})") -> Callable[[str, Type, Type], str]:
    """A cast of texts that match a pattern; others fail at run time."""

    def write(sql: str, source: Type, target: Type) -> str:
        trimmed = f"trim({sql})" if pattern in (_REAL, _DATE, _TIMESTAMP) else sql
        read = convert.format(trimmed, target.duckdb)
        matches = f"regexp_full_match({sql}, {text(pattern)})"
        failure = fail("INVALID_CAST_ARGUMENT", _unreadable(target, "not a number"), sql, target.duckdb)
        if target.kind is Kind.DECIMAL:
            large = fail("INVALID_CAST_ARGUMENT", _unreadable(target, "too large"), sql, target.duckdb)
            failure = f"CASE WHEN {matches} THEN {large} ELSE {failure} END"
        return f"CASE WHEN {sql} IS NULL THEN NULL WHEN {matches} AND {read} IS NOT NULL THEN {read} ELSE {failure} END"

    return write


def _unreadable(target: Type, why: str) -> str:
    """The message for a text that is no value of a type, with `{}` for the text.

    Parameters:
        target: the type.
        why: what is wrong with a decimal.
    """
    if target.kind in (Kind.DATE, Kind.DATETIME):
        return f"Value cannot be cast to {'date' if target.kind is Kind.DATE else 'timestamp'}: {{}}"
    if target.kind is Kind.DECIMAL:
        reason = "Value too large." if why == "too large" else "Value is not a number."
        return f"Cannot cast VARCHAR '{{}}' to DECIMAL({target.precision}, {target.scale}). {reason}"
    return f"Cannot cast '{{}}' to {_READ_AS.get(target.kind) or typenames.trino(target).upper()}"


def _moment(sql: str, source: Type, target: Type) -> str:
    """A cast of a text with an optional zone, which must be UTC."""
    other = fail(UNKNOWN, "'{}' as timestamp with time zone: the zone is not UTC", sql, target.duckdb)
    bad = fail("INVALID_CAST_ARGUMENT", "Value cannot be cast to timestamp with time zone: {}", sql, target.duckdb)
    plain = f"regexp_replace(trim({sql}), {text(_UTC + '$')}, '')"
    read = f"({_MILLIS.format(plain, 'TIMESTAMP')} AT TIME ZONE 'UTC')"
    matches = f"regexp_full_match({plain}, {text(_TIMESTAMP)})"
    return (
        f"CASE WHEN {sql} IS NULL THEN NULL WHEN {matches} AND {read} IS NOT NULL THEN {read} "
        f"WHEN regexp_matches({sql}, {text(_DAY)}) AND NOT {matches} THEN {other} ELSE {bad} END"
    )


def _to_moment(sql: str, source: Type, target: Type) -> str:
    return f"(CAST({sql} AS TIMESTAMP) AT TIME ZONE 'UTC')"


def _from_moment(sql: str, source: Type, target: Type) -> str:
    return f"CAST(({sql} AT TIME ZONE 'UTC') AS {target.duckdb})"


_MILLIS = "TRY_CAST(TRY_CAST({} AS TIMESTAMP_MS) AS {})"
_WRITERS: dict[tuple[str, str], Callable[[str, Type, Type], str]] = {
    **{(source, target): _narrowed for source in ("integer", "DECIMAL", "float") for target in ("integer", "DECIMAL")},
    **{(source, "float"): _plain for source in ("integer", "DECIMAL", "float")},
    **{(source, "BOOL"): _plain for source in ("integer", "float", "DECIMAL")},
    **{("BOOL", target): _plain for target in ("integer", "float", "DECIMAL", "BOOL")},
    ("STRING", "integer"): _read(_INTEGER),
    ("STRING", "DECIMAL"): _read(_NUMBER),
    ("STRING", "float"): _read(_REAL),
    ("STRING", "BOOL"): _read(_BOOLEAN),
    ("STRING", "DATE"): _read(_DATE),
    ("STRING", "DATETIME"): _read(_TIMESTAMP, _MILLIS),
    ("STRING", "TIMESTAMP"): _moment,
    ("DATE", "DATETIME"): _plain,
    ("DATETIME", "DATE"): _plain,
    ("DATETIME", "DATETIME"): lambda sql, source, target: sql,
    ("TIMESTAMP", "TIMESTAMP"): lambda sql, source, target: sql,
    ("DATE", "TIMESTAMP"): _to_moment,
    ("DATETIME", "TIMESTAMP"): _to_moment,
    ("TIMESTAMP", "DATE"): _from_moment,
    ("TIMESTAMP", "DATETIME"): _from_moment,
}
