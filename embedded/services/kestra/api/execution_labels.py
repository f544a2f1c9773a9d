"""Labels of executions that have ended."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.executions import LABEL, REPOSITORY, find, matching
from embedded.services.kestra.api.request import Call, bulk, endpoint


def _parse(given: Any) -> dict[str, str]:
    try:
        return {str(one["key"]): str(one["value"]) for one in given}
    except (KeyError, TypeError):
        raise Invalid("A list of {key, value} was expected") from None


def _set(call: Call, execution: Any, labels: dict[str, str]) -> Any:
    """Give an execution these labels; the ones that Kestra itself set stay."""
    label = call.engine.java(LABEL)
    present = {str(one.key()): str(one.value()) for one in execution.getLabels() or ()}
    system = {key: value for key, value in present.items() if key.startswith(str(label.SYSTEM_PREFIX))}
    for key, value in labels.items():
        if key.startswith(str(label.SYSTEM_PREFIX)) and system.get(key) != value:
            raise Invalid(f"System labels can only be set by Kestra itself, offending label: {key}={value}")
    wanted = [label(key, value) for key, value in (labels | system).items() if key or value]
    return call.bean(REPOSITORY).save(execution.withLabels(convert.java_list(wanted)))


def set_labels(call: Call) -> Response:
    """Replace the labels of an execution."""
    execution = find(call)
    if not execution.getState().isTerminated():
        raise ApiError(HTTPStatus.BAD_REQUEST, "The execution is not terminated")
    return call.entity(_set(call, execution, _parse(call.ids())))


def by_ids(call: Call) -> Response:
    """Add labels to some executions."""
    body = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("executionsId"), list):
        raise Invalid("{executionsId, executionLabels} was expected")
    return _add(call, [find(call, str(one)) for one in body["executionsId"]], _parse(body.get("executionLabels")))


def by_query(call: Call) -> Response:
    """Add labels to the executions that match."""
    return _add(call, matching(call), _parse(call.ids()))


def _add(call: Call, executions: list[Any], labels: dict[str, str]) -> Response:
    if any(not execution.getState().isTerminated() for execution in executions):
        raise ApiError(HTTPStatus.BAD_REQUEST, "invalid bulk set labels: execution is not terminated")
    for execution in executions:
        present = {str(one.key()): str(one.value()) for one in execution.getLabels() or ()}
        _set(call, execution, present | labels)
    return bulk(len(executions))


routes = [
    Route("/executions/{execution_id}/labels", endpoint(set_labels), methods=["POST"]),
    Route("/executions/labels/by-ids", endpoint(by_ids), methods=["POST"]),
    Route("/executions/labels/by-query", endpoint(by_query), methods=["POST"]),
]
