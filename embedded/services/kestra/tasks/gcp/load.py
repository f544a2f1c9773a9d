"""Bodies of Load and LoadFromGcs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.cloud import bigquery

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.gcp import jobs
from embedded.services.kestra.tasks.gcp.connection import BIGQUERY_RETRY, bigquery_client, failures
from embedded.services.kestra.tasks.gcp.datasets import PREFIX
from embedded.services.kestra.tasks.gcp.objects import required

_FORMATS = {"JSON": "NEWLINE_DELIMITED_JSON"}
_PLAIN = {
    "autodetect": "autodetect",
    "ignoreUnknownValues": "ignore_unknown_values",
    "maxBadRecords": "max_bad_records",
    "createDisposition": "create_disposition",
    "writeDisposition": "write_disposition",
    "schemaUpdateOptions": "schema_update_options",
    "clusteringFields": "clustering_fields",
}
_TYPES = (
    *("BOOL", "INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC", "STRING", "BYTES", "STRUCT", "ARRAY", "TIMESTAMP", "DATE"),
    *("TIME", "DATETIME", "GEOGRAPHY", "JSON", "INTERVAL", "RANGE"),
)
"""As Kestra takes them: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types."""
_OLD_NAMES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL", "RECORD": "STRUCT"}
_CSV = {
    "allowJaggedRows": "allow_jagged_rows",
    "allowQuotedNewLines": "allow_quoted_newlines",
    "encoding": "encoding",
    "fieldDelimiter": "field_delimiter",
    "quote": "quote_character",
    "skipLeadingRows": "skip_leading_rows",
}


@body(PREFIX + "LoadFromGcs")
def load_from_gcs(task: Task) -> Outputs:
    """Load objects of Cloud Storage."""
    client, uris = bigquery_client(task), task.properties.get("from")
    if not uris:
        raise TaskError("`from` names no object.")

    def start(target: bigquery.TableReference, config: bigquery.LoadJobConfig) -> bigquery.LoadJob:
        return client.load_table_from_uri(uris, target, job_config=config, retry=BIGQUERY_RETRY)

    return _load(task, client, start)


@body(PREFIX + "Load")
def load(task: Task) -> Outputs:
    """Load a file of the internal storage."""
    client, uri = bigquery_client(task), required(task, "from")
    file = task.temporary_file("")
    with task.open(uri) as source, file.open("wb") as copy:
        while chunk := source.read():
            copy.write(chunk)
    if not file.stat().st_size:
        file.unlink()
        if task.properties["failedOnEmpty"]:
            raise TaskError("The file is empty; set `failedOnEmpty: false` if that may be.")
        return {"rows": 0}

    def start(target: bigquery.TableReference, config: bigquery.LoadJobConfig) -> bigquery.LoadJob:
        with file.open("rb") as stream:
            return client.load_table_from_file(stream, target, job_config=config)

    try:
        return _load(task, client, start)
    finally:
        file.unlink(missing_ok=True)


def _load(
    task: Task,
    client: bigquery.Client,
    start: Callable[[bigquery.TableReference, bigquery.LoadJobConfig], bigquery.LoadJob],
) -> Outputs:
    table = required(task, "destinationTable")
    target, config = bigquery.TableReference.from_string(table, client.project), _config(task)
    with failures(table):
        job, _ = jobs.run(task, lambda: start(target, config))
    task.count("output.rows", job.output_rows or 0)
    return {"jobId": job.job_id, "destinationTable": str(target), "rows": job.output_rows}


def _config(task: Task) -> bigquery.LoadJobConfig:
    properties = task.properties
    kind = required(task, "format")
    options = {attribute: properties[name] for name, attribute in _PLAIN.items() if properties.get(name) is not None}
    csv = properties.get("csvOptions") or {} if kind == "CSV" else {}
    options |= {attribute: csv[name] for name, attribute in _CSV.items() if csv.get(name) is not None}
    config = bigquery.LoadJobConfig(source_format=_FORMATS.get(kind, kind), **options)
    config.labels = jobs.labels(task)
    if properties.get("schema"):
        config.schema = _fields(properties["schema"])
    if properties.get("timePartitioningField"):
        partitioned, field = properties["timePartitioningType"], properties["timePartitioningField"]
        config.time_partitioning = bigquery.TimePartitioning(type_=partitioned, field=field)
    return config


def _fields(schema: dict[str, Any]) -> list[bigquery.SchemaField]:
    try:
        for field in schema["fields"]:
            _check_type(field)
        return [bigquery.SchemaField.from_api_repr(field) for field in schema["fields"]]
    except (KeyError, TypeError) as error:
        raise TaskError("`schema` has a list `fields`, each with a `name` and a `type`.") from error


def _check_type(field: dict[str, Any]) -> None:
    kind = field["type"]
    if kind not in _TYPES:
        nearest = _OLD_NAMES.get(kind)
        hint = f", write {nearest}" if nearest else f": it is one of {', '.join(_TYPES)}"
        raise TaskError(f"The field {field['name']!r} of `schema` has the type {kind!r}{hint}.")
    for inner in field.get("fields") or []:
        _check_type(inner)
