"""Parquet; the files describe their own columns.

Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_conversions
"""

from __future__ import annotations

import duckdb

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.local import File
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql.types import NUMERIC, type_name
from embedded.sql_engine.errors import Reason, unsupported
from embedded.sql_engine.types import (
    DATETIME,
    FLOAT64,
    INT64,
    MOMENT,
    Kind,
    Type,
    array,
    from_duckdb,
    quote,
    struct,
    text,
)

_DIGITS = 38 - 9


def read_columns(source: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> list[tuple[str, Type]]:
    """Names and types of the columns of the files.

    Parameters:
        source: how to read them.
        files: to be read.
        connection: to DuckDB.

    Raises:
        SqlError: a type is not supported.
    """
    described = connection.execute(f"SELECT * FROM {_raw(files)} LIMIT 0").description
    return [(name, _type(source, name, from_duckdb(of))) for name, of, *_ in described or []]


def relation(
    source: Source, files: list[File], columns: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
) -> str:
    """A SELECT for DuckDB over the files.

    Parameters:
        source: how to read them.
        files: to be read.
        columns: names and types that the table has.
        connection: to DuckDB.

    Raises:
        SqlError: a column of a file has another type.
    """
    known = {name.lower(): (name, of) for name, of in read_columns(source, files, connection)}
    values = []
    for name, of in columns:
        if name.lower() not in known:
            values.append(f"CAST(NULL AS {of.duckdb}) AS {quote(name)}")
            continue
        column, actual = known[name.lower()]
        if not _fits(actual, of):
            types = f"has type {type_name(actual)} which does not match the target type {type_name(of)}"
            message = f"Error while reading data, error message: Parquet column '{column}' {types}."
            raise ReadError(Reason.DATA, f"{message} File: {files[0].uri}")
        values.append(f"{_value(quote(column), of)} AS {quote(name)}")
    return f"(SELECT {', '.join(values)} FROM {_raw(files)})"


def _fits(actual: Type, of: Type) -> bool:
    """Whether a table's column takes a file's; a time without a zone is one of UTC to a TIMESTAMP."""
    if actual.kind is Kind.ARRAY and of.kind is Kind.ARRAY and actual.element and of.element:
        return _fits(actual.element, of.element)
    if actual.kind is Kind.STRUCT and of.kind is Kind.STRUCT and len(actual.fields) == len(of.fields):
        pairs = zip(actual.fields, of.fields, strict=True)
        return all(name == other and _fits(first, second) for (name, first), (other, second) in pairs)
    return actual == of or (actual == DATETIME and of == MOMENT)


def _type(source: Source, name: str, of: Type) -> Type:
    if of.kind in (Kind.INT8, Kind.INT16, Kind.INT32):
        return INT64
    if of.kind is Kind.FLOAT32:
        return FLOAT64
    if of.kind is Kind.TIMESTAMP:
        return MOMENT
    if of.kind is Kind.DECIMAL:
        return _decimal(name, of)
    if of.kind is Kind.ARRAY and of.element:
        if not source.lists:
            raise unsupported(f"the list {name} of a Parquet file without enableListInference")
        return array(_type(source, name, of.element))
    if of.kind is Kind.STRUCT:
        return struct([(field, _type(source, field, inner)) for field, inner in of.fields])
    if of.kind in (Kind.MAP, Kind.INTERVAL, Kind.JSON, Kind.NULL):
        raise unsupported(f"the type of the Parquet column {name}")
    return of


def _decimal(name: str, of: Type) -> Type:
    if (of.scale or 0) > 9 or (of.precision or 0) - (of.scale or 0) > _DIGITS:
        raise unsupported(f"the DECIMAL({of.precision}, {of.scale}) of the Parquet column {name}: NUMERIC is too small")
    return NUMERIC


def _value(sql: str, of: Type) -> str:
    """A value as its column's type; a timestamp with a zone becomes UTC."""
    if of == MOMENT:
        return f"CAST({sql} AS TIMESTAMP)"
    return f"CAST({sql} AS {of.duckdb})"


def _raw(files: list[File]) -> str:
    return f"read_parquet([{', '.join(text(str(file.path)) for file in files)}])"
