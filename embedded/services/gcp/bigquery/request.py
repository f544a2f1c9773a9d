"""A request to BigQuery, taken apart, and handed to a function in a thread."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from embedded.services.gcp.bigquery.errors import answer, invalid_value, not_found
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import SqlError

Json = dict[str, Any]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """A request.

    Parameters:
        path: names from the address.
        query: parameters of the address.
        body: the document that came with it; {} if there was none.
        match: of the header If-Match, if it was sent.
    """

    path: dict[str, str]
    query: dict[str, str]
    body: Json
    match: str | None = None

    def number(self, name: str, default: int) -> int:
        """A parameter that is a whole number. Raises GoogleError."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isdecimal():
            raise invalid_value(f"Invalid value for {name}: {text!r} is no whole number.")
        return int(text)

    def flag(self, name: str) -> bool:
        """A parameter that is true or false."""
        return self.query.get(name, "").lower() == "true"


def handler(project: str, work: Callable[[Call], Json | None]) -> Callable[[Request], Awaitable[Response]]:
    """A route's endpoint.

    Parameters:
        project: the only one that is there.
        work: answers a call; None is an answer without content. It may block, and may raise GoogleError and SqlError.
    """

    async def handle(request: Request) -> Response:
        raw = await request.body()
        try:
            call = _call(request, raw, project)
            body = await run_in_threadpool(work, call)
        except SqlError as error:
            return answer(error).response()
        except GoogleError as error:
            return error.response()
        except duckdb.Error:
            log.exception("%s %s", request.method, request.url.path)
            return GoogleError(400, "invalid", "The request could not be completed.").response()
        return document(body) if body is not None else Response(status_code=204)

    return handle


def document(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer."""
    return Response(orjson.dumps(body), status, headers, "application/json")


def parsed(raw: bytes) -> Json:
    """A JSON object; nothing counts as {}. Raises GoogleError."""
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError as error:
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON.") from error
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "Parse Error: the body is no JSON object.")
    return body


def check_project(given: str, project: str) -> None:
    """Raise GoogleError for another project."""
    if given != project:
        raise not_found(f"Project {given}")


def tagged(body: Json) -> Json:
    """A resource with its ETag."""
    return {**body, "etag": hashlib.md5(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()}


def check_match(call: Call, body: Json) -> None:
    """Raise GoogleError if the client means another state of a resource."""
    if call.match not in (None, "*", tagged(body)["etag"]):
        raise GoogleError(412, "conditionNotMet", "Precondition Failed", "If-Match")


def _call(request: Request, raw: bytes, project: str) -> Call:
    path = {name: str(value) for name, value in request.path_params.items()}
    check_project(path["project"], project)
    return Call(path, dict(request.query_params), parsed(raw), request.headers.get("if-match"))
