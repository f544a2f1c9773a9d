"""Writes the rows of a query as files of a table, one for each partition."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.tables.layout import Format
from embedded.services.aws.athena.tables.partition_folder import partition_folder
from embedded.services.aws.athena.trino.casts import to_java_text, to_text
from embedded.services.aws.glue.partition_expression import NO_VALUE
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.jobs import limit_file
from embedded.sql_engine.types import Kind, Type, quote, text
from embedded.sql_engine.values import Query

MOST_PARTITIONS = 100
"""Maximum of a statement; https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html"""
_NESTED = (Kind.ARRAY, Kind.MAP, Kind.STRUCT, Kind.BYTES)
_KIND = "application/octet-stream"
_ENDINGS = {"gzip": ".gz", "zstd": ".zst"}
_ROWS = "written"
_MOST_BYTES = 4 << 30
"""Of a file."""


@dataclass(frozen=True)
class Target:
    """Format and location of the files to write.

    Parameters:
        format: format of the files.
        location: `s3://` URI of their folder, with a trailing slash.
        delimiter: delimiter of a text file; None for control A.
        compression: compression of the files.
    """

    format: Format
    location: str
    delimiter: str | None
    compression: str


@dataclass(frozen=True)
class WriteResult:
    """The written rows and files.

    Parameters:
        rows: number of rows.
        files: `s3://` URIs.
        partitions: locations of partitions by their values.
    """

    rows: int
    files: Sequence[str]
    partitions: Mapping[tuple[str, ...], str]


class Writer:
    """Writes tables.

    Parameters:
        connection: DuckDB connection of the query.
        objects: S3's objects.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, objects: WritableObjects) -> None:
        self._connection = connection
        self._objects = objects

    def write(
        self, query: Query, target: Target, key_count: int, known: Mapping[tuple[str, ...], str] | None = None
    ) -> WriteResult:
        """Write the rows of a query.

        Parameters:
            query: the query; its last columns are the partition keys.
            target: format and location.
            key_count: number of partition keys.
            known: locations of existing partitions by their values.

        Raises:
            SqlError: there are too many partitions, or the files cannot be written.
        """
        names = [name for name, _ in query.columns]
        inside = [f"c{index}" for index in range(len(names))]
        own = [(column, name, of) for column, (name, of) in zip(inside, query.columns, strict=True)]
        files, keys = own[: len(own) - key_count], own[len(own) - key_count :]
        if not keys:
            return self._plain(query, inside, files, target)
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT * FROM ({query.sql}) AS s({', '.join(inside)})"
        )
        try:
            return self._partitioned(files, keys, target, known or {})
        finally:
            self._connection.execute(f"DROP TABLE IF EXISTS {_ROWS}")

    def _plain(
        self, query: Query, inside: Sequence[str], files: Sequence[tuple[str, str, Type]], target: Target
    ) -> WriteResult:
        source = f"({query.sql}) AS s({', '.join(inside)})"
        rows, files_written = self._file(f"SELECT {_selected(files, target)} FROM {source}", target, target.location)
        return WriteResult(rows, files_written, {})

    def _partitioned(
        self,
        files: Sequence[tuple[str, str, Type]],
        keys: Sequence[tuple[str, str, Type]],
        target: Target,
        known: Mapping[tuple[str, ...], str],
    ) -> WriteResult:
        shown = ", ".join(_value(column, of) for column, _, of in keys)
        partitions = self._connection.execute(f"SELECT DISTINCT {shown} FROM {_ROWS} ORDER BY ALL").fetchall()
        if len(partitions) > MOST_PARTITIONS:
            message = f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets."
            raise Failure("HIVE_TOO_MANY_OPEN_PARTITIONS", message)
        total, written, places = 0, [], {}
        for values in partitions:
            location = known.get(values) or target.location + partition_folder([name for _, name, _ in keys], values)
            tests = " AND ".join(
                f"{_value(column, of)} = {text(value)}" for (column, _, of), value in zip(keys, values, strict=True)
            )
            rows, new_files = self._file(
                f"SELECT {_selected(files, target)} FROM {_ROWS} WHERE {tests}", target, location
            )
            total += rows
            written += new_files
            places[values] = location
        return WriteResult(total, written, places)

    def _file(self, sql: str, target: Target, location: str) -> tuple[int, list[str]]:
        """Write a file unless there are no rows; returns the number of rows and the URIs."""
        bucket, prefix = split_uri(location)
        with tempfile.TemporaryDirectory(dir=self._objects.folder) as temporary:
            path = Path(temporary, "file")
            options = ", ".join(_options(target))
            with limit_file(self._connection, path, _MOST_BYTES):
                counted = self._connection.execute(f"COPY ({sql}) TO {text(str(path))} ({options})").fetchone()
            rows = int(counted[0]) if counted else 0
            if not rows and target.format is not Format.PARQUET:
                return 0, []
            ending = "" if target.format is Format.PARQUET else _ENDINGS.get(target.compression, "")
            key = f"{prefix}{uuid.uuid4().hex}{ending}"
            try:
                self._objects.put(bucket, key, path, _KIND)
            except NotFound as error:
                message = f"Error committing write to Hive: the bucket of {location} is not there"
                raise Failure("HIVE_WRITER_CLOSE_ERROR", message, reason=Reason.DATA) from error
        return rows, [f"s3://{bucket}/{key}"]


def _selected(columns: Sequence[tuple[str, str, Type]], target: Target) -> str:
    if target.format is Format.TEXT:
        return ", ".join(f"{_as_text(column, name, of)} AS {quote(name)}" for column, name, of in columns)
    if target.format is Format.JSON:
        return ", ".join(f"{_for_json(column, of)} AS {quote(name)}" for column, name, of in columns)
    return ", ".join(f"{column} AS {quote(name)}" for column, name, _ in columns)


def _as_text(sql: str, name: str, of: Type) -> str:
    if of.kind in _NESTED:
        raise Failure("NOT_SUPPORTED", f"{name}: nested columns and bytes in text files")
    return to_java_text(sql, of)


def _for_json(sql: str, of: Type) -> str:
    return to_text(sql, of) if of.kind in (Kind.DATE, Kind.DATETIME) else sql


def _options(target: Target) -> list[str]:
    compression = "none" if target.compression == "uncompressed" else target.compression
    if target.format is Format.PARQUET:
        return ["FORMAT parquet", f"COMPRESSION {target.compression}"]
    if target.format is Format.JSON:
        return ["FORMAT json", f"COMPRESSION {text(compression)}"]
    between = text(target.delimiter or "\x01")
    plain = "QUOTE '', ESCAPE '', HEADER false, NULLSTR '\\N'"
    return ["FORMAT csv", f"DELIMITER {between}", plain, f"COMPRESSION {text(compression)}"]


def _value(column: str, of: Type) -> str:
    """The value of a key in the name of a partition's folder."""
    return f"coalesce({to_java_text(column, of)}, {text(NO_VALUE)})"
