"""Point ids, vectors and selectors, from JSON to the engine's objects and back."""

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.errors import format_error

PointId = int | str


def point_id(value: Json) -> PointId:
    """An id as the engine takes it; it checks that a text is a UUID. Raises ApiError for other types."""
    if isinstance(value, bool) or not isinstance(value, int | str) or (isinstance(value, int) and value < 0):
        raise format_error(f"{value!r} is not a point id: it must be an unsigned integer or a UUID")
    return value


def point_ids(values: Json) -> list[PointId]:
    """A list of ids. Raises ApiError."""
    if not isinstance(values, list):
        raise format_error("point ids must be a list")
    return [point_id(value) for value in values]


def id_json(value: Any) -> PointId:
    """An id of the engine for an answer."""
    return value if isinstance(value, int) else str(value)


def vector(value: Json) -> Any:
    """A vector: numbers, a sparse one, or several by their names. Raises ApiError."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise format_error("a vector must be a list of numbers, a sparse vector or an object of named vectors")
    if value.keys() == {"indices", "values"}:
        return edge.SparseVector(value["indices"], value["values"])
    return {name: vector(item) for name, item in value.items()}


def vector_json(value: Any) -> Json:
    """A vector of the engine for an answer."""
    if isinstance(value, edge.SparseVector):
        return {"indices": value.indices, "values": value.values}
    if isinstance(value, dict):
        return {name: vector_json(item) for name, item in value.items()}
    return value


def payload_selector(value: Json, default: bool) -> Any:
    """What of the payload is wanted: all, nothing, or some fields. Raises ApiError."""
    if value is None:
        return default
    if isinstance(value, bool | list):
        return value
    body = Body(value, "with_payload")
    include, exclude = body.take("include", list), body.take("exclude", list)
    body.done()
    return edge.PayloadSelector.Exclude(exclude) if include is None else edge.PayloadSelector.Include(include)


def vector_selector(value: Json) -> bool | list[str]:
    """Which vectors are wanted: all, none or some by name. Raises ApiError."""
    if value is None:
        return False
    if not isinstance(value, bool | list):
        raise format_error("`with_vector` must be a boolean or a list of names")
    return value


def record_json(record: Any) -> Json:
    """A stored point for an answer."""
    answer = {"id": id_json(record.id), "payload": record.payload}
    if record.vector is not None:
        answer["vector"] = vector_json(record.vector)
    if record.order_value is not None:
        answer["order_value"] = record.order_value
    return answer


def scored_json(point: Any) -> Json:
    """A found point for an answer."""
    return record_json(point) | {"version": point.version, "score": point.score}
