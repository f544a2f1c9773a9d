"""Runs queries in threads; writes their results to S3 and their records to the database."""

from __future__ import annotations

import json
import logging
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import csv_results
from embedded.services.aws.athena.engine import MACROS, QueryContext, Rows, Statement, write_rows
from embedded.services.aws.athena.errors import athena_error, failure_reason
from embedded.services.aws.athena.results import Lines, Written
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.statements import Parsed
from embedded.services.aws.athena.store import ExecutionStore, Json
from embedded.services.aws.athena.trino.failures import to_trino_error
from embedded.sql_engine.database import Sandbox, connect, to_sql_error
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.jobs import Job, Jobs, Run, limit_file

log = logging.getLogger(__name__)

_WORKERS = 4
_SECONDS = 30 * 60
"""Of a query; Athena's own limit: https://docs.aws.amazon.com/athena/latest/ug/service-limits.html"""
_MOST_BYTES = 1 << 30
"""Of a result: more than a laptop has to spare. Athena itself has no limit."""
_TEXT, _BINARY = "text/csv", "binary/octet-stream"


class Runner:
    """Runs queries.

    Parameters:
        executions: store of the executions.
        objects: S3's objects.
        spill: folder for data that does not fit into memory; it is emptied first.
    """

    def __init__(self, executions: ExecutionStore, objects: WritableObjects, spill: Path) -> None:
        self._executions = executions
        self._objects = objects
        self._database = connect(None, Sandbox(spill, [objects.folder]))
        self._database.execute(MACROS)
        self._jobs = Jobs(self._database, _WORKERS)
        self._running: dict[str, Job[None]] = {}

    def submit(self, record: Json, parsed: Parsed, context: QueryContext) -> None:
        """Start a query.

        Parameters:
            record: execution in the shape of GetQueryExecution.
            parsed: the statement.
            context: names and settings of the query.
        """
        name = record["QueryExecutionId"]

        def work(run: Run) -> None:
            try:
                self._perform(record, parsed, context, run)
            finally:
                self._running.pop(name, None)

        self._running[name] = self._jobs.submit(work, _SECONDS)

    def refuse(self, record: Json, error: SqlError) -> None:
        """Record the failure of a query that cannot run."""
        reason = failure_reason(error, record["Query"])
        now = time.time()
        state = {"State": "FAILED", "StateChangeReason": reason, "AthenaError": athena_error(error, reason)}
        record["Status"] |= {**state, "CompletionDateTime": now}
        self._executions.put(record)

    def stop(self, record: Json) -> None:
        """Stop a query; a finished one stays as it is."""
        job = self._running.get(record["QueryExecutionId"])
        if job is None:
            return
        job.cancel()
        if record["Status"]["State"] == "QUEUED":  # it may never start
            status = {"State": "CANCELLED", "StateChangeReason": "Query cancelled by user"}
            record["Status"] |= {**status, "CompletionDateTime": time.time()}
            self._executions.put(record)

    def close(self) -> None:
        """Stop all queries."""
        self._jobs.close()
        self._database.close()

    def _perform(self, record: Json, parsed: Parsed, context: QueryContext, run: Run) -> None:
        started = time.time()
        record["Status"]["State"] = "RUNNING"
        self._executions.put(record)
        metadata: list[Json] | None = None
        updated: int | None = None
        with ExitStack() as closing:
            statement = Statement(parsed, context, self._objects, run, closing)
            try:
                run.check()
                metadata, updated = self._keep(statement.perform(), record, run)
                state: Json = {"State": "SUCCEEDED"}
            except (SqlError, duckdb.Error) as error:
                state = _failed(error, parsed.text, run)
            except MemoryError as error:
                state = _failed(SqlError(Reason.RESOURCES, str(error)), parsed.text, run)
            except Exception:
                log.exception("a query failed unexpectedly")
                state = _failed(SqlError(Reason.INTERNAL, "An internal error occurred."), parsed.text, run)
            record["Statistics"] |= _statistics(record, started, statement.scanned)
        record["Status"] |= {**state, "CompletionDateTime": time.time()}
        self._executions.put(record, metadata, updated)

    def _keep(self, answer: Rows | Lines | Written, record: Json, run: Run) -> tuple[list[Json], int | None]:
        """Write a result to S3; returns the metadata of its columns, and the number of written rows."""
        location = record["ResultConfiguration"]["OutputLocation"]
        with tempfile.TemporaryDirectory(dir=self._objects.folder) as folder:
            path = Path(folder, "result")
            if isinstance(answer, Written):
                return self._keep_written(answer, record, path), answer.rows
            if isinstance(answer, Rows):
                metadata = [csv_results.column_info(name, of) for name, of in answer.columns]
                with limit_file(run.connection, path, _MOST_BYTES):
                    write_rows(path, answer)
            else:
                metadata = [csv_results.text_column(name) for name in answer.columns]
                path.write_bytes(b"".join(csv_results.csv_line(row) for row in answer.rows))
            run.check()
            self._put(location, path, _TEXT)
            path.write_text(json.dumps({"ColumnInfo": metadata}))
            self._put(f"{location}.metadata", path, _BINARY)
        return metadata, None

    def _keep_written(self, answer: Written, record: Json, path: Path) -> list[Json]:
        """Write the manifest of a statement that wrote files."""
        location = record["ResultConfiguration"]["OutputLocation"]
        manifest = f"{location}-manifest.csv"
        path.write_text("".join(f"{file}\n" for file in answer.files))
        self._put(manifest, path, _TEXT)
        record["Statistics"]["DataManifestLocation"] = manifest
        metadata = [csv_results.column_info("rows", csv_results.COUNT)]
        path.write_text(json.dumps({"ColumnInfo": metadata}))
        self._put(f"{location}.metadata", path, _BINARY)
        return metadata

    def _put(self, location: str, path: Path, kind: str) -> None:
        bucket, key = split_uri(location)
        try:
            self._objects.put(bucket, key, path, kind)
        except NotFound as error:
            message = f"Unable to write the results to {location}: the bucket is not there; create it first"
            raise SqlError(Reason.DATA, message) from error


def _failed(error: Exception, text: str, run: Run) -> Json:
    """The status of a failed query."""
    failure = error if isinstance(error, SqlError) else _why(error, run.check)
    if failure.reason is Reason.CANCELLED:
        return {"State": "CANCELLED", "StateChangeReason": failure.message}
    failure = to_trino_error(failure)
    reason = failure_reason(failure, text)
    return {"State": "FAILED", "StateChangeReason": reason, "AthenaError": athena_error(failure, reason)}


def _why(error: Exception, check: Callable[[], Any]) -> SqlError:
    """The failure that DuckDB's error stands for; an interrupted query has its own."""
    try:
        check()
    except SqlError as stopped:
        return stopped
    return to_sql_error(error) if isinstance(error, duckdb.Error) else SqlError(Reason.INTERNAL, str(error))


def _statistics(record: Json, started: float, scanned: int) -> Json:
    now, submitted = time.time(), record["Status"]["SubmissionDateTime"]
    queued, engine = round((started - submitted) * 1000), round((now - started) * 1000)
    return {
        "EngineExecutionTimeInMillis": engine,
        "DataScannedInBytes": scanned,
        "TotalExecutionTimeInMillis": max(queued, 0) + engine,
        "QueryQueueTimeInMillis": max(queued, 0),
        "ServiceProcessingTimeInMillis": 0,
    }
