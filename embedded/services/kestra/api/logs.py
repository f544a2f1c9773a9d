"""Logs of executions and flows."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.executions import find
from embedded.services.kestra.api.follow import minimum_level
from embedded.services.kestra.api.request import Request, endpoint
from embedded.services.kestra.api.timeline import dated_filters

SERVICE = "io.kestra.core.services.ExecutionLogService"
SEARCHED = ("q", "namespace", "flowId", "triggerId", "minLevel", "startDate", "endDate")
"""Plain parameters that searches of logs take in addition to filters."""


def _entries(request: Request) -> Any:
    task = request.parameter("taskId")
    return request.bean(SERVICE).getExecutionLogs(
        request.tenant,
        request.params["execution_id"],
        minimum_level(request),
        request.parameter("taskRunId"),
        convert.java_list([task]) if task else None,
        convert.integer(request.number("attempt")),
        True,
    )


def of_execution(request: Request) -> Response:
    """The log of an execution, of one of its tasks, or of one attempt of a task run."""
    return request.entity(_entries(request))


def download(request: Request) -> Response:
    """The same as text, one line an entry."""
    return as_text(request, find(request), _entries(request))


def as_text(request: Request, execution: Any, entries: Any) -> Response:
    """Entries of an execution's log as a file for download."""
    pretty = request.java("io.kestra.core.models.executions.LogEntry").toPrettyString
    text = "\n".join(str(pretty(entry)) for entry in entries)
    headers = {"Content-Disposition": f'attachment; filename="{execution.getId()}.log"'}
    if not execution.getState().getCurrent().isTerminated():
        headers["Cache-Control"] = "no-cache"
    return Response(text, media_type="text/plain", headers=headers)


def search(request: Request) -> Response:
    """A page of the log entries that match; the last eight days by default."""
    return request.paged(
        repositories.logs(request).find(request.page(), request.tenant, dated_filters(request, SEARCHED))
    )


def delete_of_execution(request: Request) -> Response:
    """Delete the log of an execution, or a part of it."""
    repositories.logs(request).deleteByQuery(
        request.tenant,
        request.params["execution_id"],
        request.parameter("taskId"),
        request.parameter("taskRunId"),
        minimum_level(request),
        convert.integer(request.number("attempt")),
    )
    return Response()


def delete_of_flow(request: Request) -> Response:
    """Delete the logs of all executions of a flow, or of one of its triggers."""
    namespace, flow_id = request.params["namespace"], request.params["flow_id"]
    repositories.logs(request).deleteByQuery(request.tenant, namespace, flow_id, request.parameter("triggerId"))
    return Response()


routes = [
    Route("/logs/search", endpoint(search)),
    Route("/logs/{execution_id}", endpoint(of_execution)),
    Route("/logs/{execution_id}", endpoint(delete_of_execution), methods=["DELETE"]),
    Route("/logs/{execution_id}/download", endpoint(download)),
    Route("/logs/{namespace}/{flow_id}", endpoint(delete_of_flow), methods=["DELETE"]),
]
