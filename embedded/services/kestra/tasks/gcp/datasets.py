"""Bodies of CreateDataset, DeleteDataset and DeleteTable."""

from __future__ import annotations

from typing import Any

from google.cloud import bigquery
from google.cloud.exceptions import Conflict

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.gcp.connection import BIGQUERY_RETRY, bigquery_client, failures

PREFIX = "io.kestra.plugin.gcp.bigquery."
_ATTRIBUTES = {
    "datasetDescription": "description",
    "friendlyName": "friendly_name",
    "labels": "labels",
    "defaultTableLifetime": "default_table_expiration_ms",
    "defaultPartitionExpirationMs": "default_partition_expiration_ms",
}


@body(PREFIX + "CreateDataset")
def create(task: Task) -> Outputs:
    """Create a data set; `ifExists` says what happens to an existing one."""
    properties, client = task.properties, bigquery_client(task)
    full_name = f"{client.project}.{properties['name']}"
    wanted = _dataset(client, properties)
    fields = [attribute for name, attribute in _ATTRIBUTES.items() if properties.get(name) is not None]
    remedy = "A data set's name has letters, digits and underscores, and no dash."
    with failures(full_name, _400=remedy):
        task.debug(f"Creating dataset '{full_name}'")
        try:
            return _as_outputs(client.create_dataset(wanted, retry=BIGQUERY_RETRY))
        except Conflict:
            if properties["ifExists"] == "ERROR":
                raise TaskError(f"Dataset {full_name} already exists and ifExists policy is set to ERROR !") from None
        if properties["ifExists"] == "UPDATE" and fields:
            return _as_outputs(client.update_dataset(wanted, fields, retry=BIGQUERY_RETRY))
        return _as_outputs(client.get_dataset(wanted.reference, retry=BIGQUERY_RETRY))


@body(PREFIX + "DeleteDataset")
def delete(task: Task) -> Outputs:
    """Delete a data set; with `deleteContents`, its tables, too."""
    name, client = task.properties["name"], bigquery_client(task)
    contents = bool(task.properties.get("deleteContents"))
    with failures(f"{client.project}.{name}", _400="Set `deleteContents` to delete its tables, too."):
        client.delete_dataset(name, delete_contents=contents, retry=BIGQUERY_RETRY)
    return {"dataset": name}


@body(PREFIX + "DeleteTable")
def delete_table(task: Task) -> Outputs:
    """Delete a table."""
    properties, client = task.properties, bigquery_client(task)
    reference = bigquery.DatasetReference(client.project, properties["dataset"]).table(properties["table"])
    with failures(str(reference)):
        client.delete_table(reference, retry=BIGQUERY_RETRY)
    return {"projectId": client.project, "datasetId": properties["dataset"], "table": properties["table"]}


def _dataset(client: bigquery.Client, properties: dict[str, Any]) -> bigquery.Dataset:
    dataset = bigquery.Dataset(bigquery.DatasetReference(client.project, properties["name"]))
    if properties.get("location"):
        dataset.location = properties["location"]
    for name, attribute in _ATTRIBUTES.items():
        if properties.get(name) is not None:
            setattr(dataset, attribute, properties[name])
    return dataset


def _as_outputs(dataset: bigquery.Dataset) -> Outputs:
    fields = {
        "dataset": dataset.dataset_id,
        "project": dataset.project,
        "friendlyName": dataset.friendly_name,
        "description": dataset.description,
        "location": dataset.location,
    }
    return {name: value for name, value in fields.items() if value is not None}
