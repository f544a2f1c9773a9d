"""Files as relations of queries, and why they cannot be read.

Source: https://cloud.google.com/bigquery/docs/external-data-cloud-storage
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files import csv, json_lines, parquet
from embedded.services.gcp.bigquery.files.local import File, fetch_files
from embedded.services.gcp.bigquery.files.source import Source
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import BOOL, DATE, FLOAT64, INT64, MOMENT, STRING, TIME, Kind, Type, array, struct

_DETECTED: dict[str, Type] = {
    "BIGINT": INT64,
    "DOUBLE": FLOAT64,
    "BOOLEAN": BOOL,
    "DATE": DATE,
    "TIME": TIME,
    "TIMESTAMP": MOMENT,
    "TIMESTAMP WITH TIME ZONE": MOMENT,
}


@dataclass
class FileReader:
    """Reads the files of a source.

    Parameters:
        source: how to read them.
        files: to be read.
        columns: names and types.
        connection: to DuckDB.
    """

    source: Source
    files: list[File]
    columns: list[tuple[str, Type]]
    connection: duckdb.DuckDBPyConnection

    def relation(self) -> Relation:
        """The files as an item of FROM. Raises SqlError."""
        if self.source.format == "PARQUET":
            sql = parquet.relation(self.source, self.files, self.columns, self.connection)
        elif self.source.format == "CSV":
            sql = csv.relation(self.source, self.files, self.columns)
        else:
            if not self.source.ignore:
                json_lines.check_values(self.source, self.files, self.columns, self.connection)
            sql = json_lines.relation(self.files, self.columns)
        return Relation(sql, self.columns)

    def repair(self, stack: ExitStack) -> bool:
        """Rewrite files that BigQuery can read and DuckDB cannot.

        Returns:
            Whether another attempt makes sense.

        Raises:
            ReadError: BigQuery cannot read them either.
        """
        if self.source.format == "CSV":
            csv.check_lines(self.source, self.files, self.columns)
            if self.source.ignore:
                self.files = stack.enter_context(csv.without_extra_values(self.source, self.files, self.columns))
            wrong = csv.find_unreadable(self.source, self.files, self.columns, self.connection)
            if wrong is not None:
                raise wrong
            return self.source.ignore
        if self.source.format == "NEWLINE_DELIMITED_JSON":
            json_lines.check_values(self.source, self.files, self.columns, self.connection)
        return False


def read_source(
    source: Source, objects: Objects, connection: duckdb.DuckDBPyConnection, stack: ExitStack
) -> FileReader:
    """Fetch the files of a source.

    Parameters:
        source: with the URIs.
        objects: of Cloud Storage.
        connection: to DuckDB.
        stack: keeps the files until it ends.

    Raises:
        SqlError: a file does not exist, or its columns cannot be determined.
    """
    return read_files(source, fetch_files(source, objects, stack), connection)


def read_files(source: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> FileReader:
    """A reader of local files.

    Parameters:
        source: how to read them.
        files: to be read.
        connection: to DuckDB.

    Raises:
        SqlError: their columns cannot be determined.
    """
    if source.columns is not None:
        return FileReader(source, files, list(source.columns), connection)
    if source.format == "PARQUET":
        return FileReader(source, files, parquet.read_columns(source, files, connection), connection)
    if not source.detect:
        raise SqlError(Reason.INVALID, "No schema specified on job or table.")
    try:
        return _detect(source, files, connection)
    except (duckdb.Error, gzip.BadGzipFile) as error:
        reason = to_sql_error(error).message if isinstance(error, duckdb.Error) else str(error)
        raise ReadError(Reason.DATA, f"Failed to detect the schema of {files[0].uri}: {reason}") from error


def _detect(source: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> FileReader:
    detected: Sequence[tuple[str, DuckDBPyType | str]]
    if source.format == "CSV":
        source, detected = csv.detect(source, files, connection)
    else:
        detected = json_lines.detect(files, connection)
    columns = [(name, _detected_type(name, of)) for name, of in detected]
    return FileReader(source, files, columns, connection)


def _detected_type(name: str, of: Any) -> Type:
    """The type of a column that was detected.

    Parameters:
        name: of the column.
        of: DuckDB's type, or its name; DuckDB's stubs do not say which child has which type.

    Raises:
        ReadError: BigQuery has no such type.
    """
    if isinstance(of, DuckDBPyType) and of.id == "list":
        element = _detected_type(name, dict(of.children)["child"])
        if element.kind is Kind.ARRAY:
            raise ReadError(
                Reason.DATA, f"JSON parsing error: the array {name} has arrays in it, which is not allowed."
            )
        return array(element)
    if isinstance(of, DuckDBPyType) and of.id == "struct":
        return struct([(field, _detected_type(f"{name}.{field}", inner)) for field, inner in of.children])
    return _DETECTED.get(str(of), STRING)
