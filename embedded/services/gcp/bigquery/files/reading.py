"""A source as a relation of a query, and what was wrong with it if the query fails."""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from dataclasses import dataclass

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files import csv, json_lines, parquet
from embedded.services.gcp.bigquery.files.local import File, fetch
from embedded.services.gcp.bigquery.files.source import Source
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import BOOL, DATE, FLOAT64, INT64, MOMENT, STRING, TIME, Type

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
class Reading:
    """Files that are read."""

    wanted: Source
    files: list[File]
    columns: list[tuple[str, Type]]
    connection: duckdb.DuckDBPyConnection

    def relation(self) -> Relation:
        """For FROM. Raises SqlError."""
        if self.wanted.format == "PARQUET":
            sql = parquet.relation(self.wanted, self.files, self.columns, self.connection)
        elif self.wanted.format == "CSV":
            sql = csv.relation(self.wanted, self.files, self.columns)
        else:
            if not self.wanted.ignore:
                json_lines.complain(self.wanted, self.files, self.columns, self.connection)
            sql = json_lines.relation(self.files, self.columns)
        return Relation(sql, self.columns)

    def mend(self, stack: ExitStack) -> bool:
        """Make readable what BigQuery can read and DuckDB cannot; tells whether there was such a thing.

        Raises:
            ReadError: it is wrong for BigQuery, too.
        """
        if self.wanted.format == "CSV":
            csv.complain(self.wanted, self.files, self.columns)
            if self.wanted.ignore:
                self.files = stack.enter_context(csv.mended(self.wanted, self.files, self.columns))
            wrong = csv.unreadable(self.wanted, self.files, self.columns, self.connection)
            if wrong is not None:
                raise wrong
            return self.wanted.ignore
        if self.wanted.format == "NEWLINE_DELIMITED_JSON":
            json_lines.complain(self.wanted, self.files, self.columns, self.connection)
        return False


def read(wanted: Source, objects: Objects, connection: duckdb.DuckDBPyConnection, stack: ExitStack) -> Reading:
    """Fetch the files of a source and know their columns. Raises SqlError."""
    return over(wanted, fetch(wanted, objects, stack), connection)


def over(wanted: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> Reading:
    """Files that lie here. Raises SqlError."""
    if wanted.columns is not None:
        return Reading(wanted, files, list(wanted.columns), connection)
    if wanted.format == "PARQUET":
        return Reading(wanted, files, parquet.columns(wanted, files, connection), connection)
    if not wanted.detect:
        raise SqlError(Reason.INVALID, "No schema specified on job or table.")
    try:
        return _detected(wanted, files, connection)
    except (duckdb.Error, gzip.BadGzipFile) as error:
        raise ReadError(Reason.DATA, f"Failed to detect the schema of {files[0].uri}: {error}") from error


def _detected(wanted: Source, files: list[File], connection: duckdb.DuckDBPyConnection) -> Reading:
    if wanted.format == "CSV":
        wanted, found = csv.detect(wanted, files, connection)
    else:
        found = json_lines.detect(files, connection)
    columns = [(name, _DETECTED.get(of, STRING)) for name, of in found]
    return Reading(wanted, files, columns, connection)
