"""Basic authentication in front of every route but those that the official server leaves open."""

import base64
import binascii
import hmac
import re
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.services.kestra.api.errors import ApiError, error_response

# Health checks, the version, and webhooks, whose key is their secret. Exact shapes: a prefix would also open
# `/executions/webhook/{id}`, which starts any flow of a namespace named `webhook`.
OPEN = re.compile(r"/health|/ping|/api/v1/configs|/api/v1(/main)?/executions/webhook/[^/]+/[^/]+/[^/]+(/.*)?")


class BasicAuthentication:
    """Lets a request through if it carries the user name and the password; answers 401 otherwise."""

    def __init__(self, app: ASGIApp, username: str, password: str) -> None:
        self._app = app
        self._expected = f"{username}:{password}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or OPEN.fullmatch(scope["path"]) or self._known(scope):
            await self._app(scope, receive, send)
            return
        error = ApiError(HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="Kestra"'})
        await error_response(Request(scope), error)(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        header = Request(scope).headers.get("authorization", "")
        kind, _, encoded = header.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            credentials = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(credentials, self._expected)
