"""Executions: search them, act on several, evaluate expressions, look into files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.calls.filters import TimedFilters
from console.calls.paged import Page
from workbook.kestra import inputs as forms
from workbook.kestra.api import quoted
from workbook.kestra.client import KestraClient
from workbook.kestra.errors import ApiError
from workbook.kestra.models import Execution, FlowId

PREVIEW_ROWS = 100


@dataclass(frozen=True)
class ExecutionFilters(TimedFilters):
    """Which executions are meant; the text is a part of the id.

    Attributes:
        state: one state, or several with commas.
        labels: `key:value`, several with commas.
    """

    state: str = ""
    labels: str = ""

    def _values(self) -> dict[tuple[str, ...], str]:
        pairs = [pair.partition(":") for pair in self.labels.split(",")]
        labels = {("labels", "EQUALS", key.strip()): value.strip() for key, colon, value in pairs if colon}
        return super()._values() | {("state", "IN"): self.state} | labels


def search(kestra: KestraClient, filters: ExecutionFilters, page: int, size: int) -> Page:
    """Executions, the latest first.

    Parameters:
        kestra: the client.
        filters: which.
        page, size: which rows.
    """
    params = {**filters.query(), "page": page, "size": size, "sort": "state.startDate:desc"}
    return Page.of(kestra.http.json("GET", "/executions/search", params=params))


def act_on_all(kestra: KestraClient, action: str, ids: Sequence[str]) -> int:
    """Restart, replay, kill, pause, resume or delete several executions; gives how many.

    Parameters:
        kestra: the client.
        action: the name of what to do.
        ids: the executions.

    Raises:
        ApiError: one of them is in a state that does not allow it; then nothing is done.
    """
    method = "DELETE" if action in ("kill", "delete") else "POST"
    path = "/executions/by-ids" if action == "delete" else f"/executions/{action}/by-ids"
    answer = kestra.http.json(method, path, json=list(ids))
    return int((answer or {}).get("count", len(ids)))


def label_all(kestra: KestraClient, ids: Sequence[str], labels: Mapping[str, str]) -> None:
    """Add labels to several executions that have ended."""
    pairs = [{"key": key, "value": value} for key, value in labels.items()]
    kestra.http.json("POST", "/executions/labels/by-ids", json={"executionsId": list(ids), "executionLabels": pairs})


def evaluate(kestra: KestraClient, execution_id: str, task_run_id: str, expression: str) -> tuple[bool, str]:
    """Evaluate an expression as an execution, or one of its task runs, sees it: whether it can be, and what it gives.

    Parameters:
        kestra: the client.
        execution_id: the execution.
        task_run_id: the task run; none if empty.
        expression: such as `{{ outputs.load.rows }}`.
    """
    path = f"/executions/{quoted(execution_id)}/eval" + (f"/{quoted(task_run_id)}" if task_run_id else "")
    try:
        answer = kestra.http.json("POST", path, data=expression.encode(), headers={"Content-Type": "text/plain"})
    except ApiError as error:
        return False, error.reason
    return ("result" in answer, str(answer.get("result", answer.get("error", ""))))


def preview(kestra: KestraClient, execution_id: str, uri: str) -> dict[str, Any]:
    """The beginning of a file: its `type`, `content`, and whether it is `truncated`."""
    path = f"/executions/{quoted(execution_id)}/file/preview"
    answer: dict[str, Any] = kestra.http.json("GET", path, params={"path": uri, "maxRows": PREVIEW_ROWS})
    return answer


def check_inputs(kestra: KestraClient, flow: FlowId, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the engine says of the inputs of an execution that is not created: each with value and errors."""
    return _checked(kestra, f"/executions/{quoted(flow.namespace)}/{quoted(flow.id)}/validate", values)


def check_resume(kestra: KestraClient, execution_id: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same for the inputs with which a paused execution goes on."""
    return _checked(kestra, f"/executions/{quoted(execution_id)}/resume/validate", values)


def _checked(kestra: KestraClient, path: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with forms.form(values) as fields:
        inputs: list[dict[str, Any]] = kestra.http.json("POST", path, files=fields)["inputs"]
    return inputs


def start(
    kestra: KestraClient, flow: FlowId, values: Mapping[str, Any], labels: Sequence[str], when: str = ""
) -> Execution:
    """Start an execution.

    Parameters:
        kestra: the client.
        flow: which flow.
        values: inputs by their ids, as texts; a `Path` is uploaded.
        labels: each `key:value`.
        when: the moment to start at, as ISO 8601 has it; now if empty.

    Raises:
        InputInvalid: the engine refuses an input.
    """
    params: dict[str, Any] = {"labels": list(labels)} | ({"scheduleDate": when} if when else {})
    path = f"/executions/{quoted(flow.namespace)}/{quoted(flow.id)}"
    with forms.form(values) as fields:
        try:
            raw = kestra.http.json("POST", path, params=params, files=fields)
        except ApiError as error:
            raise forms.explain_rejection(error, flow.id) from error
    return Execution.from_json(raw, kestra.http.server)
