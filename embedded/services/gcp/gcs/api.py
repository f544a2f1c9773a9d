"""Which request goes where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.services.gcp.errors import GoogleError, not_implemented
from embedded.services.gcp.gcs import buckets, objects, uploads
from embedded.services.gcp.gcs.request import Call
from embedded.services.gcp.gcs.store import Store

Handler = Callable[..., Response]

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
        store: what it serves.
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

    async def _json(self, request: Request) -> Response:
        return await self._dispatch(request, _JSON)

    async def _download(self, request: Request) -> Response:
        return await self._dispatch(request, _DOWNLOAD)

    async def _upload(self, request: Request) -> Response:
        call = Call.of(request)
        if len(call.path) != 3 or (call.path[0], call.path[2]) != ("b", "o"):
            raise _absent(request)
        if request.method == "DELETE":
            return await uploads.cancel(self._store, call)
        return await uploads.upload(self._store, call, call.path[1])

    async def _dispatch(self, request: Request, table: dict[str, dict[str, Handler]]) -> Response:
        call = Call.of(request)
        for pattern, handlers in table.items():
            names = _names(pattern.split("/"), call.path)
            if names is not None and (handler := handlers.get("GET" if request.method == "HEAD" else request.method)):
                if request.method in _WITH_DOCUMENT:
                    call = replace(call, given=await call.document())
                return await run_in_threadpool(handler, self._store, call, *names)
        raise _absent(request)


def _names(pattern: list[str], path: tuple[str, ...]) -> list[str] | None:
    """What stands for the stars of a pattern; None if the path is not of that form."""
    if len(pattern) != len(path) or not all(part in ("*", given) for part, given in zip(pattern, path, strict=True)):
        return None
    return [given for part, given in zip(pattern, path, strict=True) if part == "*"]


def _absent(request: Request) -> GoogleError:
    return not_implemented(f"{request.method} {request.scope['raw_path'].decode('latin-1')}")
