"""Decompresses JSON bodies that are compressed with gzip, as Google's Java clients send them."""

from __future__ import annotations

import zlib

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from embedded.services.gcp.errors import GoogleError, invalid

MOST_BYTES = 64 << 20
"""Of a decompressed document. Objects of a bucket are not decompressed."""
_GZIP = 16 + zlib.MAX_WBITS


class Unpacking:
    """Middleware that decompresses documents.

    Parameters:
        app: the application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_packed_document(Headers(scope=scope)):
            return await self._app(scope, receive, send)
        try:
            body = await _unpacked(Request(scope, receive))
        except GoogleError as error:
            return await error.response()(scope, receive, send)
        except ClientDisconnect:
            return None
        kept = [pair for pair in scope["headers"] if pair[0] not in (b"content-encoding", b"content-length")]
        length = (b"content-length", str(len(body)).encode())
        arrived = False

        async def at_once() -> Message:
            nonlocal arrived
            if arrived:
                return await receive()
            arrived = True
            return {"type": "http.request", "body": body, "more_body": False}

        return await self._app({**scope, "headers": [*kept, length]}, at_once, send)


def _is_packed_document(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" and headers.get("content-encoding", "").strip().lower() == "gzip"


async def _unpacked(request: Request) -> bytes:
    reader, body = zlib.decompressobj(_GZIP), b""
    try:
        async for chunk in request.stream():
            body += reader.decompress(chunk, MOST_BYTES + 1 - len(body))
            if reader.unconsumed_tail or len(body) > MOST_BYTES:
                raise invalid(f"The request is larger than {MOST_BYTES:,} bytes.")
    except zlib.error as error:
        raise invalid(f"The request's body is no gzip: {error}") from error
    if not reader.eof:
        raise invalid("The request's body ends before its gzip does.")
    return body
