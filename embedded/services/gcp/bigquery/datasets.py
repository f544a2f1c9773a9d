"""The resource `datasets`, which CREATE SCHEMA also makes.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.errors import invalid_value
from embedded.services.gcp.bigquery.request import Request, change_resource, with_etag
from embedded.services.gcp.bigquery.store import Catalogue, Store, now
from embedded.sql_engine.errors import invalid

Json = dict[str, Any]

DEFAULT_LOCATION = "US"
_ID = re.compile(r"\w{1,1024}", re.ASCII)
_LISTED = ("kind", "id", "datasetReference", "labels", "friendlyName", "location")
_SETTABLE = ("description", "friendlyName", "labels", "access", "storageBillingModel", "maxTimeTravelHours")
_UNSUPPORTED = ("defaultTableExpirationMs", "defaultPartitionExpirationMs", "isCaseInsensitive", "defaultCollation",
                "defaultEncryptionConfiguration", "externalDatasetReference", "defaultRoundingMode")  # fmt: skip


class DatasetsResource:
    """The methods of `datasets`.

    Parameters:
        store: of the project.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, request: Request) -> Json:
        """List the project's datasets."""
        with self._store.read(self._cursor()) as catalogue:
            datasets = catalogue.datasets()
        items = [{key: dataset[key] for key in _LISTED if key in dataset} for dataset in datasets]
        return {"kind": "bigquery#datasetList", "datasets": items}

    def get(self, request: Request) -> Json:
        """Describe a dataset."""
        with self._store.read(self._cursor()) as catalogue:
            return with_etag(catalogue.dataset(request.path["dataset"]))

    def insert(self, request: Request) -> Json:
        """Create a dataset."""
        name = check_dataset_id(str((request.body.get("datasetReference") or {}).get("datasetId", "")))
        _refuse_unsupported(request.body)
        settings = {key: request.body[key] for key in (*_SETTABLE, "location") if request.body.get(key)}
        body = new_dataset(self._store.project, name, settings)
        with self._store.write(self._cursor()) as catalogue:
            catalogue.add_dataset(name, body)
        return with_etag(body)

    def patch(self, request: Request) -> Json:
        """Change some properties of a dataset."""
        return self._change(request, keep=True)

    def update(self, request: Request) -> Json:
        """Replace all properties of a dataset."""
        return self._change(request, keep=False)

    def delete(self, request: Request) -> None:
        """Delete a dataset, with its tables if `deleteContents` is set."""
        name = request.path["dataset"]
        with self._store.write(self._cursor()) as catalogue:
            catalogue.dataset(name)
            self._drop_tables(catalogue, name, request.flag("deleteContents"))
            catalogue.drop_dataset(name)

    def _drop_tables(self, catalogue: Catalogue, name: str, delete_contents: bool) -> None:
        tables = catalogue.tables(name)
        if tables and not delete_contents:
            raise invalid_value(f"Dataset {self._store.project}:{name} is still in use")
        for table in tables:
            catalogue.drop(table)

    def _change(self, request: Request, keep: bool) -> Json:
        _refuse_unsupported(request.body)
        name = request.path["dataset"]
        with self._store.write(self._cursor()) as catalogue:
            old = catalogue.dataset(name)
            request.check_etag(old)
            body = change_resource(old, request.body, _SETTABLE, keep)
            body["lastModifiedTime"] = str(now())
            catalogue.change_dataset(name, body)
        return with_etag(body)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def check_dataset_id(name: str) -> str:
    """A valid id of a dataset. Raises SqlError."""
    if not _ID.fullmatch(name):
        raise invalid(
            f'Invalid dataset ID "{name}". Dataset IDs must be alphanumeric (plus underscores) and must be at most '
            "1024 characters long."
        )
    return name


def new_dataset(project: str, name: str, settings: Json) -> Json:
    """The resource of a new dataset.

    Parameters:
        project: that it belongs to.
        name: its id.
        settings: properties set by the client.
    """
    moment = str(now())
    return {
        "location": DEFAULT_LOCATION,
        **settings,
        "kind": "bigquery#dataset",
        "id": f"{project}:{name}",
        "datasetReference": {"projectId": project, "datasetId": name},
        "creationTime": moment,
        "lastModifiedTime": moment,
        "type": "DEFAULT",
    }


def _refuse_unsupported(body: Json) -> None:
    for name in _UNSUPPORTED:
        if body.get(name):
            raise invalid_value(f"Unsupported by this stand-in: {name} of a data set")
