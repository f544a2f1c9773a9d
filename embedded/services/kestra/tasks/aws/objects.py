"""Bodies of List, Copy, Delete, DeleteList and CreateBucket."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from embedded.services.kestra.tasks.aws.connection import client, code_of, failures
from embedded.services.kestra.tasks.aws.listing import listed, told
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.aws.s3."
LARGEST_COPY = 5 << 30
"""Bytes that S3 copies in one go."""

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
    found = listed(task, client(task))
    task.count("s3.objects.count", len(found))
    task.debug(f"Found {len(found)} keys in {task.properties['bucket']}")
    return {"objects": [told(item) for item in found]}


@body(PREFIX + "Copy")
def copy(task: Task) -> Outputs:
    """Copy an object; with `delete`, remove the source then."""
    s3, source, target = client(task), task.properties["from"], task.properties.get("to") or {}
    place = {"Bucket": target.get("bucket") or source["bucket"], "Key": target.get("key") or source["key"]}
    etag = copy_object(s3, source, place, encryption(target))
    if task.properties["delete"]:
        with failures(source["bucket"], source["key"]):
            s3.delete_object(Bucket=source["bucket"], Key=source["key"])
    return {"bucket": place["Bucket"], "key": place["Key"], "eTag": etag}


def copy_object(s3: Any, source: dict[str, Any], place: dict[str, str], options: dict[str, Any]) -> str:
    """Copy an object inside S3.

    Parameters:
        s3: the client.
        source: its bucket and key, perhaps its versionId and the etag that it must have.
        place: Bucket and Key of the copy.
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
    with failures(place["Bucket"], place["Key"]):
        if size > LARGEST_COPY:
            s3.copy(origin, **place, ExtraArgs=options)
            return s3.head_object(**place)["ETag"]
        if source.get("etag"):
            options = options | {"CopySourceIfMatch": source["etag"]}
        return s3.copy_object(CopySource=origin, **place, **options)["CopyObjectResult"]["ETag"]


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
    given = task.properties
    names = {"bypassGovernanceRetention": "BypassGovernanceRetention", "mfa": "MFA", "requestPayer": "RequestPayer"}
    options = {name: given[key] for key, name in names.items() if given.get(key) is not None}
    with failures(given["bucket"], given["key"]):
        answer = client(task).delete_object(Bucket=given["bucket"], Key=given["key"], **options)
    outputs = {key: answer.get(key[0].upper() + key[1:]) for key in ("versionId", "deleteMarker", "requestCharged")}
    return {key: value for key, value in outputs.items() if value is not None}


def delete_unchanged(s3: Any, bucket: str, key: str, etag: str) -> None:
    """Delete an object unless it was changed; where the store cannot tell, delete it all the same.

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
    s3, given = client(task), task.properties
    found = listed(task, s3)
    if not found and given["errorOnEmpty"]:
        raise TaskError(f"s3://{given['bucket']}/{given.get('prefix', '')}: there is nothing to delete.")

    def remove(item: dict[str, Any]) -> int:
        task.check_cancelled()
        with failures(given["bucket"], item["Key"]):
            s3.delete_object(Bucket=given["bucket"], Key=item["Key"])
        return int(item["Size"])

    with ThreadPoolExecutor(given.get("concurrent") or 1) as pool:
        size = sum(pool.map(remove, found))
    task.count("s3.objects.deleted.count", len(found))
    task.count("s3.objects.deleted.size", size)
    task.info(f"Deleted {len(found)} keys for {size} bytes")
    return {"count": len(found), "size": size}


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
