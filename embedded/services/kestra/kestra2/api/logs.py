"""Logs, which 2.0 keeps in a store of their own, and filters like any search."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import repositories
from embedded.services.kestra.api.executions import find
from embedded.services.kestra.api.filters import parse, query_filters
from embedded.services.kestra.api.logs import as_text
from embedded.services.kestra.api.request import Request, endpoint
from embedded.services.kestra.api.timeline import dated_filters

PLAIN = {
    "minLevel": "filters[level][GREATER_THAN_OR_EQUAL_TO]",
    "taskRunId": "filters[taskRunId][EQUALS]",
    "taskId": "filters[taskId][EQUALS]",
    "attempt": "filters[attemptNumber][EQUALS]",
}
"""The filters for plain parameters: kestrapy 2.0.3 sends those. They count here, though not on the official server."""


def search(request: Request) -> Response:
    """A page of the log entries that match; the last eight days by default."""
    found = repositories.logs(request).find(request.page(), request.tenant, dated_filters(request, ()))
    return request.page_of(found.getContent(), int(found.getTotalSize()))


def _entries(request: Request) -> Any:
    filters = query_filters(request)
    plain = [(PLAIN[name], value) for name, value in request.http.query_params.multi_items() if name in PLAIN]
    filters.addAll(parse(request.engine, plain))
    model = "io.kestra.core.models.QueryFilter"
    own = request.java(model).builder().field(request.java(f"{model}$Field").EXECUTION_ID)
    filters.add(own.operation(request.java(f"{model}$Op").EQUALS).value(request.params["execution_id"]).build())
    return repositories.logs(request).findAsync(request.tenant, filters).collectList().block()


def of_execution(request: Request) -> Response:
    """The log of an execution, or what filters select of it."""
    return request.entity(_entries(request))


def download(request: Request) -> Response:
    """The same as text, one line an entry."""
    return as_text(request, find(request), _entries(request))


routes = [
    Route("/logs/search", endpoint(search)),
    Route("/logs/{execution_id}", endpoint(of_execution)),
    Route("/logs/{execution_id}/download", endpoint(download)),
]
