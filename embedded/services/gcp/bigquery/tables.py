"""The resource `tables`.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery.errors import already_exists, invalid_value
from embedded.services.gcp.bigquery.files.source import parse_source
from embedded.services.gcp.bigquery.job_registry import ANONYMOUS
from embedded.services.gcp.bigquery.request import Request, change_resource, with_etag
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.sql.rules import parse
from embedded.services.gcp.bigquery.sql.types import with_old_names
from embedded.services.gcp.bigquery.store import Catalogue, Store, Table, now
from embedded.services.gcp.bigquery.table_writer import (
    check_table_id,
    create_table,
    new_table_body,
    schema_columns,
    schema_of_query,
)
from embedded.services.gcp.bigquery.tabledata import TabledataResource
from embedded.sql_engine.types import quote

Json = dict[str, Any]

_SETTABLE = ("description", "friendlyName", "labels", "expirationTime")
_CREATION = (*_SETTABLE, "schema", "timePartitioning", "rangePartitioning", "clustering", "externalDataConfiguration",
             "view")  # fmt: skip
_READ_ONLY = ("tableReference", "kind", "id", "etag", "type", "location", "selfLink", "numRows", "numBytes",
              "creationTime", "lastModifiedTime", "numLongTermBytes")  # fmt: skip
_LISTED = ("labels", "friendlyName", "timePartitioning", "rangePartitioning", "clustering", "creationTime",
           "expirationTime", "view", "type")  # fmt: skip


class TablesResource:
    """The methods of `tables`.

    Parameters:
        store: of the project.
        objects: of Cloud Storage, for external tables.
        results: rows of queries.
        data: the rows of tables.
    """

    def __init__(self, store: Store, objects: Objects, results: Results, data: TabledataResource) -> None:
        self._store = store
        self._objects = objects
        self._results = results
        self._data = data

    def list(self, request: Request) -> Json:
        """List the tables of a dataset."""
        with self._store.read(self._cursor()) as catalogue:
            catalogue.dataset(request.path["dataset"])
            tables = catalogue.tables(request.path["dataset"])
        items = [
            {**self._reference(table), **{key: table.body[key] for key in _LISTED if key in table.body}}
            for table in tables
        ]
        return {"kind": "bigquery#tableList", "tables": items, "totalItems": len(items)}

    def get(self, request: Request) -> Json:
        """Describe a table, with the number of its rows."""
        if request.path["dataset"] == ANONYMOUS:
            return self._query_table(request.path["table"])
        with self._store.read(self._cursor()) as catalogue:
            return self._resource(catalogue, self._find(catalogue, request))

    def insert(self, request: Request) -> Json:
        """Create an empty table, an external table or a view."""
        reference = request.body.get("tableReference") or {}
        dataset, name = request.path["dataset"], check_table_id(str(reference.get("tableId", "")))
        _refuse_unsupported(request.body)
        body = {key: request.body[key] for key in _CREATION if request.body.get(key)}
        with self._store.write(self._cursor()) as catalogue, ExitStack() as stack:
            catalogue.dataset(dataset)
            if catalogue.find(dataset, name) is not None:
                raise already_exists(f"Table {self._store.project}:{dataset}.{name}")
            table = self._create(catalogue, dataset, name, body, stack)
            return self._resource(catalogue, table)

    def patch(self, request: Request) -> Json:
        """Change some properties of a table."""
        return self._change(request, keep=True)

    def update(self, request: Request) -> Json:
        """Replace all properties of a table."""
        return self._change(request, keep=False)

    def delete(self, request: Request) -> None:
        """Delete a table."""
        with self._store.write(self._cursor()) as catalogue:
            catalogue.drop(self._find(catalogue, request))

    def _create(self, catalogue: Catalogue, dataset: str, name: str, body: Json, stack: ExitStack) -> Table:
        if "view" in body:
            body["schema"] = self._view_schema(catalogue, body["view"], stack)
            table = Table(dataset, name, 0, new_table_body("VIEW", body))
        elif "externalDataConfiguration" in body:
            body["schema"] = self._external_schema(catalogue, dataset, name, body, stack)
            table = Table(dataset, name, 0, new_table_body("EXTERNAL", body))
        else:
            return create_table(catalogue, dataset, name, body)
        catalogue.put(table)
        return table

    def _external_schema(self, catalogue: Catalogue, dataset: str, name: str, body: Json, stack: ExitStack) -> Json:
        configuration = body["externalDataConfiguration"]
        fields = (configuration.get("schema") or body.get("schema") or {}).get("fields")
        if fields:
            schema_columns(fields)
            parse_source({**configuration, "schema": {"fields": fields}})
            return {"fields": fields}
        probe = Table(dataset, name, 0, new_table_body("EXTERNAL", body))
        relation = Tables(self._session(catalogue), catalogue, stack).of(probe)
        return {"fields": schema_of_query(relation.columns)}

    def _view_schema(self, catalogue: Catalogue, view: Json, stack: ExitStack) -> Json:
        if view.get("useLegacySql", True):
            raise invalid_value("Unsupported by this stand-in: legacy SQL; set useLegacySql to false")
        statements = parse(str(view.get("query", "")))
        if len(statements) != 1:
            raise invalid_value("A view is one query")
        query = Tables(self._session(catalogue), catalogue, stack).queries().compile(statements[0].tree)
        return {"fields": schema_of_query(query.columns)}

    def _session(self, catalogue: Catalogue) -> Session:
        return Session(self._store, self._objects, self._results, catalogue.connection, lambda: None)

    def _change(self, request: Request, keep: bool) -> Json:
        _refuse_unsupported(request.body)
        with self._store.write(self._cursor()) as catalogue:
            old = self._find(catalogue, request)
            request.check_etag({**self._reference(old), **old.body})
            body = change_resource(old.body, request.body, _SETTABLE, keep)
            if request.body.get("schema"):
                body["schema"] = self._add_columns(catalogue, old, request.body["schema"])
            body["lastModifiedTime"] = str(now())
            table = Table(old.dataset, old.id, old.number, body)
            catalogue.put(table)
            return self._resource(catalogue, table)

    def _add_columns(self, catalogue: Catalogue, table: Table, schema: Json) -> Json:
        """A schema with more columns, or other descriptions. Raises GoogleError for any other change."""
        fields = list(schema.get("fields") or [])
        new, old = schema_columns(fields), schema_columns(table.fields)
        if new[: len(old)] != old or (len(new) > len(old) and table.kind != "TABLE"):
            message = f"Provided Schema does not match Table {self._store.project}:{table.dataset}.{table.id}."
            raise invalid_value(f"{message} Here columns can only be added at the end.")
        for (name, of), field in zip(new[len(old) :], fields[len(old) :], strict=True):
            if field.get("mode") == "REQUIRED":
                raise invalid_value(f"Cannot add required fields to an existing schema. (field: {name})")
            catalogue.connection.execute(f"ALTER TABLE {table.rows} ADD COLUMN {quote(name)} {of.duckdb}")
        return {"fields": with_old_names(fields)}

    def _find(self, catalogue: Catalogue, request: Request) -> Table:
        return catalogue.table(request.path["dataset"], request.path["table"])

    def _reference(self, table: Table) -> Json:
        reference = {"projectId": self._store.project, "datasetId": table.dataset, "tableId": table.id}
        return {
            "kind": "bigquery#table",
            "id": f"{self._store.project}:{table.dataset}.{table.id}",
            "tableReference": reference,
        }

    def _resource(self, catalogue: Catalogue, table: Table) -> Json:
        body = with_etag({**self._reference(table), **table.body})
        body["location"] = catalogue.dataset(table.dataset).get("location")
        if table.kind == "TABLE":
            body["numRows"] = str(catalogue.count(table))
        return body

    def _query_table(self, job: str) -> Json:
        """The anonymous table with the rows of a query."""
        rows = self._data.query_rows(job)
        reference = self._reference(Table(ANONYMOUS, job, 0))
        return {**reference, "type": "TABLE", "schema": rows.schema, "numRows": str(rows.count)}

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def _refuse_unsupported(body: Json) -> None:
    for name, value in body.items():
        if name not in (*_CREATION, *_READ_ONLY) and value not in (None, False, "", [], {}, "0"):
            raise invalid_value(f"Unsupported by this stand-in: {name} of a table")
    for name in ("expirationMs", "requirePartitionFilter"):
        if (body.get("timePartitioning") or {}).get(name):
            raise invalid_value(f"Unsupported by this stand-in: {name} of timePartitioning")
