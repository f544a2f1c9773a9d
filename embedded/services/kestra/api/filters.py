"""The `filters[field][OPERATION]=value` of searches, and the older plain parameters, as the engine's `QueryFilter`s.

See https://kestra.io/docs/1.3/api-reference/open-source, parameter `filters` of the searches.
"""

import re
from collections.abc import Iterable
from typing import Any

from embedded.services.kestra.api.convert import enum, java_list, to_java
from embedded.services.kestra.api.errors import Invalid
from embedded.services.kestra.api.request import Request
from embedded.services.kestra.java_engine import JavaEngine

FILTER = re.compile(r"filters\[(.*?)]\[(.*?)](?:\[(.+)])?")
LISTS = ("IN", "NOT_IN")

LEGACY: dict[str, tuple[str, str]] = {
    "q": ("q", "EQUALS"),
    "namespace": ("namespace", "PREFIX"),
    "flowId": ("flowId", "EQUALS"),
    "triggerId": ("triggerId", "EQUALS"),
    "workerId": ("workerId", "EQUALS"),
    "triggerExecutionId": ("triggerExecutionId", "EQUALS"),
    "childFilter": ("childFilter", "EQUALS"),
    "startDate": ("startDate", "GREATER_THAN_OR_EQUAL_TO"),
    "endDate": ("endDate", "LESS_THAN_OR_EQUAL_TO"),
    "timeRange": ("timeRange", "EQUALS"),
    "minLevel": ("level", "EQUALS"),
    "scope": ("scope", "EQUALS"),
    "state": ("state", "IN"),
}
"""Plain parameter -> field and operation, for clients that know no filters. `labels` is apart, in `query_filters`."""


def query_filters(request: Request, legacy: Iterable[str] = ()) -> Any:
    """The filters of a request as a Java list of `QueryFilter`.

    Parameters:
        request: a search.
        legacy: plain parameters that this search also understands; they count only when there is no filter.

    Raises:
        Invalid: a field or an operation that does not exist.
    """
    pairs = request.http.query_params.multi_items()
    if any(name.startswith("filters[") for name, _ in pairs):
        return parse(request.engine, pairs)
    plain: list[tuple[str, str]] = []
    for name in legacy:
        if name == "labels":
            plain += [_label(value) for value in request.many("labels")]
        elif value := ",".join(request.http.query_params.getlist(name)):
            plain.append(("filters[{}][{}]".format(*LEGACY[name]), value))
    return parse(request.engine, plain)


def body_filters(engine: JavaEngine, entries: Any) -> Any:
    """Filters that came as JSON (`field`, `operation`, `value`) as a Java list of `QueryFilter`.

    Raises:
        Invalid: they are not so.
    """
    if not isinstance(entries, list):
        raise Invalid("A list of filters was expected, each {field, operation, value}")
    filters = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise Invalid("A list of filters was expected, each {field, operation, value}")
        field = str(entry.get("field", ""))
        camel = re.sub(r"_(.)", lambda letter: letter[1].upper(), field.lower()) if field.isupper() else field
        name = {"query": "q", "minLevel": "level"}.get(camel, camel)
        value = entry.get("value")
        if isinstance(value, dict) and list(value) == ["value"]:
            value = value["value"]  # as the SDK's models have it
        filters.append(_filter(engine, name, str(entry.get("operation", "")), value))
    return java_list(filters)


def _label(text: str) -> tuple[str, str]:
    key, _, value = text.partition(":")
    return f"filters[labels][EQUALS][{key}]", value


def parse(engine: JavaEngine, pairs: Iterable[tuple[str, str]]) -> Any:
    """Filters given as pairs such as `filters[state][IN]` and `FAILED,KILLED`, as a Java list of `QueryFilter`.

    Raises:
        Invalid: a field or an operation that does not exist.
    """
    filters = []
    labels: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        if not (match := FILTER.fullmatch(name)):
            continue
        field, operation, key = match.groups()
        if key is not None and field == "labels":
            # All labels of one operation are one filter, as a map.
            labels.setdefault(operation, {})[key] = value
        else:
            filters.append(_filter(engine, field, operation, value if key is None else {key: value}))
    filters += [_filter(engine, "labels", operation, values) for operation, values in labels.items()]
    return java_list(filters)


def _filter(engine: JavaEngine, field: str, operation: str, value: Any) -> Any:
    if field == "minLevel":
        field = "level"  # the official client 1.3.1 uses the name of the plain parameter
    if (field == "labels") != isinstance(value, dict):
        raise Invalid(
            f"filters[{field}][{operation}]: labels, and nothing else, take a key, as in [labels][EQUALS][key]"
        )
    if field == "timeRange":
        # The repositories know dates only.
        duration = engine.java("java.time.Duration").parse(value)
        value = str(engine.java("java.time.ZonedDateTime").now().minus(duration))
        field, operation = "startDate", "GREATER_THAN_OR_EQUAL_TO"
    elif field == "scope" and isinstance(value, str):
        scopes = [enum(engine, "io.kestra.core.models.flows.FlowScope", name) for name in value.split(",")]
        value = java_list(scopes)
    elif operation in LISTS and isinstance(value, str):
        value = to_java(engine, value.strip("[]").split(","))
    elif isinstance(value, dict | list):
        value = to_java(engine, value)
    builder = engine.java("io.kestra.core.models.QueryFilter").builder()
    builder = builder.field(engine.java("io.kestra.core.models.QueryFilter$Field").fromString(field))
    builder = builder.operation(enum(engine, "io.kestra.core.models.QueryFilter$Op", operation))
    return builder.value(value).build()
