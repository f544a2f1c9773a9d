"""Body of Query."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from google.api_core.exceptions import GoogleAPICallError
from google.cloud import bigquery
from google.cloud.bigquery.table import RowIterator

from embedded.kestra.tasks import jdbc
from embedded.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.kestra.tasks.gcp.connection import BIGQUERY_RETRY, bigquery_client, failures
from embedded.kestra.tasks.gcp.datasets import PREFIX
from embedded.kestra.tasks.gcp.types import cell, column

TRIES = 10
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 60
_PAGE = 10_000
_LABELS = {
    "kestra_namespace": "{{ flow.namespace }}",
    "kestra_flow_id": "{{ flow.id }}",
    "kestra_execution_id": "{{ execution.id }}",
    "kestra_task_id": "{{ task.id }}",
}
_PLAIN = {
    "createDisposition": "create_disposition",
    "writeDisposition": "write_disposition",
    "clusteringFields": "clustering_fields",
    "schemaUpdateOptions": "schema_update_options",
    "priority": "priority",
    "useQueryCache": "use_query_cache",
    "maximumBytesBilled": "maximum_bytes_billed",
    "dryRun": "dry_run",
}
_COUNTERS = {
    "estimated.bytes.processed": "estimated_bytes_processed",
    "num.dml.affected.rows": "num_dml_affected_rows",
    "total.bytes.billed": "total_bytes_billed",
    "total.bytes.processed": "total_bytes_processed",
    "total.slot.ms": "slot_millis",
}


@body(PREFIX + "Query")
def query(task: Task) -> Outputs:
    """Run a statement, wait for its end, and fetch its rows as `fetchType` says."""
    if not task.properties.get("sql"):
        raise TaskError("`sql` is not set.")
    client, fetch = bigquery_client(task), jdbc.fetch_type(task.properties)
    with failures(f"BigQuery, project {client.project}"):
        config = _config(task, client)
        for pause in _pauses():
            job, rows, problem = _attempt(task, client, config)
            if problem is None or pause is None or not _may_pass(task, problem):
                break
            task.warn(f"{problem} Trying again in {pause} s.")
            _sleep(task, pause)
        if problem is not None:
            raise TaskError(problem)
        return _outputs(task, job, rows, fetch)


def _attempt(
    task: Task, client: bigquery.Client, config: bigquery.QueryJobConfig
) -> tuple[bigquery.QueryJob, RowIterator | None, str | None]:
    """Run the job once; gives it with its rows, or with what went wrong in it."""
    task.debug(f"Starting query: {task.properties['sql']}")
    job = client.query(task.properties["sql"], config, location=client.location, retry=BIGQUERY_RETRY, job_retry=None)
    task.debug(f"Starting job '{job.job_id}'")
    if job.dry_run:
        return job, None, None
    try:
        with task.interrupted_by(lambda: job.cancel(retry=None, timeout=5)):
            rows = job.result(page_size=task.properties.get("maxResults") or _PAGE, job_retry=None)
    except GoogleAPICallError as error:
        task.check_cancelled()
        job.reload(retry=BIGQUERY_RETRY)  # a job that failed tells its errors itself
        if not job.error_result:
            raise
        return job, None, _problem(job, error)
    return job, rows, None


def _config(task: Task, client: bigquery.Client) -> bigquery.QueryJobConfig:
    given = task.properties
    options = {attribute: given[name] for name, attribute in _PLAIN.items() if given.get(name) is not None}
    config = bigquery.QueryJobConfig(use_legacy_sql=given["legacySql"] or given["useLegacySql"], **options)
    config.labels = {name: _label(task.render(text, {})) for name, text in _LABELS.items()} | (
        given.get("labels") or {}
    )
    if given.get("destinationTable"):
        config.destination = bigquery.TableReference.from_string(given["destinationTable"], client.project)
    if given.get("defaultDataset"):
        config.default_dataset = bigquery.DatasetReference.from_string(given["defaultDataset"], client.project)
    if given.get("timePartitioningField"):
        kind, field = given["timePartitioningType"], given["timePartitioningField"]
        config.time_partitioning = bigquery.TimePartitioning(type_=kind, field=field)
    if given.get("jobTimeout"):
        config.job_timeout_ms = round(float(given["jobTimeout"]) * 1000)
    return config


def _label(text: str) -> str:
    """A text as a label may be: https://cloud.google.com/bigquery/docs/labels-intro#requirements."""
    return re.sub(r"[^a-z0-9_-]", "_", text.lower())[:63]


def _problem(job: bigquery.QueryJob, error: GoogleAPICallError) -> str:
    """What a job failed with: the reason of each of its errors, and its message."""
    found = [job.error_result, *(one for one in job.errors or [] if one != job.error_result)]
    told = [f"{one.get('reason', error.code)}: {one.get('message', error.message)}" for one in found if one]
    return f"BigQuery job {job.job_id} failed: " + "; ".join(told)


def _may_pass(task: Task, problem: str) -> bool:
    """Whether an error is one that may be gone at the next try."""
    given = task.properties
    reasons = [f"{reason}:" for reason in given.get("retryReasons") or []]
    messages = [message.lower() for message in given.get("retryMessages") or []]
    return any(f" {reason}" in problem for reason in reasons) or any(text in problem.lower() for text in messages)


def _pauses() -> Iterator[float | None]:
    pause = FIRST_PAUSE_SECONDS
    for _ in range(TRIES - 1):
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
    yield None


def _sleep(task: Task, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        task.check_cancelled()
        time.sleep(0.25)


def _outputs(task: Task, job: bigquery.QueryJob, rows: RowIterator | None, fetch: str) -> Outputs:
    outputs: Outputs = {"jobId": job.job_id}
    tags = _tags(job, fetch)
    _measure(task, job, tags)
    if job.destination is not None:
        target = job.destination
        place = {"project": target.project, "dataset": target.dataset_id, "table": target.table_id}
        outputs["destinationTable"] = place
    if rows is not None and fetch != "NONE":
        task.count("total.rows", rows.total_rows or 0, **tags)
        found = jdbc.result(task, fetch, [column(field) for field in rows.schema], _batches(task, rows))
        task.count("fetch.rows", found["size"], **tags)
        outputs |= found
    return outputs


def _batches(task: Task, rows: RowIterator) -> Iterator[list[list[Any]]]:
    cells = [cell(field) for field in rows.schema]
    for page in rows.pages:
        task.check_cancelled()
        yield [[convert(value) for convert, value in zip(cells, row.values(), strict=True)] for row in page]


def _tags(job: bigquery.QueryJob, fetch: str) -> dict[str, str]:
    tags = {
        "statement_type": job.statement_type,
        "fetch": str(fetch in ("FETCH", "FETCH_ONE")).lower(),
        "store": str(fetch == "STORE").lower(),
        "project_id": job.project,
        "location": job.location,
    }
    return {name: value for name, value in tags.items() if value is not None}


def _measure(task: Task, job: bigquery.QueryJob, tags: dict[str, str]) -> None:
    for name, attribute in _COUNTERS.items():
        value = getattr(job, attribute)
        if value is not None:
            task.count(name, value, **tags)
    if job.cache_hit is not None:
        task.count("cache.hit", int(job.cache_hit), **tags)
    if job.started and job.ended:
        task.time("duration", (job.ended - job.started).total_seconds(), **tags)
