"""Parquet, whose files say themselves what is in them.

https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_conversions
"""

from __future__ import annotations

import duckdb

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.local import File
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql.types import NUMERIC, type_name
from embedded.sql_engine.errors import Reason, unsupported
from embedded.sql_engine.types import FLOAT64, INT64, MOMENT, Kind, Type, array, from_duckdb, quote, struct, text

_DIGITS = 38 - 9


def columns(wanted: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> list[tuple[str, Type]]:
    """Names and types of what is in the files. Raises SqlError: one has no type here."""
    described = connection.execute(f"SELECT * FROM {_raw(files)} LIMIT 0").description
    return [(each[0], _type(wanted, each[0], from_duckdb(each[1]))) for each in described or []]


def relation(
    wanted: Source, files: list[File], asked: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
) -> str:
    """A SELECT for DuckDB over the files.

    Raises:
        SqlError: a column has another type than is asked for, or there is no such column.
    """
    found = {name.lower(): (name, of) for name, of in columns(wanted, files, connection)}
    values = []
    for name, of in asked:
        if name.lower() not in found:
            values.append(f"CAST(NULL AS {of.duckdb}) AS {quote(name)}")
            continue
        known, has = found[name.lower()]
        if has != of:
            told = f"Parquet column '{known}' has type {type_name(has)} which does not match the target type"
            raise ReadError(
                Reason.DATA, f"Error while reading data, error message: {told} {type_name(of)}. File: {files[0].uri}"
            )
        values.append(f"{_value(quote(known), of)} AS {quote(name)}")
    return f"(SELECT {', '.join(values)} FROM {_raw(files)})"


def _type(wanted: Source, name: str, of: Type) -> Type:
    if of.kind in (Kind.INT8, Kind.INT16, Kind.INT32):
        return INT64
    if of.kind is Kind.FLOAT32:
        return FLOAT64
    if of.kind is Kind.TIMESTAMP:
        return MOMENT
    if of.kind is Kind.DECIMAL:
        return _decimal(name, of)
    if of.kind is Kind.ARRAY and of.element:
        if not wanted.lists:
            raise unsupported(f"the list {name} of a Parquet file without enableListInference")
        return array(_type(wanted, name, of.element))
    if of.kind is Kind.STRUCT:
        return struct([(each, _type(wanted, each, field)) for each, field in of.fields])
    if of.kind in (Kind.MAP, Kind.INTERVAL, Kind.JSON, Kind.NULL):
        raise unsupported(f"the type of the Parquet column {name}")
    return of


def _decimal(name: str, of: Type) -> Type:
    if (of.scale or 0) > 9 or (of.precision or 0) - (of.scale or 0) > _DIGITS:
        raise unsupported(f"the DECIMAL({of.precision}, {of.scale}) of the Parquet column {name}: NUMERIC is too small")
    return NUMERIC


def _value(sql: str, of: Type) -> str:
    """What was a moment with a zone is kept as its UTC; a FLOAT64 that is no number is refused."""
    if of == MOMENT:
        return f"CAST({sql} AS TIMESTAMP)"
    if of == FLOAT64:
        value = f"CAST({sql} AS DOUBLE)"
        wrong = "CAST(error('Unsupported by this stand-in: NaN and infinity') AS DOUBLE)"
        return f"(CASE WHEN {sql} IS NULL OR isfinite({value}) THEN {value} ELSE {wrong} END)"
    return f"CAST({sql} AS {of.duckdb})"


def _raw(files: list[File]) -> str:
    return f"read_parquet([{', '.join(text(str(file.path)) for file in files)}])"
