"""Finds the format and the schema of a file, as the built-in classifiers do.

Source: https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html. Parquet, JSON and CSV are supported, the last
two plain and with gzip.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from embedded.services.aws.glue.crawling.hive import csv_type, hive_type, json_type, wider_type

_SIMILAR = 0.7
"""The share of columns that two schemas must have in common; AWS names no figure."""
_HEAD = 4096
_WHOLE_FILE = -1

Compression = Literal["none", "gzip"]
Columns = tuple[tuple[str, str], ...]
"""Names and Hive types."""


@dataclass(frozen=True)
class Format:
    """The format of a file; all files of a table have the same.

    Parameters:
        classification: `parquet`, `json` or `csv`.
        compression: `none` or `gzip`.
        delimiter: separator of CSV.
        header: whether the first line of a CSV file is a header.
        quoted: whether a CSV file has quoted fields.
    """

    classification: str
    compression: str = "none"
    delimiter: str = ""
    header: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class Schema:
    """Format and columns of a file, or of several."""

    format: Format
    columns: Columns

    def is_similar(self, other: Schema, combine: bool = False) -> bool:
        """Whether files of both schemas may belong to one table.

        Parameters:
            other: the other schema.
            combine: whether only the format counts, as with `CombineCompatibleSchemas`.
        """
        if self.format != other.format:
            return False
        mine, theirs = {name for name, _ in self.columns}, {name for name, _ in other.columns}
        return combine or len(mine & theirs) >= _SIMILAR * len(mine | theirs)


def merge_schemas(schemas: Iterable[Schema]) -> Schema:
    """Merge the columns of schemas of the same format."""
    columns: dict[str, str] = {}
    for schema in schemas:
        for name, kind in schema.columns:
            columns[name] = wider_type(columns[name], kind) if name in columns else kind
        last = schema
    return Schema(last.format, tuple(columns.items()))


def read_schema(connection: duckdb.DuckDBPyConnection, path: Path) -> Schema | None:
    """Read the schema of a file; None if the file has no supported format, is truncated or is empty.

    Parameters:
        connection: connection to any database.
        path: path of the file.
    """
    try:
        compression, head = _head(path)
        if head.startswith(b"PAR1") and compression == "none":
            return _parquet(connection, path)
        if head.lstrip()[:1] in (b"{", b"["):
            return _json(connection, path, compression, is_array=head.lstrip().startswith(b"["))
        return _csv(connection, path, compression) if head.strip() and b"\0" not in head else None
    except (duckdb.Error, OSError, EOFError):
        return None


def _head(path: Path) -> tuple[Compression, bytes]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return "none", head
    with gzip.open(path) as unpacked:
        return "gzip", unpacked.read(_HEAD)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Schema:
    relation = connection.read_parquet(str(path), hive_partitioning=False)
    pairs = zip(relation.columns, relation.types, strict=True)
    return Schema(Format("parquet"), tuple((name.lower(), hive_type(kind)) for name, kind in pairs))


def _json(connection: duckdb.DuckDBPyConnection, path: Path, compression: Compression, is_array: bool) -> Schema:
    relation = connection.read_json(
        str(path), compression=compression, sample_size=_WHOLE_FILE, hive_partitioning=False
    )
    pairs = list(zip(relation.columns, relation.types, strict=True))
    columns = tuple((name.lower(), json_type(kind)) for name, kind in pairs)
    if is_array:  # a single value, which is no rows of a table
        inner = ",".join(f"{name}:{kind}" for name, kind in columns)
        columns = (("array", f"array<struct<{inner}>>"),)
    return Schema(Format("json", compression), columns)


def _csv(connection: duckdb.DuckDBPyConnection, path: Path, compression: str) -> Schema | None:
    sql = "SELECT Delimiter, Quote, HasHeader, Columns FROM sniff_csv(?, compression=?, sample_size=?)"
    row = connection.execute(sql, [str(path), compression, _WHOLE_FILE]).fetchone()
    if row is None or len(row[3]) < 2:  # the classifier requires two columns
        return None
    delimiter, quote, header, columns = row
    kinds = [csv_type(column["type"]) for column in columns]
    if quote == '"':
        in_quotes = _quoted(connection, path, compression, delimiter, len(columns))
        kinds = ["string" if index in in_quotes else kind for index, kind in enumerate(kinds)]
    # Without another type than string, the first line does not differ from those below it.
    header = header and any(kind != "string" for kind in kinds)
    file_format = Format("csv", compression, delimiter, header, quoted=quote == '"')
    names = [column["name"].lower() if header else f"col{n}" for n, column in enumerate(columns)]
    return Schema(file_format, tuple(zip(names, kinds, strict=True)))


def _quoted(
    connection: duckdb.DuckDBPyConnection, path: Path, compression: str, delimiter: str, count: int
) -> set[int]:
    """The columns whose values stand in quotes, which LazySimpleSerDe leaves there: such are texts.

    Parameters:
        connection: connection to any database.
        path: path of the file.
        compression: `none` or `gzip`.
        delimiter: separator of columns.
        count: number of columns.
    """
    names = [f"c{index}" for index in range(count)]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    tests = ", ".join(f"coalesce(bool_or(starts_with({name}, '\"')), false)" for name in names)
    sql = (
        f"SELECT {tests} FROM read_csv(?, compression=?, delim=?, columns={{{columns}}}, auto_detect=false, quote='',"
        " escape='', header=false, skip=1, null_padding=true, ignore_errors=true)"
    )
    found = connection.execute(sql, [str(path), compression, delimiter]).fetchone() or ()
    return {index for index, value in enumerate(found) if value}
