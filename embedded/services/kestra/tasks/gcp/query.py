"""Body of Query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from google.cloud import bigquery
from google.cloud.bigquery.table import RowIterator

from embedded.services.kestra.tasks import jdbc
from embedded.services.kestra.tasks.bridge import Outputs, Task, body
from embedded.services.kestra.tasks.gcp import jobs
from embedded.services.kestra.tasks.gcp.connection import BIGQUERY_RETRY, bigquery_client, failures
from embedded.services.kestra.tasks.gcp.datasets import PREFIX
from embedded.services.kestra.tasks.gcp.objects import required
from embedded.services.kestra.tasks.gcp.types import cell, column

_PAGE = 10_000
_PLAIN = {
    "createDisposition": "create_disposition",
    "writeDisposition": "write_disposition",
    "clusteringFields": "clustering_fields",
    "schemaUpdateOptions": "schema_update_options",
    "priority": "priority",
    "useQueryCache": "use_query_cache",
    "maximumBytesBilled": "maximum_bytes_billed",
    "maximumBillingTier": "maximum_billing_tier",
    "allowLargeResults": "allow_large_results",
    "flattenResults": "flatten_results",
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
    sql = required(task, "sql")
    client, fetch = bigquery_client(task), jdbc.fetch_type(task.properties)
    config = _config(task, client)

    def start() -> bigquery.QueryJob:
        task.debug(f"Starting query: {sql}")
        return client.query(sql, config, location=client.location, retry=BIGQUERY_RETRY, job_retry=None)

    with failures(f"BigQuery, project {client.project}"):
        job, rows = jobs.run(task, start, page_size=task.properties.get("maxResults") or _PAGE, job_retry=None)
        return _outputs(task, job, rows, fetch)


def _config(task: Task, client: bigquery.Client) -> bigquery.QueryJobConfig:
    properties = task.properties
    options = {attribute: properties[name] for name, attribute in _PLAIN.items() if properties.get(name) is not None}
    config = bigquery.QueryJobConfig(use_legacy_sql=properties["legacySql"] or properties["useLegacySql"], **options)
    config.labels = jobs.labels(task)
    if properties.get("destinationTable"):
        config.destination = bigquery.TableReference.from_string(properties["destinationTable"], client.project)
    if properties.get("defaultDataset"):
        config.default_dataset = bigquery.DatasetReference.from_string(properties["defaultDataset"], client.project)
    if properties.get("timePartitioningField"):
        kind, field = properties["timePartitioningType"], properties["timePartitioningField"]
        config.time_partitioning = bigquery.TimePartitioning(type_=kind, field=field)
    if properties.get("rangePartitioningField"):
        bounds = (properties.get(f"rangePartitioning{name}") for name in ("Start", "End", "Interval"))
        config.range_partitioning = bigquery.RangePartitioning(
            bigquery.PartitionRange(*bounds), properties["rangePartitioningField"]
        )
    if properties.get("jobTimeout"):
        config.job_timeout_ms = round(float(properties["jobTimeout"]) * 1000)
    return config


def _outputs(task: Task, job: bigquery.QueryJob, rows: RowIterator | None, fetch: str) -> Outputs:
    outputs: Outputs = {"jobId": job.job_id}
    tags = _tags(job, fetch)
    _measure(task, job, tags)
    if job.destination is not None:
        target = job.destination
        table = {"project": target.project, "dataset": target.dataset_id, "table": target.table_id}
        outputs["destinationTable"] = table
    if rows is not None and fetch != "NONE":
        task.count("total.rows", rows.total_rows or 0, **tags)
        result = jdbc.result(task, fetch, [column(field) for field in rows.schema], _batches(task, rows))
        if fetch == "FETCH_ONE":
            result = {"row": result.get("row") or {}, "size": rows.total_rows or 0}
        task.count("fetch.rows", result["size"], **tags)
        outputs |= result
    return outputs


def _batches(task: Task, rows: RowIterator) -> Iterator[list[list[Any]]]:
    if not rows.schema:  # the client has no pages for a statement without rows
        return
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
