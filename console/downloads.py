"""Passes files and logs of executions on to the browser, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from urllib.parse import quote

import requests
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from console.sessions import Sessions
from workbook.errors import WorkbookError
from workbook.kestra.api import quoted
from workbook.kestra.errors import ApiError

PIECE = 1 << 18
"""Bytes read at a time."""


def file_address(execution_id: str, uri: str) -> str:
    """Where the console offers a file of an execution.

    Parameters:
        execution_id: the execution that the file belongs to.
        uri: the file's address in Kestra's internal storage.
    """
    return f"/download/file/{quoted(execution_id)}?path={quote(uri, safe='')}"


def log_address(execution_id: str, level: str = "TRACE") -> str:
    """Where the console offers the log of an execution as text.

    Parameters:
        execution_id: the execution.
        level: the lowest level.
    """
    return f"/download/log/{quoted(execution_id)}?minLevel={level}"


def namespace_file_address(namespace: str, path: str, revision: int | None = None) -> str:
    """Where the console offers a file of a namespace.

    Parameters:
        namespace: the namespace.
        path: of the file in it.
        revision: of the file; the last one if None.
    """
    version = "" if revision is None else f"&revision={revision}"
    return f"/download/namespace/{quoted(namespace)}?path={quote(path, safe='')}{version}"


def routes(sessions: Sessions) -> list[Route]:
    """The routes of all downloads.

    Parameters:
        sessions: with whose passwords Kestra is asked.
    """

    async def send(request: Request, path: str, params: dict[str, str], name: str) -> Response:
        """Pass on what Kestra answers."""
        session = sessions.find(request.cookies)
        if session is None:
            return PlainTextResponse("not logged in", HTTPStatus.UNAUTHORIZED)
        try:
            answer = await run_in_threadpool(session.kestra.http.call, "GET", path, params=params, stream=True)
        except ApiError as error:
            return PlainTextResponse(str(error), error.status)
        except WorkbookError as error:
            return PlainTextResponse(str(error), HTTPStatus.BAD_GATEWAY)
        # Always a download: nothing that a task wrote may run as a page of the console.
        headers = {
            "Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}",
            "X-Content-Type-Options": "nosniff",
        }
        if length := answer.headers.get("Content-Length"):
            headers["Content-Length"] = length
        return StreamingResponse(_pieces(answer), media_type="application/octet-stream", headers=headers)

    async def file(request: Request) -> Response:
        """A file in Kestra's internal storage."""
        uri = request.query_params.get("path", "")
        path = f"/executions/{quoted(request.path_params['execution'])}/file"
        return await send(request, path, {"path": uri}, uri.rsplit("/", 1)[-1] or "file")

    async def log(request: Request) -> Response:
        """The log of an execution."""
        execution = request.path_params["execution"]
        params = {"minLevel": request.query_params.get("minLevel", "TRACE")}
        return await send(request, f"/logs/{quoted(execution)}/download", params, f"{execution}.log")

    async def namespace_file(request: Request) -> Response:
        """A file of a namespace."""
        query = request.query_params
        params = {name: query[name] for name in ("path", "revision") if name in query}
        path = f"/namespaces/{quoted(request.path_params['namespace'])}/files"
        return await send(request, path, params, query.get("path", "").rsplit("/", 1)[-1] or "file")

    return [
        Route("/download/file/{execution}", file),
        Route("/download/log/{execution}", log),
        Route("/download/namespace/{namespace}", namespace_file),
    ]


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    with closing(answer):
        yield from answer.iter_content(PIECE)
