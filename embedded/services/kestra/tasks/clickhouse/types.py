"""ClickHouse's types: the kind of each, and how its cells are converted for Java."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from embedded.services.kestra.tasks.bridge import Column

WRAPPER = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)")
AGGREGATE = re.compile(r"SimpleAggregateFunction\(\w+, (.*)\)")
ARRAY = re.compile(r"Array\((.*)\)")
MOMENT = re.compile(r"DateTime(?:64\(\d+(?:, '(?P<zone64>[^']+)')?\)|\('(?P<zone>[^']+)'\))")
KINDS = {
    "Bool": "boolean",
    "Int8": "integer",
    "Int16": "integer",
    "Int32": "integer",
    "UInt8": "integer",
    "UInt16": "integer",
    "UInt32": "long",
    "Int64": "long",
    "UInt64": "long",
    "Float32": "double",
    "Float64": "double",
    "BFloat16": "double",
    "Date": "date",
    "Date32": "date",
    "DateTime": "timestamp",
    "Time": "time",
    "Time64": "time",
    "Decimal": "decimal",
}
"""Kind of each type's values, by the type's name without its parameters; most others are text."""
BIG_INTEGERS = ("Int128", "Int256", "UInt128", "UInt256")
NOT_FINITE = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
Converter = Callable[[Any], Any]


def column(name: str, type_: str, zone: str) -> Column:
    """A column in the form that Java takes.

    Parameters:
        name: of the column.
        type_: its ClickHouse type.
        zone: the server's time zone, for columns without one.
    """
    plain = unwrap(type_)
    if match := ARRAY.fullmatch(plain):
        item = column(name, match[1], zone)
        return Column(name, item.kind + "[]", item.zone)
    if match := MOMENT.fullmatch(plain):
        return Column(name, "zoned", match["zone64"] or match["zone"] or zone)
    return Column(name, KINDS.get(plain.partition("(")[0], "text"))


def converter(type_: str) -> Converter | None:
    """The function that converts a column's cells; None if they need none."""
    plain = unwrap(type_)
    if match := ARRAY.fullmatch(plain):
        inner = converter(match[1])
        return (lambda cell: [None if item is None else inner(item) for item in cell]) if inner else None
    return str if plain in BIG_INTEGERS else CONVERTERS.get(plain)


def unwrap(type_: str) -> str:
    """The type without `Nullable`, `LowCardinality` and `SimpleAggregateFunction`."""
    while match := WRAPPER.fullmatch(type_) or AGGREGATE.fullmatch(type_):
        type_ = match[1]
    return type_


def _number(cell: Any) -> Any:
    return NOT_FINITE.get(cell, cell) if isinstance(cell, str) else cell


def _address(cell: str) -> str:
    """As Java writes it: all eight groups, without leading zeros."""
    packed = ipaddress.IPv6Address(cell).packed
    return ":".join(f"{packed[index] << 8 | packed[index + 1]:x}" for index in range(0, 16, 2))


CONVERTERS: dict[str, Converter] = {
    "Float32": _number,
    "Float64": _number,
    "BFloat16": _number,
    "DateTime": lambda cell: cell.removesuffix("Z"),
    "IPv6": _address,
}
"""For types whose text Java would not understand, by the whole type."""
