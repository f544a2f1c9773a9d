"""Builds queries that read Parquet: columns by name, and only with types that Athena can read.

Source: https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.tables.files import File
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.types import FLOATS, INTEGERS, Kind, Type, from_duckdb, quote, text

Columns = Sequence[tuple[str, Type]]


def parquet_query(
    files: Sequence[File], columns: Columns, file_column: str, connection: duckdb.DuckDBPyConnection
) -> str:
    """Build the query for the columns and the file; columns that a file does not have are NULL.

    Parameters:
        files: the files.
        columns: columns of the catalogue.
        file_column: name of the column with the path of the file.
        connection: reads the schemas of the files.

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
        relation = connection.sql(f"SELECT * FROM {source}")
    except duckdb.Error as error:
        keys = ", ".join(file.key for file in files[:3])
        message = f"Error opening Hive split of {keys}: {to_sql_error(error).message.splitlines()[0]}"
        raise Failure("HIVE_CANNOT_OPEN_SPLIT", message, reason=Reason.DATA) from error
    described: dict[str, tuple[str, Type | None]] = {}
    for name, of in zip(relation.columns, relation.types, strict=True):
        try:
            described[name.lower()] = (name, from_duckdb(of))
        except SqlError:
            described[name.lower()] = (name, None)
    return described


def _column(name: str, of: Type, there: Mapping[str, tuple[str, Type | None]]) -> str:
    if name not in there:
        return f"CAST(NULL AS {of.duckdb}) AS {quote(name)}"
    own, file_type = there[name]
    if file_type is None or not is_readable(file_type, of):
        shown = typenames.trino(file_type) if file_type else "an unknown type"
        message = (
            f"Field {name}'s type {shown} in parquet file is incompatible with type {typenames.trino(of)} "
            "defined in table schema"
        )
        raise Failure("HIVE_BAD_DATA", message, reason=Reason.DATA)
    return f"{_converted(quote(own), file_type, of)} AS {quote(name)}"


def _converted(sql: str, file_type: Type, of: Type) -> str:
    if of.kind is Kind.DATETIME:
        plain = f"({sql} AT TIME ZONE 'UTC')" if file_type.kind is Kind.TIMESTAMP else sql
        return f"CAST(CAST({plain} AS TIMESTAMP_MS) AS TIMESTAMP)"
    if file_type.kind is Kind.BYTES and of.kind is Kind.STRING:
        return f"decode({sql})"
    if of.kind is Kind.STRING and of.precision is not None:
        return f"left({sql}, {of.precision})"
    return sql if file_type.duckdb == of.duckdb else f"CAST({sql} AS {of.duckdb})"


def is_readable(file_type: Type, of: Type) -> bool:
    """Whether Athena can read a type of a file as a type of the catalogue."""
    if file_type.duckdb.lower() == of.duckdb.lower():
        return True
    if file_type.kind in INTEGERS and of.kind in INTEGERS:
        return INTEGERS.index(file_type.kind) <= INTEGERS.index(of.kind) or file_type.kind is Kind.INT32
    if file_type.kind in FLOATS and of.kind in FLOATS:
        return of.kind is Kind.FLOAT64
    if file_type.kind is Kind.DECIMAL and of.kind is Kind.DECIMAL:
        return (file_type.scale or 0) <= (of.scale or 0)
    if of.kind is Kind.DATETIME:
        return file_type.kind in (Kind.TIMESTAMP, Kind.DATETIME)
    if file_type.kind is Kind.ARRAY and of.kind is Kind.ARRAY and file_type.element and of.element:
        return is_readable(file_type.element, of.element)
    if file_type.kind is Kind.STRUCT and of.kind is Kind.STRUCT:
        names = [name.lower() for name, _ in file_type.fields]
        alike = zip(file_type.fields, of.fields, strict=False)
        return names == [name for name, _ in of.fields] and all(is_readable(a, b) for (_, a), (_, b) in alike)
    return file_type.kind is Kind.BYTES and of.kind is Kind.STRING
