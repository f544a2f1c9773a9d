"""Bodies of List, Copy, Delete, DeleteList and CreateBucket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from embedded.services.kestra.tasks.aws.connection import client, code_of, failures
from embedded.services.kestra.tasks.aws.listing import as_output, list_chosen
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.aws.s3."
LARGEST_COPY = 5 << 30
"""Bytes. S3 copies a larger object in parts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html."""

_GRANTS = {
    "grantFullControl": "GrantFullControl",
    "grantRead": "GrantRead",
    "grantReadACP": "GrantReadACP",
    "grantWrite": "GrantWrite",
    "grantWriteACP": "GrantWriteACP",
    "acl": "ACL",
    "objectLockEnabledForBucket": "ObjectLockEnabledForBucket",
}


@body(PREFIX + "List")
def list_objects(task: Task) -> Outputs:
    """The objects of a bucket."""
    items = list_chosen(task, client(task))
    task.count("s3.objects.count", len(items))
    task.debug(f"Found {len(items)} keys in {task.properties['bucket']}")
    return {"objects": [as_output(item) for item in items]}


@body(PREFIX + "Copy")
def copy(task: Task) -> Outputs:
    """Copy an object; with `delete`, delete the source afterwards."""
    s3, source, target = client(task), task.properties["from"], task.properties.get("to") or {}
    if missing := [name for name in ("bucket", "key") if not source.get(name)]:
        raise TaskError(f"`from` has no {' and no '.join(missing)}.")
    destination = {"Bucket": target.get("bucket") or source["bucket"], "Key": target.get("key") or source["key"]}
    etag = copy_object(s3, source, destination, encryption(target))
    if task.properties["delete"]:
        with failures(source["bucket"], source["key"]):
            s3.delete_object(Bucket=source["bucket"], Key=source["key"])
    return {"bucket": destination["Bucket"], "key": destination["Key"], "etag": etag}


def copy_object(s3: Any, source: dict[str, Any], destination: dict[str, str], options: dict[str, Any]) -> str:
    """Copy an object inside S3.

    Parameters:
        s3: the client.
        source: its bucket and key, perhaps its versionId and the etag that it must have.
        destination: Bucket and Key of the copy.
        options: further arguments of CopyObject.

    Returns:
        The copy's etag.

    Raises:
        TaskError: it cannot be copied.
    """
    origin = {"Bucket": source["bucket"], "Key": source["key"]}
    if source.get("versionId"):
        origin["VersionId"] = source["versionId"]
    with failures(source["bucket"], source["key"]):
        size = s3.head_object(**origin)["ContentLength"]
    with failures(destination["Bucket"], destination["Key"]):
        if size > LARGEST_COPY:
            s3.copy(origin, **destination, ExtraArgs=options)
            return s3.head_object(**destination)["ETag"]
        if source.get("etag"):
            options = options | {"CopySourceIfMatch": source["etag"]}
        return s3.copy_object(CopySource=origin, **destination, **options)["CopyObjectResult"]["ETag"]


def encryption(target: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a write by which S3 encrypts the object."""
    kind = target.get("serverSideEncryption")
    if kind in (None, "NONE"):
        return {}
    if kind == "AES256":
        return {"ServerSideEncryption": "AES256"}
    key = target.get("kmsKeyId")
    return {"ServerSideEncryption": "aws:kms"} | ({"SSEKMSKeyId": key} if key else {})


@body(PREFIX + "Delete")
def delete(task: Task) -> Outputs:
    """Delete an object; one that is not there is no error, as in S3."""
    properties = task.properties
    names = {"bypassGovernanceRetention": "BypassGovernanceRetention", "mfa": "MFA", "requestPayer": "RequestPayer"}
    options = {name: properties[key] for key, name in names.items() if properties.get(key) is not None}
    with failures(properties["bucket"], properties["key"]):
        answer = client(task).delete_object(Bucket=properties["bucket"], Key=properties["key"], **options)
    outputs = {key: answer.get(key[0].upper() + key[1:]) for key in ("versionId", "deleteMarker", "requestCharged")}
    return {key: value for key, value in outputs.items() if value is not None}


def delete_unchanged(s3: Any, bucket: str, key: str, etag: str) -> None:
    """Delete an object unless it was changed. A store without conditional deletes deletes it in any case.

    Parameters:
        s3: the client.
        bucket: the object's bucket.
        key: the object's key.
        etag: the etag of the unchanged object.

    Raises:
        TaskError: it was changed, or cannot be deleted.
    """
    with failures(bucket, key):
        try:
            s3.delete_object(Bucket=bucket, Key=key, IfMatch=etag)
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return
            if code_of(error) != "NotImplemented":
                raise
            s3.delete_object(Bucket=bucket, Key=key)


@body(PREFIX + "DeleteList")
def delete_list(task: Task) -> Outputs:
    """Delete the objects of a listing."""
    s3, properties = client(task), task.properties
    items = list_chosen(task, s3)
    if not items and properties["errorOnEmpty"]:
        raise TaskError(f"s3://{properties['bucket']}/{properties.get('prefix', '')}: there is nothing to delete.")

    def remove(item: dict[str, Any]) -> int:
        task.check_cancelled()
        with failures(properties["bucket"], item["Key"]):
            s3.delete_object(Bucket=properties["bucket"], Key=item["Key"])
        return int(item["Size"])

    with ThreadPoolExecutor(properties.get("concurrent") or 1) as pool:
        size = sum(pool.map(remove, items))
    task.count("s3.objects.deleted.count", len(items))
    task.count("s3.objects.deleted.size", size)
    task.info(f"Deleted {len(items)} keys for {size} bytes")
    return {"count": len(items), "size": size}


@body(PREFIX + "CreateBucket")
def create_bucket(task: Task) -> Outputs:
    """Create a bucket."""
    s3, bucket = client(task), task.properties["bucket"]
    options = {name: task.properties[key] for key, name in _GRANTS.items() if task.properties.get(key) is not None}
    if s3.meta.region_name not in (None, "us-east-1"):
        options["CreateBucketConfiguration"] = {"LocationConstraint": s3.meta.region_name}
    with failures(bucket):
        answer = s3.create_bucket(Bucket=bucket, **options)
    return {"bucket": bucket, "region": answer.get("Location")}
