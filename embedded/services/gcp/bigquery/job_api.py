"""The API of jobs.

https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.errors import answer, invalid_value
from embedded.services.gcp.bigquery.jobs import Done, JobBook, Record
from embedded.services.gcp.bigquery.load_jobs import LoadJobs
from embedded.services.gcp.bigquery.query_jobs import QueryJobs
from embedded.services.gcp.bigquery.request import Call, tagged
from embedded.services.gcp.bigquery.store import Store
from embedded.services.gcp.bigquery.table_api import paged
from embedded.services.gcp.errors import GoogleError, not_implemented
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Run

Json = dict[str, Any]

_HEADSTART = 0.3
"""Seconds that an answer waits for its job: a client that is told that it runs asks again only after a second."""
_PATIENCE_MS = 10_000
_MOST_PATIENCE_MS = 200_000
_MOST_JOBS = 1_000
_OUTER = ("jobType", "query", "load", "dryRun", "labels", "jobTimeoutMs")
_QUERY = ("query", "useLegacySql", "defaultDataset", "parameterMode", "queryParameters", "maximumBytesBilled",
          "useQueryCache", "createSession", "connectionProperties", "destinationEncryptionConfiguration",
          "writeIncrementalResults")  # fmt: skip
_ANSWERING = ("kind", "maxResults", "timeoutMs", "dryRun", "location", "labels", "requestId", "formatOptions",
              "jobCreationMode", "jobTimeoutMs", "reservation", "preserveNulls")  # fmt: skip
_HTTP = {"notFound": 404, "duplicate": 409, "stopped": 400}


class JobApi:
    """Calls about jobs and queries."""

    def __init__(self, store: Store, book: JobBook, queries: QueryJobs, loads: LoadJobs) -> None:
        self._store = store
        self._book = book
        self._queries = queries
        self._loads = loads

    def insert(self, call: Call) -> Json:
        """A new job."""
        return self.begin(call.body, None)

    def begin(self, body: Json, upload: Path | None) -> Json:
        """A new job, maybe with an uploaded file. Raises GoogleError."""
        configuration = dict(body.get("configuration") or {})
        reference = body.get("jobReference") or {}
        kinds = [kind for kind in ("query", "load") if kind in configuration]
        unknown = [name for name in configuration if name not in _OUTER]
        if len(kinds) != 1 or unknown:
            raise not_implemented(f"A job of the kind {', '.join(unknown) or 'none'}")
        configuration["jobType"] = kinds[0].upper()
        if kinds[0] == "load":
            _check_load(configuration["load"], upload)
        if configuration.get("dryRun"):
            return self._dry(reference, configuration)
        record = self._submit(reference, configuration, upload)
        self._book.wait(record, _HEADSTART)
        return tagged(self._book.resource(record))

    def get(self, call: Call) -> Json:
        """One."""
        return tagged(self._book.resource(self._book.find(call.path["job"])))

    def list(self, call: Call) -> Json:
        """The latest first; `stateFilter` and times choose among them."""
        most = min(call.number("maxResults", _MOST_JOBS), _MOST_JOBS)
        start = call.number("pageToken", 0)
        states = [state.upper() for state in call.query.get("stateFilter", "").split(",") if state]
        low, high = call.number("minCreationTime", 0), call.number("maxCreationTime", 2**62)
        found = [self._summary(record) for record in self._book.all()]
        chosen = [
            each
            for each in found
            if (not states or each["state"] in states) and low <= int(each["statistics"]["creationTime"]) <= high
        ]
        body: Json = {"kind": "bigquery#jobList", "jobs": chosen[start : start + most]}
        if start + most < len(chosen):
            body["nextPageToken"] = str(start + most)
        return body

    def cancel(self, call: Call) -> Json:
        """Ask one to stop."""
        record = self._book.find(call.path["job"])
        self._book.cancel(record)
        self._book.wait(record, 1)
        return {"kind": "bigquery#jobCancelResponse", "job": self._book.resource(record)}

    def delete(self, call: Call) -> None:
        """Forget one."""
        self._book.delete(self._book.find(call.path["job"]))

    def results(self, call: Call) -> Json:
        """A page of a query's rows, once it has ended."""
        record = self._book.find(call.path["job"])
        wait = min(call.number("timeoutMs", _PATIENCE_MS), _MOST_PATIENCE_MS)
        ended = self._book.wait(record, wait / 1000)
        return self._answer(record, ended, call, "bigquery#getQueryResultsResponse")

    def query(self, call: Call) -> Json:
        """A query, and its first page if it ends in time."""
        given = call.body
        for name, value in given.items():
            if name not in (*_QUERY, *_ANSWERING) and value not in (None, False, "", [], {}):
                raise invalid_value(f"Unsupported by this stand-in: {name} of a query")
        configuration: Json = {"jobType": "QUERY", "query": {key: given[key] for key in _QUERY if key in given}}
        configuration |= {key: given[key] for key in ("labels", "jobTimeoutMs") if given.get(key)}
        reference = {"location": given.get("location")}
        if given.get("dryRun"):
            dry = self._dry(reference, configuration)["statistics"]["query"]
            return {"kind": "bigquery#queryResponse", "jobComplete": True, "totalBytesProcessed": "0", **dry}
        record = self._submit(reference, configuration, None)
        wait = min(int(given.get("timeoutMs") or _PATIENCE_MS), _MOST_PATIENCE_MS)
        ended = self._book.wait(record, wait / 1000)
        options = given.get("formatOptions") or {}
        asked = {"maxResults": str(given["maxResults"])} if given.get("maxResults") is not None else {}
        asked["formatOptions.useInt64Timestamp"] = str(bool(options.get("useInt64Timestamp"))).lower()
        return self._answer(record, ended, Call(call.path, asked, {}), "bigquery#queryResponse")

    def _submit(self, reference: Json, configuration: Json, upload: Path | None) -> Record:
        name = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        timeout = int(configuration.get("jobTimeoutMs") or 0) / 1000 or None

        def work(run: Run) -> Done:
            if configuration["jobType"] == "LOAD":
                try:
                    return self._loads.work(configuration["load"], upload, run)
                finally:
                    if upload:
                        upload.unlink(missing_ok=True)
            return self._queries.work(configuration["query"], name, run)

        return self._book.submit({**reference, "jobId": name}, configuration, work, timeout)

    def _dry(self, reference: Json, configuration: Json) -> Json:
        if configuration["jobType"] != "QUERY":
            raise not_implemented("dryRun of load jobs")
        script = str(configuration["query"].get("query", ""))
        try:
            statistics = self._queries.dry(configuration["query"], self._cursor())
        except SqlError as error:
            raise answer(error, script) from error
        named = {"projectId": self._store.project, "location": reference.get("location") or "US"}
        return {
            "kind": "bigquery#job",
            "jobReference": named,
            "configuration": configuration,
            "status": {"state": "DONE"},
            "statistics": {"creationTime": "0", "totalBytesProcessed": "0", "query": statistics},
        }

    def _answer(self, record: Record, ended: bool, call: Call, kind: str) -> Json:
        body: Json = {"kind": kind, "jobReference": record.body["jobReference"], "jobComplete": ended}
        if not ended:
            return body
        if "errorResult" in record.body["status"]:
            told = record.body["status"]["errorResult"]
            raise GoogleError(_HTTP.get(told["reason"], 400), told["reason"], told["message"])
        statistics = record.body["statistics"].get("query", {})
        body |= {"cacheHit": False, "totalBytesProcessed": "0"}
        if "numDmlAffectedRows" in statistics:
            body["numDmlAffectedRows"] = statistics["numDmlAffectedRows"]
            body["dmlStats"] = statistics["dmlStats"]
        rows = self._book.rows(record)
        if rows is None:
            return body
        _refuse_duplicates([name for name, _ in rows.columns])
        return {**body, "schema": rows.schema, **paged(rows, call, self._cursor(), kind)}

    def _summary(self, record: Record) -> Json:
        body = self._book.resource(record)
        kept = ("kind", "id", "jobReference", "configuration", "status", "statistics")
        told = {key: body[key] for key in kept} | {"state": body["status"]["state"]}
        error = body["status"].get("errorResult")
        return {**told, "errorResult": error} if error else told

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._store.database.cursor()


def _check_load(configuration: Json, upload: Path | None) -> None:
    reference = configuration.get("destinationTable") or {}
    if not reference.get("datasetId") or not reference.get("tableId"):
        raise invalid_value("Required parameter is missing: destinationTable")
    if upload is None and not configuration.get("sourceUris"):
        raise invalid_value("Required parameter is missing: sourceUris")


def _refuse_duplicates(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise answer(SqlError(Reason.INVALID, f"Duplicate column names in the result are not supported: {name}"))
        seen.add(name.lower())
