"""Leads a browser that asks for Kestra's own screens to the console, which has screens in their place.

The official server has its UI below `/ui`, and `/` leads there. This API has none; links to it, such as those that an
execution carries, are right all the same.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from embedded.shared.loopback import HOST, http_ok

ROOT = "/ui"
CHECK_SECONDS = 1.0
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The console does not run</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{{font-family:sans-serif;max-width:38em;margin:12vh auto;padding:0 1em;line-height:1.5}}</style></head>
<body><h1>The console does not run</h1><p>This is the REST API of Kestra in the embedded stack. Its screens are those of
the workbook's console. Start it, and load this page again:</p><pre>{command}</pre>
<p>The API itself is at <code>{api}</code>.</p></body></html>"""
COMMAND = "make up ONLY=console"


class Screens:
    """ASGI middleware that answers what a browser navigates to at `/` and below `/ui`.

    Parameters:
        app: the API.
        console: the console's address, running or not; empty if there is none.
    """

    def __init__(self, app: ASGIApp, console: str = "") -> None:
        self._app = app
        self._port = urlsplit(console).port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser; pass all else on."""
        if not _asks_for_a_page(scope):
            await self._app(scope, receive, send)
            return
        await (await self._answer(Request(scope)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self._port and await run_in_threadpool(http_ok, self._port, "/health", CHECK_SECONDS):
            # By the name that the browser used: its cookies are that name's.
            host = request.url.hostname or HOST
            name = f"[{host}]" if ":" in host else host
            target = request.url.replace(netloc=f"{name}:{self._port}", scheme="http")
            return RedirectResponse(str(target), HTTPStatus.TEMPORARY_REDIRECT)
        page = _PAGE.format(command=escape(COMMAND), api=escape(str(request.url.replace(path="/api/v1/", query=""))))
        return HTMLResponse(page, HTTPStatus.SERVICE_UNAVAILABLE)


def _asks_for_a_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    path = scope["path"]
    is_screen = path in ("/", ROOT) or path.startswith(f"{ROOT}/")
    return is_screen and "text/html" in Request(scope).headers.get("accept", "")
