"""Labels of executions that have ended."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.errors import ApiError, Invalid
from embedded.services.kestra.api.executions import LABEL, find, matching
from embedded.services.kestra.api.request import Request, bulk, endpoint


def parse(labels: Any) -> dict[str, str]:
    """Labels that were sent as a list of `{key, value}`.

    Raises:
        Invalid: they are not so.
    """
    try:
        return {str(label["key"]): str(label["value"]) for label in labels}
    except (KeyError, TypeError):
        raise Invalid("A list of {key, value} was expected") from None


def _present(execution: Any) -> dict[str, str]:
    return {str(label.key()): str(label.value()) for label in execution.getLabels() or ()}


def set_of(request: Request, execution: Any, labels: dict[str, str]) -> Any:
    """The labels that an execution has when its own are replaced, as a Java list. Those that Kestra itself set stay.

    Raises:
        Invalid: one of them is Kestra's own.
    """
    label = request.java(LABEL)
    system = {key: value for key, value in _present(execution).items() if key.startswith(str(label.SYSTEM_PREFIX))}
    for key, value in labels.items():
        if key.startswith(str(label.SYSTEM_PREFIX)) and system.get(key) != value:
            raise Invalid(f"System labels can only be set by Kestra itself, offending label: {key}={value}")
    return convert.java_list([label(key, value) for key, value in (labels | system).items() if key or value])


def _set(request: Request, execution: Any, labels: dict[str, str]) -> Any:
    return repositories.executions(request).save(execution.withLabels(set_of(request, execution, labels)))


def set_labels(request: Request) -> Response:
    """Replace the labels of an execution."""
    execution = find(request)
    if not execution.getState().isTerminated():
        raise ApiError(HTTPStatus.BAD_REQUEST, "The execution is not terminated")
    return request.entity(_set(request, execution, parse(request.ids())))


def by_ids(request: Request) -> Response:
    """Add labels to some executions."""
    body = request.json()
    if not isinstance(body, dict) or not isinstance(body.get("executionsId"), list):
        raise Invalid("{executionsId, executionLabels} was expected")
    return _add(
        request,
        [find(request, str(execution_id)) for execution_id in body["executionsId"]],
        parse(body.get("executionLabels")),
    )


def by_query(request: Request) -> Response:
    """Add labels to the executions that match."""
    return _add(request, matching(request), parse(request.ids()))


def _add(request: Request, executions: list[Any], labels: dict[str, str]) -> Response:
    if any(not execution.getState().isTerminated() for execution in executions):
        raise ApiError(HTTPStatus.BAD_REQUEST, "invalid bulk set labels: execution is not terminated")
    for execution in executions:
        _set(request, execution, _present(execution) | labels)
    return bulk(len(executions))


routes = [
    Route("/executions/{execution_id}/labels", endpoint(set_labels), methods=["POST"]),
    Route("/executions/labels/by-ids", endpoint(by_ids), methods=["POST"]),
    Route("/executions/labels/by-query", endpoint(by_query), methods=["POST"]),
]
