"""Errors of requests, with Qdrant's messages and status codes."""

from __future__ import annotations


class ApiError(Exception):
    """A request cannot be answered; the message and the HTTP status go to the client."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def format_error(message: object) -> ApiError:
    """The error of a malformed body."""
    return ApiError(f"Format error in JSON body: {message}")


def missing_error(message: str) -> ApiError:
    """The error of a collection, point or alias that does not exist: 404."""
    return ApiError(f"Not found: {message}", 404)


def translate(error: Exception) -> ApiError:
    """The error to send for an exception of the engine."""
    message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, TypeError | ValueError | OverflowError):
        return format_error(message)
    if message.startswith("Service "):
        return ApiError(message, 500)
    return ApiError(f"Wrong input: {message}")
