"""Parses the input of an operation by its shape in the model: types, and the limits that the model states.

The messages are those of the services, see ValidationError in
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from embedded.services.aws.protocol.models import wire_name
from embedded.shared.numbers import whole_number

_INTEGERS = ("integer", "long")
_FLOATS = ("float", "double")
_SURROGATES = re.compile(r"\\u(D[89AB][0-9A-F]{2})\\u(D[C-F][0-9A-F]{2})", re.IGNORECASE)


class InvalidInput(ValueError):
    """Input that does not fit the model; the message names each member."""


def parse_input(shape: Shape | None, value: Any) -> dict[str, Any]:
    """Parse the parameters of an operation.

    Parameters:
        shape: shape of the input; None for an operation without input.
        value: decoded JSON; numbers may be texts, as forms have nothing else.

    Returns:
        The parameters by their names in the model, without nulls: blobs as bytes, times in seconds since 1970.

    Raises:
        InvalidInput: a member is missing, unknown, of the wrong type or out of bounds.
    """
    parser = _Parser()
    parameters = parser.parse(shape, value, "") if shape else {}
    problems = parser.problems
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise InvalidInput(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return parameters


class _Parser:
    """Parses values and collects validation problems."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def parse(self, shape: Shape, value: Any, path: str) -> Any:
        """Parse one value."""
        if isinstance(shape, StructureShape):
            return self._structure(shape, value, path)
        if isinstance(shape, ListShape):
            return self._list(shape, value, path)
        if isinstance(shape, MapShape):
            return self._map(shape, value, path)
        try:
            scalar = _scalar(shape.type_name, value)
        except (ValueError, TypeError, OverflowError, RuntimeError):  # the last one from botocore, of a timestamp
            self._wrong_type(shape, value, path)
            return None
        self._check(shape, scalar, path)
        return scalar

    def _structure(self, shape: StructureShape, value: Any, path: str) -> Any:
        if not isinstance(value, Mapping):
            self._wrong_type(shape, value, path)
            return None
        if shape.is_document_type:
            return value
        names = {wire_name(member, name): name for name, member in shape.members.items()}
        members: dict[str, Any] = {}
        for sent, item in value.items():
            name = names.get(sent)
            if name is None:
                self.problems.append(f"Unknown parameter '{_below(path, sent)}'")
            elif item is not None:
                members[name] = self.parse(shape.members[name], item, _below(path, name))
        for name in shape.required_members:
            if name not in members:
                self._complain(None, _below(path, name), "Member must not be null")
        return members

    def _list(self, shape: ListShape, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            self._wrong_type(shape, value, path)
            return None
        self._check_size(shape, len(value), value, path)
        return [self.parse(shape.member, item, f"{path}.{n}.member") for n, item in enumerate(value, 1)]

    def _map(self, shape: MapShape, value: Any, path: str) -> Any:
        if not isinstance(value, Mapping):
            self._wrong_type(shape, value, path)
            return None
        self._check_size(shape, len(value), value, path)
        for key in value:
            self._check(shape.key, key, f"{path} (key)")
        return {key: self.parse(shape.value, item, f"{path}.{key}.member") for key, item in value.items()}

    def _check(self, shape: Shape, value: Any, path: str) -> None:
        limits, shown = shape.metadata, None if shape.metadata.get("sensitive") else value
        if isinstance(value, str | bytes):
            self._check_size(shape, len(value), shown, path)
        elif not isinstance(value, bool):
            self._check_number(limits, value, path)
        if limits.get("enum") and value not in limits["enum"]:
            choice = ", ".join(limits["enum"])
            self._complain(shown, path, f"Member must satisfy enum value set: [{choice}]")
        pattern = _pattern(limits.get("pattern"))
        if pattern and isinstance(value, str) and not pattern.fullmatch(value):
            self._complain(shown, path, f"Member must satisfy regular expression pattern: {limits['pattern']}")

    def _check_number(self, limits: Mapping[str, Any], value: float, path: str) -> None:
        if "min" in limits and value < limits["min"]:
            self._complain(value, path, f"Member must have value greater than or equal to {limits['min']}")
        if "max" in limits and value > limits["max"]:
            self._complain(value, path, f"Member must have value less than or equal to {limits['max']}")

    def _check_size(self, shape: Shape, size: int, shown: Any, path: str) -> None:
        limits = shape.metadata
        if size < limits.get("min", 0):
            self._complain(shown, path, f"Member must have length greater than or equal to {limits['min']}")
        if size > limits.get("max", size):
            self._complain(shown, path, f"Member must have length less than or equal to {limits['max']}")

    def _wrong_type(self, shape: Shape, value: Any, path: str) -> None:
        shown = None if shape.metadata.get("sensitive") else value
        self._complain(shown, path or "the request", f"Member must be of type {shape.type_name}")

    def _complain(self, value: Any, path: str, constraint: str) -> None:
        shown = "" if value is None else f" '{str(value)[:200]}'"
        self.problems.append(f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_LOW, _HIGH = -(2**63), 2**63 - 1


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
    if kind not in _INTEGERS:
        return _finite(float(value))
    number = whole_number(value, _LOW, _HIGH) if isinstance(value, str) else int(value)
    if number is None or not _LOW <= number <= _HIGH:
        raise ValueError("no 64 bits")
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("no number")
    return number


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
