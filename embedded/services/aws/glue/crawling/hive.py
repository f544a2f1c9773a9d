"""Maps DuckDB's types to Hive's, which the Data Catalog uses."""

from __future__ import annotations

from typing import Any

_SIMPLE = {
    "boolean": "boolean",
    "tinyint": "tinyint",
    "smallint": "smallint",
    "integer": "int",
    "bigint": "bigint",
    "utinyint": "smallint",
    "usmallint": "int",
    "uinteger": "bigint",
    "ubigint": "decimal(20,0)",
    "hugeint": "decimal(38,0)",
    "float": "float",
    "double": "double",
    "date": "date",
    "blob": "binary",
    **dict.fromkeys(("timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"), "timestamp"),
    "timestamp with time zone": "timestamp",
}
_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")


def hive_type(kind: Any) -> str:
    """The type of a column of a typed file; `string` for types that Hive does not have.

    Parameters:
        kind: DuckDB's type.
    """
    if kind.id == "decimal":
        precision, scale = (value for _, value in kind.children)
        return f"decimal({precision},{scale})"
    if kind.id in ("list", "array"):
        return f"array<{hive_type(dict(kind.children)['child'])}>"
    if kind.id == "map":
        inner = dict(kind.children)
        return f"map<{hive_type(inner['key'])},{hive_type(inner['value'])}>"
    if kind.id == "struct":
        return f"struct<{','.join(f'{name}:{hive_type(inner)}' for name, inner in kind.children)}>"
    return _SIMPLE.get(kind.id, "string")


def json_type(kind: Any) -> str:
    """The type of a column of JSON, which has no dates. Names of fields keep their case, as in AWS's crawler.

    Source: https://github.com/awslabs/aws-athena-query-federation/issues/245.

    Parameters:
        kind: DuckDB's type.
    """
    if kind.id == "list":
        return f"array<{json_type(dict(kind.children)['child'])}>"
    if kind.id == "map":
        return f"map<string,{json_type(dict(kind.children)['value'])}>"
    if kind.id == "struct":
        return f"struct<{','.join(f'{name}:{json_type(inner)}' for name, inner in kind.children)}>"
    return kind.id if kind.id in ("boolean", "bigint", "double") else "string"


def csv_type(kind: str) -> str:
    """The type of a column of CSV, for which the classifier has numbers, booleans and strings.

    Parameters:
        kind: name of DuckDB's type.
    """
    return kind.lower() if kind in ("BIGINT", "DOUBLE", "BOOLEAN") else "string"


def wider_type(left: str, right: str) -> str:
    """The type that holds the values of both types."""
    if left == right:
        return left
    if left in _NUMBERS and right in _NUMBERS:
        high = max(left, right, key=_NUMBERS.index)
        low = min(left, right, key=_NUMBERS.index)
        return "double" if high == "float" and low in ("int", "bigint") else high
    return "string"
