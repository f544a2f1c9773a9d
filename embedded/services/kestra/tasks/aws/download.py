"""Bodies of Download and Downloads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

from embedded.services.kestra.tasks.aws.connection import client, failures
from embedded.services.kestra.tasks.aws.listing import as_output, list_chosen
from embedded.services.kestra.tasks.aws.move import Move, act, plan
from embedded.services.kestra.tasks.bridge import READ_BYTES, Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.aws.s3."
_CHECKSUMS = ("SHA256", "SHA1", "CRC32", "CRC32C")
_CHOICE = ("prefix", "delimiter", "regexp")


@body(PREFIX + "Download")
def download(task: Task) -> Outputs:
    """One object by `key`, or several by a listing."""
    properties, s3 = task.properties, client(task)
    if any(properties.get(name) is not None for name in _CHOICE):
        items = list_chosen(task, s3, filter="FILES")
        if not items:
            task.warn("No objects found matching the filter criteria")
        return {"files": {item["Key"]: fetch(task, s3, item["Key"]) for item in items}}
    if properties.get("key") is None:
        raise TaskError("Set `key` to download one object, or `prefix`, `delimiter` or `regexp` for several.")
    return fetch(task, s3, properties["key"], properties.get("versionId"))


@body(PREFIX + "Downloads")
def downloads(task: Task) -> Outputs:
    """The objects of a listing; afterwards `action` moves or deletes them."""
    properties, s3 = task.properties, client(task)
    objects: list[Outputs] = []
    moves: list[Move] = []
    for item in list_chosen(task, s3):
        outputs = as_output(item)
        moves.append(plan(task, outputs))
        if not item["Key"].endswith("/"):
            fetched = fetch(task, s3, item["Key"])
            kept = ("uri", "checksumAlgorithm", "checksumValue")
            objects.append(outputs | {name: fetched[name] for name in kept if name in fetched})
    task.count("files.count", len(objects))
    task.count("files.size.total", sum(item["size"] for item in objects))
    for move in moves:
        act(task, s3, properties["bucket"], move)
    return {"objects": objects, "outputFiles": {item["key"]: item["uri"] for item in objects}}


def fetch(task: Task, s3: Any, key: str, version: str | None = None, etag: str | None = None) -> Outputs:
    """Stream an object into the internal storage.

    Parameters:
        task: whose properties name the bucket.
        s3: the client.
        key: the object.
        version: which version, if not the last.
        etag: the etag that the object must still have; None for any.

    Returns:
        The outputs: the file's address in the internal storage and the object's attributes.

    Raises:
        TaskError: it cannot be read, or was changed.
    """
    properties = task.properties
    options = {"Bucket": properties["bucket"], "Key": key}
    optional = {
        "VersionId": version,
        "IfMatch": etag,
        "RequestPayer": properties.get("requestPayer"),
        "ExpectedBucketOwner": properties.get("expectedBucketOwner"),
        "ChecksumMode": "ENABLED" if properties.get("validateChecksum") else None,
    }
    options |= {name: value for name, value in optional.items() if value is not None}
    file = task.temporary_file(PurePosixPath(key).suffix)
    with failures(properties["bucket"], key):
        answer = s3.get_object(**options)
        received = 0
        # Not `with answer["Body"]`: that gives what lies beneath, which checks no length and has errors of its own.
        with closing(answer["Body"]) as source, file.open("wb") as target, task.interrupted_by(_end(source)):
            while chunk := source.read(READ_BYTES):
                task.check_cancelled()
                received += target.write(chunk)
    task.check_cancelled()
    answer.setdefault("ContentLength", received)  # a server that is no S3 may send the object in chunks
    task.count("file.size", answer["ContentLength"])
    return _details(task, key, answer) | {"uri": task.store(file)}


def _end(source: Any) -> Callable[[], None]:
    """What ends a read that waits: a server may send a byte now and then, for ever."""
    return source._raw_stream.shutdown  # botocore has no name for it


def _details(task: Task, key: str, answer: dict[str, Any]) -> Outputs:
    outputs = {
        "contentLength": answer["ContentLength"],
        "contentType": answer.get("ContentType"),
        "metadata": answer.get("Metadata", {}),
        "etag": answer.get("ETag"),
        "versionId": answer.get("VersionId"),
    }
    if task.properties.get("validateChecksum"):
        kind = next((kind for kind in _CHECKSUMS if answer.get(f"Checksum{kind}")), None)
        if kind:
            outputs |= {"checksumAlgorithm": kind, "checksumValue": answer[f"Checksum{kind}"]}
        else:
            task.warn(f"The object {key!r} has no checksum: the transfer was not verified.")
    return {name: value for name, value in outputs.items() if value is not None}
