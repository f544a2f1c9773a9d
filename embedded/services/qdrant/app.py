"""Qdrant's REST paths, on Starlette: https://api.qdrant.tech/api-reference."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import orjson
import qdrant_edge as edge
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog import versions
from embedded.services.qdrant import points, queries, schema
from embedded.services.qdrant.body import Json
from embedded.services.qdrant.collection import Collection
from embedded.services.qdrant.errors import ApiError, format_error, missing_error, translate
from embedded.services.qdrant.points import Change
from embedded.services.qdrant.store import Store
from embedded.shared.numbers import whole_number
from embedded.shared.request_body import BodyError, read_body

log = logging.getLogger(__name__)

Operation = Callable[[Request, Json], Json]
Handler = Callable[[Request], Awaitable[Response]]

_COLLECTION = "/collections/{name}"
_LARGEST_BODY = 32 << 20
"""In bytes; the server's own limit unless it is told otherwise."""
_WITH_BODY = ("POST", "PUT", "PATCH")
_JSON = re.compile(r"[^/;\s]+/(?:json|[^/;\s]+\+json)\s*(?:;.*)?", re.IGNORECASE)
_ABSENT = re.compile(
    r"/(?:telemetry|metrics|cluster|snapshots|shards|locks|issues|quotas|profiler|logger|audit)(?:/.*)?"
    r"|/collections/[^/]+/(?:snapshots|shards|cluster|optimizations)(?:/.*)?"
    r"|/collections/[^/]+/points/(?:recommend|discover|search/groups|search/matrix)(?:/.*)?"
)
"""Paths of the real server that are not here."""
_PARAMETERS = {"wait", "timeout", "ordering", "consistency"}
"""What may stand in an address; all but `wait` make no difference to a single node."""


class Api:
    """The calls of one server."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def app(self) -> ASGIApp:
        """The application."""
        app = Starlette(
            routes=[*self._service(), *self._collections(), *self._changes(), *self._reads()],
            exception_handlers={HTTPException: _no_such_path},
        )
        app.router.redirect_slashes = False
        return _EncodedPaths(app)

    @staticmethod
    def _service() -> list[Route]:
        return [Route("/", _title), *(Route(path, _well) for path in ("/healthz", "/livez", "/readyz"))]

    def _collections(self) -> list[Route]:
        store = self._store
        return [
            _route("/collections", "GET", lambda r, b: {"collections": [{"name": name} for name in store.names()]}),
            _route("/collections/aliases", "POST", lambda r, b: self._aliases(b)),
            _route("/aliases", "GET", lambda r, b: {"aliases": store.aliases()}),
            _route(_COLLECTION, "GET", lambda r, b: self._named(r).info()),
            _route(_COLLECTION, "PUT", self._create),
            _route(_COLLECTION, "PATCH", self._patch),
            _route(_COLLECTION, "DELETE", lambda r, b: store.drop(_name(r))),
            _route(f"{_COLLECTION}/exists", "GET", lambda r, b: {"exists": store.exists(_name(r))}),
            _route(f"{_COLLECTION}/aliases", "GET", lambda r, b: {"aliases": store.aliases(self._named(r).name)}),
        ]

    def _changes(self) -> list[Route]:
        def change(path: str, method: str, read: Callable[[Json, points.Sizes], Change]) -> Route:
            return _route(f"{_COLLECTION}{path}", method, lambda r, b: self._update(r, b, read))

        return [
            change("/points", "PUT", points.upsert),
            change("/points/delete", "POST", points.delete),
            change("/points/payload", "POST", points.set_payload),
            change("/points/payload", "PUT", points.overwrite_payload),
            change("/points/payload/delete", "POST", points.delete_payload),
            change("/points/payload/clear", "POST", points.clear_payload),
            change("/points/vectors", "PUT", points.update_vectors),
            change("/points/vectors/delete", "POST", points.delete_vectors),
            change("/index", "PUT", lambda b, sizes: Change(schema.index_operation(b))),
            _route(f"{_COLLECTION}/index/{{field:path}}", "DELETE", self._drop_index),
            _route(f"{_COLLECTION}/points/batch", "POST", self._batch),
        ]

    def _reads(self) -> list[Route]:
        def read(path: str, query: Callable[[Any, Json], Json]) -> Route:
            return _route(f"{_COLLECTION}{path}", "POST", lambda r, b: self._named(r).read(query, b))

        return [
            read("/points", queries.retrieve),
            read("/points/query", queries.query),
            read("/points/query/batch", queries.query_batch),
            read("/points/query/groups", queries.groups),
            read("/points/search", queries.search),
            read("/points/search/batch", queries.search_batch),
            read("/points/scroll", queries.scroll),
            read("/points/count", queries.count),
            read("/facet", queries.facet),
            _route(f"{_COLLECTION}/points/{{id}}", "GET", self._point),
        ]

    def _named(self, request: Request) -> Collection:
        return self._store.find(_name(request))

    def _create(self, request: Request, body: Json) -> Json:
        self._store.create(_name(request), body)
        return True

    def _patch(self, request: Request, body: Json) -> Json:
        collection = self._named(request)
        collection.change(schema.check_change(collection.settings, body))
        return True

    def _aliases(self, body: Json) -> Json:
        self._store.change_aliases(body)
        return True

    def _update(self, request: Request, body: Json, read: Callable[[Json, points.Sizes], Change]) -> Json:
        collection = self._named(request)
        (number,) = collection.update([read(body, schema.sizes(collection.settings))])
        return _updated(request, number)

    def _batch(self, request: Request, body: Json) -> Json:
        collection = self._named(request)
        numbers = collection.update(points.batch(body, schema.sizes(collection.settings)))
        return [_updated(request, number) for number in numbers]

    def _drop_index(self, request: Request, body: Json) -> Json:
        change = Change(edge.UpdateOperation.delete_field_index(unquote(request.path_params["field"])))
        (number,) = self._named(request).update([change])
        return _updated(request, number)

    def _point(self, request: Request, body: Json) -> Json:
        text = unquote(request.path_params["id"])
        ids = [_point_id(text)]
        records = self._named(request).read(queries.retrieve, {"ids": ids, "with_vector": True})
        if not records:
            raise missing_error(f"Point with id {text} does not exists!")
        return records[0]


def refuse(reason: str) -> ASGIApp:
    """The answer to a request that the browser's guard refuses.

    Parameters:
        reason: why.
    """
    return _error(ApiError(f"Forbidden: {reason}", 403))


def _route(path: str, method: str, operation: Operation) -> Route:
    return Route(path, _handler(operation), methods=[method])


def _handler(operation: Operation) -> Handler:
    async def handle(request: Request) -> Response:
        begun = time.perf_counter()
        try:
            raw = await read_body(request, _LARGEST_BODY)
            result = await run_in_threadpool(_answer, operation, request, raw)
        except ApiError as error:
            return _error(error)
        except BodyError as error:
            return _error(ApiError(str(error)))
        return _json({"result": result, "status": "ok", "time": time.perf_counter() - begun})

    return handle


def _answer(operation: Operation, request: Request, raw: bytes) -> Json:
    if unknown := request.query_params.keys() - _PARAMETERS:
        raise ApiError(f"Wrong input: the parameter {', '.join(sorted(unknown))} is not supported here")
    body = _body(request, raw) if request.method in _WITH_BODY else {}
    try:
        return operation(request, body)
    except ApiError:
        raise
    except Exception as error:  # the engine raises plain ones
        answer = translate(error)
        if answer.status >= 500:
            log.exception("%s %s", request.method, request.url.path)
        raise answer from error


def _body(request: Request, raw: bytes) -> Json:
    """The JSON document of a request. A page of another site cannot send one without asking the server first."""
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise ApiError("Content type error")
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise format_error(error) from error


def _updated(request: Request, number: int) -> Json:
    waits = request.query_params.get("wait") == "true"
    return {"operation_id": number, "status": "completed" if waits else "acknowledged"}


def _name(request: Request) -> str:
    return unquote(request.path_params["name"])


def _point_id(text: str) -> int | str:
    """A point's id in an address. Raises ApiError: it is neither a number nor a UUID."""
    number = whole_number(text, 0, 2**64 - 1)
    if number is not None:
        return number
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise ApiError(f'Wrong input: Can not recognize "{text[:200]}" as point id') from error


class _EncodedPaths:
    """Leaves paths as they were sent: a name with a slash in it is one part of a path, and is decoded when it is read.

    Parameters:
        app: the application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await self._app(scope, receive, send)


def _json(content: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _error(error: ApiError) -> Response:
    return _json({"status": {"error": str(error)}, "result": None, "time": 0.0}, error.status)


async def _title(request: Request) -> Response:
    # Clients look whether they fit this version of the server.
    return _json({"title": "qdrant - vector search engine", "version": versions.QDRANT})


async def _well(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path[1:]} check passed")


async def _no_such_path(request: Request, error: Exception) -> Response:
    """Calls of the real server that are not here (snapshots, shards, telemetry, clusters) say so."""
    if not isinstance(error, HTTPException):
        raise error
    path = request.scope["path"]
    if error.status_code == HTTPStatus.NOT_FOUND and not _ABSENT.fullmatch(path):
        return _error(missing_error(f"there is no path {unquote(path)[:200]}"))
    status = HTTPStatus.NOT_IMPLEMENTED if error.status_code == HTTPStatus.NOT_FOUND else error.status_code
    return _error(ApiError(f"{request.method} {path} is not supported here", status))
