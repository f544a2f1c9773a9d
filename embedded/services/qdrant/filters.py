"""Filters, from JSON to the engine's conditions: https://qdrant.tech/documentation/concepts/filtering/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.errors import format_error
from embedded.services.qdrant.values import point_ids

_MATCHES: dict[str, Callable[[Any], Any]] = {
    "value": edge.MatchValue,
    "any": edge.MatchAny,
    "except": edge.MatchExcept,
    "text": edge.MatchText,
    "text_any": edge.MatchTextAny,
    "phrase": edge.MatchPhrase,
}
_BOUNDS = ("gt", "gte", "lt", "lte")


def filter_of(value: Json) -> Any:
    """The engine's filter, None when there is none. Raises ApiError when it is not one."""
    if not value:
        if value not in (None, {}):
            raise format_error("filter must be an object")
        return None
    body = Body(value, "filter")
    clauses: dict[str, Any] = {
        name: _conditions(body.take(name, list, dict)) for name in ("must", "should", "must_not")
    }
    if (enough := body.sub("min_should")) is not None:
        conditions = [_condition(item) for item in enough.need("conditions", list)]
        clauses["min_should"] = edge.MinShould(conditions, enough.need("min_count"))
        enough.done()
    body.done()
    return edge.Filter(**clauses)


def without(condition: Any, ids: list[Any]) -> Any:
    """A filter that also excludes some points."""
    if not ids:
        return condition
    return edge.Filter(must=[condition] if condition else None, must_not=[edge.HasIdCondition(set(ids))])


def _conditions(value: Json) -> list[Any] | None:
    if value is None:
        return None
    return [_condition(item) for item in (value if isinstance(value, list) else [value])]


def _condition(value: Json) -> Any:
    body = Body(value, "condition")
    for name, make in _SPECIAL.items():
        if body.has(name):
            condition = make(body)
            body.done()
            return condition
    return filter_of(value)


def _field(body: Body) -> Any:
    key, conditions = body.need("key", str), {}
    for name, make in _FIELD.items():
        if (part := body.sub(name)) is not None:
            conditions[name] = make(part)
            part.done()
    for name in ("is_empty", "is_null"):
        if (flag := body.take(name, bool)) is not None:
            conditions[name] = flag
    if not conditions:
        body.done()
        raise format_error(f"the condition on `{key}` says nothing of it")
    return edge.FieldCondition(key, **conditions)


def _match(body: Body) -> Any:
    for name, make in _MATCHES.items():
        if body.has(name):
            return make(body.take(name))
    body.done()
    raise format_error("a match must have one of " + ", ".join(_MATCHES))


def _range(body: Body) -> Any:
    bounds = {name: body.take(name, float, str) for name in _BOUNDS}
    kinds = {type(bound) is str for bound in bounds.values() if bound is not None}
    if len(kinds) > 1:
        raise format_error("the bounds of a range must be all numbers or all dates")
    return (edge.RangeDateTime if kinds == {True} else edge.RangeFloat)(**bounds)


def _values_count(body: Body) -> Any:
    return edge.ValuesCount(**{name: body.take(name, int) for name in _BOUNDS})


def _geo_radius(body: Body) -> Any:
    return edge.GeoRadius(_geo_point(body.sub("center")), body.need("radius", float))


def _geo_box(body: Body) -> Any:
    return edge.GeoBoundingBox(_geo_point(body.sub("top_left")), _geo_point(body.sub("bottom_right")))


def _geo_point(body: Body | None) -> Any:
    if body is None:
        raise format_error("a place needs `lon` and `lat`")
    point = edge.GeoPoint(body.need("lon", float), body.need("lat", float))
    body.done()
    return point


def _named(kind: Callable[[str], Any], name: str) -> Callable[[Body], Any]:
    def make(body: Body) -> Any:
        inner = Body(body.need(name, dict), name)
        key = inner.need("key", str)
        inner.done()
        return kind(key)

    return make


def _nested(body: Body) -> Any:
    inner = Body(body.need("nested", dict), "nested")
    condition = edge.NestedCondition(inner.need("key", str), filter_of(inner.need("filter", dict)))
    inner.done()
    return condition


_FIELD: dict[str, Callable[[Body], Any]] = {
    "match": _match,
    "range": _range,
    "values_count": _values_count,
    "geo_radius": _geo_radius,
    "geo_bounding_box": _geo_box,
}
_SPECIAL: dict[str, Callable[[Body], Any]] = {
    "key": _field,
    "is_empty": _named(edge.IsEmptyCondition, "is_empty"),
    "is_null": _named(edge.IsNullCondition, "is_null"),
    "has_id": lambda body: edge.HasIdCondition(set(point_ids(body.take("has_id")))),
    "has_vector": lambda body: edge.HasVectorCondition(body.need("has_vector", str)),
    "nested": _nested,
}
