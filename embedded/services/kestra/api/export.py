"""Flows, executions and triggers as CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from embedded.services.kestra.api import convert, executions, flows, trigger_state
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Call, endpoint
from embedded.services.kestra.api.timeline import dated_filters

PAGE = 100
"""Entities read from the database at once."""


def export_flows(call: Call) -> Response:
    """The flows that match."""
    repository, filters = call.bean(flows.REPOSITORY), query_filters(call, flows.SEARCHED)
    return _csv(call, "flows.csv", lambda page: repository.find(page, call.tenant, filters))


def export_executions(call: Call) -> Response:
    """The executions that match; of the last eight days unless told."""
    repository, filters = call.bean(executions.REPOSITORY), dated_filters(call, executions.SEARCHED)
    return _csv(call, "executions.csv", lambda page: repository.find(page, call.tenant, filters))


def export_triggers(call: Call) -> Response:
    """The states of the triggers that match."""
    rows = [convert.to_python(call.engine, row) for row in trigger_state.by_query(call)]
    # Each state has only the fields that are set.
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [_line(columns)] + [_line([_cell(row.get(column)) for column in columns]) for row in rows]
    headers = {"Content-Disposition": "attachment; filename=triggers.csv"}
    return Response("".join(lines), media_type="text/csv", headers=headers)


def _csv(call: Call, name: str, find: Callable[[Any], Any]) -> Response:
    first = find(_page(call, 1))  # so that a malformed filter is an error and not a broken file
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return StreamingResponse(_lines(call, first, find), media_type="text/csv", headers=headers)


def _page(call: Call, number: int) -> Any:
    # An order that stays the same from page to page.
    java = call.engine.java
    sort = java("io.micronaut.data.model.Sort").of(
        java("java.util.List").of(java("io.micronaut.data.model.Sort$Order").asc("id"))
    )
    return java("io.micronaut.data.model.Pageable").from_(number, PAGE, sort)


def _lines(call: Call, found: Any, find: Callable[[Any], Any]) -> Iterator[str]:
    columns: list[str] = []
    number = 1
    while found:
        rows = [convert.to_python(call.engine, one) for one in found]
        if not columns:
            columns = list(rows[0])
            yield _line(columns)
        for row in rows:
            yield _line([_cell(row.get(column)) for column in columns])
        number += 1
        found = find(_page(call, number)) if len(rows) == PAGE else None


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


routes = [
    Route("/flows/export/by-query/csv", endpoint(export_flows)),
    Route("/executions/export/by-query/csv", endpoint(export_executions)),
    Route("/triggers/export/by-query/csv", endpoint(export_triggers)),
]
