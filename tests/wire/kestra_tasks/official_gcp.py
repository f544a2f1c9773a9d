"""Runs the cases of `official/gcp.json`, each on a bucket and a data set of its own in the stand-in of Google Cloud.

A case has `objects` that are in its bucket before, or `statements` that run in its data set before. In its tasks
BUCKET, DATASET and PROJECT stand for their names, `BUCKET-made` and `DATASET_made` for those that tasks make. Beside
the result of the last task stands in `official` what is in Google Cloud afterwards.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.cloud import bigquery, storage
from google.oauth2 import service_account

from tests.wire.kestra_tasks.official_flows import Case, Engine, bucket_name, named, observe_flow

TYPES = "io.kestra.plugin.gcp."
HEADERS = ("content_type", "content_encoding", "content_disposition", "cache_control", "metadata")
BUCKET_FIELDS = {
    "location",
    "storageClass",
    "labels",
    "versioning",
    "website",
    "billing",
    "lifecycle",
    "cors",
    "defaultEventBasedHold",
    "retentionPolicy",
}
DATASET_FIELDS = (
    "description",
    "friendly_name",
    "labels",
    "default_table_expiration_ms",
    "default_partition_expiration_ms",
)


@dataclass(frozen=True)
class Cloud:
    """The stand-in of Google Cloud.

    Attributes:
        key: the text of the key file, which the tasks get.
        storage: a client of Cloud Storage.
        bigquery: a client of BigQuery.
    """

    key: str
    storage: storage.Client
    bigquery: bigquery.Client

    def task_of(self, kind: str) -> dict[str, str]:
        """The type of a kind such as `gcs.List`, with the key."""
        return {"type": TYPES + kind, "serviceAccount": self.key}


def connect(environment: dict[str, str]) -> Cloud:
    """The clients by the stack's environment."""
    key = Path(environment["GCP_CREDS_FILE"]).read_text()
    login = service_account.Credentials.from_service_account_info(json.loads(key))
    project, places = environment["GCP_PROJECT_ID"], ("STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST")
    of_storage, of_bigquery = ({"api_endpoint": environment[place]} for place in places)
    return Cloud(
        key,
        storage.Client(project, login, client_options=of_storage),
        bigquery.Client(project, login, client_options=of_bigquery),
    )


def observe(engine: Engine, case: Case, cloud: Cloud) -> dict[str, Any]:
    """What comes of a case, in the form of its `official`."""
    bucket, dataset = bucket_name(case), f"case_{case['name']}"
    names = {"BUCKET": bucket, "DATASET": dataset, "PROJECT": cloud.bigquery.project}
    with bucket_with(cloud, bucket, case.get("objects")), _dataset(cloud, dataset, case.get("statements")):
        seen = observe_flow(engine, case, names, cloud.task_of)
        if "objects" in case:
            seen |= {"objects": dict(objects_of(cloud, bucket))}
        if "statements" in case:
            seen |= {"tables": dict(_tables(cloud, dataset))}
        return seen | named(_take_away(cloud, f"{bucket}-made", f"{dataset}_made"), names)


@contextmanager
def bucket_with(cloud: Cloud, name: str, objects: dict[str, str] | None) -> Iterator[None]:
    """A bucket with objects, for as long as they are needed; nothing if there are none to have."""
    if objects is None:
        yield
        return
    bucket = cloud.storage.create_bucket(name)
    for key, text in objects.items():
        bucket.blob(key).upload_from_string(text)
    try:
        yield
    finally:
        if cloud.storage.lookup_bucket(name) is not None:
            bucket.delete(force=True)


@contextmanager
def _dataset(cloud: Cloud, name: str, statements: list[str] | None) -> Iterator[None]:
    if statements is None:
        yield
        return
    cloud.bigquery.create_dataset(name)
    for statement in statements:
        cloud.bigquery.query_and_wait(statement.replace("DATASET", name))
    try:
        yield
    finally:
        cloud.bigquery.delete_dataset(name, delete_contents=True, not_found_ok=True)


def objects_of(cloud: Cloud, bucket: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a bucket with its text and headers; nothing if the bucket is not there."""
    if cloud.storage.lookup_bucket(bucket) is None:
        return
    for blob in cloud.storage.list_blobs(bucket):
        headers = {name: getattr(blob, name) for name in HEADERS if getattr(blob, name)}
        yield blob.name, {"text": blob.download_as_bytes(raw_download=True).decode(), **headers}


def _tables(cloud: Cloud, dataset: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in cloud.bigquery.list_tables(dataset) if _is_there(cloud, dataset) else ():
        table = cloud.bigquery.get_table(entry.reference)
        rows = sorted(str(list(row.values())) for row in cloud.bigquery.list_rows(table))
        found: dict[str, Any] = {"columns": [f"{field.name} {field.field_type} {field.mode}" for field in table.schema]}
        for name in ("timePartitioning", "rangePartitioning", "clustering", "description"):
            if value := table._properties.get(name):
                found[name] = value
        yield entry.table_id, found | {"rows": rows}


def _is_there(cloud: Cloud, dataset: str) -> bool:
    return any(entry.dataset_id == dataset for entry in cloud.bigquery.list_datasets())


def _take_away(cloud: Cloud, bucket: str, dataset: str) -> dict[str, Any]:
    """Describe what the tasks made beside what the case has, and delete it."""
    found: dict[str, Any] = {}
    made = cloud.storage.lookup_bucket(bucket)
    if made is not None:
        found["bucket"] = {name: value for name, value in made._properties.items() if name in BUCKET_FIELDS and value}
        made.delete(force=True)
    if _is_there(cloud, dataset):
        entry = cloud.bigquery.get_dataset(dataset)
        found["dataset"] = {name: getattr(entry, name) for name in DATASET_FIELDS if getattr(entry, name)}
        found["tables"] = dict(_tables(cloud, dataset))
        cloud.bigquery.delete_dataset(dataset, delete_contents=True)
    return found
