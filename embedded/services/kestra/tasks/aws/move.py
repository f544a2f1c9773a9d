"""What happens to an object after its download: it is moved, deleted, or stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import jpype
from botocore.exceptions import ClientError

from embedded.services.kestra.tasks.aws.connection import failures
from embedded.services.kestra.tasks.aws.objects import copy_object, delete_unchanged, encryption
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError

TWO_ARGUMENTS = re.compile(
    r"""\|\s*replace\(\s*(?P<old>'[^']*'|"[^"]*")\s*,\s*(?P<new>'[^']*'|"[^"]*")\s*\)""",
)
"""A filter as other template languages have it; Pebble's takes a map."""


@dataclass(frozen=True)
class Move:
    """The action on an object after its download.

    Parameters:
        action: MOVE, DELETE or NONE.
        key: the object.
        etag: of the object at its download.
        bucket: target bucket of MOVE.
        target: target key of MOVE.
        options: further arguments of the copy.
    """

    action: str
    key: str
    etag: str
    bucket: str = ""
    target: str = ""
    options: dict[str, str] = field(default_factory=dict)


def plan(task: Task, item: Outputs) -> Move:
    """The action on an object.

    Parameters:
        task: a task or trigger with `action` and `moveTo`.
        item: the object, as an output.

    Raises:
        TaskError: `moveTo` is missing, cannot be rendered, or names the object itself.
    """
    action = task.properties.get("action")
    if action is None:
        raise TaskError("The `action` property is missing: MOVE, DELETE or NONE.")
    if action != "MOVE":
        return Move(action, item["key"], item["etag"])
    to = task.properties.get("moveTo")
    if not to:
        raise TaskError("`action` is MOVE, but `moveTo` does not say where to.")
    source = task.properties["bucket"]
    bucket, target = to.get("bucket") or source, _target(task, to["key"], item)
    if (bucket, target) == (source, item["key"]):
        raise TaskError(f"`moveTo` names the object itself: s3://{bucket}/{target}")
    return Move(action, item["key"], item["etag"], bucket, target, encryption(to))


def act(task: Task, s3: Any, bucket: str, move: Move) -> str | None:
    """Carry the action out; one that was carried out in part is completed.

    Parameters:
        task: writes the log.
        s3: the client.
        bucket: the object's bucket.
        move: the action.

    Returns:
        The etag of the moved object, if there is one.

    Raises:
        TaskError: S3 refuses.
    """
    if move.action == "NONE" or not _is_unchanged(task, s3, bucket, move):
        return _etag(s3, move.bucket, move.target) if move.target else None
    etag = None
    if move.action == "MOVE":
        source = {"bucket": bucket, "key": move.key, "etag": move.etag}
        destination = {"Bucket": move.bucket, "Key": move.target}
        etag = copy_object(s3, source, destination, move.options)
    delete_unchanged(s3, bucket, move.key, move.etag)
    return etag


def _is_unchanged(task: Task, s3: Any, bucket: str, move: Move) -> bool:
    now = _etag(s3, bucket, move.key)
    if now not in (None, move.etag):
        task.warn(f"s3://{bucket}/{move.key} was changed after it was downloaded: it stays, and counts as new.")
    return now == move.etag


def _etag(s3: Any, bucket: str, key: str) -> str | None:
    with failures(bucket, key):
        try:
            return s3.head_object(Bucket=bucket, Key=key)["ETag"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
                return None
            raise


def _target(task: Task, key: str, item: Outputs) -> str:
    name = item["key"].rstrip("/").rpartition("/")[2] + ("/" if item["key"].endswith("/") else "")
    if "{{" not in key and "{%" not in key:
        return _within(key, name)
    rendered = _rendered(task, key, item)
    is_whole = rendered == name or rendered.endswith(f"/{name}")
    return rendered if is_whole else _within(rendered, name)  # a folder may be an expression too


def _within(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder.rstrip("/") else name


def _rendered(task: Task, key: str, item: Outputs) -> str:
    expression = TWO_ARGUMENTS.sub(r"| replace({\g<old>: \g<new>})", key)
    if expression != key:
        task.warn(f"`moveTo.key`: Pebble's `replace` takes a map; understood as {expression}")
    try:
        rendered = task.render(expression, {"trigger": {"objects": [item]}, "object": item})
    except jpype.JException as error:
        raise TaskError(f"`moveTo.key` cannot be rendered: {error.getMessage()}") from error
    if not rendered.strip("/ "):
        raise TaskError("`moveTo.key` is empty once rendered.")
    return rendered
