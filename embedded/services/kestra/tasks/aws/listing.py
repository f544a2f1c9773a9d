"""Lists a bucket as the properties of a task ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from itertools import islice
from typing import Any

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


def listed(task: Task, s3: Any, filter: str | None = None) -> list[dict[str, Any]]:
    """The objects that the task's properties choose, of the first `maxKeys` of the listing; at most `maxFiles`.

    Parameters:
        task: the task.
        s3: the client.
        filter: FILES, DIRECTORY or BOTH, if not by the task's property.
    """
    given = task.properties
    first = islice(walk(task, s3), given["maxKeys"])
    found = [item for item in first if matches(task, item, filter or given.get("filter", "BOTH"))]
    most = given.get("maxFiles")
    if most is not None and len(found) > most:
        task.warn(
            f"The listing has {len(found)} objects, and `maxFiles` is {most}: only the first {most} are taken. "
            "Increase `maxFiles` to take more."
        )
        return found[:most]
    return found


def walk(task: Task, s3: Any) -> Iterator[dict[str, Any]]:
    """All objects of a listing, page by page, as S3 tells them.

    Raises:
        TaskError: the bucket cannot be listed.
    """
    given = task.properties
    options = {name: given[key] for key, name in _OPTIONS.items() if given.get(key) is not None}
    # An encoding that is asked for is not taken back by the client.
    options |= {"Bucket": given["bucket"], "MaxKeys": PAGE}
    pages = s3.get_paginator("list_objects_v2").paginate(**options)
    iterator = iter(pages)
    while True:
        task.check_cancelled()
        with failures(given["bucket"]):
            page = next(iterator, None)
        if page is None:
            return
        yield from page.get("Contents", [])


def matches(task: Task, item: dict[str, Any], filter: str) -> bool:
    """Tell whether an object's key is of the wanted kind and fits `regexp` as a whole.

    Raises:
        TaskError: the regular expression is none.
    """
    key, pattern = item["Key"], task.properties.get("regexp")
    if filter != "BOTH" and key.endswith("/") != (filter == "DIRECTORY"):
        return False
    try:
        return pattern is None or re.fullmatch(pattern, key) is not None
    except re.error as error:
        raise TaskError(f"`regexp` {pattern!r} is no regular expression: {error}") from error


def told(item: dict[str, Any]) -> Outputs:
    """An object as outputs name it."""
    output = {
        "key": item["Key"],
        "etag": item["ETag"],
        "size": item["Size"],
        "lastModified": item["LastModified"].astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if owner := item.get("Owner"):
        output["owner"] = {"id": owner.get("ID"), "displayName": owner.get("DisplayName")}
    return output
