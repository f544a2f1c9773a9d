"""Changes of points, from JSON to the engine's operations.

See https://api.qdrant.tech/api-reference/points/upsert-points and the pages beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import qdrant_edge as edge

from embedded.services.qdrant.body import Body, Json
from embedded.services.qdrant.errors import ApiError, format_error
from embedded.services.qdrant.filters import filter_of
from embedded.services.qdrant.values import point_id, point_ids, vector

_POINT = {"id", "vector", "payload"}
_Operation = edge.UpdateOperation

Sizes = Mapping[str, int]
"""The dimensions of a collection's dense vectors by name; the unnamed one's name is empty."""


@dataclass(frozen=True)
class Change:
    """A change of a collection.

    Parameters:
        operation: the engine's operation.
        points: number of points that it writes, as far as the request says.
    """

    operation: Any
    points: int = 0


def upsert(value: Json, sizes: Sizes) -> Change:
    """Insert or replace points; all of them or, when one is wrong, none."""
    body = Body(value, "upsert")
    points = _batch(body) if body.has("batch") else body.need("points", list)
    body.done()
    converted = [_point(point, sizes) for point in points]
    return Change(_Operation.upsert_points(converted), len(converted))


def update_vectors(value: Json, sizes: Sizes) -> Change:
    """Replace the vectors of points."""
    body = Body(value, "update_vectors")
    changes = []
    for item in body.need("points", list):
        point = Body(item, "point")
        vectors = vector(point.need("vector", list, dict))
        _check_sizes(vectors, sizes)
        changes.append(edge.PointVectors(point_id(point.need("id")), vectors))
        point.done()
    body.done()
    return Change(_Operation.update_vectors(changes), len(changes))


def delete(value: Json, sizes: Sizes) -> Change:
    """Delete points."""
    return _on_points("delete", value, (), _Operation.delete_points, _Operation.delete_points_by_filter)


def set_payload(value: Json, sizes: Sizes) -> Change:
    """Add to the payload of points."""
    return _on_points(
        "set_payload", value, ("payload", "key"), _Operation.set_payload, _Operation.set_payload_by_filter
    )


def overwrite_payload(value: Json, sizes: Sizes) -> Change:
    """Replace the payload of points."""
    operations = (_Operation.overwrite_payload, _Operation.overwrite_payload_by_filter)
    return _on_points("overwrite_payload", value, ("payload", "key"), *operations)


def delete_payload(value: Json, sizes: Sizes) -> Change:
    """Delete fields of the payload of points."""
    operations = (_Operation.delete_payload, _Operation.delete_payload_by_filter)
    return _on_points("delete_payload", value, ("keys",), *operations)


def clear_payload(value: Json, sizes: Sizes) -> Change:
    """Delete the payload of points."""
    selector = {"points": value} if isinstance(value, list) else value
    return _on_points("clear_payload", selector, (), _Operation.clear_payload, _Operation.clear_payload_by_filter)


def delete_vectors(value: Json, sizes: Sizes) -> Change:
    """Delete named vectors of points."""
    operations = (_Operation.delete_vectors, _Operation.delete_vectors_by_filter)
    return _on_points("delete_vectors", value, ("vector",), *operations)


CHANGES: dict[str, Callable[[Json, Sizes], Change]] = {
    "upsert": upsert,
    "delete": delete,
    "set_payload": set_payload,
    "overwrite_payload": overwrite_payload,
    "delete_payload": delete_payload,
    "clear_payload": clear_payload,
    "update_vectors": update_vectors,
    "delete_vectors": delete_vectors,
}
"""By the name in a batch of changes."""


def batch(value: Json, sizes: Sizes) -> list[Change]:
    """Several changes, in their order."""
    body = Body(value, "batch")
    operations = body.need("operations", list)
    body.done()
    return [_batch_item(item, sizes) for item in operations]


def _batch_item(value: Json, sizes: Sizes) -> Change:
    if not isinstance(value, dict) or len(value) != 1:
        raise format_error("an operation must be an object with one field, its name")
    ((name, what),) = value.items()
    if name not in CHANGES:
        raise format_error(f"the operation `{name}` is not supported")
    return CHANGES[name](what, sizes)


def _on_points(
    name: str, value: Json, parts: tuple[str, ...], by_ids: Callable[..., Any], by_filter: Callable[..., Any]
) -> Change:
    body = Body(value, name)
    kinds = {"payload": dict, "key": str, "keys": list, "vector": list}
    arguments = [body.take(part, kinds[part]) if part == "key" else body.need(part, kinds[part]) for part in parts]
    if body.has("points"):
        ids = point_ids(body.take("points"))
        body.done()
        return Change(by_ids(ids, *arguments), len(ids))
    condition = filter_of(body.need("filter", dict))
    body.done()
    return Change(by_filter(condition or edge.Filter(), *arguments))


def _point(value: Json, sizes: Sizes) -> Any:
    # This runs for each point of a load: no more than it must do.
    if not isinstance(value, dict) or not value.keys() <= _POINT or "id" not in value or "vector" not in value:
        raise format_error("a point must be an object of `id`, `vector` and `payload`")
    vectors = vector(value["vector"])
    _check_sizes(vectors, sizes)
    return edge.Point(point_id(value["id"]), vectors, value.get("payload"))


def _check_sizes(vectors: Any, sizes: Sizes) -> None:
    for name, numbers in vectors.items() if isinstance(vectors, dict) else (("", vectors),):
        if not isinstance(numbers, list):
            continue
        if name not in sizes:
            raise ApiError(f"Wrong input: Not existing vector name error: {name}")
        if len(numbers) != sizes[name]:
            sizes_text = f"expected dim: {sizes[name]}, got {len(numbers)}"
            raise ApiError(f"Wrong input: Vector dimension error: {sizes_text}")


def _batch(body: Body) -> list[Json]:
    """Points given as columns."""
    columns = Body(body.need("batch", dict), "batch")
    ids, vectors = columns.need("ids", list), columns.need("vectors", list, dict)
    payloads = columns.take("payloads", list)
    columns.done()
    if isinstance(vectors, dict):
        vectors = [dict(zip(vectors, row, strict=True)) for row in zip(*vectors.values(), strict=True)]
    payloads = [None] * len(ids) if payloads is None else payloads
    if not len(ids) == len(vectors) == len(payloads):
        raise format_error("batch: `ids`, `vectors` and `payloads` must be of the same length")
    rows = zip(ids, vectors, payloads, strict=True)
    return [{"id": id_, "vector": vector_, "payload": payload} for id_, vector_, payload in rows]
