"""CAST and SAFE_CAST.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions. DuckDB parses more texts as
numbers and dates than BigQuery does ('1_000', '24:00:00', an offset that it ignores), hence the patterns.
"""

from __future__ import annotations

from collections.abc import Callable

from embedded.services.gcp.bigquery.sql.numbers import numeric_text
from embedded.services.gcp.bigquery.sql.types import NUMERIC, type_name
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.types import BOOL, DATE, DATETIME, FLOAT64, INT64, MOMENT, STRING, TIME, Kind, Type, text
from embedded.sql_engine.values import Value

_YEAR = r"(\d{3}[1-9]|\d{2}[1-9]0|\d[1-9]00|[1-9]000)"
_DAY = _YEAR + r"-\d{1,2}-\d{1,2}"
_CLOCK = r"([01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(\.\d{1,6})?"
_ZONE = r"([Zz]|[+-]\d{1,2}(:\d{2})?|UTC|[A-Za-z_]+/[A-Za-z_/+-]+\d*)"
_INTEGER = r"\s*[+-]?\d+\s*"
_HEX = r" *[+-]?0[xX][0-9a-fA-F]{1,15}"
_DECIMAL = r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*"
_NOT_FINITE = r"(?i)\s*[+-]?(inf|infinity|nan)\s*"


def cast(value: Value, target: Type, safe: bool) -> Value:
    """CAST or SAFE_CAST.

    Parameters:
        value: to be cast.
        target: the new type.
        safe: NULL for what cannot be read, instead of an error.

    Raises:
        SqlError: BigQuery has no such cast.
    """
    source = value.type
    if source.kind is Kind.NULL:
        return Value(f"CAST(NULL AS {target.duckdb})", target)
    if source == target:
        return value
    write = _CASTS.get((source.kind, target.kind))
    if write is None:
        if Kind.ARRAY in (source.kind, target.kind) or Kind.STRUCT in (source.kind, target.kind):
            raise unsupported(f"CAST from {type_name(source)} to {type_name(target)}")
        raise invalid(f"Invalid cast from {type_name(source)} to {type_name(target)}")
    return Value(write(value.sql, safe), target, constant=value.constant)


def failure(message: str, of: Type, safe: bool) -> str:
    """The expression for a value that cannot be computed: NULL or an error.

    Parameters:
        message: an expression of DuckDB for the text of the error.
        of: the type of the expression.
        safe: NULL instead of an error.
    """
    return f"CAST(NULL AS {of.duckdb})" if safe else f"CAST(error({message}) AS {of.duckdb})"


def _parse_text(pattern: str, of: Type, message: str, sql: str, safe: bool) -> str:
    """Text that must match a pattern and then be castable."""
    wrong = failure(f"{text(message)} || {sql}", of, safe)
    attempt = f"TRY_CAST({sql} AS {of.duckdb})"
    return (
        f"(CASE WHEN {sql} IS NULL THEN NULL WHEN regexp_full_match({sql}, {text(pattern)})"
        f" AND {attempt} IS NOT NULL THEN {attempt} ELSE {wrong} END)"
    )


def _to_int(sql: str, safe: bool) -> str:
    sign = f"(CASE WHEN ltrim({sql}) LIKE '-%' THEN -1 ELSE 1 END)"
    digits = f"TRY_CAST(regexp_replace({sql}, '^ *[+-]', '') AS BIGINT)"
    wrong = failure(f"'Bad int64 value: ' || {sql}", INT64, safe)
    return (
        f"(CASE WHEN {sql} IS NULL THEN NULL"
        f" WHEN regexp_full_match({sql}, {text(_INTEGER)}) AND TRY_CAST({sql} AS BIGINT) IS NOT NULL"
        f" THEN TRY_CAST({sql} AS BIGINT)"
        f" WHEN regexp_full_match({sql}, {text(_HEX)}) THEN {sign} * {digits} ELSE {wrong} END)"
    )


def _to_numeric(sql: str, safe: bool) -> str:
    attempt = f"TRY_CAST({sql} AS {NUMERIC.duckdb})"
    wrong = failure(f"'Invalid NUMERIC value: ' || {sql}", NUMERIC, safe)
    return (
        f"(CASE WHEN {sql} IS NULL THEN NULL WHEN {attempt} IS NOT NULL AND NOT contains({sql}, '_')"
        f" THEN {attempt} ELSE {wrong} END)"
    )


def _to_bool(sql: str, safe: bool) -> str:
    wrong = failure(f"'Bad bool value: ' || {sql}", BOOL, safe)
    return (
        f"(CASE lower({sql}) WHEN 'true' THEN true WHEN 'false' THEN false ELSE {_unless_null(sql, wrong, BOOL)} END)"
    )


def _unless_null(sql: str, other: str, of: Type) -> str:
    return f"(CASE WHEN {sql} IS NULL THEN CAST(NULL AS {of.duckdb}) ELSE {other} END)"


def _to_moment(sql: str, safe: bool) -> str:
    """The most common form comes first: reading it needs no pattern."""
    plain = f"{_DAY}([ Tt]{_CLOCK})?"
    zoned = f"{plain} ?{_ZONE}"
    wrong = failure(f"'Invalid timestamp: ''' || {sql} || ''''", MOMENT, safe)
    read = f"TRY_CAST({sql} AS TIMESTAMP)"
    moment = f"(TRY_CAST({sql} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC')"
    common = f"length({sql}) = 19 AND substr({sql}, 14, 1) = ':' AND substr({sql}, 17, 1) = ':'"
    return (
        f"(CASE WHEN {sql} IS NULL THEN NULL"
        f" WHEN {common} AND {read} IS NOT NULL AND substr({sql}, 12, 2) < '24' AND {sql} > '0001' THEN {read}"
        f" WHEN regexp_full_match({sql}, {text(plain)}) AND {read} IS NOT NULL THEN {read}"
        f" WHEN regexp_full_match({sql}, {text(zoned)}) AND {moment} IS NOT NULL THEN {moment} ELSE {wrong} END)"
    )


def _fraction(sql: str, seconds: str) -> str:
    """No digits, three or six of them, as many as are needed."""
    micros = f"(epoch_us({sql}) % 1000000)"
    return (
        f"(CASE WHEN {micros} = 0 THEN {seconds}"
        f" WHEN {micros} % 1000 = 0 THEN strftime({sql}, '%Y-%m-%d %H:%M:%S.%g')"
        f" ELSE strftime({sql}, '%Y-%m-%d %H:%M:%S.%f') END)"
    )


def _time_text(sql: str, safe: bool) -> str:
    stamp = f"(DATE '2000-01-01' + {sql})"
    return f"substr({_fraction(stamp, f'CAST({stamp} AS VARCHAR)')}, 12)"


def _float_text(sql: str, safe: bool) -> str:
    short = f"printf('%.15g', {sql})"
    return (
        f"(CASE WHEN {sql} = 0 THEN '0' WHEN CAST({short} AS DOUBLE) = {sql} THEN {short}"
        f" ELSE printf('%.17g', {sql}) END)"
    )


def _bytes_text(sql: str, safe: bool) -> str:
    if safe:
        return f"TRY(decode({sql}))"
    return f"decode({sql})"


def _float_int(sql: str, safe: bool) -> str:
    return _in_range(sql, f"round({sql})", INT64, f"printf('%g', {sql})", safe)


def _float_numeric(sql: str, safe: bool) -> str:
    """By its exact digits, so that halves are those of the value and not of a product."""
    return _in_range(sql, f"printf('%.40f', {sql})", NUMERIC, f"printf('%g', {sql})", safe)


def _numeric_int(sql: str, safe: bool) -> str:
    return _in_range(sql, sql, INT64, numeric_text(sql), safe)


def _in_range(sql: str, read: str, target: Type, shown: str, safe: bool) -> str:
    """A number as one of another type, or the error for one that is out of its range.

    Parameters:
        sql: the number, for DuckDB.
        read: what is cast.
        target: the new type.
        shown: the number in the message, for DuckDB.
        safe: NULL instead of an error.
    """
    attempt = f"TRY_CAST({read} AS {target.duckdb})"
    if safe:
        return attempt
    name, kind = ("int64", "an integer") if target == INT64 else ("numeric", "numeric")
    illegal = text(f"Illegal conversion of non-finite floating point number to {kind}: ")
    before = f"CASE WHEN {shown} IN ('inf', '-inf', 'nan', '-nan') THEN {illegal} ELSE '{name} out of range: ' END"
    wrong = failure(f"{before} || {shown}", target, safe)
    return f"(CASE WHEN {sql} IS NULL OR {attempt} IS NOT NULL THEN {attempt} ELSE {wrong} END)"


def _plain(target: Type) -> Callable[[str, bool], str]:
    return lambda sql, safe: f"{'TRY_CAST' if safe else 'CAST'}({sql} AS {target.duckdb})"


def _text_cast(pattern: str, target: Type, message: str) -> Callable[[str, bool], str]:
    return lambda sql, safe: _parse_text(pattern, target, message, sql, safe)


_CASTS: dict[tuple[Kind, Kind], Callable[[str, bool], str]] = {
    (Kind.INT64, Kind.FLOAT64): _plain(FLOAT64),
    (Kind.INT64, Kind.DECIMAL): _plain(NUMERIC),
    (Kind.INT64, Kind.BOOL): _plain(BOOL),
    (Kind.INT64, Kind.STRING): _plain(STRING),
    (Kind.DECIMAL, Kind.INT64): _numeric_int,
    (Kind.DECIMAL, Kind.FLOAT64): _plain(FLOAT64),
    (Kind.DECIMAL, Kind.STRING): lambda sql, safe: numeric_text(sql),
    (Kind.FLOAT64, Kind.INT64): _float_int,
    (Kind.FLOAT64, Kind.DECIMAL): _float_numeric,
    (Kind.FLOAT64, Kind.STRING): _float_text,
    (Kind.BOOL, Kind.INT64): _plain(INT64),
    (Kind.BOOL, Kind.STRING): _plain(STRING),
    (Kind.STRING, Kind.INT64): _to_int,
    (Kind.STRING, Kind.FLOAT64): _text_cast(f"{_DECIMAL}|{_NOT_FINITE}", FLOAT64, "Bad double value: "),
    (Kind.STRING, Kind.DECIMAL): _to_numeric,
    (Kind.STRING, Kind.BOOL): _to_bool,
    (Kind.STRING, Kind.BYTES): lambda sql, safe: f"encode({sql})",
    (Kind.STRING, Kind.DATE): _text_cast(_DAY, DATE, "Invalid date: "),
    (Kind.STRING, Kind.TIME): _text_cast(_CLOCK, TIME, "Invalid time string "),
    (Kind.STRING, Kind.DATETIME): _text_cast(f"{_DAY}([ Tt]{_CLOCK})?", DATETIME, "Invalid datetime string "),
    (Kind.STRING, Kind.MOMENT): _to_moment,
    (Kind.BYTES, Kind.STRING): _bytes_text,
    (Kind.DATE, Kind.STRING): _plain(STRING),
    (Kind.DATE, Kind.DATETIME): _plain(DATETIME),
    (Kind.DATE, Kind.MOMENT): _plain(MOMENT),
    (Kind.DATETIME, Kind.DATE): _plain(DATE),
    (Kind.DATETIME, Kind.TIME): _plain(TIME),
    (Kind.DATETIME, Kind.MOMENT): lambda sql, safe: sql,
    (Kind.DATETIME, Kind.STRING): lambda sql, safe: _fraction(sql, f"CAST({sql} AS VARCHAR)"),
    (Kind.MOMENT, Kind.DATE): _plain(DATE),
    (Kind.MOMENT, Kind.TIME): _plain(TIME),
    (Kind.MOMENT, Kind.DATETIME): lambda sql, safe: sql,
    (Kind.MOMENT, Kind.STRING): lambda sql, safe: f"({_fraction(sql, f'CAST({sql} AS VARCHAR)')} || '+00')",
    (Kind.TIME, Kind.STRING): _time_text,
}
