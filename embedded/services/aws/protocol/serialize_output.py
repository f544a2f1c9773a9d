"""Shapes what an operation gives by the model of its output, as values for JSON."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from embedded.services.aws.protocol.models import wire_name


def shaped(shape: Shape | None, value: Any) -> Any:
    """A value for JSON.

    Parameters:
        shape: of the model; None for an operation without an output.
        value: by the names in the model: times in seconds since 1970, blobs as bytes; None leaves a member out.

    Raises:
        KeyError: the model has no such member, which is a mistake of ours.
    """
    if shape is None:
        return {}
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        members = ((name, shape.members[name], item) for name, item in value.items() if item is not None)
        return {wire_name(member, name): shaped(member, item) for name, member, item in members}
    if isinstance(shape, ListShape):
        return [shaped(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: shaped(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return _time(shape, value, "unixTimestamp")
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def plain(shape: Shape, value: Any) -> str:
    """A simple value as XML and headers have it."""
    if shape.type_name == "boolean":
        return str(value).lower()
    if shape.type_name == "timestamp":
        return str(_time(shape, value, "iso8601"))
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def element(shape: Shape, value: Any) -> Any:
    """A value for XML: mappings, lists and texts by element."""
    if isinstance(shape, StructureShape):
        members = ((name, shape.members[name], item) for name, item in value.items() if item is not None)
        return {wire_name(member, name): element(member, item) for name, member, item in members}
    if isinstance(shape, ListShape):
        items = [element(shape.member, item) for item in value]
        return items if shape.serialization.get("flattened") else {wire_name(shape.member, "member"): items}
    if isinstance(shape, MapShape):
        return {"entry": [_entry(shape, key, item) for key, item in value.items()]}
    return plain(shape, value)


def _entry(shape: MapShape, key: str, value: Any) -> Mapping[str, Any]:
    return {wire_name(shape.key, "key"): key, wire_name(shape.value, "value"): element(shape.value, value)}


def _time(shape: Shape, value: float, default: str) -> float | str:
    kind = shape.serialization.get("timestampFormat", default)
    return value if kind == "unixTimestamp" else datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
