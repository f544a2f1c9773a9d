"""Answers the editor, which asks in the browser what can be written at its cursor."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from console.calls.completions import options
from console.sessions import Sessions
from console.yaml_outline import place_of
from workbook.errors import WorkbookError


def routes(sessions: Sessions) -> list[Route]:
    """The route of all editors.

    Parameters:
        sessions: with whose passwords Kestra is asked.
    """

    async def complete(request: Request) -> Response:
        """What can stand at the cursor, and what of it is written; nothing while Kestra does not answer."""
        session = sessions.find(request.cookies)
        if session is None:
            return PlainTextResponse("not logged in", HTTPStatus.UNAUTHORIZED)
        try:
            asked = _asked(await request.json())
        except (KeyError, TypeError, ValueError):
            return PlainTextResponse("a text, a line and a column are needed", HTTPStatus.BAD_REQUEST)
        place = place_of(*asked)
        try:
            found = await run_in_threadpool(options, session.kestra, place)
        except WorkbookError:
            found = []
        return JSONResponse(
            {
                "prefix": place.prefix or "",
                "key": place.key is None,
                "options": [asdict(option) for option in found],
            }
        )

    return [Route("/editor/completions", complete, methods=["POST"])]


def _asked(body: dict[str, Any]) -> tuple[str, int, int]:
    return str(body["text"]), int(body["line"]), int(body["column"])
