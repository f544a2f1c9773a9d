"""Results of queries: a CSV file in S3, which GetQueryResults reads page by page.

Every value is quoted in the file and NULL is empty, so that it differs from an empty text.
Source: https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from embedded.services.aws.athena import typenames
from embedded.sql_engine.types import Kind, Type

Row = Sequence[str | None]
_FIELD = re.compile(rb'(?:"((?:[^"]|"")*)")?([,\n]|\Z)')
_DIGITS = {
    Kind.INT8: 3,
    Kind.INT16: 5,
    Kind.INT32: 10,
    Kind.INT64: 19,
    Kind.FLOAT32: 17,
    Kind.FLOAT64: 17,
    Kind.DATETIME: 3,
    Kind.TIMESTAMP: 3,
    Kind.TIME: 3,
    Kind.STRING: 2147483647,
    Kind.BYTES: 1073741824,
}
_READ = 1 << 20
COUNT = Type(Kind.INT64)
"""Type of the row count of a statement that writes."""


def column_info(name: str, of: Type) -> dict[str, Any]:
    """The metadata of a result's column."""
    precision = of.precision if of.precision is not None else _DIGITS.get(of.kind, 0)
    return {
        "CatalogName": "hive",
        "SchemaName": "",
        "TableName": "",
        "Name": name,
        "Label": name,
        "Type": typenames.shown(of),
        "Precision": precision,
        "Scale": of.scale or 0,
        "Nullable": "UNKNOWN",
        "CaseSensitive": of.kind is Kind.STRING,
    }


def text_column(name: str) -> dict[str, Any]:
    """The metadata of a column of a statement such as SHOW TABLES."""
    return column_info(name, Type(Kind.STRING)) | {"Type": "string", "Precision": 0, "CaseSensitive": False}


def csv_line(row: Row) -> bytes:
    """Format a row of the file."""
    fields = ("" if value is None else '"' + value.replace('"', '""') + '"' for value in row)
    return (",".join(fields) + "\n").encode()


def write_csv(file: BinaryIO, names: Sequence[str], types: Sequence[Type], batches: Iterable[Sequence[Any]]) -> int:
    """Write a result.

    Parameters:
        file: target file.
        names: names of the columns.
        types: types of the columns.
        batches: batches of rows from DuckDB.

    Returns:
        The number of rows without the header.
    """
    file.write(csv_line(names))
    writers = [text_writer(of) for of in types]
    count = 0
    for rows in batches:
        file.writelines(
            csv_line([_write_cell(write, value) for write, value in zip(writers, row, strict=True)]) for row in rows
        )
        count += len(rows)
    return count


def read_page(path: Path, start: int, limit: int) -> tuple[list[list[str | None]], int | None]:
    """Read a page of a file.

    Parameters:
        path: path of the file.
        start: offset of the first row in bytes.
        limit: maximum number of rows.

    Returns:
        The rows, and the offset of the next page; None after the last page.
    """
    rows: list[list[str | None]] = []
    with path.open("rb") as file:
        file.seek(start)
        for end, row in _rows(file):
            if len(rows) == limit:
                return rows, start
            rows.append(row)
            start = end
    return rows, None


def _rows(file: BinaryIO) -> Iterator[tuple[int, list[str | None]]]:
    """Yield rows with their end offsets."""
    end = file.tell()
    while True:
        text = file.readline(_READ * 64)
        if not text:
            return
        while text.count(b'"') % 2:  # a value with a line break in it
            text += file.readline(_READ * 64)
        end += len(text)
        yield end, _fields(text)


def _fields(text: bytes) -> list[str | None]:
    values: list[str | None] = []
    for match in _FIELD.finditer(text):
        if match.start() == len(text):
            break
        value = match[1]
        values.append(None if value is None else value.decode().replace('""', '"'))
        if match[2] != b",":
            break
    return values


def _write_cell(write: Callable[[Any], str], value: Any) -> str | None:
    return None if value is None else write(value)


def text_writer(of: Type) -> Callable[[Any], str]:
    """The function that formats values of a type as Athena does; it does not accept NULL."""
    if of.kind is Kind.ARRAY and of.element:
        inner = _inner(of.element)
        return lambda values: f"[{', '.join(map(inner, values))}]"
    if of.kind is Kind.MAP and of.key and of.element:
        key, value = _inner(of.key), _inner(of.element)
        return lambda pairs: f"{{{', '.join(f'{key(k)}={value(v)}' for k, v in pairs.items())}}}"
    if of.kind is Kind.STRUCT:
        return _row_text(of)
    return _PLAIN.get(of.kind, str)


def _row_text(of: Type) -> Callable[[Any], str]:
    writers = [(name or f"field{index}", _inner(field)) for index, (name, field) in enumerate(of.fields)]

    def text(value: Any) -> str:
        values = value.values() if isinstance(value, dict) else value
        shown = (f"{name}={write(item)}" for (name, write), item in zip(writers, values, strict=True))
        return f"{{{', '.join(shown)}}}"

    return text


def _inner(of: Type) -> Callable[[Any], str]:
    write = text_writer(of)
    return lambda value: "null" if value is None else write(value)


def double_text(value: float) -> str:
    """Format a DOUBLE as Java and Trino do: 1.0, 1.0E7, 1.5E-5, NaN, Infinity."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{value:.1f}" if value == int(value) else format(Decimal(repr(value)), "f")
    digits, _, exponent = f"{Decimal(repr(value)).normalize():E}".partition("E")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


def _time_text(value: dt.datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}".rjust(23, "0")


def _interval_text(value: dt.timedelta) -> str:
    """Format an interval of days to seconds, such as `2 03:04:05.678`."""
    millis = round(abs(value).total_seconds() * 1000)
    seconds, millis = divmod(millis, 1000)
    hours, seconds = divmod(seconds, 3600)
    days, hours = divmod(hours, 24)
    sign = "-" if value < dt.timedelta() else ""
    return f"{sign}{days} {hours:02d}:{seconds // 60:02d}:{seconds % 60:02d}.{millis:03d}"


def _real_text(value: float) -> str:
    """Format a REAL: the shortest number with the same 24 binary digits."""
    if value != value or value in (float("inf"), float("-inf")):
        return double_text(value)
    shortest = (f"{value:.{digits}g}" for digits in range(1, 10))
    shortest_text = next((text for text in shortest if _as_real(float(text)) == value), repr(value))
    return double_text(float(shortest_text))


def _as_real(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


_PLAIN: dict[Kind, Callable[[Any], str]] = {
    Kind.BOOL: lambda value: "true" if value else "false",
    Kind.FLOAT64: double_text,
    Kind.FLOAT32: _real_text,
    Kind.INTERVAL: _interval_text,
    Kind.DECIMAL: lambda value: format(value, "f"),
    Kind.BYTES: lambda value: value.hex(" "),
    Kind.DATETIME: _time_text,
    Kind.TIMESTAMP: lambda value: f"{_time_text(value.astimezone(dt.UTC))} UTC",
    Kind.DATE: lambda value: value.isoformat(),
}
