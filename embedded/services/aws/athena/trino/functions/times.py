"""Dates and times. A moment is always told in UTC here.

Source: https://trino.io/docs/current/functions/datetime.html
"""

from __future__ import annotations

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.casts import cast
from embedded.services.aws.athena.trino.coercions import coerced, common_of
from embedded.services.aws.athena.trino.failures import UNKNOWN, fail
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values, literal_text
from embedded.services.aws.athena.trino.functions.formats import from_joda, from_mysql
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload, overload, scalar
from embedded.sql_engine.types import DATE, DATETIME, FLOAT64, INT64, INTERVAL, STRING, TIMESTAMP, Kind, Type, text
from embedded.sql_engine.values import Value

MOMENTS = (Kind.DATE, Kind.DATETIME, Kind.TIMESTAMP)
_TIMES = ("millisecond", "second", "minute", "hour")
_STEPS = {
    "millisecond": "to_milliseconds({})",
    "second": "to_seconds({})",
    "minute": "to_minutes({})",
    "hour": "to_hours({})",
    "day": "to_days(CAST({} AS INTEGER))",
    "week": "to_days(CAST({} * 7 AS INTEGER))",
    "month": "to_months(CAST({} AS INTEGER))",
    "quarter": "to_months(CAST({} * 3 AS INTEGER))",
    "year": "to_months(CAST({} * 12 AS INTEGER))",
}
_PARTS = {
    "year": "year",
    "quarter": "quarter",
    "month": "month",
    "week": "week",
    "week_of_year": "week",
    "day": "day",
    "day_of_month": "day",
    "day_of_week": "isodow",
    "dow": "isodow",
    "day_of_year": "dayofyear",
    "doy": "dayofyear",
    "year_of_week": "isoyear",
    "yow": "isoyear",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
    "millisecond": "millisecond",
}
_OF_TIMES = ("hour", "minute", "second", "millisecond")
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,6})?)?Z?)?"
_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def part(name: str, value: Value) -> Value | None:
    """A field of a moment, as EXTRACT gives it, or None."""
    field = _PARTS.get(name.lower())
    if field is None or value.type.kind not in MOMENTS or (value.type.kind is Kind.DATE and field in _OF_TIMES):
        return None
    rest = " % 1000" if field == "millisecond" else ""
    return Value(f"(CAST(date_part('{field}', {value.sql}) AS BIGINT){rest})", INT64)


def _part(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1)
        field = part(name, values[0])
        if field is None:
            raise no_overload(call, values)
        return field

    return Function(write)


def _unit(call: FunctionCall, of: Type) -> str:
    """The first argument: a unit that moments of a type have."""
    name = literal_text(call.arguments[0], "A unit").lower()
    if name not in _STEPS or (of.kind is Kind.DATE and name in _TIMES):
        raise Failure("INVALID_FUNCTION_ARGUMENT", f"'{name}' is not a valid {_noun(of)} field", offset_of(call.node))
    return name


def _noun(of: Type) -> str:
    return "DATE" if of.kind is Kind.DATE else "Timestamp"


def _moment(call: FunctionCall, values: list[Value], index: int) -> Value:
    if index >= len(values) or values[index].type.kind not in MOMENTS:
        raise no_overload(call, values)
    return values[index]


def _add(call: FunctionCall) -> Value:
    values = checked_values(call, 3)
    count, moment = as_type(call, values, 1, INT64), _moment(call, values, 2)
    step = _STEPS[_unit(call, moment.type)].format(count)
    return Value(f"CAST({moment.sql} + {step} AS {moment.type.duckdb})", moment.type)


def _diff(call: FunctionCall) -> Value:
    values = checked_values(call, 3)
    first, second = _moment(call, values, 1), _moment(call, values, 2)
    common = common_of(first.type, second.type)
    start, end = (coerced(first, common), coerced(second, common)) if common else (None, None)
    if start is None or end is None or common is None:
        raise no_overload(call, values)
    return Value(f"CAST(date_sub('{_unit(call, common)}', {start.sql}, {end.sql}) AS BIGINT)", INT64)


def _trunc(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    moment = _moment(call, values, 1)
    unit = _unit(call, moment.type)
    return Value(f"CAST(date_trunc('{unit}', {moment.sql}) AS {moment.type.duckdb})", moment.type)


def _date(call: FunctionCall) -> Value:
    return cast(checked_values(call, 1)[0], DATE, safe=False)


def _last_day(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    return Value(f"last_day({_plain(_moment(call, values, 0))})", DATE)


def _plain(moment: Value) -> str:
    """A moment as a TIMESTAMP of DuckDB."""
    if moment.type.kind is Kind.TIMESTAMP:
        return f"({moment.sql} AT TIME ZONE 'UTC')"
    return f"CAST({moment.sql} AS TIMESTAMP)"


def _format(read: str) -> Function:
    convert = from_mysql if read == "mysql" else from_joda

    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 2)
        form = convert(literal_text(call.arguments[1], "A date format"))
        return Value(f"strftime({_plain(_moment(call, values, 0))}, {text(form)})", STRING)

    return Function(write)


def _parse(read: str, gives: Type) -> Function:
    convert = from_mysql if read == "mysql" else from_joda

    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 2)
        form = convert(literal_text(call.arguments[1], "A date format"))
        moment = f"date_trunc('millisecond', strptime({as_type(call, values, 0, STRING)}, {text(form)}))"
        return Value(f"({moment} AT TIME ZONE 'UTC')" if gives == TIMESTAMP else moment, gives)

    return Function(write)


def _iso(pattern: str, gives: Type, read: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1)
        sql = as_type(call, values, 0, STRING)
        other = fail(UNKNOWN, "'{}' as ISO 8601 with an offset or by weeks", sql, gives.duckdb)
        bad = fail("INVALID_FUNCTION_ARGUMENT", 'Invalid format: "{}"', sql, gives.duckdb)
        branches = (
            f"WHEN regexp_full_match({sql}, {text(pattern)}) THEN {read.format(sql)} "
            f"WHEN regexp_matches({sql}, '^[0-9]{{4}}(-|T|W|$)') THEN {other} ELSE {bad}"
        )
        return Value(f"CASE WHEN {sql} IS NULL THEN NULL {branches} END", gives)

    return Function(write)


def _to_iso(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    moment = _moment(call, values, 0)
    forms = {Kind.DATE: "%Y-%m-%d", Kind.DATETIME: "%Y-%m-%dT%H:%M:%S.%g", Kind.TIMESTAMP: "%Y-%m-%dT%H:%M:%S.%gZ"}
    return Value(f"strftime({_plain(moment)}, '{forms[moment.type.kind]}')", STRING)


def now() -> Value:
    """The start of the query, in milliseconds."""
    return Value("date_trunc('millisecond', now())", TIMESTAMP)


def _now(call: FunctionCall) -> Value:
    checked_values(call, 0)
    return now()


_NAMES = {name: _part(name) for name in _PARTS}
FUNCTIONS = {
    **{name.upper(): function for name, function in _NAMES.items()},
    "DATE_ADD": Function(_add),
    "DATE_DIFF": Function(_diff),
    "DATE_TRUNC": Function(_trunc),
    "DATE": Function(_date),
    "LAST_DAY_OF_MONTH": Function(_last_day),
    "DATE_FORMAT": _format("mysql"),
    "DATE_PARSE": _parse("mysql", DATETIME),
    "FORMAT_DATETIME": _format("joda"),
    "PARSE_DATETIME": _parse("joda", TIMESTAMP),
    "FROM_UNIXTIME": scalar(overload("to_timestamp(round({0} * 1000) / 1000)", TIMESTAMP, FLOAT64)),
    "TO_UNIXTIME": scalar(overload("epoch({0})", FLOAT64, TIMESTAMP)),
    "FROM_ISO8601_TIMESTAMP": _iso(_ISO, TIMESTAMP, "date_trunc('millisecond', CAST({} AS TIMESTAMPTZ))"),
    "FROM_ISO8601_DATE": _iso(_ISO_DATE, DATE, "CAST({} AS DATE)"),
    "TO_ISO8601": Function(_to_iso),
    "TO_MILLISECONDS": scalar(overload("CAST(round(epoch({0}) * 1000) AS BIGINT)", INT64, INTERVAL)),
    "NOW": Function(_now),
    "CURRENT_TIMEZONE": scalar(overload("'UTC'", STRING)),
}
