"""What a request can fail with, in Qdrant's words and status codes."""

from __future__ import annotations


class ApiError(Exception):
    """A request cannot be answered; the message and the HTTP status go to the client."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def format_error(message: object) -> ApiError:
    """The body is not what the call takes."""
    return ApiError(f"Format error in JSON body: {message}")


def not_found(message: str) -> ApiError:
    """What the call is about is not there."""
    return ApiError(f"Not found: {message}", 404)


def translate(error: Exception) -> ApiError:
    """Make an answer of what the engine raised."""
    told = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, TypeError | ValueError | OverflowError):
        return format_error(told)
    if told.startswith("Service "):
        return ApiError(told, 500)
    return ApiError(f"Wrong input: {told}")
