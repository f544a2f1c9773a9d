"""Tells the format and the schema of a file, as the built-in classifiers do.

Source: https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html. Parquet, JSON and CSV are known, the last two as
they are and with gzip.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from embedded.services.aws.glue.crawling.hive import csv_type, hive_type, json_type, wider

_SIMILAR = 0.7
"""The share of columns that two schemas must have in common; AWS names no figure."""
_HEAD = 4096
_WHOLE_FILE = -1

Columns = tuple[tuple[str, str], ...]
"""Names and Hive types."""


@dataclass(frozen=True)
class Format:
    """How a file is written; only files of one format are of one table.

    Parameters:
        classification: `parquet`, `json` or `csv`.
        compression: `none` or `gzip`.
        delimiter: of CSV.
        header: whether a CSV file's first line is one.
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

    def similar(self, other: Schema, combine: bool = False) -> bool:
        """Tell whether two may be of one table.

        Parameters:
            other: the other one.
            combine: whether the format alone counts, as with `CombineCompatibleSchemas`.
        """
        if self.format != other.format:
            return False
        mine, theirs = {name for name, _ in self.columns}, {name for name, _ in other.columns}
        return combine or len(mine & theirs) >= _SIMILAR * len(mine | theirs)


def joined(schemas: Iterable[Schema]) -> Schema:
    """The schema that holds the columns of several of one format."""
    columns: dict[str, str] = {}
    for schema in schemas:
        for name, kind in schema.columns:
            columns[name] = wider(columns[name], kind) if name in columns else kind
        last = schema
    return Schema(last.format, tuple(columns.items()))


def inspect(connection: duckdb.DuckDBPyConnection, path: Path) -> Schema | None:
    """The schema of a file; None for a file that is of no known format, is cut short or is empty.

    Parameters:
        connection: to any database.
        path: of the file.
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


def _head(path: Path) -> tuple[str, bytes]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.startswith(b"\x1f\x8b"):
        return "none", head
    with gzip.open(path) as unpacked:
        return "gzip", unpacked.read(_HEAD)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Schema:
    found = connection.read_parquet(str(path), hive_partitioning=False)
    pairs = zip(found.columns, found.types, strict=True)
    return Schema(Format("parquet"), tuple((name.lower(), hive_type(kind)) for name, kind in pairs))


def _json(connection: duckdb.DuckDBPyConnection, path: Path, compression: str, is_array: bool) -> Schema:
    found = connection.read_json(str(path), compression=compression, sample_size=_WHOLE_FILE, hive_partitioning=False)
    pairs = list(zip(found.columns, found.types, strict=True))
    columns = tuple((name.lower(), json_type(kind)) for name, kind in pairs)
    if is_array:  # one value, of which the lines of a table cannot be made
        inner = ",".join(f"{name}:{kind}" for name, kind in columns)
        columns = (("array", f"array<struct<{inner}>>"),)
    return Schema(Format("json", compression), columns)


def _csv(connection: duckdb.DuckDBPyConnection, path: Path, compression: str) -> Schema | None:
    sql = "SELECT Delimiter, Quote, HasHeader, Columns FROM sniff_csv(?, compression=?, sample_size=?)"
    found = connection.execute(sql, [str(path), compression, _WHOLE_FILE]).fetchone()
    if found is None or len(found[3]) < 2:  # a text of one column is no CSV to the classifier
        return None
    delimiter, quote, header, columns = found
    how = Format("csv", compression, delimiter, header, quoted=quote == '"')
    names = [column["name"].lower() if header else f"col{n}" for n, column in enumerate(columns)]
    kinds = ["string" if how.quoted else csv_type(column["type"]) for column in columns]
    return Schema(how, tuple(zip(names, kinds, strict=True)))
