"""Jobs: what is asked of them, how they run, what is told of them.

https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from embedded.services.gcp.bigquery.errors import already_there, not_found, proto
from embedded.services.gcp.bigquery.results import Results, Rows
from embedded.services.gcp.bigquery.sql.types import schema_field, schema_type
from embedded.services.gcp.bigquery.store import Store, now
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Job, Jobs, Run

Json = dict[str, Any]

ANONYMOUS = "_anonymous"
"""The data set of results that nobody gave a place."""
_WORKERS = 8
_KEPT_DAYS = 7


@dataclass
class Done:
    """What a job has brought.

    Parameters:
        statistics: the part of its kind, `query` or `load`.
        columns: names and types of its rows; None if it has none.
        count: of the rows.
        kept: under which name the rows are kept.
        destination: the table that the rows went to.
    """

    statistics: Json
    columns: list[tuple[str, Any]] | None = None
    count: int = 0
    kept: str | None = None
    destination: tuple[str, str] | None = None
    children: list[Json] = field(default_factory=list)


Work = Callable[[Run], Done]


@dataclass
class Record:
    """One job: its resource, and its thread while it runs."""

    body: Json
    running: Job[Done] | None = None

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.body["jobReference"]["jobId"])


class JobBook:
    """All jobs of a project, which outlive the process.

    Parameters:
        store: where they are written down.
        results: the rows of queries.
    """

    def __init__(self, store: Store, results: Results) -> None:
        self._store = store
        self._results = results
        self._jobs = Jobs(store.database, _WORKERS)
        self._records: dict[str, Record] = {}
        self._writing = threading.Lock()
        self._connection = store.database.cursor()
        self._recover()

    def close(self) -> None:
        """Stop all jobs."""
        self._jobs.close()

    def submit(self, reference: Json, configuration: Json, work: Work, timeout: float | None) -> Record:
        """Begin a job. Raises GoogleError: one of that id is there."""
        name = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        location = str(reference.get("location") or "US")
        body = self._begun(name, location, configuration)
        with self._writing:
            if name in self._records:
                raise already_there(f"Job {self._store.project}:{location}.{name}")
            record = Record(body)
            self._records[name] = record
            self._insert(record)
        record.running = self._jobs.submit(work, timeout)
        return record

    def find(self, name: str) -> Record:
        """A job. Raises GoogleError: there is none of that id."""
        record = self._records.get(name)
        if record is None:
            raise not_found(f"Job {self._store.project}:{name}")
        return record

    def all(self) -> list[Record]:
        """All jobs, the latest first."""
        return sorted(self._records.values(), key=lambda one: int(one.body["statistics"]["creationTime"]), reverse=True)

    def wait(self, record: Record, seconds: float) -> bool:
        """Wait for the end of a job; tells whether it has come."""
        running = record.running
        if running is None:
            return True
        ended = running.wait(seconds)
        if ended:
            self._finish(record, running)
        return ended

    def resource(self, record: Record) -> Json:
        """What is told of a job, as it is now."""
        running = record.running
        if running is not None:
            if running.done:
                self._finish(record, running)
            else:
                record.body["status"] = {"state": "RUNNING" if running.started else "PENDING"}
                if running.started:
                    record.body["statistics"]["startTime"] = _milliseconds(running.started)
        return {name: value for name, value in record.body.items() if name != "rows"}

    def cancel(self, record: Record) -> None:
        """Ask a job to stop."""
        if record.running is not None:
            record.running.cancel()

    def delete(self, record: Record) -> None:
        """Forget a job."""
        self.cancel(record)
        with self._writing:
            self._records.pop(record.id, None)
            self._connection.execute("DELETE FROM meta.jobs WHERE id = ?", [record.id])

    def rows(self, record: Record) -> Rows | None:
        """The rows of a query that has ended; None if it has none. Raises GoogleError: they are too old."""
        kept = record.body.get("rows")
        if not kept:
            return None
        columns = [(each["name"], schema_type(each)) for each in kept["fields"]]
        found = self._results.rows(kept["name"], columns, kept["count"])
        if found is None:
            raise not_found(f"Table {self._store.project}:{ANONYMOUS}.{record.id}: its time is over")
        return found

    def _begun(self, name: str, location: str, configuration: Json) -> Json:
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

    def _finish(self, record: Record, running: Job[Done]) -> None:
        """Write down how a job has ended, once."""
        with self._writing:
            if record.running is None:
                return
            statistics = record.body["statistics"]
            for name, moment in (("startTime", running.started), ("endTime", running.ended)):
                statistics[name] = _milliseconds(moment)
            record.body["status"] = {"state": "DONE"}
            if running.error is not None:
                self._tell_error(record, running.error)
            elif running.result is not None:
                self._tell_result(record, running.result)
            record.running = None
            self._update(record)

    def _tell_error(self, record: Record, error: SqlError) -> None:
        told = proto(error, _script(record.body["configuration"]))
        record.body["status"] |= {"errorResult": told, "errors": [told]}

    def _tell_result(self, record: Record, done: Done) -> None:
        record.body["statistics"] |= done.statistics
        kind = record.body["configuration"][record.body["configuration"]["jobType"].lower()]
        if done.columns is not None and done.kept is not None:
            fields = [schema_field(name, of) for name, of in done.columns]
            record.body["rows"] = {"name": done.kept, "count": done.count, "fields": fields}
            dataset, table = done.destination or (ANONYMOUS, record.id)
            kind["destinationTable"] = {"projectId": self._store.project, "datasetId": dataset, "tableId": table}
        if done.children:
            record.body["statistics"]["numChildJobs"] = str(len(done.children))

    def _insert(self, record: Record) -> None:
        created = int(record.body["statistics"]["creationTime"])
        values = [record.id, created, json.dumps(record.body)]
        self._connection.execute("INSERT INTO meta.jobs VALUES (?, ?, ?)", values)

    def _update(self, record: Record) -> None:
        self._connection.execute("UPDATE meta.jobs SET body = ? WHERE id = ?", [json.dumps(record.body), record.id])

    def _recover(self) -> None:
        """Know the jobs of earlier processes; those that were cut off have failed."""
        oldest = now() - _KEPT_DAYS * 86_400_000
        self._connection.execute("DELETE FROM meta.jobs WHERE created < ?", [oldest])
        for (body,) in self._connection.execute("SELECT body FROM meta.jobs").fetchall():
            record = Record(json.loads(body))
            self._records[record.id] = record
            if record.body["status"]["state"] != "DONE":
                error = SqlError(Reason.CANCELLED, "Job execution was cancelled: the service was stopped while it ran")
                record.body["status"] = {"state": "DONE"}
                record.body["statistics"] |= {"endTime": str(now())}
                self._tell_error(record, error)
                self._update(record)


def _script(configuration: Json) -> str:
    return str(configuration.get("query", {}).get("query", ""))


def _milliseconds(moment: datetime | None) -> str:
    return str(int(moment.timestamp() * 1000)) if moment else str(now())
