"""The routes of BigQuery's REST API v2.

Source: https://cloud.google.com/bigquery/docs/reference/rest
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.routing import Route

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery import shapes
from embedded.services.gcp.bigquery.datasets import DatasetsResource
from embedded.services.gcp.bigquery.job_registry import JobRegistry
from embedded.services.gcp.bigquery.jobs import JobsResource
from embedded.services.gcp.bigquery.load_jobs import LoadJobs
from embedded.services.gcp.bigquery.query_jobs import QueryJobs
from embedded.services.gcp.bigquery.request import Request, handler
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.store import Store
from embedded.services.gcp.bigquery.tabledata import TabledataResource
from embedded.services.gcp.bigquery.tables import TablesResource
from embedded.services.gcp.bigquery.uploads import Uploads
from embedded.services.gcp.shapes import Shape

Work = Callable[[Request], dict[str, Any] | None]

_PROJECT = "/bigquery/v2/projects/{project}"
_DATASETS = f"{_PROJECT}/datasets"
_DATASET = f"{_DATASETS}/{{dataset}}"
_TABLE = f"{_DATASET}/tables/{{table}}"
_JOB = f"{_PROJECT}/jobs/{{job}}"


class BigQuery:
    """BigQuery of one project.

    Parameters:
        home: the folder of its data; created if it is missing.
        objects: of Cloud Storage.
        project: its id.

    Raises:
        duckdb.IOException: another process uses the folder.
    """

    def __init__(self, home: Path, objects: Objects, project: str) -> None:
        self._project = project
        self._store = Store(home, project, [objects.folder])
        results = Results(self._store.folder / "results")
        self._registry = JobRegistry(self._store, results)
        queries = QueryJobs(self._store, objects, results)
        self._jobs = JobsResource(self._store, self._registry, queries, LoadJobs(self._store, objects))
        self._datasets = DatasetsResource(self._store)
        self._tabledata = TabledataResource(self._store, self._registry)
        self._tables = TablesResource(self._store, objects, results, self._tabledata)
        self._uploads = Uploads(self._store.folder / "uploads", project, self._jobs.begin)

    def close(self) -> None:
        """Stop all jobs, and close the files."""
        self._registry.close()
        self._store.close()

    def routes(self) -> list[Route]:
        """The routes, for the front."""
        datasets, tables, rows, jobs = self._datasets, self._tables, self._tabledata, self._jobs
        methods: list[tuple[str, str, Shape, Work]] = [
            ("GET", _DATASETS, shapes.DATASET, datasets.list),
            ("POST", _DATASETS, shapes.DATASET, datasets.insert),
            ("GET", _DATASET, shapes.DATASET, datasets.get),
            ("PATCH", _DATASET, shapes.DATASET, datasets.patch),
            ("PUT", _DATASET, shapes.DATASET, datasets.update),
            ("DELETE", _DATASET, shapes.DATASET, datasets.delete),
            ("GET", f"{_DATASET}/tables", shapes.TABLE, tables.list),
            ("POST", f"{_DATASET}/tables", shapes.TABLE, tables.insert),
            ("GET", _TABLE, shapes.TABLE, tables.get),
            ("PATCH", _TABLE, shapes.TABLE, tables.patch),
            ("PUT", _TABLE, shapes.TABLE, tables.update),
            ("DELETE", _TABLE, shapes.TABLE, tables.delete),
            ("GET", f"{_TABLE}/data", shapes.TABLE, rows.list),
            ("POST", f"{_TABLE}/insertAll", shapes.ROWS, rows.insert_all),
            ("GET", f"{_PROJECT}/jobs", shapes.JOB, jobs.list),
            ("POST", f"{_PROJECT}/jobs", shapes.JOB, jobs.insert),
            ("GET", _JOB, shapes.JOB, jobs.get),
            ("POST", f"{_JOB}/cancel", shapes.JOB, jobs.cancel),
            ("DELETE", f"{_JOB}/delete", shapes.JOB, jobs.delete),
            ("POST", f"{_PROJECT}/queries", shapes.QUERY, jobs.query),
            ("GET", f"{_PROJECT}/queries/{{job}}", shapes.QUERY, jobs.results),
        ]
        routes = [
            Route(path, handler(self._project, shape, work), methods=[method]) for method, path, shape, work in methods
        ]
        upload = f"/upload{_PROJECT}/jobs"
        return [*routes, Route(upload, self._uploads.handle, methods=["POST", "PUT"])]
