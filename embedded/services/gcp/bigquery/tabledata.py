"""The resource `tabledata`: pages of rows, and streamed rows.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata
"""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.errors import invalid_value, not_found
from embedded.services.gcp.bigquery.files.local import describe_file
from embedded.services.gcp.bigquery.files.reading import read_files
from embedded.services.gcp.bigquery.files.source import Source
from embedded.services.gcp.bigquery.job_registry import ANONYMOUS, JobRegistry
from embedded.services.gcp.bigquery.request import Request
from embedded.services.gcp.bigquery.results import MOST_ROWS, Rows, encode_page, table_rows
from embedded.services.gcp.bigquery.store import Store, Table
from embedded.services.gcp.bigquery.table_writer import insert_rows, mark_modified, schema_columns
from embedded.shared.numbers import whole_number
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.errors import SqlError

Json = dict[str, Any]

_LIST = "bigquery#tableDataList"
_INSERT = "bigquery#tableDataInsertAllResponse"


class TabledataResource:
    """The methods of `tabledata`.

    Parameters:
        store: of the project.
        jobs: with the rows of queries.
    """

    def __init__(self, store: Store, jobs: JobRegistry) -> None:
        self._store = store
        self._jobs = jobs

    def list(self, request: Request) -> Json:
        """A page of a table's rows, or of a query's."""
        cursor = self._cursor()
        dataset, name = request.path["dataset"], request.path["table"]
        if dataset == ANONYMOUS:
            return page_of_rows(self.query_rows(name), request, cursor, _LIST)
        with self._store.read(cursor) as catalogue:
            table = catalogue.table(dataset, name)
            if table.kind != "TABLE":
                raise invalid_value(f"Cannot list a table of type {table.kind}.")
            selected = [field.lower() for field in request.query.get("selectedFields", "").split(",") if field]
            columns = [
                (column, of)
                for column, of in schema_columns(table.fields)
                if not selected or column.lower() in selected
            ]
            if selected and not columns:
                raise invalid_value(f"No such field: {', '.join(selected)[:200]}.")
            rows = table_rows(table.rows, columns, catalogue.count(table))
            return page_of_rows(rows, request, cursor, _LIST)

    def query_rows(self, job: str) -> Rows:
        """The rows of a query without a destination. Raises GoogleError: it has none."""
        rows = self._jobs.rows(self._jobs.find(job))
        if rows is None:
            raise not_found(f"Table {self._store.project}:{ANONYMOUS}.{job}")
        return rows

    def insert_all(self, request: Request) -> Json:
        """Append the rows of the request; all of them or none."""
        for name in ("skipInvalidRows", "templateSuffix"):
            if request.body.get(name):
                raise invalid_value(f"Unsupported by this stand-in: {name}")
        rows = [row.get("json") or {} for row in request.body.get("rows") or []]
        if not rows:
            raise invalid_value("No rows present in the request.")
        with NamedTemporaryFile("w", encoding="utf-8", suffix=".json", dir=self._store.folder) as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            return self._append(request, Path(file.name), len(rows))

    def _append(self, request: Request, path: Path, count: int) -> Json:
        cursor = self._cursor()
        with self._store.write(cursor) as catalogue:
            table = catalogue.table(request.path["dataset"], request.path["table"])
            if table.kind != "TABLE":
                raise invalid_value(f"Cannot add rows to a table of type {table.kind}.")
            reader = read_files(_source(table, request), [describe_file("the request", path)], cursor.cursor())
            try:
                insert_rows(catalogue, table, f"SELECT * FROM {reader.relation().sql}")
            except (SqlError, duckdb.Error) as error:
                failure = error if isinstance(error, SqlError) else to_sql_error(error)
                wrong = {"reason": "invalid", "location": "", "message": failure.message}
                cursor.execute("ROLLBACK")
                cursor.execute("BEGIN")
                errors = [{"index": index, "errors": [wrong]} for index in range(count)]
                return {"kind": _INSERT, "insertErrors": errors}
            mark_modified(catalogue, table)
        return {"kind": _INSERT}

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def page_of_rows(rows: Rows, request: Request, cursor: duckdb.DuckDBPyConnection, kind: str) -> Json:
    """A page of rows, with the token of the next page.

    Parameters:
        rows: all of them.
        request: with `maxResults`, `startIndex`, `pageToken` and `formatOptions.useInt64Timestamp`.
        cursor: to read them with.
        kind: of the response.

    Raises:
        GoogleError: the token is invalid.
    """
    start = _start(request)
    most = request.number("maxResults", MOST_ROWS)
    int64_timestamps = request.flag("formatOptions.useInt64Timestamp")
    page = encode_page(rows, start, most, cursor, int64_timestamps) if most and start < rows.count else []
    body: Json = {"kind": kind, "totalRows": str(rows.count)}
    if page:
        body["rows"] = page
    if start + len(page) < rows.count and most:
        body["pageToken"] = base64.urlsafe_b64encode(f"{start + len(page)}".encode()).decode()
    return body


def _source(table: Table, request: Request) -> Source:
    columns = tuple(schema_columns(table.fields))
    return Source("NEWLINE_DELIMITED_JSON", (), columns, ignore=bool(request.body.get("ignoreUnknownValues")))


def _start(request: Request) -> int:
    token = request.query.get("pageToken")
    if not token:
        return request.number("startIndex", 0)
    try:
        start = whole_number(base64.urlsafe_b64decode(token).decode(), 0, 2**63 - 1)
    except (binascii.Error, ValueError):
        start = None
    if start is None:
        raise invalid_value("Invalid value for pageToken: it is what a page before told.")
    return start
