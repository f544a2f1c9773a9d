"""Reads JSON objects of requests strictly: a field of another type or without a meaning is an error."""

from __future__ import annotations

from typing import Any

from embedded.services.qdrant.errors import format_error

Json = Any
_NAMES = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "a list", dict: "an object"}


class Body:
    """An object of a request. Each field is taken once; `done` reports those that are left."""

    def __init__(self, value: Json, label: str) -> None:
        """
        Parameters:
            value: the object. Fields that are null count as absent.
            label: name of the object in error messages.

        Raises:
            ApiError: it is not an object.
        """
        if not isinstance(value, dict):
            raise format_error(f"{label} must be an object")
        self._fields = {name: field for name, field in value.items() if field is not None}
        self.label = label

    def take(self, name: str, *kinds: type) -> Json:
        """The value of a field, or None if it is absent.

        Parameters:
            name: the field.
            kinds: the types that it may have; any if none is given.

        Raises:
            ApiError: it has another type.
        """
        value = self._fields.pop(name, None)
        if value is None or not kinds or _is(value, kinds):
            return value
        expected = " or ".join(_NAMES[kind] for kind in kinds)
        raise format_error(f"{self.label}: `{name}` must be {expected}")

    def need(self, name: str, *kinds: type) -> Json:
        """The value of a field. Raises ApiError when it is absent or has another type."""
        value = self.take(name, *kinds)
        if value is None:
            raise format_error(f"{self.label}: missing field `{name}`")
        return value

    def natural(self, name: str, default: int, low: int = 0) -> int:
        """A whole number. Raises ApiError when it is less than `low` or no whole number.

        Parameters:
            name: the field.
            default: the number if the field is absent.
            low: the least number allowed.
        """
        value = self.take(name, int)
        if value is None:
            return default
        if value < low:
            raise format_error(f"{self.label}: `{name}` must be {low} or more")
        return int(value)

    def sub(self, name: str) -> Body | None:
        """An object in a field, or None if it is absent."""
        value = self.take(name, dict)
        return None if value is None else Body(value, f"{self.label}.{name}")

    def has(self, name: str) -> bool:
        """Whether a field is there and was not taken yet."""
        return name in self._fields

    def rest(self) -> dict[str, Json]:
        """All fields that were not taken yet."""
        fields, self._fields = self._fields, {}
        return fields

    def done(self) -> None:
        """Raises ApiError when a field was not taken: nothing is silently ignored."""
        if self._fields:
            names = ", ".join(f"`{name}`" for name in sorted(self._fields))
            raise format_error(f"{self.label}: {names} is not supported here")


def _is(value: Json, kinds: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds) or (float in kinds and isinstance(value, int))
