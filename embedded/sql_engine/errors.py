"""Errors of statements; each dialect returns them in the shape of its API."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """The kind of a failure; each dialect maps it to its own codes."""

    SYNTAX = "syntax"
    """The text cannot be parsed."""
    INVALID = "invalid"
    """The statement is understood and wrong: an unknown name, types that do not match."""
    UNSUPPORTED = "unsupported"
    """The vendor supports it, this emulator does not."""
    NOT_FOUND = "notFound"
    """A table or a dataset does not exist."""
    DUPLICATE = "duplicate"
    """The name is taken."""
    DATA = "data"
    """A value or a file cannot be used, which is found while running."""
    CANCELLED = "cancelled"
    """A user cancelled it."""
    TIMEOUT = "timeout"
    """It ran out of time."""
    RESOURCES = "resources"
    """It needs more memory or disk than one statement gets."""
    TOO_LARGE = "tooLarge"
    """Its result is larger than a result may be."""
    INTERNAL = "internal"
    """A bug of the emulator."""


class SqlError(Exception):
    """A statement that cannot be run.

    Parameters:
        reason: its kind.
        message: in the vendor's words where they are documented.
        start: offset in the script, from 0; None if unknown.
    """

    def __init__(self, reason: Reason, message: str, start: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.start = start


def invalid(message: str, start: int | None = None) -> SqlError:
    """The error for a statement that is understood and wrong."""
    return SqlError(Reason.INVALID, message, start)


def unsupported(what: str, start: int | None = None) -> SqlError:
    """The error for something that the vendor may support and this emulator does not."""
    return SqlError(Reason.UNSUPPORTED, f"Unsupported by this stand-in: {what}", start)
