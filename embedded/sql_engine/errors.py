"""Why a statement is refused or fails, before a front tells it in its own shape."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What kind of failure it is; a front maps each to its own codes."""

    SYNTAX = "syntax"
    """The text cannot be parsed."""
    INVALID = "invalid"
    """The statement is understood and wrong: an unknown name, types that do not fit."""
    UNSUPPORTED = "unsupported"
    """The vendor knows it, this stand-in does not."""
    NOT_FOUND = "notFound"
    """A table or a data set is not there."""
    DUPLICATE = "duplicate"
    """Something of that name is there already."""
    DATA = "data"
    """A value or a file cannot be used, which shows only while running."""
    CANCELLED = "cancelled"
    """Somebody stopped it."""
    TIMEOUT = "timeout"
    """It ran out of time."""
    INTERNAL = "internal"
    """A mistake of the stand-in."""


class SqlError(Exception):
    """A statement that cannot be run.

    Parameters:
        reason: its kind.
        message: in the vendor's words where they are documented.
        start: the character in the script where it shows, from 0; None if no place is known.
    """

    def __init__(self, reason: Reason, message: str, start: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.start = start


def invalid(message: str, start: int | None = None) -> SqlError:
    """An understood statement that is wrong."""
    return SqlError(Reason.INVALID, message, start)


def unsupported(what: str, start: int | None = None) -> SqlError:
    """Something that the vendor may know and this stand-in does not."""
    return SqlError(Reason.UNSUPPORTED, f"Unsupported by this stand-in: {what}", start)
