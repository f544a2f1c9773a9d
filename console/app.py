"""Puts the console together: guard, login, downloads and pages."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from nicegui import app as pages_app
from nicegui import ui
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from console import completions, downloads, login, pages, theme
from console.guard import Guard
from console.places import use
from console.sessions import START, LoginGate, Sessions
from console.settings import Settings
from console.watch import Watch

STATIC = Path(__file__).with_name("static")
RECONNECT_SECONDS = 30.0
"""How long a page is kept for a browser whose connection broke."""


def create_app(settings: Settings) -> ASGIApp:
    """The whole console.

    Parameters:
        settings: of the process.
    """
    sessions, watch = Sessions(settings), Watch(settings.kestra_url)
    use(settings, sessions, watch)
    pages.load()
    style_sheet = theme.style_sheet()

    async def health(request: Request) -> Response:
        """`ok`: the console answers, with or without Kestra."""
        return PlainTextResponse("ok")

    async def colours(request: Request) -> Response:
        """The style sheet of the theme."""
        return Response(style_sheet, media_type="text/css", headers={"Cache-Control": "max-age=600"})

    async def start(request: Request) -> Response:
        """The first page."""
        return RedirectResponse(START)

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes += [
        Route("/health", health),
        Route("/static/theme.css", colours),
        *[Route(path, start) for path in ("/", "/ui", "/ui/", "/ui/main", "/ui/main/")],
        *login.routes(sessions),
        *downloads.routes(sessions),
        *completions.routes(sessions),
    ]
    app.mount("/static", StaticFiles(directory=STATIC))
    pages_app.on_startup(watch.start)
    pages_app.on_shutdown(watch.stop)
    ui.run_with(
        app,
        title="Workbook console",
        favicon=STATIC / "icon.svg",
        dark=None,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        show_welcome_message=False,
    )
    return Guard(LoginGate(app, sessions))
