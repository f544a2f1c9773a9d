"""JSON lines: one object per line; its members are the columns.

Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-json
"""

from __future__ import annotations

import duckdb
from duckdb.sqltypes import DuckDBPyType

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.cells import parse_cell
from embedded.services.gcp.bigquery.files.local import File
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql import casts
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


def detect(files: list[File], connection: duckdb.DuckDBPyConnection) -> list[tuple[str, DuckDBPyType]]:
    """Detect the columns from the first lines: names and DuckDB's types. An object is never a MAP."""
    paths = ", ".join(text(str(file.path)) for file in files)
    described = connection.execute(
        f"SELECT * FROM read_json([{paths}], format = 'newline_delimited', sample_size = 500, compression ="
        f" '{_compression(files)}', map_inference_threshold = -1, field_appearance_threshold = 0) LIMIT 0"
    ).description
    return [(name, of) for name, of, *_ in described or []]


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
                _check_nested(source, file, name, of, connection)
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


def _check_nested(source: Source, file: File, name: str, of: Type, connection: duckdb.DuckDBPyConnection) -> None:
    unknown = _unknown_members(f"json_extract(json, {_path(name)})", of)
    if not source.ignore and unknown != "false":
        found = connection.execute(f"SELECT 1 FROM {_raw([file])} WHERE {unknown} LIMIT 1").fetchone()
        if found is not None:
            raise _error(file, f"JSON parsing error: No such field in {name}.")


def _unknown_members(sql: str, of: Type, depth: int = 0) -> str:
    """Whether an object has members that its STRUCT has not, for DuckDB."""
    if of.kind is Kind.ARRAY and of.element:
        within = _unknown_members(f"e{depth}", of.element, depth + 1)
        items = f"CASE WHEN json_type({sql}) = 'ARRAY' THEN CAST({sql} AS JSON[]) ELSE [] END"
        return within if within == "false" else f"len(list_filter({items}, lambda e{depth}: {within})) > 0"
    if of.kind is not Kind.STRUCT:
        return "false"
    known = ", ".join(text(name.lower()) for name, _ in of.fields)
    keys = f"CASE WHEN json_type({sql}) = 'OBJECT' THEN json_keys({sql}) ELSE [] END"
    tests = [f"len(list_filter({keys}, lambda k: lower(k) NOT IN ({known}))) > 0"]
    tests += [_unknown_members(f"json_extract({sql}, {_path(name)})", field, depth) for name, field in of.fields]
    return f"({' OR '.join(test for test in tests if test != 'false')})"


def _value(name: str, of: Type, safe: bool) -> str:
    return _parsed(f"json_extract(json, {_path(name)})", of, safe)


def _parsed(sql: str, of: Type, safe: bool, depth: int = 0) -> str:
    """A JSON value as one of a type, however nested.

    Parameters:
        sql: the value, for DuckDB.
        of: the type.
        safe: NULL for values that cannot be read.
        depth: of arrays around it, which numbers the variables.
    """
    if of.kind not in _NESTED:
        return parse_cell(f"({sql} ->> '$')", of, safe)
    if of.kind is Kind.ARRAY and of.element:
        kind, item = "ARRAY", f"e{depth}"
        element = _parsed(item, of.element, safe, depth + 1)
        read = f"list_transform(CAST({sql} AS JSON[]), lambda {item}: {element})"
    else:
        kind = "OBJECT"
        fields = [
            f"{quote(name)} := {_parsed(f'json_extract({sql}, {_path(name)})', field, safe, depth)}"
            for name, field in of.fields
        ]
        read = f"struct_pack({', '.join(fields)})"
    wrong = casts.failure(f"'Could not parse ' || {sql} || {text(f' as {type_name(of)}')}", of, safe)
    return (
        f"(CASE WHEN coalesce(json_type({sql}), 'NULL') = 'NULL' THEN NULL"
        f" WHEN json_type({sql}) = '{kind}' THEN {read} ELSE {wrong} END)"
    )


def _text(name: str) -> str:
    return f"json_extract_string(json, {_path(name)})"


def _path(name: str) -> str:
    """A JSON pointer: unlike a path it has an escape for every character."""
    return text("/" + name.replace("~", "~0").replace("/", "~1"))


def _raw(files: list[File]) -> str:
    paths = ", ".join(text(str(file.path)) for file in files)
    return f"read_json_objects([{paths}], format = 'newline_delimited', compression = '{_compression(files)}')"


def _compression(files: list[File]) -> str:
    return "gzip" if files[0].gzip else "none"


def _error(file: File, message: str) -> ReadError:
    return ReadError(Reason.DATA, f"Error while reading data, error message: {message} File: {file.uri}")
