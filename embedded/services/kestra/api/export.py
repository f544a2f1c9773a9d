"""Flows, executions and triggers as CSV."""

from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api import convert, executions, flows, repositories, trigger_state
from embedded.services.kestra.api.csv_file import cell, document, line
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Request, endpoint
from embedded.services.kestra.api.timeline import dated_filters

PAGE = 100
"""Entities read from the database at once."""


def export_flows(request: Request) -> Response:
    """The flows that match."""
    repository, filters = repositories.flows(request), query_filters(request, flows.SEARCHED)
    return _csv(request, "flows.csv", lambda page: repository.find(page, request.tenant, filters))


def export_executions(request: Request) -> Response:
    """The executions that match; of the last eight days by default."""
    repository, filters = repositories.executions(request), dated_filters(request, executions.SEARCHED)
    return _csv(request, "executions.csv", lambda page: repository.find(page, request.tenant, filters))


def export_triggers(request: Request) -> Response:
    """The states of the triggers that match."""
    rows = [convert.to_python(request.engine, row) for row in trigger_state.by_query(request)]
    headers = {"Content-Disposition": "attachment; filename=triggers.csv"}
    return Response(document(rows), media_type="text/csv", headers=headers)


def _csv(request: Request, name: str, find: Callable[[Any], Any]) -> Response:
    first = find(_page(request, 1))  # so that a malformed filter is an error and not a broken file
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return StreamingResponse(_lines(request, first, find), media_type="text/csv", headers=headers)


def _page(request: Request, number: int) -> Any:
    # An order that stays the same from page to page.
    java = request.java
    sort = java("io.micronaut.data.model.Sort").of(
        java("java.util.List").of(java("io.micronaut.data.model.Sort$Order").asc("id"))
    )
    return java("io.micronaut.data.model.Pageable").from_(number, PAGE, sort)


def _lines(request: Request, entities: Any, find: Callable[[Any], Any]) -> Iterator[str]:
    columns: list[str] = []
    number = 1
    while entities:
        rows = [convert.to_python(request.engine, entity) for entity in entities]
        if not columns:
            columns = list(rows[0])
            yield line(columns)
        for row in rows:
            yield line([cell(row.get(column)) for column in columns])
        number += 1
        entities = find(_page(request, number)) if len(rows) == PAGE else None


routes = [
    Route("/flows/export/by-query/csv", endpoint(export_flows)),
    Route("/executions/export/by-query/csv", endpoint(export_executions)),
    Route("/triggers/export/by-query/csv", endpoint(export_triggers)),
]
