"""Who is logged in: a cookie with a random token, and what the token stands for in this process's memory."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console.settings import Settings
from workbook.errors import WorkbookError
from workbook.kestra.client import KestraClient

LIFETIME_SECONDS = 12 * 3600
READ_SECONDS = 20.0
"""Seconds of silence after which a call to Kestra is given up."""
LOGIN = "/login"
OPEN_PATHS = (LOGIN, "/health", "/static/", "/_nicegui/")
"""What is served without a login: nothing of it tells anything about the server or its flows."""
START = "/ui/main/flows"
"""Where a login without a further address leads to."""


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in.

    Attributes:
        username: with Kestra.
        kestra: a client with the user's name and password.
        expires: on the monotonic clock, in seconds.
    """

    username: str
    kestra: KestraClient
    expires: float


class Sessions:
    """Those who are logged in.

    Parameters:
        settings: say where Kestra is.

    Attributes:
        cookie: the cookie's name. Cookies know no ports, so it has the port in its name.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cookie = f"console-{settings.port}"
        self._sessions: dict[str, Session] = {}

    def log_in(self, username: str, password: str) -> str:
        """Check a user's name and password with Kestra, and give the token of a new session. Waits for Kestra.

        Parameters:
            username, password: as Kestra has them.

        Raises:
            WrongPassword: Kestra refuses them.
            ServerDown: it does not answer.
        """
        kestra = KestraClient(self.settings.kestra_url, username, password, self.settings.stack, READ_SECONDS)
        try:
            kestra.ping()
        except WorkbookError:
            kestra.close()
            raise
        token = secrets.token_urlsafe(32)
        now = time.monotonic()
        self._sessions = {known: session for known, session in self._sessions.items() if session.expires > now}
        self._sessions[token] = Session(username, kestra, now + LIFETIME_SECONDS)
        return token

    def log_out(self, cookies: Mapping[str, str]) -> None:
        """End the session that a request's cookies name, if there is one."""
        session = self._sessions.pop(cookies.get(self.cookie, ""), None)
        if session is not None:
            session.kestra.close()

    def find(self, cookies: Mapping[str, str]) -> Session | None:
        """The session that a request's cookies name; None if there is none any more."""
        session = self._sessions.get(cookies.get(self.cookie, ""))
        return session if session is not None and session.expires > time.monotonic() else None

    def set_cookie(self, response: Response, token: str) -> None:
        """Give the browser a session's token, which no script and no other site's page can use."""
        response.set_cookie(self.cookie, token, httponly=True, samesite="strict", path="/")


class LoginGate:
    """ASGI middleware that lets nobody in who is not logged in.

    Parameters:
        app: the application.
        sessions: those who are.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that a login is needed: by its form, where a browser asks for a page."""
        if scope["type"] not in ("http", "websocket") or self._may_enter(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "not logged in"})
        else:
            await _to_login(scope)(scope, receive, send)

    def _may_enter(self, scope: Scope) -> bool:
        is_open = scope["type"] == "http" and scope["path"].startswith(OPEN_PATHS)
        return is_open or self._sessions.find(HTTPConnection(scope).cookies) is not None


def _to_login(scope: Scope) -> Response:
    connection = HTTPConnection(scope)
    if scope["method"] != "GET" or "text/html" not in connection.headers.get("accept", ""):
        return Response("not logged in", HTTPStatus.UNAUTHORIZED)
    address = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
    return RedirectResponse(f"{LOGIN}?next={quote(address, safe='/')}", HTTPStatus.SEE_OTHER)


def own_address(text: str) -> str:
    """An address to go to after the login, if it is one of the console's; the first page otherwise."""
    parts = urlsplit(text)
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/ui/") and "\\" not in text
    return text if is_own else START
