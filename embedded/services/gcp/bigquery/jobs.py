"""The resource `jobs`.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.errors import invalid_value, to_google_error
from embedded.services.gcp.bigquery.job_registry import JobRecord, JobRegistry, JobResult
from embedded.services.gcp.bigquery.load_jobs import LoadJobs
from embedded.services.gcp.bigquery.query_jobs import QueryJobs
from embedded.services.gcp.bigquery.request import Request, with_etag
from embedded.services.gcp.bigquery.store import Store
from embedded.services.gcp.bigquery.tabledata import page_of_rows
from embedded.services.gcp.errors import GoogleError, not_implemented
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Run

Json = dict[str, Any]

_INSERT_WAIT_SECONDS = 0.3
"""How long `insert` waits for the job: a client that sees it running polls again only after a second."""
_TIMEOUT_MS = 10_000
_MAX_TIMEOUT_MS = 200_000
_MOST_JOBS = 1_000
_OUTER = ("jobType", "query", "load", "dryRun", "labels", "jobTimeoutMs")
_QUERY = ("query", "useLegacySql", "defaultDataset", "parameterMode", "queryParameters", "maximumBytesBilled",
          "useQueryCache", "createSession", "connectionProperties", "destinationEncryptionConfiguration",
          "writeIncrementalResults")  # fmt: skip
_RESPONSE = ("kind", "maxResults", "timeoutMs", "dryRun", "location", "labels", "requestId", "formatOptions",
              "jobCreationMode", "jobTimeoutMs", "reservation", "preserveNulls")  # fmt: skip
_HTTP = {"responseTooLarge": 403, "notFound": 404, "duplicate": 409, "stopped": 400}


class JobsResource:
    """The methods of `jobs`.

    Parameters:
        store: of the project.
        registry: of the jobs.
        queries: runs query jobs.
        loads: runs load jobs.
    """

    def __init__(self, store: Store, registry: JobRegistry, queries: QueryJobs, loads: LoadJobs) -> None:
        self._store = store
        self._registry = registry
        self._queries = queries
        self._loads = loads

    def insert(self, request: Request) -> Json:
        """Start a job."""
        return self.begin(request.body, None)

    def begin(self, body: Json, upload: Path | None) -> Json:
        """Start a job, maybe with an uploaded file. Raises GoogleError."""
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
            return self._dry_run(reference, configuration)
        record = self._submit(reference, configuration, upload)
        self._registry.wait(record, _INSERT_WAIT_SECONDS)
        return with_etag(self._registry.resource(record))

    def get(self, request: Request) -> Json:
        """Describe a job."""
        return with_etag(self._registry.resource(self._registry.find(request.path["job"])))

    def list(self, request: Request) -> Json:
        """List the jobs, the latest first, filtered by state and time of creation."""
        most = min(request.number("maxResults", _MOST_JOBS), _MOST_JOBS)
        start = request.number("pageToken", 0)
        states = [state.upper() for state in request.query.get("stateFilter", "").split(",") if state]
        low, high = request.number("minCreationTime", 0), request.number("maxCreationTime", 2**62)
        summaries = [self._summary(record) for record in self._registry.all()]
        chosen = [
            job
            for job in summaries
            if (not states or job["state"] in states) and low <= int(job["statistics"]["creationTime"]) <= high
        ]
        body: Json = {"kind": "bigquery#jobList", "jobs": chosen[start : start + most]}
        if start + most < len(chosen):
            body["nextPageToken"] = str(start + most)
        return body

    def cancel(self, request: Request) -> Json:
        """Cancel a job."""
        record = self._registry.find(request.path["job"])
        self._registry.cancel(record)
        self._registry.wait(record, 1)
        return {"kind": "bigquery#jobCancelResponse", "job": self._registry.resource(record)}

    def delete(self, request: Request) -> None:
        """Delete a job."""
        self._registry.delete(self._registry.find(request.path["job"]))

    def results(self, request: Request) -> Json:
        """A page of a query's rows, once it has ended (`getQueryResults`)."""
        record = self._registry.find(request.path["job"])
        timeout = min(request.number("timeoutMs", _TIMEOUT_MS), _MAX_TIMEOUT_MS)
        ended = self._registry.wait(record, timeout / 1000)
        return self._response(record, ended, request, "bigquery#getQueryResultsResponse")

    def query(self, request: Request) -> Json:
        """Run a query; its first page of rows if it ends in time."""
        options = request.body
        for name, value in options.items():
            if name not in (*_QUERY, *_RESPONSE) and value not in (None, False, "", [], {}):
                raise invalid_value(f"Unsupported by this stand-in: {name} of a query")
        configuration: Json = {"jobType": "QUERY", "query": {key: options[key] for key in _QUERY if key in options}}
        configuration |= {key: options[key] for key in ("labels", "jobTimeoutMs") if options.get(key)}
        reference = {"location": options.get("location")}
        if options.get("dryRun"):
            statistics = self._dry_run(reference, configuration)["statistics"]["query"]
            return {"kind": "bigquery#queryResponse", "jobComplete": True, "totalBytesProcessed": "0", **statistics}
        record = self._submit(reference, configuration, None)
        timeout = min(int(options.get("timeoutMs") or _TIMEOUT_MS), _MAX_TIMEOUT_MS)
        ended = self._registry.wait(record, timeout / 1000)
        query = {"maxResults": str(options["maxResults"])} if options.get("maxResults") is not None else {}
        int64_timestamps = bool((options.get("formatOptions") or {}).get("useInt64Timestamp"))
        query["formatOptions.useInt64Timestamp"] = str(int64_timestamps).lower()
        return self._response(record, ended, Request(request.path, query, {}), "bigquery#queryResponse")

    def _submit(self, reference: Json, configuration: Json, upload: Path | None) -> JobRecord:
        name = str(reference.get("jobId") or f"job_{uuid.uuid4().hex}")
        timeout = int(configuration.get("jobTimeoutMs") or 0) / 1000 or None

        def work(run: Run) -> JobResult:
            if configuration["jobType"] == "LOAD":
                try:
                    return self._loads.work(configuration["load"], upload, run)
                finally:
                    if upload:
                        upload.unlink(missing_ok=True)
            return self._queries.work(configuration["query"], name, run)

        return self._registry.submit({**reference, "jobId": name}, configuration, work, timeout)

    def _dry_run(self, reference: Json, configuration: Json) -> Json:
        if configuration["jobType"] != "QUERY":
            raise not_implemented("dryRun of load jobs")
        script = str(configuration["query"].get("query", ""))
        try:
            statistics = self._queries.dry_run(configuration["query"], self._cursor())
        except SqlError as error:
            raise to_google_error(error, script) from error
        job_reference = {"projectId": self._store.project, "location": reference.get("location") or "US"}
        return {
            "kind": "bigquery#job",
            "jobReference": job_reference,
            "configuration": configuration,
            "status": {"state": "DONE"},
            "statistics": {"creationTime": "0", "totalBytesProcessed": "0", "query": statistics},
        }

    def _response(self, record: JobRecord, ended: bool, request: Request, kind: str) -> Json:
        body: Json = {"kind": kind, "jobReference": record.body["jobReference"], "jobComplete": ended}
        if not ended:
            return body
        if "errorResult" in record.body["status"]:
            error = record.body["status"]["errorResult"]
            raise GoogleError(_HTTP.get(error["reason"], 400), error["reason"], error["message"])
        statistics = record.body["statistics"].get("query", {})
        body |= {"cacheHit": False, "totalBytesProcessed": "0"}
        if "numDmlAffectedRows" in statistics:
            body["numDmlAffectedRows"] = statistics["numDmlAffectedRows"]
            body["dmlStats"] = statistics["dmlStats"]
        rows = self._registry.rows(record)
        if rows is None:
            return body
        _refuse_duplicates([name for name, _ in rows.columns])
        return {**body, "schema": rows.schema, **page_of_rows(rows, request, self._cursor(), kind)}

    def _summary(self, record: JobRecord) -> Json:
        body = self._registry.resource(record)
        kept = ("kind", "id", "jobReference", "configuration", "status", "statistics")
        summary = {key: body[key] for key in kept} | {"state": body["status"]["state"]}
        error = body["status"].get("errorResult")
        return {**summary, "errorResult": error} if error else summary

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
            raise to_google_error(
                SqlError(Reason.INVALID, f"Duplicate column names in the result are not supported: {name}")
            )
        seen.add(name.lower())
