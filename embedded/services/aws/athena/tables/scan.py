"""Builds queries that read the files of a table in DuckDB, with the catalogue's columns and types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.tables import parquet, text_formats
from embedded.services.aws.athena.tables.files import File, Part
from embedded.services.aws.athena.tables.layout import Format, Layout
from embedded.services.aws.athena.trino.casts import cast
from embedded.services.aws.glue.partition_expression import NO_VALUE
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import STRING, Type, quote, text
from embedded.sql_engine.values import Value

FILE = "file__"
"""The column with the path of a row's file."""
_UNREADABLE = ("bz2", "lzo", "snappy", "lz4", "deflate", "zip")
Columns = Sequence[tuple[str, Type]]


@dataclass(frozen=True)
class Scan:
    """The files of a table.

    Parameters:
        columns: columns of the files.
        keys: partition keys.
        parts: the files.
    """

    columns: Columns
    keys: Columns
    parts: Sequence[Part]


def scan_query(scan: Scan, connection: duckdb.DuckDBPyConnection) -> str:
    """Build the query for all columns, then all partition keys.

    Parameters:
        scan: the files.
        connection: reads the schemas of Parquet files.

    Raises:
        SqlError: a file does not match the catalogue.
    """
    reads = []
    for part in scan.parts:
        for files in _compressed_alike(part.files):
            read = _read(part.layout, files, scan.columns, connection)
            reads.append(_with_keys(read, files, scan))
    nothing = ", ".join(f"CAST(NULL AS {of.duckdb}) AS {quote(name)}" for name, of in (*scan.columns, *scan.keys))
    return " UNION ALL ".join(reads) if reads else f"SELECT {nothing} WHERE false"


def _read(layout: Layout, files: Sequence[File], columns: Columns, connection: duckdb.DuckDBPyConnection) -> str:
    """Build the query for the columns of the files, and FILE."""
    if layout.format is Format.PARQUET:
        return parquet.parquet_query(files, columns, FILE, connection)
    if layout.format is Format.JSON:
        return text_formats.json_query(layout, files, columns, FILE)
    if layout.format is Format.CSV:
        return text_formats.csv_query(layout, files, columns, FILE)
    return text_formats.text_query(layout, files, columns, FILE)


def _with_keys(read: str, files: Sequence[File], scan: Scan) -> str:
    names = [quote(name) for name, _ in scan.columns]
    if not scan.keys:
        return f"SELECT {', '.join(names)} FROM ({read})"
    keys = [f"{_key(f'p.k{index}', of)} AS {quote(name)}" for index, (name, of) in enumerate(scan.keys)]
    rows = ", ".join(f"({', '.join(map(text, (str(file.path), *file.values)))})" for file in files)
    listed = ", ".join(["f", *(f"k{index}" for index in range(len(scan.keys)))])
    selected = ", ".join([*(f"r.{name}" for name in names), *keys])
    return f"SELECT {selected} FROM ({read}) AS r JOIN (VALUES {rows}) AS p({listed}) ON r.{FILE} = p.f"


def _key(sql: str, of: Type) -> str:
    value = Value(f"CASE WHEN {sql} != {text(NO_VALUE)} THEN {sql} END", STRING)
    return cast(value, of, safe=False).sql


def _compressed_alike(files: Sequence[File]) -> list[list[File]]:
    groups: dict[str, list[File]] = {}
    for file in files:
        ending = file.key.rpartition(".")[2].lower()
        if ending in _UNREADABLE:
            message = f"s3 object {file.key}: files compressed as {ending} are not read here; use gzip or zstd"
            raise Failure("HIVE_CANNOT_OPEN_SPLIT", message, reason=Reason.UNSUPPORTED)
        groups.setdefault(ending if ending in text_formats.COMPRESSIONS else "", []).append(file)
    return list(groups.values())
