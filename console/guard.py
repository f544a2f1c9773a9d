"""Keeps pages of other sites away: a browser says with which name it came, and from which page.

The console is on the loopback address, which every page in the learner's browser can send requests to, also by a name
of its own that leads here (DNS rebinding). A WebSocket has no same-origin policy at all.

Source: https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/.
"""

from __future__ import annotations

import ipaddress
import re
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[^\s:/?#@\[\]]{1,253})(?::\d{1,5})?")
_POLICY_VIOLATION = 1008


class Guard:
    """ASGI middleware that refuses what another site's page sends, by HTTP and by WebSocket.

    Parameters:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        reason = refusal(Headers(scope=scope), scope["type"] == "websocket")
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": reason})
        else:
            # The body was not read: the connection must not be used again.
            answer = PlainTextResponse(reason, HTTPStatus.FORBIDDEN, {"Connection": "close"})
            await answer(scope, receive, send)


def refusal(headers: Headers, is_websocket: bool = False) -> str | None:
    """Why a request is refused; None for one of a page of our own, or of a program.

    Parameters:
        headers: of the request.
        is_websocket: whether it opens a WebSocket.
    """
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_here(hosts[0]):
        return "Host is not a name of this machine: use localhost"
    origins = headers.getlist("origin")
    if any(origin != f"http://{hosts[0]}" for origin in origins):
        return "Origin is a page of another site"
    site = headers.get("sec-fetch-site", "none")
    if site in ("cross-site", "same-site") and (is_websocket or not _follows_link(headers)):
        return "Sec-Fetch-Site is a page of another site"
    return None


def _is_here(host: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].strip("[]").lower().removesuffix(".")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _follows_link(headers: Headers) -> bool:
    """Whether the browser opens the address in a tab, rather than in a page's frame or as a part of it."""
    return headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest", "document") == "document"
