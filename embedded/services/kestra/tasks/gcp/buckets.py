"""Bodies of CreateBucket and DeleteBucket."""

from __future__ import annotations

import google.cloud.storage as storage
from google.cloud.exceptions import Conflict

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.gcp.connection import STORAGE_RETRY, failures, storage_client

PREFIX = "io.kestra.plugin.gcp.gcs."
_ATTRIBUTES = {
    "storageClass": "storage_class",
    "labels": "labels",
    "requesterPays": "requester_pays",
    "versioningEnabled": "versioning_enabled",
    "defaultKmsKeyName": "default_kms_key_name",
    "defaultEventBasedHold": "default_event_based_hold",
    "retentionPeriod": "retention_period",
}


@body(PREFIX + "CreateBucket")
def create(task: Task) -> Outputs:
    """Create a bucket; `ifExists` says what happens to an existing one."""
    properties, client = task.properties, storage_client(task)
    name, policy = properties["name"], properties["ifExists"]
    taken = "Names of buckets are shared by all of Google Cloud: choose one that nobody else has."
    with failures(f"gs://{name}", _403=f"The bucket may be somebody else's. {taken}", _409=taken):
        bucket = client.lookup_bucket(name, retry=STORAGE_RETRY)
        if bucket is None:
            try:
                new = client.bucket(name)
                _set(new, properties)
                task.debug(f"Creating bucket '{name}'")
                created = client.create_bucket(new, location=properties.get("location"), retry=STORAGE_RETRY)
                return _as_outputs(created, created=True)
            except Conflict:  # another execution was faster, or it is somebody else's
                if policy == "ERROR":
                    raise
                bucket = client.get_bucket(name, retry=STORAGE_RETRY)
        if policy == "ERROR":
            raise TaskError(f"Bucket {name} already exists and ifExists policy is set to ERROR !")
        if policy == "UPDATE":
            _set(bucket, properties)
            bucket.patch(retry=STORAGE_RETRY)
            return _as_outputs(bucket, updated=True)
    task.debug(f"Bucket '{name}' already exists, skipping")
    return _as_outputs(bucket)


@body(PREFIX + "DeleteBucket")
def delete(task: Task) -> Outputs:
    """Delete a bucket; with `force`, its objects first."""
    name, client = task.properties["name"], storage_client(task)
    with failures(f"gs://{name}", _409="Set `force` to delete its objects, too.", _404=f"There is no bucket {name!r}."):
        bucket = client.bucket(name)
        if task.properties["force"]:
            for blob in client.list_blobs(name, retry=STORAGE_RETRY):
                task.check_cancelled()
                blob.delete(retry=STORAGE_RETRY)
        bucket.delete(retry=STORAGE_RETRY)
    return {"bucket": name, "bucketUri": f"gs://{name}"}


def _set(bucket: storage.Bucket, properties: dict[str, object]) -> None:
    for name, attribute in _ATTRIBUTES.items():
        if properties.get(name) is not None:
            setattr(bucket, attribute, properties[name])
    if properties.get("indexPage") or properties.get("notFoundPage"):
        bucket.configure_website(properties.get("indexPage"), properties.get("notFoundPage"))


def _as_outputs(bucket: storage.Bucket, created: bool = False, updated: bool = False) -> Outputs:
    website = bucket._properties.get("website") or {}  # the client has no getter
    fields = {
        "name": bucket.name,
        "uri": f"gs://{bucket.name}",
        "location": bucket.location,
        "indexPage": website.get("mainPageSuffix"),
        "notFoundPage": website.get("notFoundPage"),
    }
    return {
        "bucket": {name: value for name, value in fields.items() if value is not None},
        "created": created,
        "updated": updated,
    }
