"""BigQuery's types in the form of Kestra's own plug-in."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from google.cloud.bigquery import SchemaField

from embedded.services.kestra.tasks.bridge import Column

_KINDS = {
    **dict.fromkeys(("INTEGER", "INT64"), "long"),
    **dict.fromkeys(("FLOAT", "FLOAT64", "NUMERIC", "DECIMAL"), "double"),
    **dict.fromkeys(("BIGNUMERIC", "BIGDECIMAL"), "decimal"),
    **dict.fromkeys(("BOOLEAN", "BOOL"), "boolean"),
    **dict.fromkeys(("RECORD", "STRUCT", "JSON"), "json"),
    **{"DATE": "date", "TIME": "time", "TIMESTAMP": "instant", "BYTES": "bytes"},
}
"""Kinds as `Rows.java` knows them; all else is text."""


def column(field: SchemaField) -> Column:
    """A column of a result."""
    kind = _KINDS.get(field.field_type, "text")
    return Column(field.name, f"{kind}[]" if field.mode == "REPEATED" else kind)


def cell(field: SchemaField) -> Callable[[Any], Any]:
    """The function that converts a column's values for Java."""
    convert = _CONVERSIONS.get(field.field_type, _plain)
    if field.mode == "REPEATED":
        return lambda values: [None if value is None else convert(value) for value in values]
    return lambda value: None if value is None else convert(value)


def _record(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _real(value: float) -> float | str:
    """A number as JSON holds it, or as Java reads it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        # A date and time without a zone is taken as UTC, as in Kestra.
        return value.replace(tzinfo=value.tzinfo or UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time | Decimal):
        return str(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


_CONVERSIONS = {
    **dict.fromkeys(("RECORD", "STRUCT", "JSON"), _record),
    **dict.fromkeys(("FLOAT", "FLOAT64"), _real),
}
