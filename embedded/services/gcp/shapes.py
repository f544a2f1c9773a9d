"""The types of what stands in JSON documents of requests: another type is refused at the door, as by Google.

A shape is one of the words below, a dict of the shapes of an object's members, or a list of the shape of its elements.
Members that a shape does not name may be anything; null counts as absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from embedded.services.gcp.errors import invalid
from embedded.shared.numbers import whole_number

_LOW, _HIGH = -(2**63), 2**63 - 1


class Kind(Enum):
    """The type of a simple value; its value is Google's name."""

    TEXT = "TYPE_STRING"
    FLAG = "TYPE_BOOL"
    NUMBER = "TYPE_INT64"
    """A whole number, or one as a text."""


@dataclass(frozen=True)
class Texts:
    """An object whose members are texts, such as labels."""


Shape = Kind | Texts | Mapping[str, Any] | Sequence[Any]


def check(value: Any, shape: Shape, path: str = "") -> None:
    """Check the types in a document.

    Parameters:
        value: the document, or a part of it.
        shape: of the value.
        path: where it stands, for the message.

    Raises:
        GoogleError: a value has another type.
    """
    if value is None:
        return
    if isinstance(shape, Kind):
        if not _is(value, shape):
            raise _wrong(path, shape.value, value)
    elif isinstance(shape, Texts):
        _check_texts(value, path)
    elif isinstance(shape, Mapping):
        _check_object(value, shape, path)
    else:
        _check_list(value, shape[0], path)


def _check_object(value: Any, shape: Mapping[str, Any], path: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(path, "an object", value)
    for name, inner in shape.items():
        check(value.get(name), inner, f"{path}.{name}" if path else name)


def _check_list(value: Any, shape: Shape, path: str) -> None:
    if not isinstance(value, list):
        raise _wrong(path, "a list", value)
    for index, item in enumerate(value):
        if item is None:
            raise _wrong(f"{path}[{index}]", "a value", item)
        check(item, shape, f"{path}[{index}]")


def _check_texts(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(path, "an object", value)
    for name, item in value.items():
        check(item, Kind.TEXT, f"{path}.{name[:80]}")


def _is(value: Any, kind: Kind) -> bool:
    if kind is Kind.FLAG:
        return isinstance(value, bool) or value in ("true", "false")
    if kind is Kind.TEXT:
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    if isinstance(value, int):
        return _LOW <= value <= _HIGH
    return value == "" or whole_number(value, _LOW, _HIGH) is not None


def _wrong(path: str, expected: str, value: Any) -> Exception:
    return invalid(f"Invalid value at '{path}' ({expected}), {str(value)[:80]!r}")
