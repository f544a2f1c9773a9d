"""Cells of CSV files and values of JSON lines as values of their columns.

Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#data_types
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.types import STRING, Kind, Type
from embedded.sql_engine.values import Value

_TRUE = "('true', 't', 'yes', 'y', '1')"
_FALSE = "('false', 'f', 'no', 'n', '0')"
_SCALARS = (Kind.BOOL, Kind.INT64, Kind.FLOAT64, Kind.DECIMAL, Kind.BYTES, Kind.DATE, Kind.TIME, Kind.DATETIME,
            Kind.MOMENT)  # fmt: skip


def parse_cell(sql: str, of: Type, safe: bool) -> str:
    """Text as a value of a type.

    Parameters:
        sql: an expression of DuckDB for the text.
        of: the type of the column.
        safe: NULL for what cannot be read, instead of an error.

    Raises:
        SqlError: the type has no such text.
    """
    if of == STRING:
        return sql
    if of.kind not in _SCALARS:
        raise unsupported(f"columns of the type {type_name(of)} in such files")
    if of.kind is Kind.BYTES:
        return f"{'TRY' if safe else ''}(from_base64({sql}))"
    if of.kind is Kind.BOOL:
        wrong = casts.failure(f"'Bad bool value: ' || {sql}", of, safe)
        return (
            f"(CASE WHEN {sql} IS NULL THEN NULL WHEN lower({sql}) IN {_TRUE} THEN true"
            f" WHEN lower({sql}) IN {_FALSE} THEN false ELSE {wrong} END)"
        )
    if of.kind in (Kind.DATE, Kind.TIME, Kind.DATETIME):
        sql = f"trim({sql})"
    return casts.cast(Value(sql, STRING), of, safe).sql
