"""Reads what a client sent for a shape of the model: the right types, and within the limits that the model states.

Limits and their messages: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (ValidationError), in
the words that the services use for them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from embedded.services.aws.protocol.models import wire_name

_INTEGERS = ("integer", "long")
_FLOATS = ("float", "double")
_SURROGATES = re.compile(r"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", re.IGNORECASE)


class Invalid(ValueError):
    """What was sent does not fit the model; the message names each place."""


def read(shape: Shape | None, value: Any) -> dict[str, Any]:
    """Read the parameters of an operation.

    Parameters:
        shape: of its input; None when it has none.
        value: as JSON gives it; texts in place of numbers are taken too, as forms have nothing else.

    Returns:
        The same by the names in the model: blobs as bytes, times in seconds since 1970, without what is null.

    Raises:
        Invalid: something is missing, too much, of the wrong type or out of bounds.
    """
    reader = _Reader()
    found = reader.read(shape, value, "") if shape else {}
    problems = reader.problems
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise Invalid(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return found


class _Reader:
    """Reads values and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def read(self, shape: Shape, value: Any, place: str) -> Any:
        """Read one value."""
        if isinstance(shape, StructureShape):
            return self._structure(shape, value, place)
        if isinstance(shape, ListShape):
            return self._list(shape, value, place)
        if isinstance(shape, MapShape):
            return self._map(shape, value, place)
        try:
            found = _scalar(shape.type_name, value)
        except (ValueError, TypeError, OverflowError):
            self._wrong_type(shape, value, place)
            return None
        self._check(shape, found, place)
        return found

    def _structure(self, shape: StructureShape, value: Any, place: str) -> Any:
        if not isinstance(value, Mapping):
            self._wrong_type(shape, value, place)
            return None
        if shape.is_document_type:
            return value
        names = {wire_name(member, name): name for name, member in shape.members.items()}
        found = {}
        for sent, item in value.items():
            name = names.get(sent)
            if name is None:
                self.problems.append(f"Unknown parameter '{_below(place, sent)}'")
            elif item is not None:
                found[name] = self.read(shape.members[name], item, _below(place, name))
        for name in shape.required_members:
            if name not in found:
                self._complain(None, _below(place, name), "Member must not be null")
        return found

    def _list(self, shape: ListShape, value: Any, place: str) -> Any:
        if not isinstance(value, list):
            self._wrong_type(shape, value, place)
            return None
        self._check_size(shape, len(value), value, place)
        return [self.read(shape.member, item, f"{place}.{n}.member") for n, item in enumerate(value, 1)]

    def _map(self, shape: MapShape, value: Any, place: str) -> Any:
        if not isinstance(value, Mapping):
            self._wrong_type(shape, value, place)
            return None
        self._check_size(shape, len(value), value, place)
        for key in value:
            self._check(shape.key, key, f"{place} (key)")
        return {key: self.read(shape.value, item, f"{place}.{key}.member") for key, item in value.items()}

    def _check(self, shape: Shape, value: Any, place: str) -> None:
        limits, shown = shape.metadata, None if shape.metadata.get("sensitive") else value
        if isinstance(value, str | bytes):
            self._check_size(shape, len(value), shown, place)
        elif not isinstance(value, bool):
            self._check_number(limits, value, place)
        if limits.get("enum") and value not in limits["enum"]:
            choice = ", ".join(limits["enum"])
            self._complain(shown, place, f"Member must satisfy enum value set: [{choice}]")
        pattern = _pattern(limits.get("pattern"))
        if pattern and isinstance(value, str) and not pattern.fullmatch(value):
            self._complain(shown, place, f"Member must satisfy regular expression pattern: {limits['pattern']}")

    def _check_number(self, limits: Mapping[str, Any], value: float, place: str) -> None:
        if "min" in limits and value < limits["min"]:
            self._complain(value, place, f"Member must have value greater than or equal to {limits['min']}")
        if "max" in limits and value > limits["max"]:
            self._complain(value, place, f"Member must have value less than or equal to {limits['max']}")

    def _check_size(self, shape: Shape, size: int, shown: Any, place: str) -> None:
        limits = shape.metadata
        if size < limits.get("min", 0):
            self._complain(shown, place, f"Member must have length greater than or equal to {limits['min']}")
        if size > limits.get("max", size):
            self._complain(shown, place, f"Member must have length less than or equal to {limits['max']}")

    def _wrong_type(self, shape: Shape, value: Any, place: str) -> None:
        shown = None if shape.metadata.get("sensitive") else value
        self._complain(shown, place or "the request", f"Member must be of type {shape.type_name}")

    def _complain(self, value: Any, place: str, constraint: str) -> None:
        shown = "" if value is None else f" '{str(value)[:200]}'"
        self.problems.append(f"Value{shown} at '{place}' failed to satisfy constraint: {constraint}")


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _scalar(kind: str, value: Any) -> Any:
    """A value of a simple type; ValueError or TypeError if it is none."""
    if kind == "boolean":
        return value if isinstance(value, bool) else _truth(value)
    if kind in _INTEGERS or kind in _FLOATS:
        return _number(kind, value)
    if kind == "timestamp":
        return parse_timestamp(value).timestamp()
    if kind == "blob":
        return _bytes(value)
    return _text(value)


def _truth(value: Any) -> bool:
    if value not in ("true", "false"):
        raise ValueError("no truth value")
    return value == "true"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _number(kind: str, value: Any) -> int | float:
    if isinstance(value, bool):
        raise TypeError("no number")
    if kind in _INTEGERS and isinstance(value, float) and not value.is_integer():
        raise ValueError("no whole number")
    return int(value) if kind in _INTEGERS else float(value)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(_text(value), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error


@cache
def _pattern(text: str | None) -> re.Pattern[str] | None:
    """A pattern of the model, which is one of Java's; None for those with classes that Python does not have."""
    if not text:
        return None
    try:
        return re.compile(_SURROGATES.sub(_code_point, text))
    except re.error:
        return None


def _code_point(pair: re.Match[str]) -> str:
    high, low = int(pair[1], 16), int(pair[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"
