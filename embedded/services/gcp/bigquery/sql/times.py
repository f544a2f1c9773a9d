"""Parts of dates and times: addition, extraction, truncation, difference.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions, .../datetime_functions,
.../timestamp_functions, .../time_functions
"""

from __future__ import annotations

from sqlglot import exp

from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.errors import SqlError, invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import DATE, DATETIME, INT64, INTERVAL, TIME, Kind, Type, text
from embedded.sql_engine.values import Value

DATED = (Kind.DATE, Kind.DATETIME, Kind.MOMENT)
CLOCK_PARTS = ("MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR")
DAY_PARTS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_DAYS = {"DAY": 1, "WEEK": 7}
_MICROS = {
    "MICROSECOND": 1,
    "MILLISECOND": 1_000,
    "SECOND": 1_000_000,
    "MINUTE": 60_000_000,
    "HOUR": 3_600_000_000,
    "DAY": 86_400_000_000,
}
_WEEKDAYS = {
    f"WEEK({day})": index
    for index, day in enumerate(("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"))
}
_WEEKDAYS["WEEK"] = 0
_EXTRACTIONS = {
    "MICROSECOND": "((epoch_us({0}) % 1000000 + 1000000) % 1000000)",  # above zero before 1970 too
    "MILLISECOND": "((epoch_us({0}) % 1000000 + 1000000) % 1000000 // 1000)",
    "SECOND": "second({0})",
    "MINUTE": "minute({0})",
    "HOUR": "hour({0})",
    "DAYOFWEEK": "(dayofweek({0}) + 1)",
    "DAY": "day({0})",
    "DAYOFYEAR": "dayofyear({0})",
    "WEEK": "CAST(strftime({0}, '%U') AS BIGINT)",
    "ISOWEEK": "week({0})",
    "MONTH": "month({0})",
    "QUARTER": "quarter({0})",
    "YEAR": "year({0})",
    "ISOYEAR": "isoyear({0})",
}


def floor_quotient(sql: str, divisor: int) -> str:
    """A whole number divided and rounded down: DuckDB's `//` rounds towards zero.

    Parameters:
        sql: the number, for DuckDB.
        divisor: above zero.
    """
    return f"(({sql} - (({sql} % {divisor}) + {divisor}) % {divisor}) // {divisor})"


def parse_part(node: exp.Expr) -> str:
    """A word such as MONTH or WEEK(MONDAY). Raises SqlError if it is none."""
    if isinstance(node, exp.Column | exp.Var):
        return node.name.upper()
    if isinstance(node, exp.WeekStart):
        return f"WEEK({node.name.upper()})"
    if isinstance(node, exp.Anonymous) and len(node.expressions) == 1:
        return f"{node.name}({node.expressions[0].name})".upper()
    raise invalid(f"A date part was expected, not {node.sql(dialect='bigquery')}", offset_of(node))


def parse_interval(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> tuple[Value, str]:
    """The count and the part of `INTERVAL n part`.

    Parameters:
        node: the interval.
        compiler: of the count.
        scope: the names it may use.

    Raises:
        SqlError: the node is no such interval.
    """
    if not isinstance(node, exp.Interval):
        raise invalid("Expected INTERVAL expression", offset_of(node))
    only(node, "this", "unit")
    unit = node.args.get("unit")
    if not isinstance(unit, exp.Var | exp.Column):
        raise unsupported(f"the interval {node.sql(dialect='bigquery')}", offset_of(node))
    count = node.this
    if isinstance(count, exp.Literal) and count.is_string:
        if not count.name.lstrip("-").isdigit():
            raise invalid(f"Invalid INTERVAL value {count.name!r}", offset_of(node))
        return Value(f"CAST({int(count.name)} AS BIGINT)", INT64, constant=True), parse_part(unit)
    return compiler.coerced(compiler.value(count, scope), INT64, node), parse_part(unit)


def add_interval(value: Value, count: str, unit: str, sign: str, function: str) -> Value:
    """A date or time plus or minus an interval.

    Parameters:
        value: the date or time.
        count: number of parts, for DuckDB.
        unit: the part, such as MONTH.
        sign: `+` or `-`.
        function: its name in the message.

    Raises:
        SqlError: the type has no such part.
    """
    months = _MONTHS.get(unit)
    kind = value.type.kind
    if months and kind in (Kind.DATE, Kind.DATETIME):
        sql = f"({value.sql} {sign} to_months(CAST({count} * {months} AS INTEGER)))"
        return _in_range(Value(f"CAST({sql} AS {value.type.duckdb})", value.type))
    if unit in _DAYS and kind is Kind.DATE:
        return _in_range(Value(f"({value.sql} {sign} CAST({count} * {_DAYS[unit]} AS INTEGER))", DATE))
    if unit in _DAYS and kind is Kind.DATETIME:
        return _in_range(Value(f"({value.sql} {sign} to_days(CAST({count} * {_DAYS[unit]} AS INTEGER)))", DATETIME))
    micros = _MICROS.get(unit)
    if micros and (kind in (Kind.DATETIME, Kind.MOMENT) or (kind is Kind.TIME and unit != "DAY")):
        sql = f"({value.sql} {sign} to_microseconds({count} * {micros}))"
        return Value(sql, TIME) if kind is Kind.TIME else _in_range(Value(sql, value.type))
    raise _no_part(function, unit, value.type)


def _in_range(value: Value) -> Value:
    """BigQuery's years are 1 to 9999."""
    wrong = f"CAST(error('Adding an interval overflows the range of {type_name(value.type)}') AS {value.type.duckdb})"
    return Value(f"(CASE WHEN year({value.sql}) NOT BETWEEN 1 AND 9999 THEN {wrong} ELSE {value.sql} END)", value.type)


def add_days(symbol: str, left: Value, right: Value, node: exp.Expr) -> Value | None:
    """A date plus or minus a number of days.

    Parameters:
        symbol: the operator.
        left: first operand.
        right: second operand.
        node: locates the error.

    Returns:
        None if neither side is a date.

    Raises:
        SqlError: both sides are dates.
    """
    if INTERVAL in (left.type, right.type) or symbol not in "+-":
        return None
    if symbol == "+" and left.type == INT64 and right.type == DATE:
        left, right = right, left
    if left.type == DATE and right.type == INT64:
        return add_interval(left, right.sql, "DAY", symbol, symbol)
    if left.type.kind in DATED and right.type.kind in DATED:
        raise unsupported("the difference of dates as an INTERVAL; use DATE_DIFF or TIMESTAMP_DIFF", offset_of(node))
    return None


def truncate(value: Value, unit: str, function: str) -> Value:
    """A date or time truncated to a part.

    Parameters:
        value: the date or time.
        unit: the part, such as MONTH.
        function: its name in the message.

    Raises:
        SqlError: the type has no such part.
    """
    kind = value.type.kind
    if kind is Kind.TIME:
        if unit not in CLOCK_PARTS:
            raise _no_part(function, unit, value.type)
        return Value(_cut(value.sql, unit, value.type), TIME)
    if unit in _WEEKDAYS:
        days = f"((dayofweek({value.sql}) - {_WEEKDAYS[unit]} + 7) % 7)"
        sql = f"(CAST({value.sql} AS DATE) - CAST({days} AS INTEGER))"
    elif unit == "ISOYEAR":
        sql = f"CAST(date_trunc('week', make_date(isoyear({value.sql}), 1, 4)) AS DATE)"
    elif unit in ("ISOWEEK", "DAY", "MONTH", "QUARTER", "YEAR"):
        sql = f"CAST(date_trunc('{'week' if unit == 'ISOWEEK' else unit.lower()}', {value.sql}) AS DATE)"
    elif unit in CLOCK_PARTS and kind in (Kind.DATETIME, Kind.MOMENT):
        return Value(_cut(value.sql, unit, value.type), value.type)
    else:
        raise _no_part(function, unit, value.type)
    return Value(f"CAST({sql} AS {value.type.duckdb})", value.type)


def last_day(value: Value, unit: str, function: str) -> Value:
    """The last day of a part, as a DATE.

    Parameters:
        value: a DATE or a DATETIME.
        unit: the part, such as MONTH or WEEK(MONDAY).
        function: its name in the message.

    Raises:
        SqlError: the type has no such part.
    """
    if unit in CLOCK_PARTS or unit == "DAY":
        raise _no_part(function, unit, value.type)
    first = f"CAST({truncate(value, unit, function).sql} AS DATE)"
    if unit in _WEEKDAYS or unit == "ISOWEEK":
        return Value(f"({first} + 6)", DATE)
    if unit == "ISOYEAR":
        following = f"make_date(isoyear({value.sql}) + 1, 1, 4)"
        return Value(f"(CAST(date_trunc('week', {following}) AS DATE) - 1)", DATE)
    return Value(f"(CAST({first} + INTERVAL {_MONTHS[unit]} MONTH AS DATE) - 1)", DATE)


def _cut(sql: str, unit: str, of: Type) -> str:
    return sql if unit == "MICROSECOND" else f"CAST(date_trunc('{unit.lower()}', {_stamp(sql, of)}) AS {of.duckdb})"


def _stamp(sql: str, of: Type) -> str:
    return f"(DATE '2000-01-01' + {sql})" if of.kind is Kind.TIME else sql


def extract_part(value: Value, unit: str) -> Value:
    """A part as a number, or the date or the time of day. Raises SqlError: the type has no such part."""
    kind = value.type.kind
    if unit in ("DATE", "TIME", "DATETIME") and kind in (Kind.DATETIME, Kind.MOMENT):
        of = {"DATE": DATE, "TIME": TIME, "DATETIME": DATETIME}[unit]
        return Value(f"CAST({value.sql} AS {of.duckdb})", of)
    known = unit in _EXTRACTIONS and kind in (*DATED, Kind.TIME)
    if not known or ((unit in CLOCK_PARTS) and kind is Kind.DATE) or (unit not in CLOCK_PARTS and kind is Kind.TIME):
        if unit in _WEEKDAYS and kind in DATED:
            raise unsupported(f"EXTRACT({unit})")
        raise _no_part("EXTRACT", unit, value.type)
    sql = _EXTRACTIONS[unit].replace("{0}", _stamp(value.sql, value.type))
    return Value(f"CAST({sql} AS BIGINT)", INT64)


def difference(later: Value, earlier: Value, unit: str, function: str) -> Value:
    """The number of parts between two values.

    Timestamps: whole parts that have passed. Other types: borders of the part that lie between.

    Parameters:
        later: minuend.
        earlier: subtrahend.
        unit: the part, such as MONTH.
        function: its name in the message.

    Raises:
        SqlError: the type has no such part.
    """
    kind = later.type.kind
    if kind is Kind.MOMENT:
        if unit not in _MICROS:
            raise _no_part(function, unit, later.type)
        return Value(f"((epoch_us({later.sql}) - epoch_us({earlier.sql})) // {_MICROS[unit]})", INT64)
    if unit in _WEEKDAYS or unit in ("ISOWEEK", "ISOYEAR"):
        first, last = (truncate(side, unit, function).sql for side in (earlier, later))
        if unit == "ISOYEAR":
            return Value(f"CAST(isoyear({later.sql}) - isoyear({earlier.sql}) AS BIGINT)", INT64)
        return Value(f"(date_diff('day', CAST({first} AS DATE), CAST({last} AS DATE)) // 7)", INT64)
    allowed = {Kind.DATE: DAY_PARTS, Kind.DATETIME: (*DAY_PARTS, *CLOCK_PARTS), Kind.TIME: CLOCK_PARTS}.get(kind, ())
    if unit not in allowed:
        raise _no_part(function, unit, later.type)
    first, last = (_stamp(side.sql, side.type) for side in (earlier, later))
    return Value(f"date_diff('{unit.lower()}', {first}, {last})", INT64)


def to_zone(value: Value, zone: str) -> str:
    """A timestamp as the date and time in a zone; the zone is an expression of DuckDB."""
    return f"(({value.sql} AT TIME ZONE 'UTC') AT TIME ZONE {zone})"


def from_zone(sql: str, zone: str) -> str:
    """A date and time in a zone as a timestamp."""
    return f"(({sql} AT TIME ZONE {zone}) AT TIME ZONE 'UTC')"


def zone_text(node: exp.Expr) -> str:
    """A literal zone, for DuckDB. Raises SqlError."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise unsupported("a time zone that is no string literal", offset_of(node))
    if node.name[:1] in "+-":
        raise unsupported("time zones as offsets; names such as America/New_York are known", offset_of(node))
    return text(node.name)


def _no_part(function: str, unit: str, of: Type) -> SqlError:
    return invalid(f"{function} does not support the {unit} date part for arguments of type {type_name(of)}")
