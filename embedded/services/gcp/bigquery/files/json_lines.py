"""JSON lines: one object per line; its members are the columns.

Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
"""

from __future__ import annotations

import json

import duckdb

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.cells import parse_cell
from embedded.services.gcp.bigquery.files.local import File
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import Kind, Type, quote, text

_NESTED = (Kind.ARRAY, Kind.STRUCT)


def relation(files: list[File], columns: list[tuple[str, Type]], safe: bool = False) -> str:
    """A SELECT for DuckDB over the files.

    Parameters:
        files: all compressed or none.
        columns: names and types.
        safe: NULL for values that cannot be read.
    """
    values = ", ".join(f"{_value(name, of, safe)} AS {quote(name)}" for name, of in columns)
    return f"(SELECT {values} FROM {_raw(files)})"


def detect(files: list[File], connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Detect the columns from the first lines: names and DuckDB's types."""
    paths = ", ".join(text(str(file.path)) for file in files)
    described = connection.execute(
        f"DESCRIBE SELECT * FROM read_json([{paths}], format = 'newline_delimited', sample_size = 500, compression ="
        f" '{_compression(files)}')"
    ).fetchall()
    return [(row[0], row[1]) for row in described]


def check_values(
    source: Source, files: list[File], columns: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
) -> None:
    """Check that each member has a column, and each value its column's type.

    Parameters:
        source: how to read the files.
        files: to be checked.
        columns: names and types.
        connection: to DuckDB.

    Raises:
        ReadError: about the first wrong member or value.
    """
    for file in files:
        if not source.ignore:
            _check_members(file, columns, connection)
        for name, of in columns:
            if of.kind in _NESTED:
                continue
            wrong = connection.execute(
                f"SELECT {_text(name)} FROM {_raw([file])} WHERE {_text(name)} IS NOT NULL"
                f" AND {parse_cell(_text(name), of, True)} IS NULL LIMIT 1"
            ).fetchone()
            if wrong is not None:
                raise _error(file, f"Could not parse '{wrong[0]}' as {type_name(of)} for field {name}.")


def _check_members(file: File, columns: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection) -> None:
    known = ", ".join(text(name.lower()) for name, _ in columns)
    extra = connection.execute(
        f"SELECT k FROM (SELECT unnest(json_keys(json)) AS k FROM {_raw([file])})"
        f" WHERE lower(k) NOT IN ({known}) LIMIT 1"
    ).fetchone()
    if extra is not None:
        raise _error(file, f"JSON parsing error: No such field: {extra[0]}.")


def _value(name: str, of: Type, safe: bool) -> str:
    if of.kind not in _NESTED:
        return parse_cell(_text(name), of, safe)
    strict = "json_transform" if safe else "json_transform_strict"
    return f"{strict}(json_extract(json, {_path(name)}), {text(_shape(of))})"


def _text(name: str) -> str:
    return f"json_extract_string(json, {_path(name)})"


def _path(name: str) -> str:
    """A JSON pointer: unlike a path it has an escape for every character."""
    return text("/" + name.replace("~", "~0").replace("/", "~1"))


def _shape(of: Type) -> str:
    """A type as json_transform takes it."""
    if of.kind is Kind.ARRAY and of.element:
        return f"[{_shape(of.element)}]"
    if of.kind is Kind.STRUCT:
        return "{" + ", ".join(f"{json.dumps(name)}: {_shape(field)}" for name, field in of.fields) + "}"
    return json.dumps(of.duckdb)


def _raw(files: list[File]) -> str:
    paths = ", ".join(text(str(file.path)) for file in files)
    return f"read_json_objects([{paths}], format = 'newline_delimited', compression = '{_compression(files)}')"


def _compression(files: list[File]) -> str:
    return "gzip" if files[0].gzip else "none"


def _error(file: File, message: str) -> ReadError:
    return ReadError(Reason.DATA, f"Error while reading data, error message: {message} File: {file.uri}")
