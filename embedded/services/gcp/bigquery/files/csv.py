"""CSV. DuckDB reads it; files that it rejects are parsed line by line for BigQuery's message.

Source: https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

import duckdb

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.cells import parse_cell
from embedded.services.gcp.bigquery.files.local import File, describe_file
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import STRING, Type, quote, text

T = TypeVar("T")

_LARGEST_CELL = 100 << 20


def relation(source: Source, files: list[File], columns: list[tuple[str, Type]], safe: bool = False) -> str:
    """A SELECT for DuckDB over the files.

    Parameters:
        source: how to read them.
        files: where they are, all compressed or none.
        columns: names and types.
        safe: NULL for cells that cannot be read.
    """
    values = ", ".join(
        f"{_value(source, f'c{index}', of, safe)} AS {quote(name)}" for index, (name, of) in enumerate(columns)
    )
    return f"(SELECT {values} FROM {_raw(source, files, columns)})"


def _value(source: Source, name: str, of: Type, safe: bool) -> str:
    """A cell; DuckDB allows line ends between quotes, BigQuery only with `allowQuotedNewlines`."""
    if of != STRING or source.newlines or safe:
        return parse_cell(_nullable(source, name, of), of, safe)
    wrong = casts.failure("'Missing close quote character.'", of, safe=False)
    return f"(CASE WHEN contains({name}, chr(10)) OR contains({name}, chr(13)) THEN {wrong} ELSE {name} END)"


def _nullable(source: Source, name: str, of: Type) -> str:
    """An empty cell is NULL, between quotes, too, unless its column is one of text, or there is a marker for NULL."""
    return name if of == STRING or source.null else f"nullif({name}, '')"


def _raw(source: Source, files: list[File], columns: list[tuple[str, Type]]) -> str:
    """All cells as text. (`force_not_null` is of no use: with it DuckDB 2.0 mixes up columns that are not selected.)"""
    names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(columns)))
    options = [
        f"[{', '.join(text(str(file.path)) for file in files)}]",
        f"columns = {{{names}}}",
        "auto_detect = false, header = false, strict_mode = true",
        f"skip = {source.skip or 0}",
        f"delim = {text(source.delimiter)}, quote = {text(source.quote)}, escape = {text(source.quote)}",
        # An empty cell is NULL; between quotes it is an empty text.
        f"nullstr = {text(source.null or '')}, allow_quoted_nulls = {str(bool(source.null)).lower()}",
        f"compression = '{'gzip' if files[0].gzip else 'none'}'",
    ]
    return f"read_csv({', '.join(options)})"


def detect(
    source: Source, files: list[File], connection: duckdb.DuckDBPyConnection
) -> tuple[Source, list[tuple[str, str]]]:
    """Detect header and columns from the first lines.

    Parameters:
        source: how to read the files.
        files: the first one is read.
        connection: to DuckDB.

    Returns:
        The source with its header, and names with DuckDB's types.
    """
    header = "" if source.skip is None else f", header = {str(source.skip > 0).lower()}"
    skip = max((source.skip or 0) - 1, 0)
    described = connection.execute(
        f"SELECT HasHeader, Columns FROM sniff_csv({text(str(files[0].path))}, sample_size = 500, delim ="
        f" {text(source.delimiter)}, skip = {skip}{header}, compression = '{'gzip' if files[0].gzip else 'none'}')"
    ).fetchone()
    has_header, detected = described or (False, [])
    columns = [(column["name"], column["type"]) for column in detected]
    return _with_skip(source, skip + bool(has_header)), columns


def _with_skip(source: Source, skip: int) -> Source:
    return replace(source, skip=skip)


@contextmanager
def without_extra_values(source: Source, files: list[File], columns: list[tuple[str, Type]]) -> Iterator[list[File]]:
    """The files without the values beyond the columns, which DuckDB does not read.

    Parameters:
        source: how to read them.
        files: the originals.
        columns: names and types.

    Raises:
        ReadError: a line is wrong.
    """
    with ExitStack() as stack:
        yield [describe_file(file.uri, _rewrite(source, file, columns, stack)) for file in files]


def check_lines(source: Source, files: list[File], columns: list[tuple[str, Type]]) -> None:
    """Check that each line can be read and has the right number of values.

    Parameters:
        source: how to read the files.
        files: to be checked.
        columns: names and types.

    Raises:
        ReadError: about the first wrong line.
    """
    for file in files:
        for _ in _lines(source, file, len(columns)):
            pass


def _rewrite(source: Source, file: File, columns: list[tuple[str, Type]], stack: ExitStack) -> Path:
    beside = NamedTemporaryFile("w", newline="", encoding="utf-8", suffix=".csv", dir=file.path.parent)  # noqa: SIM115
    target = stack.enter_context(beside)
    writer = csv.writer(target, delimiter=source.delimiter, quotechar=source.quote or None, lineterminator="\n")
    for _ in range(source.skip or 0):
        target.write("\n" if len(columns) == 1 else source.delimiter * (len(columns) - 1) + "\n")
    for cells in _lines(source, file, len(columns)):
        writer.writerow(cells[: len(columns)])
    target.flush()
    return Path(target.name)


def _lines(source: Source, file: File, count: int) -> Iterator[list[str]]:
    csv.field_size_limit(_LARGEST_CELL)
    with _open(file) as lines:
        for _ in range(source.skip or 0):
            _read(lines.readline, file)
        reader = csv.reader(
            lines,
            delimiter=source.delimiter,
            quotechar=source.quote or None,
            quoting=csv.QUOTE_MINIMAL if source.quote else csv.QUOTE_NONE,
            strict=True,
        )
        while (cells := _read(lambda: next(reader, None), file)) is not None:
            if cells:
                _check(source, file, cells, count, (source.skip or 0) + reader.line_num)
                yield cells


def _read(step: Callable[[], T], file: File) -> T:
    """The result of a step of reading; its errors with BigQuery's messages."""
    try:
        return step()
    except UnicodeDecodeError as error:
        raise _error(file, "Bad character (ASCII 0) or invalid UTF-8 encountered.") from error
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise _error(file, f"The compressed file is damaged or was cut short: {error}.") from error
    except csv.Error as error:
        raise _error(
            file,
            f"Missing close quote character, or data between close quote and field separator: {error}.",
        ) from error


def _check(source: Source, file: File, cells: list[str], count: int, line: int) -> None:
    if len(cells) < count:
        message = f"CSV table references column position {count - 1}, but line contains only {len(cells)} columns."
        raise _error(file, f"{message}; line_number: {line}")
    if len(cells) > count and not source.ignore:
        message = f"Too many values in line. Found {len(cells)} column(s) while expected {count}."
        raise _error(file, f"{message}; line_number: {line}")
    if not source.newlines and any("\n" in value or "\r" in value for value in cells):
        raise _error(file, f"Missing close quote character.; line_number: {line}")


@contextmanager
def _open(file: File) -> Iterator[IO[str]]:
    with file.path.open("rb") as raw:
        unpacked = gzip.GzipFile(fileobj=raw) if file.gzip else raw
        with io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="") as opened:
            yield opened


def _error(file: File, message: str) -> ReadError:
    return ReadError(Reason.DATA, f"Error while reading data, error message: {message} File: {file.uri}")


def find_unreadable(
    source: Source, files: list[File], columns: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
) -> ReadError | None:
    """The error about the first cell that is no value of its column, or None.

    Parameters:
        source: how to read the files.
        files: to be checked.
        columns: names and types.
        connection: to DuckDB.
    """
    tests = [(index, name, of) for index, (name, of) in enumerate(columns) if of != STRING]
    for file in files:
        raw = _raw(source, [file], columns)
        for index, name, of in tests:
            value = _nullable(source, f"c{index}", of)
            unread = f"{value} IS NOT NULL AND {parse_cell(value, of, True)} IS NULL"
            wrong = connection.execute(f"SELECT c{index} FROM {raw} WHERE {unread} LIMIT 1").fetchone()
            if wrong is not None:
                field = f"for field {name} (position {index})"
                return _error(file, f"Could not parse '{wrong[0]}' as {type_name(of)} {field}.")
    return None
