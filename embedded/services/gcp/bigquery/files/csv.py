"""CSV. DuckDB reads it; what it stumbles over is looked at line by line, to say in BigQuery's words what is wrong."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TypeVar

import duckdb

from embedded.services.gcp.bigquery.errors import ReadError
from embedded.services.gcp.bigquery.files.cells import cell
from embedded.services.gcp.bigquery.files.local import File, local
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.types import STRING, Type, quote, text

T = TypeVar("T")

_LARGEST_CELL = 100 << 20


def relation(wanted: Source, files: list[File], columns: list[tuple[str, Type]], safe: bool = False) -> str:
    """A SELECT for DuckDB over the files.

    Parameters:
        wanted: how to read them.
        files: where they are, all compressed or none.
        columns: names and types.
        safe: NULL for cells that cannot be read.
    """
    values = ", ".join(
        f"{_value(wanted, f'c{index}', of, safe)} AS {quote(name)}" for index, (name, of) in enumerate(columns)
    )
    return f"(SELECT {values} FROM {_raw(wanted, files, columns)})"


def _value(wanted: Source, name: str, of: Type, safe: bool) -> str:
    """A cell; DuckDB takes line ends between quotes, which BigQuery does only if it is told to."""
    if of != STRING or wanted.newlines or safe:
        return cell(_nullable(wanted, name, of), of, safe)
    wrong = casts.failure("'Missing close quote character.'", of, safe=False)
    return f"(CASE WHEN contains({name}, chr(10)) OR contains({name}, chr(13)) THEN {wrong} ELSE {name} END)"


def _nullable(wanted: Source, name: str, of: Type) -> str:
    """An empty cell is NULL, between quotes, too, unless its column is one of text, or there is a marker for NULL."""
    return name if of == STRING or wanted.null else f"nullif({name}, '')"


def _raw(wanted: Source, files: list[File], columns: list[tuple[str, Type]]) -> str:
    """All cells as text. (`force_not_null` is of no use: with it DuckDB 2.0 mixes up columns that are not selected.)"""
    names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(columns)))
    options = [
        f"[{', '.join(text(str(file.path)) for file in files)}]",
        f"columns = {{{names}}}",
        "auto_detect = false, header = false, strict_mode = true",
        f"skip = {wanted.skip or 0}",
        f"delim = {text(wanted.delimiter)}, quote = {text(wanted.quote)}, escape = {text(wanted.quote)}",
        # An empty cell is NULL; between quotes it is an empty text.
        f"nullstr = {text(wanted.null or '')}, allow_quoted_nulls = {str(bool(wanted.null)).lower()}",
        f"compression = '{'gzip' if files[0].gzip else 'none'}'",
    ]
    return f"read_csv({', '.join(options)})"


def detect(
    wanted: Source, files: list[File], connection: duckdb.DuckDBPyConnection
) -> tuple[Source, list[tuple[str, str]]]:
    """Find out header and columns from the first lines: the source with its header, and names with DuckDB's types."""
    header = "" if wanted.skip is None else f", header = {str(wanted.skip > 0).lower()}"
    skip = max((wanted.skip or 0) - 1, 0)
    described = connection.execute(
        f"SELECT HasHeader, Columns FROM sniff_csv({text(str(files[0].path))}, sample_size = 500, delim ="
        f" {text(wanted.delimiter)}, skip = {skip}{header}, compression = '{'gzip' if files[0].gzip else 'none'}')"
    ).fetchone()
    has_header, found = described or (False, [])
    columns = [(each["name"], each["type"]) for each in found]
    return _with_skip(wanted, skip + bool(has_header)), columns


def _with_skip(wanted: Source, skip: int) -> Source:
    return Source(**{**wanted.__dict__, "skip": skip})


@contextmanager
def mended(wanted: Source, files: list[File], columns: list[tuple[str, Type]]) -> Iterator[list[File]]:
    """The files without the values that no column is for, which DuckDB does not read.

    Raises:
        ReadError: a line is not as it has to be.
    """
    with ExitStack() as stack:
        yield [local(file.uri, _mend(wanted, file, columns, stack)) for file in files]


def complain(wanted: Source, files: list[File], columns: list[tuple[str, Type]]) -> None:
    """Look for the first line whose number of values is wrong, or that cannot be read at all. Raises ReadError."""
    for file in files:
        for _ in _lines(wanted, file, len(columns)):
            pass


def _mend(wanted: Source, file: File, columns: list[tuple[str, Type]], stack: ExitStack) -> Path:
    made = stack.enter_context(NamedTemporaryFile("w", newline="", encoding="utf-8", suffix=".csv"))  # noqa: SIM115
    writer = csv.writer(made, delimiter=wanted.delimiter, quotechar=wanted.quote or None, lineterminator="\n")
    for _ in range(wanted.skip or 0):
        made.write("\n" if len(columns) == 1 else wanted.delimiter * (len(columns) - 1) + "\n")
    for cells in _lines(wanted, file, len(columns)):
        writer.writerow(cells[: len(columns)])
    made.flush()
    return Path(made.name)


def _lines(wanted: Source, file: File, count: int) -> Iterator[list[str]]:
    csv.field_size_limit(_LARGEST_CELL)
    with _opened(file) as opened:
        for _ in range(wanted.skip or 0):
            _read(opened.readline, file)
        quoting = csv.QUOTE_MINIMAL if wanted.quote else csv.QUOTE_NONE
        reader = csv.reader(
            opened, delimiter=wanted.delimiter, quotechar=wanted.quote or None, quoting=quoting, strict=True
        )
        while (cells := _read(lambda: next(reader, None), file)) is not None:
            if cells:
                _check(wanted, file, cells, count, (wanted.skip or 0) + reader.line_num)
                yield cells


def _read(step: Callable[[], T], file: File) -> T:
    """What a step of reading gives; its own errors in BigQuery's words."""
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


def _check(wanted: Source, file: File, cells: list[str], count: int, line: int) -> None:
    if len(cells) < count:
        told = f"CSV table references column position {count - 1}, but line contains only {len(cells)} columns."
        raise _error(file, f"{told}; line_number: {line}")
    if len(cells) > count and not wanted.ignore:
        told = f"Too many values in line. Found {len(cells)} column(s) while expected {count}."
        raise _error(file, f"{told}; line_number: {line}")
    if not wanted.newlines and any("\n" in each or "\r" in each for each in cells):
        raise _error(file, f"Missing close quote character.; line_number: {line}")


@contextmanager
def _opened(file: File) -> Iterator[IO[str]]:
    with file.path.open("rb") as raw:
        unpacked = gzip.GzipFile(fileobj=raw) if file.gzip else raw
        with io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="") as opened:
            yield opened


def _error(file: File, message: str) -> ReadError:
    return ReadError(Reason.DATA, f"Error while reading data, error message: {message} File: {file.uri}")


def unreadable(
    wanted: Source, files: list[File], columns: list[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
) -> ReadError | None:
    """The first cell that is no value of its column, if there is one."""
    tests = [(index, name, of) for index, (name, of) in enumerate(columns) if of != STRING]
    for file in files:
        raw = _raw(wanted, [file], columns)
        for index, name, of in tests:
            value = _nullable(wanted, f"c{index}", of)
            unread = f"{value} IS NOT NULL AND {cell(value, of, True)} IS NULL"
            wrong = connection.execute(f"SELECT c{index} FROM {raw} WHERE {unread} LIMIT 1").fetchone()
            if wrong is not None:
                told = f"Could not parse '{wrong[0]}' as {type_name(of)} for field {name} (position {index})"
                return _error(file, f"{told}.")
    return None
