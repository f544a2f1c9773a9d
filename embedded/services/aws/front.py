"""The HTTP entry of the emulator: verifies the signature, and hands the request to its service."""

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
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.services.aws import HEALTH, xml
from embedded.services.aws.errors import AwsError
from embedded.services.aws.protocol.unsupported_service import UnsupportedService
from embedded.services.aws.signature import SignedRequest, region_of, service_of, token_of, verify_caller
from embedded.services.aws.sts.store import KeyStore
from embedded.shared.request_body import BodyError, BodyTooLargeError, read_body

log = logging.getLogger(__name__)

_LARGEST_BODY = 10 << 20
"""Maximum body size in bytes, for all services but S3."""


class Service(Protocol):
    """A service of AWS."""

    async def handle(self, request: HttpRequest, path: str, caller: str | None) -> Response:
        """Answer a request whose signature is valid.

        Parameters:
            request: the request; `request.state.region` is the region of its signature.
            path: as sent, percent-encoded.
            caller: the access key; None for an unsigned request.

        Raises:
            AwsError: the request cannot be served.
        """

    def error_response(self, error: AwsError, path: str, request_id: str) -> Response:
        """Serialize an error in the service's protocol.

        Parameters:
            error: the error.
            path: path of the request.
            request_id: id of the request.
        """


class Front:
    """The ASGI application.

    Parameters:
        services: services by their name in signatures; `s3` is required, and gets all unsigned requests.
        keys: all access keys.
    """

    def __init__(self, services: Mapping[str, Service], keys: KeyStore) -> None:
        self._services = services
        self._keys = keys

    def app(self, closing: ExitStack) -> Starlette:
        """The application with its health check.

        Parameters:
            closing: closed on shutdown.
        """

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            yield
            await run_in_threadpool(closing.close)

        routes = [Route(HEALTH, _health), Route("/{path:path}", _Endpoint(self))]
        return Starlette(routes=routes, lifespan=lifespan)

    async def answer(self, request: HttpRequest) -> Response:
        """Answer a request; an exception becomes an error response."""
        signed = _signed(request)
        service = self._services["s3"]
        try:
            name = service_of(signed)
            service = self._services.get(name) or UnsupportedService(name, request)
            if name != "s3":  # whose bodies may be larger than the memory
                signed = dataclasses.replace(signed, payload=await _digest(request))
            request.state.region = region_of(signed)
            response = await service.handle(request, signed.path, self._caller(signed))
        except AwsError as error:
            response = _closing(service.error_response(error, signed.path, _id()))
        except Exception:
            log.exception("%s %s failed", request.method, signed.path)
            internal = AwsError("InternalError", "We encountered an internal error. Please try again.", 500)
            response = _closing(service.error_response(internal, signed.path, _id()))
        response.headers["x-amz-request-id"] = _id()
        response.headers["Server"] = "embedded"
        return response

    def _caller(self, signed: SignedRequest) -> str | None:
        access_key = verify_caller(signed, self._keys.secret)
        if access_key is not None:
            self._keys.check_token(access_key, token_of(signed))
        return access_key


def refuse(reason: str) -> ASGIApp:
    """The answer to a request that the browser's guard refuses.

    Parameters:
        reason: why.
    """
    text = xml.render("Error", {"Code": "AccessDenied", "Message": reason}, namespace=None)
    return _closing(Response(text, 403, media_type="application/xml"))


class _Endpoint:
    """An endpoint for every HTTP method."""

    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        response = await self._front.answer(request)
        await response(scope, receive, send)


def _signed(request: HttpRequest) -> SignedRequest:
    raw = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]]
    return SignedRequest(request.method, raw, query, headers)


async def _digest(request: HttpRequest) -> str:
    """Read a request's body, whether its length is announced or not; returns its SHA-256.

    Raises:
        AwsError: it is too large, or was cut short.
    """
    try:
        body = await read_body(request, _LARGEST_BODY)
    except BodyTooLargeError as error:
        raise AwsError("RequestEntityTooLarge", str(error), 413) from error
    except BodyError as error:
        raise AwsError("RequestTimeout", str(error)) from error
    request._body = body  # where the request keeps what it has read
    return hashlib.sha256(body).hexdigest()


async def _health(_: HttpRequest) -> Response:
    return Response("UP")


def _closing(response: Response) -> Response:
    """Close the connection after a response: a refused client may never send the body that it announced."""
    response.headers["Connection"] = "close"
    return response


def _id() -> str:
    return uuid.uuid4().hex[:16].upper()
