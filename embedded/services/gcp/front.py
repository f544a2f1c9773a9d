"""The address of all of Google Cloud: issues tokens, checks them, and routes requests to the services."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.services.gcp import HEALTH
from embedded.services.gcp.errors import GoogleError, not_implemented
from embedded.services.gcp.identity import GrantError, Identity
from embedded.services.gcp.unpacking import Unpacking
from embedded.shared.request_body import BodyError, read_body

TOKEN = "/token"
_LARGEST_FORM = 64 << 10
"""In bytes: whoever asks for a token is not known yet."""
_PUBLIC = (HEALTH, TOKEN)


class Front:
    """The ASGI application.

    Parameters:
        identity: the account whose tokens are accepted.
        routes: of the services.
    """

    def __init__(self, identity: Identity, routes: Sequence[BaseRoute]) -> None:
        self._identity = identity
        self._routes = routes

    def app(self) -> ASGIApp:
        """The application with its health check and its token endpoint."""
        own = [Route(HEALTH, _health), Route(TOKEN, self._token, methods=["POST"])]
        handlers = {GoogleError: _error_response, HTTPException: _unknown_route, Exception: _internal_error}
        app = Starlette(routes=[*own, *self._routes], exception_handlers=handlers)
        app.router.redirect_slashes = False
        return _Guard(Unpacking(app), self._identity)

    async def _token(self, request: Request) -> Response:
        try:
            form = parse_qsl((await read_body(request, _LARGEST_FORM)).decode("latin-1"))
            return JSONResponse(self._identity.grant(dict(form)))
        except (BodyError, ValueError) as error:
            return JSONResponse({"error": "invalid_request", "error_description": str(error)}, 400)
        except GrantError as error:
            return JSONResponse({"error": error.error, "error_description": error.description}, 400)


class _Guard:
    """Requires a token for all paths but the health check and the token endpoint."""

    def __init__(self, app: ASGIApp, identity: Identity) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _PUBLIC and (error := self._error(Request(scope))):
            await error.response()(scope, receive, send)
        else:
            await self._app(_with_method(scope), receive, send)

    def _error(self, request: Request) -> GoogleError | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return GoogleError(401, "required", "Anonymous caller does not have access to this.", "Authorization")
        if scheme.lower() != "bearer" or not self._identity.accepts(token):
            return GoogleError(401, "authError", "Invalid Credentials", "Authorization")
        return None


def _with_method(scope: Scope) -> Scope:
    """The request with the method that is meant: Google's Java clients cannot send PATCH, and say so in a header."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return scope
    meant = Request(scope).headers.get("x-http-method-override")
    return {**scope, "method": meant.upper()} if meant else scope


def refuse(reason: str) -> ASGIApp:
    """The answer to a request that the browser's guard refuses.

    Parameters:
        reason: why.
    """
    return GoogleError(403, "forbidden", reason).response()


async def _health(_: Request) -> Response:
    return Response("UP")


async def _error_response(_: Request, error: Exception) -> Response:
    assert isinstance(error, GoogleError)
    return error.response()


async def _unknown_route(request: Request, _: Exception) -> Response:
    return not_implemented(f"{request.method} {request.url.path}").response()


async def _internal_error(_: Request, __: Exception) -> Response:
    return GoogleError(500, "backendError", "We encountered an internal error. Please try again.").response()
