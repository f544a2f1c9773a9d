"""Search filters of what has dates: executions and logs."""

from collections.abc import Iterable
from typing import Any

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Request

DEFAULT_DAYS = 8
"""How far back a search goes by default, as in the official server."""


def dated_filters(request: Request, legacy: Iterable[str]) -> Any:
    """As `query_filters`, with a start date where none is given.

    Raises:
        Invalid: the end lies before the start, or a date and a time range are both given.
    """
    names = [name for name, value in request.http.query_params.multi_items() if value]
    if any("timeRange" in name for name in names) and any("startDate" in name or "endDate" in name for name in names):
        raise Invalid("Parameters 'startDate'/'endDate' and 'timeRange' are mutually exclusive")
    filters = query_filters(request, legacy)
    start, end = _date(request, filters, "START_DATE"), _date(request, filters, "END_DATE")
    if start is not None and end is not None and end.isBefore(start):
        raise Invalid("Start date must be before End Date")
    if start is None:
        model = "io.kestra.core.models.QueryFilter"
        builder = request.java(model).builder().field(request.java(f"{model}$Field").START_DATE)
        builder = builder.operation(request.java(f"{model}$Op").GREATER_THAN_OR_EQUAL_TO)
        since = request.java("java.time.ZonedDateTime").now().minusDays(DEFAULT_DAYS)
        filters.add(builder.value(since.toString()).build())
    return filters


def _date(request: Request, filters: Any, field: str) -> Any:
    values = [condition.value() for condition in filters if str(condition.field().name()) == field]
    return convert.zoned(request.engine, str(values[0])) if values else None
