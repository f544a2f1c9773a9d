"""The routes of Cloud Storage's JSON API.

Source: https://cloud.google.com/storage/docs/json_api/v1
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.gcp.errors import GoogleError, not_implemented
from embedded.services.gcp.gcs import buckets, objects, uploads
from embedded.services.gcp.gcs.request import Request
from embedded.services.gcp.gcs.store import Store

Handler = Callable[[Store, Request], Response]

_WITH_DOCUMENT = ("POST", "PUT", "PATCH")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_JSON: dict[str, dict[str, Handler]] = {
    "b": {"GET": buckets.list_buckets, "POST": buckets.insert},
    "b/*": {"GET": buckets.get, "PATCH": buckets.patch, "PUT": buckets.update, "DELETE": buckets.delete},
    "b/*/o": {"GET": objects.list_objects},
    "b/*/o/*": {"GET": objects.get, "PATCH": objects.patch, "PUT": objects.update, "DELETE": objects.delete},
    "b/*/o/*/copyTo/b/*/o/*": {"POST": objects.copy},
    "b/*/o/*/rewriteTo/b/*/o/*": {"POST": objects.rewrite},
    "b/*/o/*/compose": {"POST": objects.compose},
}
_DOWNLOAD: dict[str, dict[str, Handler]] = {"b/*/o/*": {"GET": objects.download}}


class Gcs:
    """Cloud Storage.

    Parameters:
        store: with the buckets.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def routes(self) -> list[Route]:
        """The routes, for the front."""
        return [
            Route("/storage/v1/{path:path}", self._json, methods=_METHODS),
            Route("/download/storage/v1/{path:path}", self._download, methods=["GET"]),
            Route("/upload/storage/v1/{path:path}", self._upload, methods=["POST", "PUT", "DELETE"]),
        ]

    async def _json(self, request: HttpRequest) -> Response:
        return await self._dispatch(request, _JSON)

    async def _download(self, request: HttpRequest) -> Response:
        return await self._dispatch(request, _DOWNLOAD)

    async def _upload(self, http: HttpRequest) -> Response:
        request = Request.parse(http)
        if not _matches("b/*/o", request.path):
            raise _no_route(http)
        if http.method == "DELETE":
            return await uploads.cancel(self._store, request)
        return await uploads.upload(self._store, request)

    async def _dispatch(self, http: HttpRequest, table: dict[str, dict[str, Handler]]) -> Response:
        request = Request.parse(http)
        method = "GET" if http.method == "HEAD" else http.method
        for pattern, handlers in table.items():
            if _matches(pattern, request.path) and (handler := handlers.get(method)):
                if method in _WITH_DOCUMENT:
                    request = replace(request, document=await request.read_document())
                return await run_in_threadpool(handler, self._store, request)
        raise _no_route(http)


def _matches(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether a path has the form of a pattern, whose stars stand for any name."""
    parts = pattern.split("/")
    return len(parts) == len(path) and all(part in ("*", name) for part, name in zip(parts, path, strict=True))


def _no_route(request: HttpRequest) -> GoogleError:
    return not_implemented(f"{request.method} {request.scope['raw_path'].decode('latin-1')}")
