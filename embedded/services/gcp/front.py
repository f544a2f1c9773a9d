"""The one address of Google Cloud: tokens, the check of who asks, and the services behind it."""

from __future__ import annotations

from collections.abc import Sequence

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

TOKEN = "/token"
_OPEN = (HEALTH, TOKEN)


def application(identity: Identity, routes: Sequence[BaseRoute]) -> ASGIApp:
    """The ASGI application.

    Parameters:
        identity: who may ask.
        routes: of the services.
    """

    async def token(request: Request) -> Response:
        form = await request.form()
        try:
            return JSONResponse(identity.grant({name: str(value) for name, value in form.items()}))
        except GrantError as error:
            return JSONResponse({"error": error.error, "error_description": error.description}, 400)

    own = [Route(HEALTH, _health), Route(TOKEN, token, methods=["POST"])]
    handlers = {GoogleError: _refuse, HTTPException: _unknown, Exception: _fail}
    return _Guard(Unpacking(Starlette(routes=[*own, *routes], exception_handlers=handlers)), identity)


class _Guard:
    """Lets in who has a token, and everybody to where tokens are given."""

    def __init__(self, app: ASGIApp, identity: Identity) -> None:
        self._app = app
        self._identity = identity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN and (error := self._error(Request(scope))):
            await error.response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _error(self, request: Request) -> GoogleError | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return GoogleError(401, "required", "Anonymous caller does not have access to this.", "Authorization")
        if scheme.lower() != "bearer" or not self._identity.accepts(token):
            return GoogleError(401, "authError", "Invalid Credentials", "Authorization")
        return None


async def _health(_: Request) -> Response:
    return Response("UP")


async def _refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, GoogleError)
    return error.response()


async def _unknown(request: Request, _: Exception) -> Response:
    return not_implemented(f"{request.method} {request.url.path}").response()


async def _fail(_: Request, __: Exception) -> Response:
    return GoogleError(500, "backendError", "We encountered an internal error. Please try again.").response()
