"""Requests to BigQuery, and how a route answers them in a thread.

Source: https://cloud.google.com/bigquery/docs/reference/rest
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from embedded.services.gcp.bigquery.errors import invalid_value, not_found, to_google_error
from embedded.services.gcp.documents import parse_document
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.shapes import Shape, check
from embedded.shared.numbers import whole_number
from embedded.shared.request_body import BodyError, BodyTooLargeError, read_body
from embedded.sql_engine.errors import SqlError

Json = dict[str, Any]

_LARGEST = 2**63 - 1
_LARGEST_BODY = 64 << 20
"""In bytes, after decompression."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """A request to BigQuery.

    Parameters:
        path: names from the path.
        query: parameters of the query.
        body: the JSON body; {} without one.
        etag: of the header If-Match, or None.
    """

    path: dict[str, str]
    query: dict[str, str]
    body: Json
    etag: str | None = None

    def number(self, name: str, default: int) -> int:
        """An integer parameter of the query. Raises GoogleError."""
        text = self.query.get(name, "")
        if not text:
            return default
        number = whole_number(text, 0, _LARGEST)
        if number is None:
            raise invalid_value(f"Invalid value for {name}: {text[:80]!r} is no whole number from 0 to {_LARGEST}.")
        return number

    def flag(self, name: str) -> bool:
        """A boolean parameter of the query."""
        return self.query.get(name, "").lower() == "true"

    def check_etag(self, resource: Json) -> None:
        """Raise GoogleError if the client expects another state of a resource."""
        if self.etag not in (None, "*", with_etag(resource)["etag"]):
            raise GoogleError(412, "conditionNotMet", "Precondition Failed", "If-Match")


def handler(
    project: str, shape: Shape, work: Callable[[Request], Json | None]
) -> Callable[[HttpRequest], Awaitable[Response]]:
    """A route's endpoint.

    Parameters:
        project: the only one that exists.
        shape: of the document in its body.
        work: answers a request; None is an answer without content. It may block, and may raise GoogleError and
            SqlError.
    """

    async def handle(http: HttpRequest) -> Response:
        try:
            raw = await read_body(http, _LARGEST_BODY)
            body = await run_in_threadpool(work, _parse_request(http, raw, project, shape))
        except SqlError as error:
            return to_google_error(error).response()
        except GoogleError as error:
            return error.response()
        except BodyTooLargeError as error:
            return GoogleError(413, "uploadTooLarge", str(error)).response()
        except BodyError as error:
            return invalid_value(str(error)).response()
        except duckdb.Error:
            log.exception("%s %s", http.method, http.url.path)
            return GoogleError(400, "invalid", "The request could not be completed.").response()
        return json_response(body) if body is not None else Response(status_code=204)

    return handle


def json_response(body: Json) -> Response:
    """A response with a JSON body."""
    return Response(orjson.dumps(body), media_type="application/json")


def check_project(name: str, project: str) -> None:
    """Raise GoogleError for another project."""
    if name != project:
        raise not_found(f"Project {name}")


def with_etag(resource: Json) -> Json:
    """A resource with its ETag."""
    digest = hashlib.md5(orjson.dumps(resource, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return {**resource, "etag": digest}


def change_resource(old: Json, changes: Json, settable: tuple[str, ...], keep: bool) -> Json:
    """A resource after PATCH or PUT; null unsets a property.

    Parameters:
        old: the resource before.
        changes: the body of the request.
        settable: names of the properties that clients may set.
        keep: PATCH, which keeps the properties and labels that are not in the body.
    """
    body = {key: value for key, value in old.items() if keep or key not in settable}
    body |= {key: changes[key] for key in settable if key in changes}
    body = {key: value for key, value in body.items() if value is not None}
    if isinstance(body.get("labels"), dict):
        merged = {**(old.get("labels", {}) if keep else {}), **body["labels"]}
        body["labels"] = {key: value for key, value in merged.items() if value is not None}
    return body


def _parse_request(http: HttpRequest, raw: bytes, project: str, shape: Shape) -> Request:
    path = {name: str(value) for name, value in http.path_params.items()}
    check_project(path["project"], project)
    document = parse_document(raw)
    check(document, shape)
    return Request(path, dict(http.query_params), document, http.headers.get("if-match"))
