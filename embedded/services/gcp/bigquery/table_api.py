"""The API of tables and of their rows.

https://cloud.google.com/bigquery/docs/reference/rest/v2/tables and .../tabledata
"""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import already_there, invalid_value, not_found
from embedded.services.gcp.bigquery.files.local import local
from embedded.services.gcp.bigquery.files.reading import over
from embedded.services.gcp.bigquery.files.source import Source, source
from embedded.services.gcp.bigquery.jobs import ANONYMOUS, JobBook
from embedded.services.gcp.bigquery.request import Call, check_match, tagged
from embedded.services.gcp.bigquery.results import MOST_ROWS, Results, Rows, of_table, page
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.sql.rules import parse
from embedded.services.gcp.bigquery.store import Catalogue, Store, Table, now
from embedded.services.gcp.bigquery.tables import (
    check_name,
    columns,
    create,
    fill,
    fresh_body,
    schema_of_query,
    touched,
)
from embedded.sql_engine.database import to_sql_error
from embedded.sql_engine.errors import SqlError
from embedded.sql_engine.types import quote

Json = dict[str, Any]

_SETTABLE = ("description", "friendlyName", "labels", "expirationTime")
_MAKING = (*_SETTABLE, "schema", "timePartitioning", "rangePartitioning", "clustering", "externalDataConfiguration",
           "view")  # fmt: skip
_HARMLESS = ("tableReference", "kind", "id", "etag", "type", "location", "selfLink", "numRows", "numBytes",
             "creationTime", "lastModifiedTime", "numLongTermBytes")  # fmt: skip


class TableApi:
    """Calls about tables."""

    def __init__(self, store: Store, objects: Objects, results: Results, jobs: JobBook) -> None:
        self._store = store
        self._objects = objects
        self._results = results
        self._jobs = jobs

    def list(self, call: Call) -> Json:
        """Those of a data set."""
        with self._store.read(self._cursor()) as catalogue:
            catalogue.dataset(call.path["dataset"])
            found = catalogue.tables(call.path["dataset"])
        kept = ("labels", "friendlyName", "timePartitioning", "rangePartitioning", "clustering", "creationTime",
                "expirationTime", "view", "type")  # fmt: skip
        items = [{**self._named(each), **{key: each.body[key] for key in kept if key in each.body}} for each in found]
        return {"kind": "bigquery#tableList", "tables": items, "totalItems": len(items)}

    def get(self, call: Call) -> Json:
        """One, with the number of its rows."""
        if call.path["dataset"] == ANONYMOUS:
            return self._anonymous(call)
        with self._store.read(self._cursor()) as catalogue:
            return self._resource(catalogue, self._find(catalogue, call))

    def insert(self, call: Call) -> Json:
        """A new one: empty, external, or a view."""
        reference = call.body.get("tableReference") or {}
        dataset, name = call.path["dataset"], check_name(str(reference.get("tableId", "")))
        _refuse(call.body)
        body = {key: call.body[key] for key in _MAKING if call.body.get(key)}
        with self._store.write(self._cursor()) as catalogue, ExitStack() as stack:
            catalogue.dataset(dataset)
            if catalogue.find(dataset, name) is not None:
                raise already_there(f"Table {self._store.project}:{dataset}.{name}")
            table = self._make(catalogue, dataset, name, body, stack)
            return self._resource(catalogue, table)

    def patch(self, call: Call) -> Json:
        """Change what is named."""
        return self._change(call, keep=True)

    def update(self, call: Call) -> Json:
        """Change all that can be set."""
        return self._change(call, keep=False)

    def delete(self, call: Call) -> None:
        """Remove one."""
        with self._store.write(self._cursor()) as catalogue:
            catalogue.drop(self._find(catalogue, call))

    def data(self, call: Call) -> Json:
        """A page of a table's rows."""
        cursor = self._cursor()
        if call.path["dataset"] == ANONYMOUS:
            rows = self._jobs.rows(self._jobs.find(call.path["table"]))
            if rows is None:
                raise not_found(f"Table {self._store.project}:{ANONYMOUS}.{call.path['table']}")
            return paged(rows, call, cursor, "bigquery#tableDataList")
        with self._store.read(cursor) as catalogue:
            table = self._find(catalogue, call)
            if table.kind != "TABLE":
                raise invalid_value(f"Cannot list a table of type {table.kind}.")
            found = columns(table.fields)
            wanted = [name.lower() for name in call.query.get("selectedFields", "").split(",") if name]
            chosen = [each for each in found if not wanted or each[0].lower() in wanted]
            rows = of_table(table.rows, chosen, catalogue.count(table))
            return paged(rows, call, cursor, "bigquery#tableDataList")

    def insert_all(self, call: Call) -> Json:
        """Rows that come with the request; all of them or none."""
        for name in ("skipInvalidRows", "templateSuffix"):
            if call.body.get(name):
                raise invalid_value(f"Unsupported by this stand-in: {name}")
        rows = [each.get("json") or {} for each in call.body.get("rows") or []]
        if not rows:
            raise invalid_value("No rows present in the request.")
        with NamedTemporaryFile("w", encoding="utf-8", suffix=".json") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
            file.flush()
            return self._stream(call, Path(file.name), len(rows))

    def _stream(self, call: Call, path: Path, count: int) -> Json:
        cursor = self._cursor()
        with self._store.write(cursor) as catalogue:
            table = self._find(catalogue, call)
            if table.kind != "TABLE":
                raise invalid_value(f"Cannot add rows to a table of type {table.kind}.")
            known = tuple(columns(table.fields))
            lax = bool(call.body.get("ignoreUnknownValues"))
            wanted = Source("NEWLINE_DELIMITED_JSON", (), known, ignore=lax)
            reading = over(wanted, [local("the request", path)], cursor.cursor())
            try:
                fill(catalogue, table, f"SELECT * FROM {reading.relation().sql}")
            except (SqlError, duckdb.Error) as error:
                failure = error if isinstance(error, SqlError) else to_sql_error(error)
                wrong = {"reason": "invalid", "location": "", "message": failure.message}
                cursor.execute("ROLLBACK")
                cursor.execute("BEGIN")
                return {
                    "kind": "bigquery#tableDataInsertAllResponse",
                    "insertErrors": [{"index": index, "errors": [wrong]} for index in range(count)],
                }
            touched(catalogue, table)
        return {"kind": "bigquery#tableDataInsertAllResponse"}

    def _make(self, catalogue: Catalogue, dataset: str, name: str, body: Json, stack: ExitStack) -> Table:
        if "view" in body:
            return self._make_view(catalogue, dataset, name, body, stack)
        if "externalDataConfiguration" not in body:
            return create(catalogue, dataset, name, body)
        given = body["externalDataConfiguration"]
        fields = (given.get("schema") or body.get("schema") or {}).get("fields")
        if fields:
            columns(fields)
            source({**given, "schema": {"fields": fields}})
            body["schema"] = {"fields": fields}
        else:
            session = self._session(catalogue)
            probe = Table(dataset, name, 0, fresh_body("EXTERNAL", body))
            relation = Tables(session, catalogue, stack).of(probe)
            body["schema"] = {"fields": schema_of_query(relation.columns)}
        table = Table(dataset, name, 0, fresh_body("EXTERNAL", body))
        catalogue.put(table)
        return table

    def _make_view(self, catalogue: Catalogue, dataset: str, name: str, body: Json, stack: ExitStack) -> Table:
        if body["view"].get("useLegacySql", True):
            raise invalid_value("Unsupported by this stand-in: legacy SQL; set useLegacySql to false")
        statements = parse(str(body["view"].get("query", "")))
        if len(statements) != 1:
            raise invalid_value("A view is one query")
        query = Tables(self._session(catalogue), catalogue, stack).queries().compile(statements[0].tree)
        body["schema"] = {"fields": schema_of_query(query.columns)}
        table = Table(dataset, name, 0, fresh_body("VIEW", body))
        catalogue.put(table)
        return table

    def _session(self, catalogue: Catalogue) -> Session:
        return Session(self._store, self._objects, self._results, catalogue.connection, lambda: None)

    def _change(self, call: Call, keep: bool) -> Json:
        _refuse(call.body)
        with self._store.write(self._cursor()) as catalogue:
            old = self._find(catalogue, call)
            check_match(call, self._told(old))
            body = {key: value for key, value in old.body.items() if keep or key not in _SETTABLE}
            body |= {key: call.body[key] for key in _SETTABLE if key in call.body}
            body = {key: value for key, value in body.items() if value is not None}
            if isinstance(body.get("labels"), dict):
                merged = {**(old.body.get("labels", {}) if keep else {}), **body["labels"]}
                body["labels"] = {key: value for key, value in merged.items() if value is not None}
            if call.body.get("schema"):
                body["schema"] = self._widened(catalogue, old, call.body["schema"])
            body["lastModifiedTime"] = str(now())
            table = Table(old.dataset, old.id, old.number, body)
            catalogue.put(table)
            return self._resource(catalogue, table)

    def _widened(self, catalogue: Catalogue, table: Table, schema: Json) -> Json:
        """A schema with more columns, or other descriptions. Raises GoogleError for any other change."""
        fields = list(schema.get("fields") or [])
        new, old = columns(fields), columns(table.fields)
        if new[: len(old)] != old or (len(new) > len(old) and table.kind != "TABLE"):
            message = f"Provided Schema does not match Table {self._store.project}:{table.dataset}.{table.id}."
            raise invalid_value(f"{message} Here columns can only be added at the end.")
        for (name, of), field in zip(new[len(old) :], fields[len(old) :], strict=True):
            if field.get("mode") == "REQUIRED":
                raise invalid_value(f"Cannot add required fields to an existing schema. (field: {name})")
            catalogue.connection.execute(f"ALTER TABLE {table.rows} ADD COLUMN {quote(name)} {of.duckdb}")
        return {"fields": fields}

    def _find(self, catalogue: Catalogue, call: Call) -> Table:
        return catalogue.table(call.path["dataset"], call.path["table"])

    def _named(self, table: Table) -> Json:
        reference = {"projectId": self._store.project, "datasetId": table.dataset, "tableId": table.id}
        return {
            "kind": "bigquery#table",
            "id": f"{self._store.project}:{table.dataset}.{table.id}",
            "tableReference": reference,
        }

    def _told(self, table: Table) -> Json:
        return {**self._named(table), **table.body}

    def _resource(self, catalogue: Catalogue, table: Table) -> Json:
        body = tagged(self._told(table))
        body["location"] = catalogue.dataset(table.dataset).get("location")
        if table.kind == "TABLE":
            body["numRows"] = str(catalogue.count(table))
        return body

    def _anonymous(self, call: Call) -> Json:
        rows = self._jobs.rows(self._jobs.find(call.path["table"]))
        if rows is None:
            raise not_found(f"Table {self._store.project}:{ANONYMOUS}.{call.path['table']}")
        named = self._named(Table(ANONYMOUS, call.path["table"], 0))
        return {**named, "type": "TABLE", "schema": rows.schema, "numRows": str(rows.count)}

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def paged(rows: Rows, call: Call, cursor: duckdb.DuckDBPyConnection, kind: str) -> Json:
    """A page of rows, and how to get the next one. Raises GoogleError: the token is none."""
    start = _start(call)
    most = call.number("maxResults", MOST_ROWS)
    whole = call.flag("formatOptions.useInt64Timestamp")
    found = page(rows, start, most, cursor, whole) if most and start < rows.count else []
    body: Json = {"kind": kind, "totalRows": str(rows.count)}
    if found:
        body["rows"] = found
    if start + len(found) < rows.count and most:
        body["pageToken"] = base64.urlsafe_b64encode(f"{start + len(found)}".encode()).decode()
    return body


def _start(call: Call) -> int:
    token = call.query.get("pageToken")
    if not token:
        return call.number("startIndex", 0)
    try:
        return int(base64.urlsafe_b64decode(token).decode())
    except (binascii.Error, ValueError) as error:
        raise invalid_value("Invalid value for pageToken: it is what a page before told.") from error


def _refuse(body: Json) -> None:
    for name, value in body.items():
        if name not in (*_MAKING, *_HARMLESS) and value not in (None, False, "", [], {}, "0"):
            raise invalid_value(f"Unsupported by this stand-in: {name} of a table")
    for name in ("expirationMs", "requirePartitionFilter"):
        if (body.get("timePartitioning") or {}).get(name):
            raise invalid_value(f"Unsupported by this stand-in: {name} of timePartitioning")
