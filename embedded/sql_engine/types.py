"""Types with neutral names: each dialect has its own names for them, DuckDB has others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from duckdb.sqltypes import DuckDBPyType

from embedded.sql_engine.errors import unsupported


class Kind(StrEnum):
    """The families of types; the value is DuckDB's name of those without parameters."""

    NULL = '"NULL"'
    BOOL = "BOOLEAN"
    INT8 = "TINYINT"
    INT16 = "SMALLINT"
    INT32 = "INTEGER"
    INT64 = "BIGINT"
    FLOAT32 = "FLOAT"
    FLOAT64 = "DOUBLE"
    DECIMAL = "DECIMAL"
    STRING = "VARCHAR"
    BYTES = "BLOB"
    DATE = "DATE"
    TIME = "TIME"
    DATETIME = "TIMESTAMP"
    """Without a time zone."""
    TIMESTAMP = "TIMESTAMP WITH TIME ZONE"
    MOMENT = "MOMENT"
    """A point in time, stored as its UTC date and time: DuckDB's TIMESTAMP. No time zone setting affects it."""
    INTERVAL = "INTERVAL"
    JSON = "JSON"
    ARRAY = "ARRAY"
    STRUCT = "STRUCT"
    MAP = "MAP"


INTEGERS = (Kind.INT8, Kind.INT16, Kind.INT32, Kind.INT64)
FLOATS = (Kind.FLOAT32, Kind.FLOAT64)
NUMBERS = (*INTEGERS, Kind.DECIMAL, *FLOATS)


@dataclass(frozen=True)
class Type:
    """One type.

    Parameters:
        kind: its family.
        precision: digits of a DECIMAL, or the longest STRING or BYTES that may be stored.
        scale: of them, digits after the decimal point.
        element: of an ARRAY; the values of a MAP.
        key: of a MAP.
        fields: names and types of a STRUCT; a name may be empty.
    """

    kind: Kind
    precision: int | None = None
    scale: int | None = None
    element: Type | None = None
    key: Type | None = None
    fields: tuple[tuple[str, Type], ...] = ()

    @property
    def duckdb(self) -> str:
        """The type's name in DuckDB."""
        if self.kind is Kind.MOMENT:
            return Kind.DATETIME.value
        if self.kind is Kind.DECIMAL:
            return f"DECIMAL({self.precision}, {self.scale})"
        if self.kind is Kind.ARRAY and self.element:
            return f"{self.element.duckdb}[]"
        if self.kind is Kind.MAP and self.key and self.element:
            return f"MAP({self.key.duckdb}, {self.element.duckdb})"
        if self.kind is Kind.STRUCT:
            return f"STRUCT({', '.join(f'{quote(name)} {of.duckdb}' for name, of in self.fields)})"
        return self.kind.value

    @property
    def stored(self) -> Type:
        """The type without the limits that only say what may be stored."""
        return replace(self, precision=None) if self.kind in (Kind.STRING, Kind.BYTES) else self


NULL = Type(Kind.NULL)
BOOL = Type(Kind.BOOL)
INT32 = Type(Kind.INT32)
INT64 = Type(Kind.INT64)
FLOAT64 = Type(Kind.FLOAT64)
STRING = Type(Kind.STRING)
BYTES = Type(Kind.BYTES)
DATE = Type(Kind.DATE)
TIME = Type(Kind.TIME)
DATETIME = Type(Kind.DATETIME)
TIMESTAMP = Type(Kind.TIMESTAMP)
MOMENT = Type(Kind.MOMENT)
INTERVAL = Type(Kind.INTERVAL)
JSON = Type(Kind.JSON)


def decimal(precision: int, scale: int) -> Type:
    """A DECIMAL."""
    return Type(Kind.DECIMAL, precision=precision, scale=scale)


def array(element: Type) -> Type:
    """An ARRAY."""
    return Type(Kind.ARRAY, element=element)


def struct(fields: list[tuple[str, Type]]) -> Type:
    """A STRUCT."""
    return Type(Kind.STRUCT, fields=tuple(fields))


_PLAIN = {kind.value.lower(): kind for kind in Kind if kind not in (Kind.DECIMAL, Kind.ARRAY, Kind.STRUCT, Kind.MAP)}
_WIDER = {"hugeint": decimal(38, 0), "timestamp_ns": DATETIME, "timestamp_s": DATETIME, "timestamp_ms": DATETIME}
_UNSIGNED = {"utinyint": Type(Kind.INT16), "usmallint": INT32, "uinteger": INT64, "ubigint": decimal(20, 0)}


def from_duckdb(described: DuckDBPyType) -> Type:
    """A type as DuckDB describes it. Raises SqlError for those that no dialect has."""
    name = described.id
    if name in ("decimal", "list", "array", "struct", "map"):
        return _parametrized(name, described.children)
    text = str(described).lower()
    if text in _PLAIN:
        return Type(_PLAIN[text])
    of = _WIDER.get(name) or _UNSIGNED.get(name)
    if of is None:
        raise unsupported(f"the type {described}")
    return of


def _parametrized(name: str, children: list[tuple[str, Any]]) -> Type:
    """A type with parameters; DuckDB's stubs do not say which child has which type."""
    if name == "struct":
        return struct([(field, from_duckdb(of)) for field, of in children])
    parts = dict(children)
    if name == "decimal":
        return decimal(int(parts["precision"]), int(parts["scale"]))
    if name == "map":
        return Type(Kind.MAP, key=from_duckdb(parts["key"]), element=from_duckdb(parts["value"]))
    return array(from_duckdb(parts["child"]))


def quote(name: str) -> str:
    """A name for DuckDB. Every name that comes from a statement, a file or a table passes here or through `text`."""
    return '"' + name.replace('"', '""') + '"'


def extract(value: str, name: str) -> str:
    """A field of a STRUCT for DuckDB.

    Parameters:
        value: the STRUCT, for DuckDB.
        name: of the field.
    """
    return f"struct_extract({value}, {text(name)})"


def text(value: str) -> str:
    """A string literal for DuckDB."""
    return "'" + value.replace("'", "''") + "'"
