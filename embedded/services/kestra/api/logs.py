"""Logs of executions and flows."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.executions import find
from embedded.services.kestra.api.follow import minimum_level
from embedded.services.kestra.api.request import Call, endpoint
from embedded.services.kestra.api.timeline import dated_filters

REPOSITORY = "io.kestra.core.repositories.LogRepositoryInterface"
SERVICE = "io.kestra.core.services.ExecutionLogService"
SEARCHED = ("q", "namespace", "flowId", "triggerId", "minLevel", "startDate", "endDate")
"""Plain parameters that searches of logs understand besides filters."""


def _entries(call: Call) -> Any:
    task = call.one("taskId")
    return call.bean(SERVICE).getExecutionLogs(
        call.tenant,
        call.params["execution_id"],
        minimum_level(call),
        call.one("taskRunId"),
        convert.java_list([task]) if task else None,
        convert.integer(call.number("attempt")),
        True,
    )


def of_execution(call: Call) -> Response:
    """The log of an execution, of one of its tasks, or of one attempt of a task run."""
    return call.entity(_entries(call))


def download(call: Call) -> Response:
    """The same as text, one line an entry."""
    execution = find(call)
    pretty = call.engine.java("io.kestra.core.models.executions.LogEntry").toPrettyString
    text = "\n".join(str(pretty(entry)) for entry in _entries(call))
    headers = {"Content-Disposition": f'attachment; filename="{execution.getId()}.log"'}
    if not execution.getState().getCurrent().isTerminated():
        headers["Cache-Control"] = "no-cache"
    return Response(text, media_type="text/plain", headers=headers)


def search(call: Call) -> Response:
    """A page of the log entries that match; the last eight days unless told."""
    return call.paged(call.bean(REPOSITORY).find(call.page(), call.tenant, dated_filters(call, SEARCHED)))


def delete_of_execution(call: Call) -> Response:
    """Delete the log of an execution, or a part of it."""
    call.bean(REPOSITORY).deleteByQuery(
        call.tenant,
        call.params["execution_id"],
        call.one("taskId"),
        call.one("taskRunId"),
        minimum_level(call),
        convert.integer(call.number("attempt")),
    )
    return Response()


def delete_of_flow(call: Call) -> Response:
    """Delete the logs of all executions of a flow, or of one of its triggers."""
    namespace, flow_id = call.params["namespace"], call.params["flow_id"]
    call.bean(REPOSITORY).deleteByQuery(call.tenant, namespace, flow_id, call.one("triggerId"))
    return Response()


routes = [
    Route("/logs/search", endpoint(search)),
    Route("/logs/{execution_id}", endpoint(of_execution)),
    Route("/logs/{execution_id}", endpoint(delete_of_execution), methods=["DELETE"]),
    Route("/logs/{execution_id}/download", endpoint(download)),
    Route("/logs/{namespace}/{flow_id}", endpoint(delete_of_flow), methods=["DELETE"]),
]
