"""Bodies of List and DeleteList."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import google.cloud.storage as storage

from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.gcp.connection import STORAGE_RETRY, failures, storage_client
from embedded.services.kestra.tasks.gcp.objects import NO_BUCKET, PREFIX, address, split


@dataclass(frozen=True)
class ListedObject:
    """An object of a listing, or a directory, which has no object."""

    bucket: str
    name: str
    blob: storage.Blob | None = None

    @property
    def uri(self) -> str:
        """The address in Kestra's form: a + for a space."""
        return address(self.bucket, self.name, space="+")

    def as_outputs(self) -> Outputs:
        """The object as an output."""
        outputs: Outputs = {"uri": self.uri, "bucket": self.bucket, "name": self.name, "directory": self.blob is None}
        if self.blob is None:
            return outputs | {"size": 0}
        blob = self.blob
        known = {
            "generatedId": blob.id,
            "selfLink": blob.self_link,
            "mediaLink": blob.media_link,
            "cacheControl": blob.cache_control,
            "size": blob.size,
            "etag": blob.etag,
            "md5": blob.md5_hash,
            "crc32c": blob.crc32c,
            "metadata": blob.metadata,
            "metaGeneration": blob.metageneration,
            "contentType": blob.content_type,
            "contentEncoding": blob.content_encoding,
            "contentDisposition": blob.content_disposition,
            "contentLanguage": blob.content_language,
            "componentCount": blob.component_count,
            "kmsKeyName": blob.kms_key_name,
            "customTime": _moment(blob.custom_time),
            "updateTime": _moment(blob.updated),
            "createTime": _moment(blob.time_created),
            "timeStorageClassUpdated": blob._properties.get("timeStorageClassUpdated"),  # the client has no getter
        }
        return outputs | {name: value for name, value in known.items() if value is not None}


@body(PREFIX + "List")
def list_objects(task: Task) -> Outputs:
    """The objects whose address begins with `from`, at most `maxFiles`."""
    properties = task.properties
    most, kinds = properties["maxFiles"], properties["filter"]
    items: list[ListedObject] = []
    for item in listed(task):
        if kinds != "BOTH" and _is_directory(item) != (kinds == "DIRECTORY"):
            continue
        if len(items) == most:
            task.warn(
                f"Results for '{properties['from']}' exceeded the maxFiles limit ({most}); "
                "remaining items were skipped."
            )
            break
        items.append(item)
    task.count("size", len(items))
    task.debug(f"Found '{len(items)}' blobs from '{properties['from']}'")
    return {"blobs": [item.as_outputs() for item in items]}


@body(PREFIX + "DeleteList")
def delete_list(task: Task) -> Outputs:
    """Delete the objects of a listing, `concurrent` at once."""

    def delete(item: ListedObject, blob: storage.Blob) -> None:
        task.check_cancelled()
        with failures(item.uri):
            blob.delete(retry=STORAGE_RETRY)

    found = [(item, item.blob) for item in listed(task) if item.blob is not None]
    with ThreadPoolExecutor(task.properties.get("concurrent") or 1) as pool:
        for done in [pool.submit(delete, *each) for each in found]:
            done.result()
    count, size = len(found), sum(blob.size for _, blob in found)
    task.count("count", count)
    task.count("size", size)
    if task.properties["errorOnEmpty"] and not count:
        raise TaskError(f"Unable to find any files to delete on '{task.properties['from']}'")
    task.info(f"Deleted {count} files for {size} bytes")
    return {"count": count, "size": size}


def listed(task: Task) -> Iterator[ListedObject]:
    """What begins with the address; of directories, only those at the next slash, unless the listing is recursive."""
    properties = task.properties
    bucket, prefix = split(properties["from"], "from")
    options: dict[str, Any] = {
        "prefix": prefix or None,
        "versions": properties.get("allVersions"),
        "retry": STORAGE_RETRY,
    }
    if properties["listingType"] == "DIRECTORY":
        options["delimiter"] = "/"
    pattern = _pattern(properties.get("regExp"))
    with failures(properties["from"], _404=NO_BUCKET):
        blobs = storage_client(task).list_blobs(bucket, **options)
        for page in blobs.pages:
            task.check_cancelled()
            items = [ListedObject(bucket, blob.name, blob) for blob in page]
            items += [ListedObject(bucket, name) for name in sorted(page.prefixes)]
            yield from (item for item in items if pattern is None or pattern.fullmatch(item.uri))


def _is_directory(item: ListedObject) -> bool:
    return item.blob is None or item.name.endswith("/")


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise TaskError(f"`regExp` {text!r} is no regular expression: {error}") from error


def _moment(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
