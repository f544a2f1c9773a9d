"""Functions of DATE, DATETIME, TIME and TIMESTAMP; a TIMESTAMP is in UTC unless a zone is given.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions, .../datetime_functions,
.../time_functions and .../timestamp_functions
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql import casts, times
from embedded.services.gcp.bigquery.sql.arguments import check_count, literal_text
from embedded.services.gcp.bigquery.sql.formats import to_duckdb_format
from embedded.services.gcp.bigquery.sql.times import floor_quotient
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import coerce_argument, no_overload, overload, scalar
from embedded.sql_engine.types import DATE, DATETIME, INT64, MOMENT, STRING, TIME, Kind, Type, array, text
from embedded.sql_engine.values import Value

_CASTABLE: dict[Kind, tuple[Kind, ...]] = {
    Kind.DATE: (Kind.DATETIME, Kind.MOMENT, Kind.DATE),
    Kind.DATETIME: (Kind.DATE, Kind.MOMENT, Kind.STRING, Kind.DATETIME),
    Kind.TIME: (Kind.DATETIME, Kind.MOMENT, Kind.TIME),
    Kind.MOMENT: (Kind.DATE, Kind.DATETIME, Kind.STRING, Kind.MOMENT),
}


def _first(call: FunctionCall, *allowed: Type) -> Value:
    """The first argument, implicitly cast if needed."""
    value = call.compiler.value(call.arguments[0], call.scope)
    if value.type in allowed:
        return value
    for of in allowed:
        coerced = call.compiler.rules.coerce(value, of)
        if coerced is not None:
            return coerced
    raise no_overload(call, [value])


def _constructor(of: Type, parts: str, count: int) -> Function:
    """DATE(year, month, day) and the like, or a cast of one argument, with a zone for a timestamp."""

    def write(call: FunctionCall) -> Value:
        if len(call.arguments) == count:
            return Value(parts.format(*[coerce_argument(call, index, INT64) for index in range(count)]), of)
        check_count(call, 1, 2)
        value = call.compiler.value(call.arguments[0], call.scope)
        if value.type.kind is Kind.STRING and value.constant:
            local = of == MOMENT and len(call.arguments) == 2
            value = casts.cast(value, DATETIME if local else of, safe=False)
        if value.type.kind is Kind.NULL:
            return casts.cast(value, of, safe=False)
        if value.type.kind not in _CASTABLE[of.kind]:
            raise no_overload(call, call.values())
        if len(call.arguments) == 2:
            return _zoned(call, value, of)
        return casts.cast(value, of, safe=False)

    return Function(write)


def _zoned(call: FunctionCall, value: Value, of: Type) -> Value:
    zone = times.zone_text(call.arguments[1])
    if of.kind is not Kind.MOMENT and value.type.kind is Kind.MOMENT:
        return casts.cast(Value(times.to_zone(value, zone), DATETIME), of, safe=False)
    if of.kind is Kind.MOMENT and value.type.kind in (Kind.DATE, Kind.DATETIME):
        local = casts.cast(value, DATETIME, safe=False).sql
        return Value(times.from_zone(local, zone), MOMENT)
    raise no_overload(call, [value, Value("", STRING)])


def _shift(sign: str, *allowed: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 2)
        value = _first(call, *allowed)
        count, unit = times.parse_interval(call.arguments[1], call.compiler, call.scope)
        return times.add_interval(value, count.sql, unit, sign, call.name)

    return Function(write)


def _difference(*allowed: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 3, 3)
        values = [call.compiler.value(node, call.scope) for node in call.arguments[:2]]
        target = call.compiler.rules.common(values)
        if target not in allowed:
            coerced = [call.compiler.rules.coerce(value, allowed[0]) for value in values]
            if None in coerced:
                raise no_overload(call, values)
            target = allowed[0]
        later, earlier = (call.compiler.coerced(value, target, call.node) for value in values)
        return times.difference(later, earlier, times.parse_part(call.arguments[2]), call.name)

    return Function(write)


def _truncate(*allowed: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 3 if MOMENT in allowed else 2)
        value, unit = _first(call, *allowed), times.parse_part(call.arguments[1])
        if len(call.arguments) == 2:
            return times.truncate(value, unit, call.name)
        if value.type != MOMENT or unit in times.CLOCK_PARTS:
            raise unsupported(f"{call.name} to the {unit} with a time zone", offset_of(call.node))
        zone = times.zone_text(call.arguments[2])
        local = times.truncate(Value(times.to_zone(value, zone), DATETIME), unit, call.name)
        return Value(times.from_zone(local.sql, zone), MOMENT)

    return Function(write)


def _format(*allowed: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 3 if MOMENT in allowed else 2)
        written = literal_text(call.arguments[0], "a format string")
        value = call.compiler.value(call.arguments[1], call.scope)
        moment = value if value.type in allowed else call.compiler.rules.coerce(value, allowed[0])
        if moment is None:
            raise no_overload(call, [Value("", STRING), value])
        kind, sql = moment.type.kind, moment.sql
        if len(call.arguments) == 3:
            sql = times.to_zone(moment, times.zone_text(call.arguments[2]))
        if kind is Kind.TIME:
            sql = f"(DATE '1970-01-01' + {sql})"
        return Value(f"strftime({sql}, {text(to_duckdb_format(written, kind))})", STRING)

    return Function(write)


def _parse(of: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2, 2)
        written = literal_text(call.arguments[0], "a format string")
        value = coerce_argument(call, 1, STRING)
        read = f"try_strptime({value}, {text(to_duckdb_format(written, of.kind, parse=True))})"
        wrong = casts.failure(f"'Failed to parse input string \"' || {value} || '\"'", of, safe=False)
        chosen = f"(CASE WHEN {value} IS NULL THEN NULL WHEN {read} IS NULL THEN {wrong}"
        return Value(f"{chosen} ELSE CAST({read} AS {of.duckdb}) END)", of)

    return Function(write)


def _last_day(call: FunctionCall) -> Value:
    check_count(call, 1, 2)
    value = _first(call, DATE, DATETIME)
    unit = times.parse_part(call.arguments[1]) if len(call.arguments) == 2 else "MONTH"
    return times.last_day(value, unit, call.name)


def _current(of: Type) -> Function:
    """One time for a whole statement, as in BigQuery: DuckDB's is that of the transaction."""

    def write(call: FunctionCall) -> Value:
        check_count(call, 0, 0 if of == MOMENT else 1)
        moment = Value("(current_timestamp AT TIME ZONE 'UTC')", MOMENT)
        if call.arguments:
            local = Value(times.to_zone(moment, times.zone_text(call.arguments[0])), DATETIME)
            return casts.cast(local, of, safe=False)
        return casts.cast(moment, of, safe=False)

    return Function(write)


def _dates(call: FunctionCall) -> Value:
    """GENERATE_DATE_ARRAY(from, to, INTERVAL n part)."""
    check_count(call, 2, 3)
    first, last = coerce_argument(call, 0, DATE), coerce_argument(call, 1, DATE)
    count, unit = "1", "DAY"
    if len(call.arguments) == 3:
        value, unit = times.parse_interval(call.arguments[2], call.compiler, call.scope)
        count = value.sql
    if unit not in times.DAY_PARTS:
        raise invalid(f"GENERATE_DATE_ARRAY does not support the {unit} date part", offset_of(call.node))
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}.get(unit)
    if months:
        return Value(_monthly(first, last, f"({count} * {months})"), array(DATE))
    step = f"to_days(CAST({count} * {7 if unit == 'WEEK' else 1} AS INTEGER))"
    series = f"generate_series(CAST({first} AS TIMESTAMP), CAST({last} AS TIMESTAMP), {step})"
    return Value(f"CAST({series} AS DATE[])", array(DATE))


def _monthly(first: str, last: str, months: str) -> str:
    """Each date counts from the first: from January 31 on, the ends of the months."""
    number = f"(date_diff('month', {first}, {last}) // {months})"
    dates = (
        f"list_transform(generate_series(0, {number}),"
        f" lambda i: CAST({first} + to_months(CAST(i * {months} AS INTEGER)) AS DATE))"
    )
    return f"list_filter({dates}, lambda d: CASE WHEN {months} > 0 THEN d <= {last} ELSE d >= {last} END)"


def _unix(sql: str) -> Function:
    return scalar(overload(sql, INT64, MOMENT))


def _from_unix(factor: int) -> Function:
    return scalar(overload(f"make_timestamp({{0}} * {factor})", MOMENT, INT64))


FUNCTIONS: dict[str, Function] = {
    "CURRENT_DATE": _current(DATE),
    "CURRENT_DATETIME": _current(DATETIME),
    "CURRENT_TIME": _current(TIME),
    "CURRENT_TIMESTAMP": _current(MOMENT),
    "DATE": _constructor(DATE, "make_date({}, {}, {})", 3),
    "DATE_ADD": _shift("+", DATE, DATETIME, MOMENT),
    "DATE_DIFF": _difference(DATE, DATETIME, MOMENT),
    "DATE_FROM_UNIX_DATE": scalar(overload("(DATE '1970-01-01' + CAST({0} AS INTEGER))", DATE, INT64)),
    "DATE_SUB": _shift("-", DATE, DATETIME, MOMENT),
    "DATE_TRUNC": _truncate(DATE, DATETIME, MOMENT),
    "DATETIME": _constructor(DATETIME, "make_timestamp({}, {}, {}, {}, {}, CAST({} AS DOUBLE))", 6),
    "DATETIME_ADD": _shift("+", DATETIME, DATE),
    "DATETIME_DIFF": _difference(DATETIME),
    "DATETIME_SUB": _shift("-", DATETIME, DATE),
    "DATETIME_TRUNC": _truncate(DATETIME, DATE),
    "FORMAT_DATE": _format(DATE, DATETIME, MOMENT),
    "FORMAT_DATETIME": _format(DATETIME),
    "FORMAT_TIME": _format(TIME),
    "FORMAT_TIMESTAMP": _format(MOMENT),
    "GENERATE_DATE_ARRAY": Function(_dates),
    "LAST_DAY": Function(_last_day),
    "PARSE_DATE": _parse(DATE),
    "PARSE_DATETIME": _parse(DATETIME),
    "PARSE_TIMESTAMP": _parse(MOMENT),
    "TIME": _constructor(TIME, "make_time({}, {}, CAST({} AS DOUBLE))", 3),
    "TIMESTAMP": _constructor(MOMENT, "", 0),
    "TIMESTAMP_ADD": _shift("+", MOMENT),
    "TIMESTAMP_DIFF": _difference(MOMENT),
    "TIMESTAMP_MICROS": _from_unix(1),
    "TIMESTAMP_MILLIS": _from_unix(1_000),
    "TIMESTAMP_SECONDS": _from_unix(1_000_000),
    "TIMESTAMP_SUB": _shift("-", MOMENT),
    "TIMESTAMP_TRUNC": _truncate(MOMENT, DATETIME),
    "TIME_ADD": _shift("+", TIME),
    "TIME_DIFF": _difference(TIME),
    "TIME_SUB": _shift("-", TIME),
    "TIME_TRUNC": _truncate(TIME),
    "UNIX_DATE": scalar(overload("CAST({0} - DATE '1970-01-01' AS BIGINT)", INT64, DATE)),
    "UNIX_MICROS": _unix("epoch_us({0})"),
    "UNIX_MILLIS": _unix(floor_quotient("epoch_us({0})", 1_000)),
    "UNIX_SECONDS": _unix(floor_quotient("epoch_us({0})", 1_000_000)),
}
