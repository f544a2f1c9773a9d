"""The one address of all of AWS: checks who asks, and hands the request to the part that owns the service."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from embedded.services.aws import HEALTH
from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol.unsupported_service import Absent
from embedded.services.aws.signature import Signed, caller, region_of, service_of, token_of
from embedded.services.aws.sts.sessions import Keys

log = logging.getLogger(__name__)

_LARGEST_BODY = 10 << 20
"""Bytes, of all services but S3."""


class Part(Protocol):
    """A service of AWS."""

    async def handle(self, request: Request, path: str, caller: str | None) -> Response:
        """Answer a request whose signature is right; AwsError if it cannot."""

    def refusal(self, error: AwsError, path: str, request_id: str) -> Response:
        """An error as this service tells it."""


class Front:
    """The ASGI application.

    Parameters:
        parts: by the name that requests are signed for; `s3` is there, and gets what is not signed.
        keys: all that are known.
    """

    def __init__(self, parts: Mapping[str, Part], keys: Keys) -> None:
        self._parts = parts
        self._keys = keys

    def app(self, closing: ExitStack) -> Starlette:
        """The application with its health check.

        Parameters:
            closing: what to do when it ends.
        """

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await run_in_threadpool(closing.close)

        routes = [Route(HEALTH, _health), Route("/{path:path}", _Endpoint(self))]
        return Starlette(routes=routes, lifespan=lifespan)

    async def answer(self, request: Request) -> Response:
        """Answer a request, whatever happens."""
        signed = _signed(request)
        part = self._parts["s3"]
        try:
            name = service_of(signed)
            part = self._parts.get(name) or Absent(name, request)
            if name != "s3":  # whose bodies may be larger than the memory
                signed = dataclasses.replace(signed, payload=await _digest(request))
            request.state.region = region_of(signed)
            response = await part.handle(request, signed.path, self._caller(signed))
        except AwsError as error:
            response = _last(part.refusal(error, signed.path, _id()))
        except Exception:
            log.exception("%s %s failed", request.method, signed.path)
            error = AwsError("InternalError", "We encountered an internal error. Please try again.", 500)
            response = _last(part.refusal(error, signed.path, _id()))
        response.headers["x-amz-request-id"] = _id()
        response.headers["Server"] = "embedded"
        return response

    def _caller(self, signed: Signed) -> str | None:
        access_key = caller(signed, self._keys.secret)
        if access_key is not None:
            self._keys.check_token(access_key, token_of(signed))
        return access_key


class _Endpoint:
    """Takes every method."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._front.answer(request)
        await response(scope, receive, send)


def _signed(request: Request) -> Signed:
    raw = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]]
    return Signed(request.method, raw, query, headers)


async def _digest(request: Request) -> str:
    """The SHA-256 of a request's body, which is read as a whole."""
    if int(request.headers.get("content-length") or 0) > _LARGEST_BODY:
        raise AwsError("RequestEntityTooLarge", f"The request is larger than {_LARGEST_BODY} bytes.", 413)
    return hashlib.sha256(await request.body()).hexdigest()


async def _health(_: Request) -> Response:
    return Response("UP")


def _last(response: Response) -> Response:
    """A response after which the connection ends: a client told no may never send the body that it announced."""
    response.headers["Connection"] = "close"
    return response


def _id() -> str:
    return uuid.uuid4().hex[:16].upper()
