"""The jobs of a project: their resources, and their threads while they run.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded.services.gcp.bigquery.errors import already_exists, error_proto, not_found
from embedded.services.gcp.bigquery.results import Results, Rows
from embedded.services.gcp.bigquery.sql.types import schema_field, schema_type
from embedded.services.gcp.bigquery.store import Store, now
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Job, Jobs, Run

Json = dict[str, Any]

ANONYMOUS = "_anonymous"
"""The dataset of the rows of queries without a destination."""
_WORKERS = 8
_KEPT_DAYS = 7


@dataclass
class JobResult:
    """The result of a job.

    Parameters:
        statistics: the part of its kind, `query` or `load`.
        columns: names and types of its rows; None if it has none.
        count: of the rows.
        kept: the name under which the rows are kept.
        children: one empty document per statement of a script.
        destination: the table that the rows went to.
    """

    statistics: Json
    columns: list[tuple[str, Any]] | None = None
    count: int = 0
    kept: str | None = None
    destination: tuple[str, str] | None = None
    children: list[Json] = field(default_factory=list)


Work = Callable[[Run], JobResult]


@dataclass
class JobRecord:
    """A job: its resource, and its thread while it runs."""

    body: Json
    running: Job[JobResult] | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.body["jobReference"]["jobId"])


class JobRegistry:
    """The jobs of a project; they survive the process.

    Parameters:
        store: where they are kept.
        results: the rows of queries.
    """

    def __init__(self, store: Store, results: Results) -> None:
        self._store = store
        self._results = results
        self._jobs = Jobs(store.database, _WORKERS)
        self._records: dict[str, JobRecord] = {}
        self._writing = threading.Lock()
        self._connection = store.database.cursor()
        self._recover()

    def close(self) -> None:
        """Stop all jobs."""
        self._jobs.close()

    def submit(self, reference: Json, configuration: Json, work: Work, timeout: float | None) -> JobRecord:
        """Start a job.

        Parameters:
            reference: `jobId` and `location`, both optional.
            configuration: of the job.
            work: of the job, in a thread.
            timeout: in seconds; None for no limit.

        Raises:
            GoogleError: the id is taken.
        """
        name = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        location = str(reference.get("location") or "US")
        body = self._new_resource(name, location, configuration)
        with self._writing:
            if name in self._records:
                raise already_exists(f"Job {self._store.project}:{location}.{name}")
            record = JobRecord(body)
            self._records[name] = record
            self._insert(record)
        record.running = self._jobs.submit(work, timeout)
        return record

    def find(self, name: str) -> JobRecord:
        """A job. Raises GoogleError: there is none of that id."""
        record = self._records.get(name)
        if record is None:
            raise not_found(f"Job {self._store.project}:{name}")
        return record

    def all(self) -> list[JobRecord]:
        """All jobs, the latest first."""
        return sorted(
            self._records.values(), key=lambda record: int(record.body["statistics"]["creationTime"]), reverse=True
        )

    def wait(self, record: JobRecord, seconds: float) -> bool:
        """Wait for the end of a job; returns whether it has ended."""
        running = record.running
        if running is None:
            return True
        ended = running.wait(seconds)
        if ended:
            self._finish(record, running)
        return ended

    def resource(self, record: JobRecord) -> Json:
        """A job's resource, up to date."""
        running = record.running
        if running is not None:
            if running.done:
                self._finish(record, running)
            else:
                record.body["status"] = {"state": "RUNNING" if running.started else "PENDING"}
                if running.started:
                    record.body["statistics"]["startTime"] = _milliseconds(running.started)
        return {name: value for name, value in record.body.items() if name != "rows"}

    def cancel(self, record: JobRecord) -> None:
        """Cancel a job."""
        if record.running is not None:
            record.running.cancel()

    def delete(self, record: JobRecord) -> None:
        """Delete a job."""
        self.cancel(record)
        with self._writing:
            self._records.pop(record.id, None)
            self._connection.execute("DELETE FROM meta.jobs WHERE id = ?", [record.id])

    def rows(self, record: JobRecord) -> Rows | None:
        """The rows of a query that has ended; None if it has none. Raises GoogleError: they are too old."""
        kept = record.body.get("rows")
        if not kept:
            return None
        columns = [(field["name"], schema_type(field)) for field in kept["fields"]]
        rows = self._results.rows(kept["name"], columns, kept["count"])
        if rows is None:
            raise not_found(f"Table {self._store.project}:{ANONYMOUS}.{record.id}: its time is over")
        return rows

    def _new_resource(self, name: str, location: str, configuration: Json) -> Json:
        reference = {"projectId": self._store.project, "jobId": name, "location": location}
        return {
            "kind": "bigquery#job",
            "id": f"{self._store.project}:{location}.{name}",
            "selfLink": f"/bigquery/v2/projects/{self._store.project}/jobs/{name}?location={location}",
            "jobReference": reference,
            "configuration": configuration,
            "status": {"state": "PENDING"},
            "statistics": {"creationTime": str(now())},
        }

    def _finish(self, record: JobRecord, running: Job[JobResult]) -> None:
        """Record how a job has ended, once."""
        with self._writing:
            if record.running is None:
                return
            statistics = record.body["statistics"]
            for name, moment in (("startTime", running.started), ("endTime", running.ended)):
                statistics[name] = _milliseconds(moment)
            record.body["status"] = {"state": "DONE"}
            if running.error is not None:
                self._set_error(record, running.error)
            elif running.result is not None:
                self._set_result(record, running.result)
            record.running = None
            self._update(record)

    def _set_error(self, record: JobRecord, error: SqlError) -> None:
        proto = error_proto(error, _script(record.body["configuration"]))
        record.body["status"] |= {"errorResult": proto, "errors": [proto]}

    def _set_result(self, record: JobRecord, result: JobResult) -> None:
        record.body["statistics"] |= result.statistics
        kind = record.body["configuration"][record.body["configuration"]["jobType"].lower()]
        if result.columns is not None and result.kept is not None:
            fields = [schema_field(name, of) for name, of in result.columns]
            record.body["rows"] = {"name": result.kept, "count": result.count, "fields": fields}
            dataset, table = result.destination or (ANONYMOUS, record.id)
            kind["destinationTable"] = {"projectId": self._store.project, "datasetId": dataset, "tableId": table}
        if result.children:
            record.body["statistics"]["numChildJobs"] = str(len(result.children))

    def _insert(self, record: JobRecord) -> None:
        values = [record.id, _creation_time(record), json.dumps(record.body)]
        self._connection.execute("INSERT INTO meta.jobs VALUES (?, ?, ?)", values)

    def _update(self, record: JobRecord) -> None:
        self._connection.execute("UPDATE meta.jobs SET body = ? WHERE id = ?", [json.dumps(record.body), record.id])

    def _recover(self) -> None:
        """Load the jobs of earlier processes; those that were cut off have failed."""
        oldest = now() - _KEPT_DAYS * 86_400_000
        self._connection.execute("DELETE FROM meta.jobs WHERE created < ?", [oldest])
        for (body,) in self._connection.execute("SELECT body FROM meta.jobs").fetchall():
            record = JobRecord(json.loads(body))
            self._records[record.id] = record
            if record.body["status"]["state"] != "DONE":
                error = SqlError(Reason.CANCELLED, "Job execution was cancelled: the service was stopped while it ran")
                record.body["status"] = {"state": "DONE"}
                record.body["statistics"] |= {"endTime": str(now())}
                self._set_error(record, error)
                self._update(record)


def _creation_time(record: JobRecord) -> int:
    return int(record.body["statistics"]["creationTime"])


def _script(configuration: Json) -> str:
    return str(configuration.get("query", {}).get("query", ""))


def _milliseconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp() * 1000)) if moment else str(now())
