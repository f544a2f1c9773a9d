"""Search filters of what has dates: executions and logs."""

from collections.abc import Iterable
from typing import Any

from embedded.services.kestra.api import convert
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.filters import query_filters
from embedded.services.kestra.api.request import Call

DEFAULT_DAYS = 8
"""How far back a search goes unless told, as in the official server."""


def dated_filters(call: Call, legacy: Iterable[str]) -> Any:
    """As `query_filters`, with a start date where none is given.

    Raises:
        Invalid: the end lies before the start, or a date and a time range are both given.
    """
    names = [name for name, value in call.request.query_params.multi_items() if value]
    if any("timeRange" in name for name in names) and any("startDate" in name or "endDate" in name for name in names):
        raise Invalid("Parameters 'startDate'/'endDate' and 'timeRange' are mutually exclusive")
    filters = query_filters(call, legacy)
    start, end = _date(call, filters, "START_DATE"), _date(call, filters, "END_DATE")
    if start is not None and end is not None and end.isBefore(start):
        raise Invalid("Start date must be before End Date")
    if start is None:
        model = "io.kestra.core.models.QueryFilter"
        builder = call.engine.java(model).builder().field(call.engine.java(f"{model}$Field").START_DATE)
        builder = builder.operation(call.engine.java(f"{model}$Op").GREATER_THAN_OR_EQUAL_TO)
        since = call.engine.java("java.time.ZonedDateTime").now().minusDays(DEFAULT_DAYS)
        filters.add(builder.value(since.toString()).build())
    return filters


def _date(call: Call, filters: Any, field: str) -> Any:
    found = [one.value() for one in filters if str(one.field().name()) == field]
    return convert.zoned(call.engine, str(found[0])) if found else None
