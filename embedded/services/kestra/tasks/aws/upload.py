"""Body of Upload."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlencode

from embedded.services.kestra.tasks.aws.connection import client, failures
from embedded.services.kestra.tasks.aws.objects import encryption
from embedded.services.kestra.tasks.bridge import READ_BYTES, Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.aws.s3."
SINGLE_REQUEST_BYTES = 64 << 20
"""Bytes; larger files are sent in parts."""
THREADS = 4
"""More at once do not make one machine's disk faster."""
CHECKSUMS = ("CRC32", "SHA1", "SHA256")
"""What the client computes without further packages."""
_OPTIONS = {
    "requestPayer": "RequestPayer",
    "metadata": "Metadata",
    "cacheControl": "CacheControl",
    "contentType": "ContentType",
    "contentEncoding": "ContentEncoding",
    "contentDisposition": "ContentDisposition",
    "contentLanguage": "ContentLanguage",
    "expires": "Expires",
    "acl": "ACL",
    "storageClass": "StorageClass",
    "bucketKeyEnabled": "BucketKeyEnabled",
    "expectedBucketOwner": "ExpectedBucketOwner",
    "objectLockMode": "ObjectLockMode",
    "objectLockLegalHoldStatus": "ObjectLockLegalHoldStatus",
    "objectLockRetainUntilDate": "ObjectLockRetainUntilDate",
}
_MOMENTS = {"expires": "Expires", "objectLockRetainUntilDate": "ObjectLockRetainUntilDate"}


@body(PREFIX + "Upload")
def upload(task: Task) -> Outputs:
    """One file to `key`, or several into the folder `key`."""
    properties, s3 = task.properties, client(task)
    files = _files(properties["from"])
    if not files:
        raise TaskError("No files to upload: `from` is an empty list or map.")
    bucket, key = properties["bucket"], properties["key"]
    if len(files) == 1:
        return {"bucket": bucket, "key": key} | _send(task, s3, key, next(iter(files.values())))[0]

    def send(name: str) -> Outputs:
        outputs, size = _send(task, s3, str(PurePosixPath(key, name)), files[name])
        return outputs | {"contentLength": size}

    with ThreadPoolExecutor(min(THREADS, properties["concurrentUploads"])) as pool:
        return {"bucket": bucket, "key": key, "files": dict(zip(files, pool.map(send, files), strict=True))}


def _files(source: Any) -> dict[str, str]:
    """Addresses by name: `from` is one, a list of them or a map, or the JSON of a list or a map."""
    if isinstance(source, str) and source.lstrip().startswith(("[", "{")):
        try:
            source = json.loads(source)
        except ValueError as error:
            raise TaskError(f"`from` is neither an address nor a list nor a map: {error}") from error
    if isinstance(source, dict):
        return {str(name): str(uri) for name, uri in source.items()}
    uris = source if isinstance(source, list) else [source]
    return {PurePosixPath(str(uri)).name: str(uri) for uri in uris}


def _send(task: Task, s3: Any, key: str, uri: str) -> tuple[Outputs, int]:
    """Upload a file of the internal storage; returns what S3 answered, and the size in bytes."""
    bucket, file = task.properties["bucket"], task.temporary_file(PurePosixPath(key).suffix)
    try:
        with task.open(uri) as source, file.open("wb") as target:
            shutil.copyfileobj(source, target, READ_BYTES)
        size = file.stat().st_size
        task.debug(f"Uploading {size} bytes to s3://{bucket}/{key}")
        with failures(bucket, key):
            answer = _put(task, s3, bucket, key, file)
    finally:
        file.unlink(missing_ok=True)
    task.count("file.count", 1)
    task.count("file.size", size)
    outputs = {"etag": answer["ETag"], "versionId": answer.get("VersionId")}
    return {name: value for name, value in outputs.items() if value is not None}, size


def _put(task: Task, s3: Any, bucket: str, key: str, file: Path) -> dict[str, Any]:
    options = _options(task.properties)
    if file.stat().st_size <= SINGLE_REQUEST_BYTES:
        with file.open("rb") as stream:
            return s3.put_object(Bucket=bucket, Key=key, Body=stream, **options, **_checksum(task.properties))
    if "checksum" in task.properties:
        raise TaskError(
            f"`checksum`: files of more than {SINGLE_REQUEST_BYTES >> 20} MiB go in parts, which have one each."
        )
    s3.upload_file(str(file), bucket, key, ExtraArgs=options, Callback=lambda _: task.check_cancelled())
    return s3.head_object(Bucket=bucket, Key=key)


def _options(properties: dict[str, Any]) -> dict[str, Any]:
    options = {name: properties[key] for key, name in _OPTIONS.items() if properties.get(key) is not None}
    options |= {name: _moment(key, options[name]) for key, name in _MOMENTS.items() if name in options}
    options.setdefault("ContentType", "application/octet-stream")
    options |= encryption(properties)
    if tags := properties.get("tagging"):
        options["Tagging"] = urlencode(tags)
    if kind := properties.get("checksumAlgorithm"):
        if kind not in CHECKSUMS:
            raise TaskError(f"`checksumAlgorithm`: {kind} is not done here. Use one of {', '.join(CHECKSUMS)}.")
        options["ChecksumAlgorithm"] = kind
    return options


def _moment(name: str, text: str) -> datetime:
    """A moment as the official type reads it: with a time and a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise TaskError(f"`{name}`: {text!r} is not a moment such as 2030-01-01T00:00:00Z.")
    return moment


def _checksum(properties: dict[str, Any]) -> dict[str, Any]:
    if properties.get("checksum") and properties.get("checksumAlgorithm"):
        return {f"Checksum{properties['checksumAlgorithm']}": properties["checksum"]}
    return {}
