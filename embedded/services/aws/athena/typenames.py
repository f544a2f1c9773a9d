"""Names of types: Hive's in the catalogue, and Trino's in queries.

Source: https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from __future__ import annotations

import re

from embedded.shared.numbers import whole_number
from embedded.sql_engine.types import Kind, Type, array, decimal, struct

_TOKEN = re.compile(r"\s*([A-Za-z_][\w$.@-]*|\d+|[<>(),:]|`[^`]+`)")
_BOTH = {
    "boolean": Kind.BOOL,
    "tinyint": Kind.INT8,
    "smallint": Kind.INT16,
    "int": Kind.INT32,
    "integer": Kind.INT32,
    "bigint": Kind.INT64,
    "float": Kind.FLOAT32,
    "double": Kind.FLOAT64,
    "string": Kind.STRING,
    "varchar": Kind.STRING,
    "binary": Kind.BYTES,
    "date": Kind.DATE,
    "timestamp": Kind.DATETIME,
}
_HIVE = {
    Kind.BOOL: "boolean",
    Kind.INT8: "tinyint",
    Kind.INT16: "smallint",
    Kind.INT32: "int",
    Kind.INT64: "bigint",
    Kind.FLOAT32: "float",
    Kind.FLOAT64: "double",
    Kind.STRING: "string",
    Kind.BYTES: "binary",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamp",
}
_TRINO = {
    **_HIVE,
    Kind.NULL: "unknown",
    Kind.INT32: "integer",
    Kind.FLOAT32: "real",
    Kind.STRING: "varchar",
    Kind.BYTES: "varbinary",
    Kind.DATETIME: "timestamp(3)",
    Kind.TIMESTAMP: "timestamp(3) with time zone",
    Kind.INTERVAL: "interval day to second",
    Kind.TIME: "time(3)",
    Kind.JSON: "json",
}
_SHOWN = {Kind.FLOAT32: "float", Kind.DATETIME: "timestamp", Kind.TIMESTAMP: "timestamp with time zone"}
_FAMILIES = {Kind.ARRAY: "array", Kind.MAP: "map", Kind.STRUCT: "row", Kind.DECIMAL: "decimal", Kind.TIME: "time"}


class UnknownType(ValueError):
    """The name of a type that Athena does not have, or that is not supported."""


def from_hive(name: str) -> Type:
    """A type of the catalogue, such as `array<struct<a:int>>`.

    Raises:
        UnknownType: the type does not exist, or is not supported.
    """
    tokens = _tokens(name)
    hive_type = _hive(tokens, name)
    if tokens:
        raise UnknownType(name)
    return hive_type


def hive(of: Type) -> str:
    """Hive's name of a type; raises UnknownType if tables cannot have it."""
    if of.kind is Kind.DECIMAL:
        return f"decimal({of.precision},{of.scale})"
    if of.kind is Kind.ARRAY and of.element:
        return f"array<{hive(of.element)}>"
    if of.kind is Kind.MAP and of.key and of.element:
        return f"map<{hive(of.key)},{hive(of.element)}>"
    if of.kind is Kind.STRUCT and all(name for name, _ in of.fields):
        return f"struct<{','.join(f'{name}:{hive(field)}' for name, field in of.fields)}>"
    if of.kind is Kind.STRING and of.precision:
        return f"varchar({of.precision})"
    if of.kind not in _HIVE:
        raise UnknownType(trino(of))
    return _HIVE[of.kind]


def trino(of: Type) -> str:
    """Trino's name of a type, as in queries and messages."""
    if of.kind is Kind.DECIMAL:
        return f"decimal({of.precision},{of.scale})"
    if of.kind is Kind.ARRAY and of.element:
        return f"array({trino(of.element)})"
    if of.kind is Kind.MAP and of.key and of.element:
        return f"map({trino(of.key)}, {trino(of.element)})"
    if of.kind is Kind.STRUCT:
        return f"row({', '.join(f'{name} {trino(field)}'.strip() for name, field in of.fields)})"
    if of.kind is Kind.STRING and of.precision is not None:
        return f"varchar({of.precision})"
    return _TRINO[of.kind]


def shown(of: Type) -> str:
    """The name of a type in the metadata of results, without parameters."""
    return _SHOWN.get(of.kind) or _FAMILIES.get(of.kind) or _TRINO[of.kind]


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise UnknownType(text)
        tokens.append(match[1])
        position = match.end()
    return tokens


def _hive(tokens: list[str], whole: str) -> Type:
    """Parse a type at the front of the tokens."""
    word = _take(tokens, whole).lower()
    if word == "array":
        _expect(tokens, "<", whole)
        inner = _hive(tokens, whole)
        _expect(tokens, ">", whole)
        return array(inner)
    if word == "map":
        _expect(tokens, "<", whole)
        key = _hive(tokens, whole)
        _expect(tokens, ",", whole)
        inner = _hive(tokens, whole)
        _expect(tokens, ">", whole)
        return Type(Kind.MAP, key=key, element=inner)
    if word == "struct":
        return _struct(tokens, whole)
    if word == "decimal":
        sizes = _sizes(tokens, whole) or [10, 0]
        return decimal(sizes[0], sizes[1] if len(sizes) > 1 else 0)
    if word not in _BOTH:
        raise UnknownType(whole)
    sizes = _sizes(tokens, whole) if word == "varchar" else []
    return Type(_BOTH[word], precision=sizes[0] if sizes else None)


def _struct(tokens: list[str], whole: str) -> Type:
    _expect(tokens, "<", whole)
    fields = []
    while True:
        name = _take(tokens, whole).strip("`").lower()
        _expect(tokens, ":", whole)
        fields.append((name, _hive(tokens, whole)))
        if _take(tokens, whole) == ">":
            return struct(fields)


def _sizes(tokens: list[str], whole: str) -> list[int]:
    """The optional numbers in parentheses."""
    if not tokens or tokens[0] != "(":
        return []
    tokens.pop(0)
    sizes = [_number(tokens, whole)]
    while _take(tokens, whole) == ",":
        sizes.append(_number(tokens, whole))
    return sizes


def _number(tokens: list[str], whole: str) -> int:
    word = _take(tokens, whole)
    number = whole_number(word, 0, 2**31 - 1)
    if number is None:
        raise UnknownType(whole)
    return number


def _take(tokens: list[str], whole: str) -> str:
    if not tokens:
        raise UnknownType(whole)
    return tokens.pop(0)


def _expect(tokens: list[str], word: str, whole: str) -> None:
    if _take(tokens, whole) != word:
        raise UnknownType(whole)
