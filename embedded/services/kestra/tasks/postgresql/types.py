"""PostgreSQL's types: values stay the server's own text, and Java learns their kind.

Text, because Python's classes hold less than the server does (`infinity`, years before Christ, months of an interval).
"""

import re
from collections.abc import Sequence
from typing import Any

import psycopg2.extensions

from embedded.services.kestra.tasks.bridge import Column

KINDS = {
    16: "boolean",
    17: "bytes",
    20: "long",
    21: "integer",
    23: "integer",
    26: "long",
    114: "json",
    700: "double",
    701: "double",
    1082: "date",
    1083: "time",
    1114: "timestamp",
    1184: "zoned",
    1186: "interval",
    1266: "timetz",
    1700: "decimal",
    3802: "json",
}
"""Kind of each type's values, by the type's number in pg_type; all others are text."""

ARRAYS = {
    1000: 16, 1001: 17, 1016: 20, 1005: 21, 1007: 23, 1028: 26, 199: 114, 1021: 700, 1022: 701, 1182: 1082, 1183: 1083,
    1115: 1114, 1185: 1184, 1187: 1186, 1231: 1700, 3807: 3802, 1009: 25, 1015: 1043, 1014: 1042, 1003: 19, 2951: 2950,
}  # fmt: skip
"""The type of the items of each array type."""

TEXTUAL = (18, 19, 25, 142, 650, 790, 829, 869, 1042, 1043, 1560, 1562, 2950, 3904, 3906, 3908, 3910, 3912, 3926)

_RAW = psycopg2.extensions.new_type((*KINDS, *TEXTUAL), "RAW", lambda value, _: value)
_RAW_ARRAYS = psycopg2.extensions.new_array_type(tuple(ARRAYS), "RAW_ARRAYS", _RAW)

INTERVAL = re.compile(
    r"(?:(?P<Y>[+-]?\d+) years?)?\s*(?:(?P<M>[+-]?\d+) mons?)?\s*(?:(?P<D>[+-]?\d+) days?)?\s*"
    r"(?:(?P<sign>[+-])?(?P<h>\d+):(?P<m>\d\d):(?P<s>\d\d)(?:\.\d+)?)?"
)


def register_raw(connection: Any) -> None:
    """Have a connection hand over all values as text."""
    psycopg2.extensions.register_type(_RAW, connection)
    psycopg2.extensions.register_type(_RAW_ARRAYS, connection)


def columns_of(description: Sequence[Any], zone: str) -> list[Column]:
    """The columns of a cursor; `zone` is the time zone of moments."""
    return [Column(item.name, _java_kind(_kind(item.type_code)), zone) for item in description]


def convert(rows: list[Any], description: Sequence[Any]) -> list[Any]:
    """The rows with those cells rewritten whose text Java would not understand."""
    rewrites = {
        index: rewrite for index, item in enumerate(description) if (rewrite := REWRITES.get(_kind(item.type_code)))
    }
    if not rewrites:
        return rows
    return [[rewrites[i](cell) if cell and i in rewrites else cell for i, cell in enumerate(row)] for row in rows]


def _kind(number: int) -> str:
    if number in ARRAYS:
        return KINDS.get(ARRAYS[number], "text") + "[]"
    return KINDS.get(number, "text")


def _java_kind(kind: str) -> str:
    return {"interval": "text", "timetz": "time"}.get(kind, kind)


def _interval(text: str) -> str:
    """An interval in Kestra's form: years, months, days, hours, minutes and whole seconds, such as P0Y0M1DT2H0M0S."""
    match = INTERVAL.fullmatch(text)
    if not match:
        return text
    part = {name: int(value) for name, value in match.groupdict().items() if value and name != "sign"}
    sign = -1 if match["sign"] == "-" else 1
    days = "".join(f"{part.get(unit, 0)}{unit}" for unit in "YMD")
    clock = "".join(f"{sign * part.get(unit, 0)}{unit.upper()}" for unit in "hms")
    return f"P{days}T{clock}"


def _zoned(text: str) -> str:
    """The server writes the offset as +00, Java wants +00:00."""
    return re.sub(r"([+-]\d\d)$", r"\1:00", text)


def _time_of_day(text: str) -> str:
    """Without its offset: Kestra's time of day has none."""
    return re.sub(r"[+-]\d\d(:\d\d)*$", "", text)


REWRITES = {"interval": _interval, "zoned": _zoned, "timetz": _time_of_day}
