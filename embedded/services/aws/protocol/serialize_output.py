"""Serializes the output of an operation by its shape in the model, for JSON and for XML."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from embedded.services.aws.protocol.models import wire_name


def serialize_output(shape: Shape | None, value: Any) -> Any:
    """Serialize a value for JSON.

    Parameters:
        shape: shape in the model; None for an operation without output.
        value: by the names in the model; times in seconds since 1970, blobs as bytes; None leaves a member out.

    Raises:
        KeyError: the model has no such member (a bug in this emulator).
    """
    if shape is None:
        return {}
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        members = ((name, shape.members[name], item) for name, item in value.items() if item is not None)
        return {wire_name(member, name): serialize_output(member, item) for name, member, item in members}
    if isinstance(shape, ListShape):
        return [serialize_output(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: serialize_output(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return _time(shape, value, "unixTimestamp")
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def serialize_scalar(shape: Shape, value: Any) -> str:
    """Serialize a scalar for XML and headers."""
    if shape.type_name == "boolean":
        return str(value).lower()
    if shape.type_name == "timestamp":
        return str(_time(shape, value, "iso8601"))
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def serialize_xml(shape: Shape, value: Any) -> Any:
    """Serialize a value for XML, as mappings, lists and texts by element name."""
    if isinstance(shape, StructureShape):
        members = ((name, shape.members[name], item) for name, item in value.items() if item is not None)
        return {wire_name(member, name): serialize_xml(member, item) for name, member, item in members}
    if isinstance(shape, ListShape):
        items = [serialize_xml(shape.member, item) for item in value]
        return items if shape.serialization.get("flattened") else {wire_name(shape.member, "member"): items}
    if isinstance(shape, MapShape):
        return {"entry": [_entry(shape, key, item) for key, item in value.items()]}
    return serialize_scalar(shape, value)


def _entry(shape: MapShape, key: str, value: Any) -> Mapping[str, Any]:
    return {wire_name(shape.key, "key"): key, wire_name(shape.value, "value"): serialize_xml(shape.value, value)}


def _time(shape: Shape, value: float, default: str) -> float | str:
    kind = shape.serialization.get("timestampFormat", default)
    return value if kind == "unixTimestamp" else datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
