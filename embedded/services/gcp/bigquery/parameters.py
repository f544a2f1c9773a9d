"""Query parameters, as values of expressions.

https://cloud.google.com/bigquery/docs/parameterized-queries
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


def parameters(given: Sequence[Json]) -> dict[str, Value]:
    """Values by name in lower case, or by number for those without a name. Raises SqlError."""
    found: dict[str, Value] = {}
    for index, each in enumerate(given):
        of = _type(each.get("parameterType") or {})
        found[str(each.get("name") or index).lower()] = _value(each.get("parameterValue") or {}, of)
    return found


def _type(given: Json) -> Type:
    name = str(given.get("type", "")).upper()
    if name == "ARRAY":
        return array(_type(given.get("arrayType") or {}))
    if name == "STRUCT":
        raise unsupported("query parameters of the type STRUCT")
    return schema_type({"type": name, "name": "of a parameter"})


def _value(given: Json, of: Type) -> Value:
    if of.kind is Kind.ARRAY and of.element:
        values = [_value(each, of.element).sql for each in given.get("arrayValues") or []]
        return Value(f"CAST([{', '.join(values)}] AS {of.duckdb})", of, constant=True)
    written = given.get("value")
    if written is None:
        return Value(f"CAST(NULL AS {of.duckdb})", of, constant=True)
    sql = text(str(written))
    if of.kind is Kind.BYTES:
        return Value(f"from_base64({sql})", of, constant=True)
    if of.kind not in _SCALARS:
        raise invalid(f"Invalid value for a parameter of the type {type_name(of)}")
    return Value(casts.cast(Value(sql, STRING), of, safe=False).sql, of, constant=True)
