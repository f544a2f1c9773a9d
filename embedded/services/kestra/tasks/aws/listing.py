"""Lists a bucket as the properties of a task request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

from embedded.services.kestra.tasks.aws.connection import failures
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError

PAGE = 1000
_OPTIONS = {
    "prefix": "Prefix",
    "delimiter": "Delimiter",
    "marker": "StartAfter",
    "encodingType": "EncodingType",
    "expectedBucketOwner": "ExpectedBucketOwner",
    "requestPayer": "RequestPayer",
}


def list_chosen(task: Task, s3: Any, filter: str | None = None) -> list[dict[str, Any]]:
    """List the objects that the task's properties choose, of the first `maxKeys` of the listing; at most `maxFiles`.

    Parameters:
        task: the task.
        s3: the client.
        filter: FILES, DIRECTORY or BOTH, if not by the task's property.
    """
    properties = task.properties
    first = islice(walk(task, s3), properties["maxKeys"])
    items = [item for item in first if matches(task, item, filter or properties.get("filter", "BOTH"))]
    most = properties.get("maxFiles")
    if most is not None and len(items) > most:
        task.warn(
            f"The listing has {len(items)} objects, and `maxFiles` is {most}: only the first {most} are taken. "
            "Increase `maxFiles` to take more."
        )
        return items[:most]
    return items


def walk(task: Task, s3: Any) -> Iterator[dict[str, Any]]:
    """All objects of a listing, page by page, in the form of S3's response.

    Raises:
        TaskError: the bucket cannot be listed.
    """
    properties = task.properties
    options = {name: properties[key] for key, name in _OPTIONS.items() if properties.get(key) is not None}
    options |= {"Bucket": properties["bucket"], "MaxKeys": PAGE}
    encoded = options.get("EncodingType") == "url"  # then the client leaves the decoding to its caller
    pages = s3.get_paginator("list_objects_v2").paginate(**options)
    iterator = iter(pages)
    while True:
        task.check_cancelled()
        with failures(properties["bucket"]):
            page = next(iterator, None)
        if page is None:
            return
        for item in page.get("Contents", []):
            yield item | {"Key": unquote_plus(item["Key"])} if encoded else item


def matches(task: Task, item: dict[str, Any], filter: str) -> bool:
    """Whether an object's key is of the wanted kind and matches `regexp` as a whole.

    Parameters:
        task: has the property `regexp`.
        item: the object, as S3 lists it.
        filter: FILES, DIRECTORY or BOTH.

    Raises:
        TaskError: `regexp` is not a regular expression.
    """
    key, pattern = item["Key"], task.properties.get("regexp")
    if filter != "BOTH" and key.endswith("/") != (filter == "DIRECTORY"):
        return False
    try:
        return pattern is None or re.fullmatch(pattern, key) is not None
    except re.error as error:
        raise TaskError(f"`regexp` {pattern!r} is no regular expression: {error}") from error


def as_output(item: dict[str, Any]) -> Outputs:
    """An object of a listing as an output."""
    output = {
        "key": item["Key"],
        "etag": item["ETag"],
        "size": item["Size"],
        "lastModified": item["LastModified"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if owner := item.get("Owner"):
        output["owner"] = {"id": owner.get("ID"), "displayName": owner.get("DisplayName")}
    return output
