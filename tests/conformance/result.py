"""What is compared of two executions of a flow: all that does not name the one execution or its time."""

import json
import re
from typing import Any

PLACES: tuple[tuple[str, str], ...] = (
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]*(Z|[+-]\d\d:?\d\d)?(\[\w+(/\w+)?\])?", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>"),
    (r"\bPT[0-9.]+S\b", "<duration>"),
    (r"https?://(127\.0\.0\.1|localhost)(:\d+)?", "<server>"),
    (r"\b(?=[0-9a-zA-Z]*[a-z])(?=[0-9a-zA-Z]*[A-Z])[0-9a-zA-Z]{19,22}\b", "<id>"),
    (r"\b\d{15,}\b", "<number>"),
    (r'"value": "[^"]*", "type": "io.kestra.datatype:aes_encrypted"', '"type": "encrypted"'),
    (r"\b1[789]\d{8}\b", "<seconds>"),
    (r"/[^\s\"']*/work/[^\s\"']*", "<folder>"),
)
"""What differs from run to run, and what stands for it."""
OF_THE_START = ("system.correlationId", "system.from")
"""Labels that tell how an execution was started."""


def comparable(execution: dict[str, Any]) -> dict[str, Any]:
    """The state, inputs, outputs, labels, variables and task runs of an execution, without ids and times."""
    if "error" in execution:
        return {"error": True}
    task_runs = [_task_run(run) for run in execution.get("taskRunList") or []]
    fields = {
        "state": execution["state"]["current"],
        "states": [change["state"] for change in execution["state"]["histories"]],
        "inputs": execution.get("inputs") or {},
        "outputs": execution.get("outputs") or {},
        "variables": execution.get("variables") or {},
        "labels": sorted(
            (label["key"], label["value"])
            for label in execution.get("labels") or []
            if label["key"] not in OF_THE_START
        ),
        "task_runs": sorted(task_runs, key=lambda run: without_places(json.dumps(run, sort_keys=True))),
    }
    return dict(json.loads(without_places(json.dumps(fields))))


def without_places(text: str) -> str:
    """A text without what differs from run to run."""
    for pattern, name in PLACES:
        text = re.sub(pattern, name, text)
    return text


def _task_run(run: dict[str, Any]) -> dict[str, Any]:
    return {
        "task": run["taskId"],
        "value": _sorted(run.get("value")),
        "iteration": run.get("iteration"),
        "state": run["state"]["current"],
        "attempts": [attempt["state"]["current"] for attempt in run.get("attempts") or []],
        "outputs": run.get("outputs") or {},
    }


def _sorted(value: str | None) -> str | None:
    """A JSON object with its keys in order: Java's immutable maps have another one in each process."""
    if value is None or not value.startswith("{"):
        return value
    try:
        return json.dumps(json.loads(value), sort_keys=True)
    except json.JSONDecodeError:
        return value
