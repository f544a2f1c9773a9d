"""The API of data sets.

https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets
"""

from __future__ import annotations

from typing import Any

import duckdb

from embedded.services.gcp.bigquery.datasets import check_dataset_id, new_dataset
from embedded.services.gcp.bigquery.errors import invalid_value
from embedded.services.gcp.bigquery.request import Call, check_match, tagged
from embedded.services.gcp.bigquery.store import Catalogue, Store, now

Json = dict[str, Any]

_SETTABLE = ("description", "friendlyName", "labels", "access", "storageBillingModel", "maxTimeTravelHours")
_REFUSED = ("defaultTableExpirationMs", "defaultPartitionExpirationMs", "isCaseInsensitive", "defaultCollation",
            "defaultEncryptionConfiguration", "externalDatasetReference", "defaultRoundingMode")  # fmt: skip


class DatasetApi:
    """Calls about data sets."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, call: Call) -> Json:
        """All of a project."""
        with self._store.read(self._cursor()) as catalogue:
            found = catalogue.datasets()
        kept = ("kind", "id", "datasetReference", "labels", "friendlyName", "location")
        items = [{key: each[key] for key in kept if key in each} for each in found]
        return {"kind": "bigquery#datasetList", "datasets": items}

    def get(self, call: Call) -> Json:
        """One."""
        with self._store.read(self._cursor()) as catalogue:
            return tagged(catalogue.dataset(call.path["dataset"]))

    def insert(self, call: Call) -> Json:
        """A new one."""
        name = check_dataset_id(str((call.body.get("datasetReference") or {}).get("datasetId", "")))
        _refuse(call.body)
        given = {key: call.body[key] for key in (*_SETTABLE, "location") if call.body.get(key)}
        body = new_dataset(self._store.project, name, given)
        with self._store.write(self._cursor()) as catalogue:
            catalogue.add_dataset(name, body)
        return tagged(body)

    def patch(self, call: Call) -> Json:
        """Change what is named."""
        return self._change(call, keep=True)

    def update(self, call: Call) -> Json:
        """Change all that can be set."""
        return self._change(call, keep=False)

    def delete(self, call: Call) -> None:
        """Remove one, with its tables if that is asked for."""
        name = call.path["dataset"]
        with self._store.write(self._cursor()) as catalogue:
            catalogue.dataset(name)
            self._empty(catalogue, name, call.flag("deleteContents"))
            catalogue.drop_dataset(name)

    def _empty(self, catalogue: Catalogue, name: str, contents: bool) -> None:
        tables = catalogue.tables(name)
        if tables and not contents:
            raise invalid_value(f"Dataset {self._store.project}:{name} is still in use")
        for table in tables:
            catalogue.drop(table)

    def _change(self, call: Call, keep: bool) -> Json:
        _refuse(call.body)
        name = call.path["dataset"]
        with self._store.write(self._cursor()) as catalogue:
            old = catalogue.dataset(name)
            check_match(call, old)
            body = {key: value for key, value in old.items() if keep or key not in _SETTABLE}
            body |= {key: call.body[key] for key in _SETTABLE if key in call.body}
            body = {key: value for key, value in body.items() if value is not None}
            if isinstance(body.get("labels"), dict):
                merged = {**(old.get("labels", {}) if keep else {}), **body["labels"]}
                body["labels"] = {key: value for key, value in merged.items() if value is not None}
            body["lastModifiedTime"] = str(now())
            catalogue.change_dataset(name, body)
        return tagged(body)

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def _refuse(body: Json) -> None:
    for name in _REFUSED:
        if body.get(name):
            raise invalid_value(f"Unsupported by this stand-in: {name} of a data set")
