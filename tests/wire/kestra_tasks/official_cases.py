"""Runs the cases of `official/`: SQL tasks, and what the official plug-ins of Kestra 1.3.31 made of them.

A case is a task, without its id, and in `official` what the plug-in gave: outputs, the text of a STORE file, the
beginning of the error, or the problems at validation. The column was recorded with the official plug-ins in the
engine's process, on the same PostgreSQL, ClickHouse and drivers; docs/differences.md explains what is left.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.waiting import eventually
from tests.wire.kestra_tasks.client import END_STATES, Execution, Kestra

FOLDER = Path(__file__).with_name("official")
TYPES = "io.kestra.plugin.jdbc"
NAMESPACE = "tests.official"
TASKS_A_FLOW = 12
AT_ONCE = 4
ORDERED = (
    "setup",
    "after",
    "tx",
    "notx",
    "dml",
    "qdml",
    "returning",
    "vacuum",
    "qvacuum",
    "insert",
    "alter",
    "optimize",
)
"""Beginnings of the names of cases that see or change the same table: these run one after another."""

POSITION = re.compile(r"^In statement \d+ of \d+: ")
"""What is added here to the message of one of several statements."""

Case = dict[str, Any]


@cache
def cases(database: str) -> list[Case]:
    """The cases of a database, in their order."""
    found: list[Case] = json.loads((FOLDER / f"{database}.json").read_text())
    return found


def run(kestra: Kestra, database: str, defaults: dict[str, Any]) -> dict[str, Any]:
    """What comes of each case, by its name, in the form of its `official`."""
    found = {}
    runnable = []
    for case in cases(database):
        if "problems" in case["official"]:
            found[case["name"]] = {"problems": kestra.problems(task(database, case)).strip()}
        else:
            runnable.append(case)
    ordered = [case for case in runnable if _is_ordered(case["name"])]
    others = [case for case in runnable if not _is_ordered(case["name"])]
    for chunk in _batches(ordered, TASKS_A_FLOW):
        found |= _results(kestra, chunk, _start(kestra, database, defaults, chunk))
    for chunks in _batches(list(_batches(others, TASKS_A_FLOW)), AT_ONCE):
        for chunk, execution in [(chunk, _start(kestra, database, defaults, chunk)) for chunk in chunks]:
            found |= _results(kestra, chunk, execution)
    return found


def task(database: str, case: Case) -> dict[str, Any]:
    """The case as a task without an id."""
    properties = {name: value for name, value in case.items() if name not in ("name", "kind", "official")}
    return {"type": f"{TYPES}.{database}.{case['kind']}", **properties}


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _is_ordered(name: str) -> bool:
    return name.startswith(ORDERED) or name.startswith("p_insert") or name == "err_dup"


def _start(kestra: Kestra, database: str, defaults: dict[str, Any], chunk: Sequence[Case]) -> Execution:
    id = f"{database}-{chunk[0]['name'].replace('_', '-')}"
    tasks = [{"id": case["name"], "allowFailure": True, **task(database, case)} for case in chunk]
    return kestra.start_flow({"id": id, "namespace": NAMESPACE, "tasks": tasks, **defaults})


def _results(kestra: Kestra, chunk: Sequence[Case], execution: Execution) -> dict[str, Any]:
    ended = kestra.wait(execution, *END_STATES)
    runs = ended.execution["taskRunList"]
    failed = {run["taskId"] for run in runs if run["attempts"][-1]["state"]["current"] == "FAILED"}
    eventually(lambda: failed <= _errors(kestra, ended).keys())
    errors = _errors(kestra, ended)
    return {case["name"]: _result(kestra, ended, case["name"], errors) for case in chunk}


def _errors(kestra: Kestra, execution: Execution) -> dict[str, str]:
    """The first line of each task's error, which is written a moment after its state."""
    errors: dict[str, str] = {}
    for line in kestra.get(f"/logs/{execution.id}", params={"minLevel": "ERROR"}).json():
        errors.setdefault(line.get("taskId"), POSITION.sub("", line["message"].splitlines()[0]))
    return errors


def _result(kestra: Kestra, execution: Execution, name: str, errors: dict[str, str]) -> dict[str, Any]:
    if name in errors:
        return {"error": errors[name]}
    outputs = {key: value for key, value in (execution.outputs(name) or {}).items() if value is not None}
    outputs.pop("outputFiles", None)
    result: dict[str, Any] = {"outputs": outputs}
    if "uri" in outputs:
        result["file"] = kestra.text(outputs.pop("uri"))
    for inner in _with_files(outputs):
        inner["uri"] = kestra.text(inner["uri"])
    return result


def _with_files(outputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (inner for inner in outputs.get("outputs", []) if "uri" in inner)
