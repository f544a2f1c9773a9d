"""Bodies of Downloads and Trigger: the objects of a listing, and what becomes of them in the bucket.

An object that the trigger found is noted before its execution is requested: it starts one at the most.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import google.cloud.storage as storage

from embedded.services.kestra.tasks.aws.trigger_state import TriggerState
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.durations import seconds
from embedded.services.kestra.tasks.gcp.connection import STORAGE_RETRY, failures, storage_client
from embedded.services.kestra.tasks.gcp.listing import ListedObject, listed
from embedded.services.kestra.tasks.gcp.objects import PREFIX, copy_object, fetch_object, split
from embedded.services.kestra.tasks.trigger_rules import alone, is_wanted


@body(PREFIX + "Downloads")
def downloads(task: Task) -> Outputs:
    """The files of a listing, at most `maxFiles`; afterwards `action` moves or deletes them."""
    _check_action(task)
    items = list(islice(_files(task), task.properties["maxFiles"]))
    blobs = [item.as_outputs() | {"uri": fetch_object(task, blob)} for item, blob in items]
    for _, blob in items:
        _act(task, blob)
    return {"blobs": blobs, "outputFiles": {blob["name"]: blob["uri"] for blob in blobs}}


@body(PREFIX + "Trigger")
def trigger(task: Task) -> Outputs:
    """The files that are new or changed since the last look, at most `maxFiles`."""
    _check_action(task)
    run, properties = task.trigger, task.properties
    key = properties.get("stateKey") or f"{run.namespace()}_{run.flow()}_{run.trigger()}"
    scope = f"{run.namespace()}/{key}"
    state = TriggerState(task.state_folder, run.trigger(), scope, seconds(properties.get("stateTtl")))
    with alone(scope):
        return {"blobs": [_hand_out(task, state, *found) for found in _look(task, state)]}


def _look(task: Task, state: TriggerState) -> list[tuple[ListedObject, storage.Blob, str]]:
    """The files that start an execution, each with how it changed; the others that are new are noted as seen."""
    known = state.versions()
    found: list[tuple[ListedObject, storage.Blob, str]] = []
    for item, blob in _files(task):
        before = known.get(_address(blob))
        if before == _version(blob):
            continue
        if not is_wanted(task.properties["on"], before):
            state.note([(_address(blob), _version(blob))])
            continue
        found.append((item, blob, "CREATE" if before is None else "UPDATE"))
        if len(found) == task.properties["maxFiles"]:
            break
    return found


def _hand_out(task: Task, state: TriggerState, item: ListedObject, blob: storage.Blob, change: str) -> Outputs:
    seen = (_address(blob), _version(blob))
    outputs = item.as_outputs() | {"uri": fetch_object(task, blob), "changeType": change}
    state.note([seen])
    moved = _act(task, blob)
    if moved is not None:
        moved.reload(retry=STORAGE_RETRY)
        state.note([(_address(moved), _version(moved))])  # what is moved is not new where it arrives
    return outputs


def _files(task: Task) -> Iterator[tuple[ListedObject, storage.Blob]]:
    for item in listed(task):
        if item.blob is not None and not item.name.endswith("/"):
            yield item, item.blob


def _check_action(task: Task) -> None:
    if task.properties["action"] == "MOVE" and not task.properties.get("moveDirectory"):
        raise TaskError("`action: MOVE` needs a `moveDirectory`.")


def _act(task: Task, blob: storage.Blob) -> storage.Blob | None:
    """Move or delete an object, if the task says so; returns what was moved, where it is now."""
    action = task.properties["action"]
    if action == "DELETE":
        with failures(_address(blob)):
            blob.delete(retry=STORAGE_RETRY)
    if action != "MOVE":
        return None
    bucket, folder = split(task.properties["moveDirectory"].rstrip("/"), "moveDirectory")
    parts = (folder.replace("+", " "), blob.name.rpartition("/")[2])
    target = storage_client(task).bucket(bucket).blob("/".join(filter(None, parts)))
    copy_object(task, blob, target, delete=True)
    return target


def _address(blob: storage.Blob) -> str:
    return f"gs://{blob.bucket.name}/{blob.name}"


def _version(blob: storage.Blob) -> str:
    return f"generation:{blob.generation}_metageneration:{blob.metageneration}"
