"""Query parameters as values of expressions.

Source: https://cloud.google.com/bigquery/docs/parameterized-queries
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.types import schema_type, type_name
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.types import STRING, Kind, Type, array, text
from embedded.sql_engine.values import Value

Json = dict[str, Any]

_SCALARS = (Kind.BOOL, Kind.INT64, Kind.FLOAT64, Kind.DECIMAL, Kind.STRING, Kind.DATE, Kind.TIME, Kind.DATETIME,
            Kind.MOMENT)  # fmt: skip


def parse_parameters(parameters: Sequence[Json]) -> dict[str, Value]:
    """Values by name in lower case, or by number for those without a name. Raises SqlError."""
    values: dict[str, Value] = {}
    for index, parameter in enumerate(parameters):
        of = _type(parameter.get("parameterType") or {})
        values[str(parameter.get("name") or index).lower()] = _value(parameter.get("parameterValue") or {}, of)
    return values


def _type(described: Json) -> Type:
    name = str(described.get("type", "")).upper()
    if name == "ARRAY":
        return array(_type(described.get("arrayType") or {}))
    if name == "STRUCT":
        raise unsupported("query parameters of the type STRUCT")
    return schema_type({"type": name, "name": "of a parameter"})


def _value(document: Json, of: Type) -> Value:
    if of.kind is Kind.ARRAY and of.element:
        values = [_value(item, of.element).sql for item in document.get("arrayValues") or []]
        return Value(f"CAST([{', '.join(values)}] AS {of.duckdb})", of, constant=True)
    written = document.get("value")
    if written is None:
        return Value(f"CAST(NULL AS {of.duckdb})", of, constant=True)
    sql = text(str(written))
    if of.kind is Kind.BYTES:
        return Value(f"from_base64({sql})", of, constant=True)
    if of.kind not in _SCALARS:
        raise invalid(f"Invalid value for a parameter of the type {type_name(of)}")
    return Value(casts.cast(Value(sql, STRING), of, safe=False).sql, of, constant=True)
