"""The rows of queries: kept in files for a day, and encoded page by page.

Values are encoded as in tabledata.list: as text, timestamps as microseconds or seconds since 1970.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/list
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.sql.numbers import numeric_text
from embedded.services.gcp.bigquery.sql.types import schema_field
from embedded.sql_engine.jobs import limit_file
from embedded.sql_engine.types import Kind, Type, extract, quote, text

_DAY = 86_400
MOST_ROWS = 50_000
"""On one page."""
_PAGE_BYTES = 10 << 20
"""Of the texts on one page, as in BigQuery: the row that goes beyond it is the last one."""
_BATCH = 500


@dataclass(frozen=True)
class Rows:
    """Rows that can be paged through.

    Parameters:
        sql: an item of FROM; DuckDB has the columns as c0, c1, ...
        columns: names and types, as the user sees them.
        count: number of rows.
        numbered: DuckDB knows the number of each row, so that a page needs no OFFSET.
    """

    sql: str
    columns: Sequence[tuple[str, Type]]
    count: int
    numbered: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The schema of the API."""
        return {"fields": [schema_field(name, of) for name, of in self.columns]}


class Results:
    """A folder of results, one file a query.

    Parameters:
        folder: created if it is missing.
        most_bytes: the largest size of a file. BigQuery's own limit is 10 GB, which no laptop has to spare.
    """

    def __init__(self, folder: Path, most_bytes: int = 1 << 30) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*"):
            if old.suffix != ".parquet" or time.time() - old.stat().st_mtime > _DAY:
                old.unlink()

    def keep(
        self, name: str, sql: str, columns: Sequence[tuple[str, Type]], connection: duckdb.DuckDBPyConnection
    ) -> int:
        """Run a query and keep its rows; returns their number.

        Parameters:
            name: of the rows.
            sql: the query.
            columns: names and types of its columns.
            connection: to run it with.

        Raises:
            SqlError: the rows are too large.
            duckdb.Error: the query fails.
        """
        listed = ", ".join(f"c{index}" for index in range(len(columns)))
        checked = ", ".join(f"{checked_value(f'c{index}', of)} AS c{index}" for index, (_, of) in enumerate(columns))
        target = self._file(name)
        unfinished = target.with_suffix(".unfinished")
        copy = f"COPY (SELECT {checked} FROM ({sql}) AS r({listed})) TO {text(str(unfinished))} (FORMAT parquet)"
        with limit_file(connection, unfinished, self._most_bytes):
            row = connection.execute(copy).fetchone()
        unfinished.replace(target)
        return int(row[0]) if row else 0

    def rows(self, name: str, columns: Sequence[tuple[str, Type]], count: int) -> Rows | None:
        """The rows of a query, or None if they are too old.

        Parameters:
            name: under which they were kept.
            columns: names and types.
            count: number of rows.
        """
        file = self._file(name)
        if not file.exists():
            return None
        return Rows(f"read_parquet({text(str(file))}, file_row_number = true)", columns, count, numbered=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{base64.urlsafe_b64encode(name.encode()).decode().rstrip('=')}.parquet"


def checked_value(sql: str, of: Type) -> str:
    """A value that may be returned or stored: no array with NULL in it, however deep.

    Parameters:
        sql: the value, for DuckDB.
        of: its type.
    """
    tests = _null_elements(sql, of)
    if not tests:
        return sql
    wrong = f"CAST(error('Array cannot have a null element') AS {of.duckdb})"
    return f"(CASE WHEN {' OR '.join(tests)} THEN {wrong} ELSE {sql} END)"


def _null_elements(sql: str, of: Type, depth: int = 0) -> list[str]:
    """Whether arrays in a value have NULL in them, one test an array."""
    if of.kind is Kind.STRUCT:
        return [test for name, field in of.fields for test in _null_elements(extract(sql, name), field, depth)]
    if of.kind is not Kind.ARRAY or of.element is None:
        return []
    item = f"e{depth}"
    within = " OR ".join(f"coalesce({test}, false)" for test in _null_elements(item, of.element, depth + 1))
    wrong = f"{item} IS NULL{f' OR {within}' if within else ''}"
    return [f"len(list_filter({sql}, lambda {item}: {wrong})) > 0"]


def encode_page(
    rows: Rows, start: int, most: int, connection: duckdb.DuckDBPyConnection, int64_timestamps: bool
) -> list[dict[str, Any]]:
    """A page of rows as JSON.

    Parameters:
        rows: all of them.
        start: the first row of the page, from 0.
        most: the largest number of rows.
        connection: to read them with.
        int64_timestamps: microseconds, instead of seconds with a fraction.
    """
    values = ", ".join(_encode(f"c{index}", of, int64_timestamps) for index, (_, of) in enumerate(rows.columns))
    most = min(most, MOST_ROWS)
    clauses = f"LIMIT {most} OFFSET {start}"
    if rows.numbered:
        clauses = f"WHERE file_row_number >= {start} AND file_row_number < {start + most} ORDER BY file_row_number"
    page = _first_bytes(connection.execute(f"SELECT {values} FROM {rows.sql} {clauses}"))
    kinds = [of for _, of in rows.columns]
    if not any(of.kind in (Kind.ARRAY, Kind.STRUCT) for of in kinds):
        return [{"f": [{"v": value} for value in row]} for row in page]
    return [{"f": [{"v": _nested(value, of)} for value, of in zip(row, kinds, strict=True)]} for row in page]


def _first_bytes(cursor: duckdb.DuckDBPyConnection) -> list[Sequence[Any]]:
    """The rows of a cursor, as far as a page goes."""
    page: list[Sequence[Any]] = []
    size = 0
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            page.append(row)
            size += sum(map(_text_size, row))
            if size > _PAGE_BYTES:
                return page
    return page


def _text_size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_text_size, value.values()))
    return sum(map(_text_size, value)) if isinstance(value, list) else 0


def _whole_fraction(sql: str) -> str:
    """A time as text; a fraction of a second has six digits."""
    text = f"CAST({sql} AS VARCHAR)"
    length = f"CAST(strpos({text}, '.') + 6 AS INTEGER)"
    return f"(CASE WHEN contains({text}, '.') THEN rpad({text}, {length}, '0') ELSE {text} END)"


def _encode(sql: str, of: Type, int64_timestamps: bool) -> str:
    """A value as text, or a list or struct of such."""
    if of.kind is Kind.ARRAY and of.element:
        return f"list_transform(coalesce({sql}, []), lambda e: {_encode('e', of.element, int64_timestamps)})"
    if of.kind is Kind.STRUCT:
        fields = ", ".join(
            f"f{index} := {_encode(extract(sql, name), field, int64_timestamps)}"
            for index, (name, field) in enumerate(of.fields)
        )
        return f"(CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({fields}) END)"
    if of.kind is Kind.BYTES:
        return f"to_base64({sql})"
    if of.kind is Kind.DATETIME:
        return f"replace({_whole_fraction(sql)}, ' ', 'T')"
    if of.kind is Kind.TIME:
        return _whole_fraction(sql)
    if of.kind is Kind.MOMENT:
        micros = f"epoch_us({sql})"
        return f"CAST({micros} AS VARCHAR)" if int64_timestamps else f"printf('%.6f', {micros} / 1e6)"
    if of.kind is Kind.DECIMAL:
        return numeric_text(sql)
    if of.kind is Kind.FLOAT64:
        names = "WHEN 'NaN' THEN 'NaN' WHEN 'Infinity' THEN 'Infinity' WHEN '-Infinity' THEN '-Infinity'"
        return f"(CASE {sql} {names} ELSE CAST({sql} AS VARCHAR) END)"
    return f"CAST({sql} AS VARCHAR)"


def _nested(value: Any, of: Type) -> Any:
    if value is None:
        return None
    if of.kind is Kind.ARRAY and of.element:
        return [{"v": _nested(item, of.element)} for item in value]
    if of.kind is Kind.STRUCT:
        pairs = zip(value.values(), of.fields, strict=True)
        return {"f": [{"v": _nested(item, field)} for item, (_, field) in pairs]}
    return value


def table_rows(rows: str, columns: Sequence[tuple[str, Type]], count: int) -> Rows:
    """The rows of a table, in the order of insertion.

    Parameters:
        rows: DuckDB's table.
        columns: names and types of those to be read.
        count: number of rows.
    """
    listed = ", ".join(f"{quote(name)} AS c{index}" for index, (name, _) in enumerate(columns))
    return Rows(f"(SELECT {listed} FROM {rows})", columns, count)
