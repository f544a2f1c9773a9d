"""BigQuery's types: their names in SQL and in schemas.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlglot import exp

from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    FLOAT64,
    INT64,
    INTERVAL,
    MOMENT,
    STRING,
    TIME,
    Kind,
    Type,
    array,
    decimal,
    struct,
)

NUMERIC = decimal(38, 9)

_NAMES = {
    Kind.NULL: "INT64",
    Kind.BOOL: "BOOL",
    Kind.INT64: "INT64",
    Kind.FLOAT64: "FLOAT64",
    Kind.STRING: "STRING",
    Kind.BYTES: "BYTES",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.DATETIME: "DATETIME",
    Kind.MOMENT: "TIMESTAMP",
    Kind.INTERVAL: "INTERVAL",
    Kind.DECIMAL: "NUMERIC",
}
_NODES = {
    exp.DType.BOOLEAN: BOOL,
    exp.DType.BIGINT: INT64,
    exp.DType.INT: INT64,
    exp.DType.SMALLINT: INT64,
    exp.DType.TINYINT: INT64,
    exp.DType.DOUBLE: FLOAT64,
    exp.DType.FLOAT: FLOAT64,
    exp.DType.TEXT: STRING,
    exp.DType.BINARY: BYTES,
    exp.DType.VARBINARY: BYTES,
    exp.DType.DATE: DATE,
    exp.DType.TIME: TIME,
    exp.DType.TIMESTAMP: DATETIME,
    exp.DType.DATETIME: DATETIME,
    exp.DType.TIMESTAMPTZ: MOMENT,
    exp.DType.DECIMAL: NUMERIC,
    exp.DType.INTERVAL: INTERVAL,
}
_SCHEMA = {
    "STRING": STRING,
    "BYTES": BYTES,
    "INTEGER": INT64,
    "INT64": INT64,
    "FLOAT": FLOAT64,
    "FLOAT64": FLOAT64,
    "BOOLEAN": BOOL,
    "BOOL": BOOL,
    "TIMESTAMP": MOMENT,
    "DATE": DATE,
    "TIME": TIME,
    "DATETIME": DATETIME,
    "NUMERIC": NUMERIC,
}
_LEGACY = {"INT64": "INTEGER", "FLOAT64": "FLOAT", "BOOL": "BOOLEAN", "STRUCT": "RECORD"}


def type_name(of: Type) -> str:
    """A type's name in messages and INFORMATION_SCHEMA."""
    if of.kind is Kind.ARRAY and of.element:
        return f"ARRAY<{type_name(of.element)}>"
    if of.kind is Kind.STRUCT:
        return f"STRUCT<{', '.join(f'{name} {type_name(field)}'.strip() for name, field in of.fields)}>"
    return _NAMES[of.kind]


def named_type(node: exp.DataType) -> Type:
    """A type as written in a statement. Raises SqlError."""
    if node.this is exp.DType.ARRAY:
        return array(named_type(node.expressions[0]))
    if node.this is exp.DType.STRUCT:
        return struct([_field(field) for field in node.expressions])
    only(node, "this", "expressions", "nested")
    of = _NODES.get(node.this)
    if of is None or (isinstance(node.this, exp.DType) and node.args.get("kind")):
        raise unsupported(f"the type {node.sql(dialect='bigquery')}", offset_of(node))
    return _refuse_limits(of, [int(size.name) for size in node.expressions], node)


def schema_type(field: Mapping[str, Any]) -> Type:
    """The type of a field of a schema. Raises SqlError."""
    name = str(field.get("type", "")).upper()
    if name in ("RECORD", "STRUCT"):
        of = struct([(inner["name"], schema_type(inner)) for inner in field.get("fields", [])])
    elif name in _SCHEMA:
        of = _SCHEMA[name]
        if of is NUMERIC and ("precision" in field or "scale" in field):
            raise unsupported(f"NUMERIC with a precision, at the field {field.get('name')}")
        if "maxLength" in field:
            raise unsupported(f"{name} with a length, at the field {field.get('name')}")
    else:
        raise unsupported(f"the type {name or 'without a name'} of the field {field.get('name')}")
    return array(of) if str(field.get("mode", "")).upper() == "REPEATED" else of


def schema_field(name: str, of: Type) -> dict[str, Any]:
    """A column as a field of a schema."""
    mode = "NULLABLE"
    if of.kind is Kind.ARRAY and of.element:
        mode, of = "REPEATED", of.element
    known = "RECORD" if of.kind is Kind.STRUCT else _NAMES[of.kind]
    field: dict[str, Any] = {"name": name, "type": _LEGACY.get(known, known), "mode": mode}
    if of.kind is Kind.STRUCT:
        field["fields"] = [schema_field(inner, kind) for inner, kind in of.fields]
    return field


def with_old_names(fields: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The fields of a schema as the API shows them: INTEGER and RECORD, though INT64 and STRUCT were given."""
    shown = []
    for field in fields:
        kind = str(field.get("type", "")).upper()
        inner = {"fields": with_old_names(field["fields"])} if field.get("fields") else {}
        shown.append({**field, "type": _LEGACY.get(kind, kind), **inner})
    return shown


def _field(node: exp.ColumnDef | exp.DataType) -> tuple[str, Type]:
    if isinstance(node, exp.ColumnDef):
        return node.name, named_type(node.args["kind"])
    return "", named_type(node)


def _refuse_limits(of: Type, sizes: list[int], node: exp.DataType) -> Type:
    if not sizes:
        return of
    if of.kind is not Kind.DECIMAL or len(sizes) > 2:
        raise unsupported(f"lengths of types, as in {node.sql(dialect='bigquery')}", offset_of(node))
    raise unsupported("NUMERIC with a precision", offset_of(node))


def check_storable(name: str, of: Type) -> None:
    """Refuse a column that a table cannot have. Raises SqlError."""
    if of.kind is Kind.ARRAY and of.element and of.element.kind is Kind.ARRAY:
        raise invalid(f"Array of array is not allowed, at the column {name}")
    if of.kind is Kind.INTERVAL:
        raise unsupported(f"a stored INTERVAL, at the column {name}")
    for inner, field in of.fields:
        check_storable(inner, field)
