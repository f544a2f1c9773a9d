"""The form for logging in, and its answers. It is plain HTML: it works before anything else is loaded."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from console.sessions import LOGIN, Sessions, own_address
from workbook.errors import WorkbookError, WrongPassword

MAX_LENGTH = 200
"""Characters of a name or a password."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Log in · Workbook console</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/static/theme.css">
<link rel="stylesheet" href="/static/console.css"><link rel="icon" href="/static/icon.svg">
<script src="/static/login.js" defer></script></head>
<body class="login-page"><main><form class="login" method="post" action="/login">
<img src="/static/icon.svg" alt="" width="44" height="44"><h1>Workbook console</h1>
<p class="muted">The workbook's own screens for the Kestra server at {server}. This is not Kestra's UI.</p>
{problem}<input type="hidden" name="next" value="{next}">
<label>User<input name="username" type="email" value="{username}" autocomplete="username" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required autofocus></label>
<button type="submit">Log in</button>
<p class="muted small">As in <code>.env</code>: KESTRA_USERNAME and KESTRA_PASSWORD.</p>
</form></main></body></html>"""


def routes(sessions: Sessions) -> list[Route]:
    """The routes of the form.

    Parameters:
        sessions: where those who log in go.
    """

    def form(address: str, username: str, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
        """The form, with what was wrong with the last try."""
        shown = f'<p class="problem" role="alert"><b aria-hidden="true">✗</b> {escape(problem)}</p>' if problem else ""
        page = _PAGE.format(
            server=escape(sessions.settings.kestra_url),
            problem=shown,
            next=escape(address),
            username=escape(username),
        )
        return HTMLResponse(page, status, {"Cache-Control": "no-store"})

    async def show(request: Request) -> Response:
        """The empty form; who is logged in goes on."""
        address = own_address(request.query_params.get("next", ""))
        if sessions.find(request.cookies):
            return RedirectResponse(address, HTTPStatus.SEE_OTHER)
        return form(address, sessions.settings.username)

    async def log_in(request: Request) -> Response:
        """Check the name and the password with Kestra."""
        async with request.form(max_files=0, max_fields=10) as fields:
            username, password, address = (
                str(fields.get(name, ""))[:MAX_LENGTH] for name in ("username", "password", "next")
            )
        address = own_address(address)
        try:
            token = await run_in_threadpool(sessions.log_in, username, password)
        except WrongPassword:
            problem = "Kestra does not know this user with this password."
            return form(address, username, problem, HTTPStatus.UNAUTHORIZED)
        except WorkbookError as error:
            return form(address, username, str(error), HTTPStatus.BAD_GATEWAY)
        response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
        sessions.set_cookie(response, token)
        return response

    async def log_out(request: Request) -> Response:
        """End the session."""
        sessions.log_out(request.cookies)
        response = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER)
        response.delete_cookie(sessions.cookie)
        return response

    async def probe(request: Request) -> Response:
        """Whether the browser is logged in. The form asks: a strict cookie is not sent where a link led here."""
        return Response(status_code=HTTPStatus.NO_CONTENT if sessions.find(request.cookies) else HTTPStatus.ACCEPTED)

    return [
        Route(LOGIN, show, methods=["GET"]),
        Route(LOGIN, log_in, methods=["POST"]),
        Route(f"{LOGIN}/probe", probe, methods=["GET"]),
        Route("/logout", log_out, methods=["POST"]),
    ]
