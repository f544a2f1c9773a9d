"""Carries commands out and answers as the official server does."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from embedded.services.kestra.api.errors import ApiError
from embedded.services.kestra.kestra2.commands import NotProcessed, Refused


def await_command(name: str, command: Callable[[], None]) -> None:
    """Carry out a command that waits until it is processed.

    Parameters:
        name: of the action, for the message.
        command: sends the command.

    Raises:
        ApiError: 409, the engine refuses it; 504, it has not processed it in time.
    """
    try:
        command()
    except Refused as reason:
        raise ApiError(HTTPStatus.CONFLICT, f"{name} failed: {reason}") from None
    except NotProcessed:
        raise ApiError(HTTPStatus.GATEWAY_TIMEOUT, "Operation timed out waiting for state transition") from None


def submitted(operation: str, count: int) -> dict[str, Any]:
    """The answer to a bulk operation (`ApiAsyncOperationResponse`): the engine goes on with it."""
    return {"operationId": operation, "totalItems": count}
