"""Reads Parquet: columns by their names, and only types that Athena would read as the catalogue's.

Source: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.tables.files import File
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.types import FLOATS, INTEGERS, Kind, Type, from_duckdb, quote, text

Columns = Sequence[tuple[str, Type]]


def read(files: Sequence[File], columns: Columns, file_column: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A query that gives the columns and the file; those that a file does not have are NULL.

    Parameters:
        files: to read.
        columns: of the catalogue.
        file_column: name of the column with the path.
        connection: reads the files' own schemas.

    Raises:
        SqlError: HIVE_BAD_DATA, HIVE_CANNOT_OPEN_SPLIT.
    """
    paths = ", ".join(text(str(file.path)) for file in files)
    source = f"read_parquet([{paths}], union_by_name=true, hive_partitioning=false, filename={text(file_column)})"
    there = _described(source, files, connection)
    selected = [_column(name, of, there) for name, of in columns]
    return f"SELECT {', '.join([*selected, file_column])} FROM {source}"


def _described(
    source: str, files: Sequence[File], connection: duckdb.DuckDBPyConnection
) -> Mapping[str, tuple[str, Type | None]]:
    """Names in the files and their types, by lower-case name; None for a type that is not known."""
    try:
        found = connection.sql(f"SELECT * FROM {source}")
    except duckdb.Error as error:
        keys = ", ".join(file.key for file in files[:3])
        message = f"Error opening Hive split of {keys}: {str(error).splitlines()[0]}"
        raise Failure("HIVE_CANNOT_OPEN_SPLIT", message, reason=Reason.DATA) from error
    described = {}
    for name, of in zip(found.columns, found.types, strict=True):
        try:
            described[name.lower()] = (name, from_duckdb(of))
        except SqlError:
            described[name.lower()] = (name, None)
    return described


def _column(name: str, of: Type, there: Mapping[str, tuple[str, Type | None]]) -> str:
    if name not in there:
        return f"CAST(NULL AS {of.duckdb}) AS {quote(name)}"
    own, found = there[name]
    if found is None or not readable(found, of):
        shown = typenames.trino(found) if found else "an unknown type"
        message = (
            f"Field {name}'s type {shown} in parquet file is incompatible with type {typenames.trino(of)} "
            "defined in table schema"
        )
        raise Failure("HIVE_BAD_DATA", message, reason=Reason.DATA)
    return f"{_converted(quote(own), found, of)} AS {quote(name)}"


def _converted(sql: str, found: Type, of: Type) -> str:
    if of.kind is Kind.DATETIME:
        plain = f"({sql} AT TIME ZONE 'UTC')" if found.kind is Kind.TIMESTAMP else sql
        return f"CAST(CAST({plain} AS TIMESTAMP_MS) AS TIMESTAMP)"
    if found.kind is Kind.BYTES and of.kind is Kind.STRING:
        return f"decode({sql})"
    if of.kind is Kind.STRING and of.precision is not None:
        return f"left({sql}, {of.precision})"
    return sql if found.duckdb == of.duckdb else f"CAST({sql} AS {of.duckdb})"


def readable(found: Type, of: Type) -> bool:
    """Whether Athena reads a type of a file as one of the catalogue."""
    if found.duckdb.lower() == of.duckdb.lower():
        return True
    if found.kind in INTEGERS and of.kind in INTEGERS:
        return INTEGERS.index(found.kind) <= INTEGERS.index(of.kind) or found.kind is Kind.INT32
    if found.kind in FLOATS and of.kind in FLOATS:
        return of.kind is Kind.FLOAT64
    if found.kind is Kind.DECIMAL and of.kind is Kind.DECIMAL:
        return (found.scale or 0) <= (of.scale or 0)
    if of.kind is Kind.DATETIME:
        return found.kind in (Kind.TIMESTAMP, Kind.DATETIME)
    if found.kind is Kind.ARRAY and of.kind is Kind.ARRAY and found.element and of.element:
        return readable(found.element, of.element)
    if found.kind is Kind.STRUCT and of.kind is Kind.STRUCT:
        names = [name.lower() for name, _ in found.fields]
        alike = zip(found.fields, of.fields, strict=False)
        return names == [name for name, _ in of.fields] and all(readable(a, b) for (_, a), (_, b) in alike)
    return found.kind is Kind.BYTES and of.kind is Kind.STRING
