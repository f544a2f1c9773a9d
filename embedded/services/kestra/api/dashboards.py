"""Dashboards of the open-source edition: create, read, search, update, delete, and the data of their charts.

The paths and responses follow https://kestra.io/docs/1.3/api-reference/open-source, tag Dashboards. A chart's data come
from the engine's own repository, which makes SQL of the chart.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import jpype
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.kestra.api import convert, repositories
from embedded.services.kestra.api.csv_file import document
from embedded.services.kestra.api.errors import ApiError, Invalid, NotFound
from embedded.services.kestra.api.filters import body_filters
from embedded.services.kestra.api.flow_source import checked
from embedded.services.kestra.api.messages import readable
from embedded.services.kestra.api.request import YAML, Request, endpoint, json_value, no_content, whole_number

DASHBOARD = "io.kestra.core.models.dashboards.Dashboard"
CHART = "io.kestra.core.models.dashboards.charts.Chart"
VALIDATOR = "io.kestra.core.models.validations.ModelValidator"
PREVIEW_DAYS = 8
"""The time that a chart without a dashboard shows."""


def search(request: Request) -> Response:
    """A page of the dashboards whose title or description matches `q`."""
    found = repositories.dashboards(request).list(request.page(), request.tenant, request.parameter("q"))
    return request.paged(found)


def get(request: Request) -> Response:
    """A dashboard with its source."""
    return request.entity(_stored(request))


def create(request: Request) -> Response:
    """Create a dashboard."""
    source = checked(request.text(*YAML))
    dashboard = _parsed(request, source)
    if _find(request, str(dashboard.getId())) is not None:
        raise Invalid(f"Dashboard id already exists: {dashboard.getId()}")
    return request.entity(repositories.dashboards(request).save(None, dashboard, source))


def update(request: Request) -> Response:
    """Replace a dashboard."""
    before, source = _stored(request), checked(request.text(*YAML))
    dashboard = _parsed(request, source)
    if dashboard.getId() != before.getId():
        raise Invalid(f"The id of a dashboard cannot change: {before.getId()} to {dashboard.getId()}")
    dashboard = dashboard.toBuilder().created(before.getCreated()).build()
    return request.entity(repositories.dashboards(request).save(before, dashboard, source))


def delete(request: Request) -> Response:
    """Delete a dashboard."""
    repositories.dashboards(request).delete(request.tenant, str(_stored(request).getId()))
    return no_content()


def validate(request: Request) -> Response:
    """What is wrong in a dashboard."""
    return _validate(request, lambda text: _parsed(request, text))


def validate_chart(request: Request) -> Response:
    """What is wrong in a chart."""
    return _validate(request, lambda text: _valid(request, _parse(request, text, CHART)))


def _validate(request: Request, parse: Callable[[str], Any]) -> Response:
    text = checked(request.text(*YAML))
    try:
        parse(text)
    except (jpype.JClass("java.lang.RuntimeException"), ApiError) as error:
        message = error.message if isinstance(error, ApiError) else str(error.getMessage())
        return json_value({"index": 0, "constraints": readable(message)})
    return json_value({"index": 0})


def chart_data(request: Request) -> Response:
    """The rows of one of a dashboard's charts, as `{results, total}`."""
    return request.paged(_rows_of_dashboard(request))


def chart_csv(request: Request) -> Response:
    """The rows of one of a dashboard's charts as CSV."""
    return _csv(request, _rows_of_dashboard(request))


def preview(request: Request) -> Response:
    """The rows of a chart that is sent with the request."""
    return request.paged(_rows_of_preview(request))


def preview_csv(request: Request) -> Response:
    """The rows of a chart that is sent with the request, as CSV."""
    return _csv(request, _rows_of_preview(request))


def _rows_of_dashboard(request: Request) -> Any:
    dashboard, overrides = _stored(request), request.fields()
    wanted = request.params["chart_id"]
    chart = next((chart for chart in dashboard.getCharts() if chart.getId() == wanted), None)
    if chart is None:
        raise NotFound(f"Chart {wanted} of dashboard {dashboard.getId()}")
    window = dashboard.getTimeWindow()
    start, end = _period(request, overrides, window.getDefaultDuration())
    if request.java("java.time.Duration").between(start, end).compareTo(window.getMax()) > 0:
        raise Invalid("The queried window is larger than the max allowed one.")
    return _rows(request, chart, overrides, start, end)


def _rows_of_preview(request: Request) -> Any:
    body = request.fields()
    if not isinstance(text := body.get("chart"), str) or not text.strip():
        raise Invalid("chart: must not be empty")
    overrides = {} if body.get("globalFilter") is None else body["globalFilter"]
    if not isinstance(overrides, dict):
        raise Invalid("globalFilter: an object was expected")
    start, end = _period(request, overrides, request.java("java.time.Duration").ofDays(PREVIEW_DAYS))
    return _rows(request, _parse(request, checked(text), CHART), overrides, start, end)


def _rows(request: Request, chart: Any, overrides: dict[str, Any], start: Any, end: Any) -> Any:
    repository = repositories.dashboards(request)
    if isinstance(chart, jpype.JClass("io.kestra.core.models.dashboards.charts.DataChart")):
        chart.getData().updateWhereWithGlobalFilters(_filters(request, overrides), start, end)
        return repository.generate(request.tenant, chart, start, end, _page(request, overrides))
    if isinstance(chart, jpype.JClass("io.kestra.core.models.dashboards.charts.DataChartKPI")):
        chart.getData().updateWhereWithGlobalFilters(_filters(request, overrides), start, end)
        return _total(request, repository.generateKPI(request.tenant, chart, start, end))
    if isinstance(chart, jpype.JClass("io.kestra.plugin.core.dashboard.chart.Markdown")):
        return _description(request, chart.getSource())
    raise Invalid("Only data charts can be generated.")


def _description(request: Request, source: Any) -> Any:
    """The description of the flow that a Markdown chart names."""
    if not isinstance(source, jpype.JClass("io.kestra.plugin.core.dashboard.chart.mardown.sources.FlowDescription")):
        raise Invalid("Only data charts can be generated.")
    found = repositories.flows(request).findById(request.tenant, source.getNamespace(), source.getFlowId())
    if (flow := convert.or_none(found)) is None:
        raise Invalid("Flow not found")
    rows = [{"description": str(flow.getDescription() or "")}]
    return _total(request, convert.to_java(request.engine, rows))


def _total(request: Request, rows: Any) -> Any:
    return request.java("io.kestra.core.repositories.ArrayListTotal")(rows, len(rows))


def _period(request: Request, overrides: dict[str, Any], duration: Any) -> tuple[Any, Any]:
    """Start and end of the time that is asked for; of the last `duration` if it is not.

    Raises:
        Invalid: they are no dates, or the end is before the start.
    """
    start, end = (_date(request, overrides, name) for name in ("startDate", "endDate"))
    if start is None or end is None:
        end = end or request.java("java.time.ZonedDateTime").now()
        start = start or end.minus(duration)
    if end.isBefore(start):
        raise Invalid("`endDate` must be after `startDate`.")
    return start, end


def _date(request: Request, overrides: dict[str, Any], name: str) -> Any:
    named = (entry.get("value") for entry in _entries(overrides) if _is_about(entry, name))
    value = overrides.get(name) or next(named, None)
    return convert.zoned(request.engine, str(value)) if value else None


def _entries(overrides: dict[str, Any]) -> list[dict[str, Any]]:
    entries = overrides.get("filters")
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise Invalid("A list of filters was expected, each {field, operation, value}")
    return entries


def _is_about(entry: dict[str, Any], *fields: str) -> bool:
    """Whether a filter is about one of the fields, whose names come as `startDate` or `START_DATE`."""
    return str(entry.get("field", "")).replace("_", "").lower() in [field.lower() for field in fields]


def _filters(request: Request, overrides: dict[str, Any]) -> Any:
    """The filters that hold for a chart in addition to its own; its period is apart."""
    entries = [entry for entry in _entries(overrides) if not _is_about(entry, "startDate", "endDate")]
    for field in ("namespace", "labels"):
        if value := overrides.get(field):
            entries.append({"field": field, "operation": "EQUALS", "value": value})
    return body_filters(request.engine, entries)


def _page(request: Request, overrides: dict[str, Any]) -> Any:
    number, size = overrides.get("pageNumber"), overrides.get("pageSize")
    if number is None or size is None:
        return None
    numbers = [whole_number(name, str(value)) for name, value in (("pageNumber", number), ("pageSize", size))]
    if min(numbers) < 1:
        raise Invalid("pageNumber and pageSize: must be greater than or equal to 1")
    return request.java("io.micronaut.data.model.Pageable").from_(*numbers)


def _csv(request: Request, rows: Any) -> Response:
    values = [convert.to_python(request.engine, row) for row in rows]
    headers = {"Content-Disposition": "attachment; filename=chart.csv"}
    return Response(document(values) if values else "", media_type="text/csv", headers=headers)


def _stored(request: Request) -> Any:
    if (dashboard := _find(request, request.params["id"])) is None:
        raise NotFound(f"Dashboard {request.params['id']}")
    return dashboard


def _find(request: Request, dashboard_id: str) -> Any:
    return convert.or_none(repositories.dashboards(request).get(request.tenant, dashboard_id))


def _parsed(request: Request, source: str) -> Any:
    dashboard = _valid(request, _parse(request, source, DASHBOARD))
    return dashboard.toBuilder().tenantId(request.tenant).deleted(False).build()


def _parse(request: Request, source: str, kind: str) -> Any:
    parsed = request.java("io.kestra.core.serializers.YamlParser").parse(source, jpype.JClass(kind).class_)
    if parsed is None:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity: the source is empty")
    return parsed


def _valid(request: Request, parsed: Any) -> Any:
    request.bean(VALIDATOR).validate(parsed)
    return parsed


routes = [
    Route("/dashboards", endpoint(search)),
    Route("/dashboards", endpoint(create), methods=["POST"]),
    Route("/dashboards/validate", endpoint(validate), methods=["POST"]),
    Route("/dashboards/validate/chart", endpoint(validate_chart), methods=["POST"]),
    Route("/dashboards/charts/preview", endpoint(preview), methods=["POST"]),
    Route("/dashboards/charts/export/to-csv", endpoint(preview_csv), methods=["POST"]),
    Route("/dashboards/{id}", endpoint(get)),
    Route("/dashboards/{id}", endpoint(update), methods=["PUT"]),
    Route("/dashboards/{id}", endpoint(delete), methods=["DELETE"]),
    Route("/dashboards/{id}/charts/{chart_id}", endpoint(chart_data), methods=["POST"]),
    Route("/dashboards/{id}/charts/{chart_id}/export/to-csv", endpoint(chart_csv), methods=["POST"]),
]
