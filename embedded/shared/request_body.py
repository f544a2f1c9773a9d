"""Reads the bodies of requests: no more than a limit, whether their length is announced or not."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request


class BodyError(Exception):
    """A body that cannot be read; the message says why."""


class BodyTooLargeError(BodyError):
    """A body beyond its limit."""


async def read_body(request: Request, most: int) -> bytes:
    """The whole body of a request.

    Parameters:
        request: whose body was not read yet.
        most: its largest size in bytes.

    Raises:
        BodyTooLargeError: it is larger.
        BodyError: the client went away before its end.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise BodyTooLargeError(f"Request payload size exceeds the limit: {most} bytes.")
    except ClientDisconnect as error:
        raise BodyError("The connection was closed before the body had arrived.") from error
    return bytes(body)
