"""The `Request` that a handler of the API takes, `endpoint`, which makes a route of a handler, and its responses."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from embedded.services.kestra.api.convert import java_list
from embedded.services.kestra.api.errors import ApiError, BadRequest, error_response, from_exception
from embedded.services.kestra.java_engine import TENANT, JavaEngine

MAX_BODY_BYTES = 10 * 2**20
"""Largest body that is not a form: flows, JSON, values. Files come as forms, which are spooled to disk."""
MAX_FIELD_BYTES = 2 * 2**20
"""Largest text field of a form."""
MAX_FORM_PARTS = 1000
MAX_NUMBER = 2**31 - 1
"""Largest whole number of a parameter: Java's `int`."""
MAX_JSON_DEPTH = 500
"""Lists and objects in each other. The engine takes 1,000, and puts what it is sent into its own objects."""
NUMBER = re.compile(r"[+-]?[0-9]{1,12}")
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{\]}]', re.DOTALL)
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
MULTIPART = "multipart/form-data"
FORMS = (MULTIPART, "application/x-www-form-urlencoded")
YAML = ("application/x-yaml", "application/yaml", "text/yaml", "text/x-yaml")
JSON = ("application/json",)


class Settings(Protocol):
    """The settings of the API."""

    @property
    def username(self) -> str:
        """User name of basic authentication."""

    @property
    def password(self) -> str:
        """Password of basic authentication."""

    @property
    def version(self) -> str:
        """Version of Kestra that the API reports."""


@dataclass(frozen=True)
class Request:
    """One request, its body already read.

    Attributes:
        engine: the engine behind the API.
        settings: user name, password and version.
        http: Starlette's request.
        body: the body, unless it is a form.
        form: fields and files of a form; the files lie on disk.
        tenant: of the flows; open-source Kestra has one.
    """

    engine: JavaEngine
    settings: Settings
    http: HttpRequest
    body: bytes = b""
    form: FormData = field(default_factory=FormData)
    tenant: str = TENANT

    @property
    def params(self) -> dict[str, str]:
        """Parameters of the path."""
        return self.http.path_params

    def bean(self, name: str) -> Any:
        """A bean of the engine."""
        return self.engine.bean(name)

    def java(self, name: str) -> Any:
        """A Java class."""
        return self.engine.java(name)

    def parameter(self, name: str, default: str | None = None) -> str | None:
        """A query parameter."""
        return self.http.query_params.get(name, default)

    def required(self, name: str) -> str:
        """A query parameter that must be there.

        Raises:
            BadRequest: it is not.
        """
        if (value := self.parameter(name)) is None:
            raise BadRequest(f"Required QueryValue [{name}] not specified")
        return value

    def many(self, name: str) -> list[str]:
        """The values of a query parameter that is repeated or has commas."""
        return [part for value in self.http.query_params.getlist(name) for part in value.split(",") if part]

    def flag(self, name: str, default: bool) -> bool:
        """A query parameter that is true or false."""
        value = self.parameter(name)
        return default if value is None else value.lower() in ("true", "1", "yes", "on")

    def number(self, name: str, default: int | None = None, minimum: int | None = None) -> int | None:
        """A query parameter that is a whole number.

        Parameters:
            name: of the parameter.
            default: the number if the parameter is absent or empty.
            minimum: the least number allowed.

        Raises:
            BadRequest: it is no whole number of 32 bits.
            ApiError: it is less than `minimum`.
        """
        if (value := self.parameter(name)) is None or value == "":
            return default
        number = whole_number(name, value)
        if minimum is not None and number < minimum:
            raise ApiError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"Invalid entity: {name}: must be greater than or equal to {minimum}",
                [{"path": name, "message": f"must be greater than or equal to {minimum}"}],
            )
        return number

    def text(self, *kinds: str) -> str:
        """The body as text.

        Parameters:
            kinds: the media types that the path takes; any if none is given. A request need not name one.

        Raises:
            ApiError: it is of another type (415), or not UTF-8 (422).
        """
        sent = content_type(self.http)
        if sent and kinds and sent not in kinds:
            message = f"Content Type [{sent}] not allowed. Allowed types: [{', '.join(kinds)}]"
            raise ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The body is not UTF-8: {error.reason}") from None

    def json(self) -> Any:
        """The body as JSON; None if it is empty.

        Raises:
            ApiError: it is sent as something else (415), or is not JSON (422).
        """
        text = self.text(*JSON)
        return parse_json(text) if text.strip() else None

    def ids(self) -> list[Any]:
        """The body as a JSON list, as the bulk operations take it.

        Raises:
            ApiError: it is not a list.
        """
        body = self.json()
        if not isinstance(body, list):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json: a list was expected")
        return body

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one if there is no body.

        Raises:
            ApiError: it is no object.
        """
        body = self.json()
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json: an object was expected")
        return body

    def upload(self, name: str) -> UploadFile:
        """A file of the form.

        Raises:
            ApiError: there is none of that name.
        """
        file = self.form.get(name)
        if not isinstance(file, UploadFile):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Required argument [{name}] not specified")
        return file

    def page(self, sort_mapping: Any = None, size: int = 10) -> Any:
        """The `Pageable` of the parameters `page`, `size` and `sort` (`field:asc`).

        Parameters:
            sort_mapping: Java function from a sort field to a column, as the repositories' `sortMapping()` returns it.
            size: rows of a page by default.
        """
        pageable = self.engine.java("io.micronaut.data.model.Pageable")
        number = self.number("page", 1, minimum=1)
        rows = self.number("size", size, minimum=1)
        orders = [self._order(text, sort_mapping) for text in self.many("sort")]
        if not orders:
            return pageable.from_(number, rows)
        sort = self.engine.java("io.micronaut.data.model.Sort").of(java_list(orders))
        return pageable.from_(number, rows, sort)

    def _order(self, text: str, sort_mapping: Any) -> Any:
        column, separator, direction = text.partition(":")
        if not separator:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid sort parameter")
        if sort_mapping is not None:
            column = sort_mapping.apply(column)
        if column is None:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Invalid sort field: {text.partition(':')[0]}")
        order = self.engine.java("io.micronaut.data.model.Sort$Order")
        return order.asc(column) if direction == "asc" else order.desc(column)

    def entity(self, value: Any, status: int = HTTPStatus.OK) -> Response:
        """An entity of the engine, in the JSON of the official server."""
        return json_text(self.engine.to_json(value), status)

    def paged(self, rows: Any) -> Response:
        """A page of a repository (`ArrayListTotal`) as `{results, total}`."""
        return self.page_of(rows, int(rows.getTotal()))

    def page_of(self, items: Iterable[Any], total: int) -> Response:
        """Entities as `{results, total}`."""
        results = ",".join(self.engine.to_json(item) for item in items)
        return json_text(f'{{"results":[{results}],"total":{total}}}')


def whole_number(name: str, value: str) -> int:
    """A parameter as a whole number.

    Parameters:
        name: of the parameter.
        value: what was sent.

    Raises:
        BadRequest: it is no whole number of 32 bits.
    """
    if NUMBER.fullmatch(value) and abs(int(value)) <= MAX_NUMBER:
        return int(value)
    shown = value if len(value) <= 40 else f"{value[:40]}..."
    raise BadRequest(f"Failed to convert argument [{name}] for value [{shown}]: a whole number of 32 bits is expected")


def parse_json(text: str) -> Any:
    """What a JSON text says.

    Raises:
        ApiError: it is not JSON, is nested too deep, or has half of a surrogate pair, which Java's texts may hold and
            its database does not.
    """
    require_shallow(text)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Invalid json: {error}") from None
    if "\\u" in text and HALF_CHARACTER.search(json.dumps(value, ensure_ascii=False)):
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json: half of a surrogate pair is no character")
    return value


def require_shallow(text: str) -> None:
    """Refuse a JSON text that is nested deeper than `MAX_JSON_DEPTH`.

    Raises:
        ApiError: it is.
    """
    if text.count("[") + text.count("{") <= MAX_JSON_DEPTH:
        return
    depth = 0
    for match in BRACKETS.finditer(text):
        depth += 1 if match[0] in "[{" else -1 if match[0] in "]}" else 0
        if depth > MAX_JSON_DEPTH:
            message = f"Invalid json: it is nested deeper than {MAX_JSON_DEPTH} levels"
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, message)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def content_type(http: HttpRequest) -> str:
    """The media type of a request's body, without its parameters; empty if the request names none."""
    return http.headers.get("content-type", "").partition(";")[0].strip().lower()


def json_text(text: str, status: int = HTTPStatus.OK) -> Response:
    """A response whose text is JSON already."""
    return Response(text.encode(errors="replace"), status, media_type="application/json")


def json_value(value: Any, status: int = HTTPStatus.OK) -> Response:
    """A response of dictionaries, lists and scalars, sent as JSON."""
    return json_text(json.dumps(value, ensure_ascii=False), status)


def bulk(count: int) -> Response:
    """The response to a bulk operation: how many entities it changed."""
    return json_value({"count": count})


def no_content() -> Response:
    """A response without a body: 204."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


class FormRoute(Route):
    """A route for multipart forms only. It goes before others of its path, as in the official server."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As of any route, if the request has a multipart form."""
        match, child = super().matches(scope)
        if match is Match.FULL and content_type(HttpRequest(scope)) != MULTIPART:
            return Match.NONE, {}
        return match, child


def endpoint(
    handler: Callable[[Request], Any], raw_body: bool = False, lane: CapacityLimiter | None = None
) -> Callable[[HttpRequest], Awaitable[Response]]:
    """A route's endpoint from a handler.

    The body is read first: forms with their files spooled to disk, other bodies up to `MAX_BODY_BYTES`. A handler that
    is a plain function runs in a thread, since calls into Java block; a coroutine function runs on the event loop.

    Parameters:
        handler: answers a request.
        raw_body: keep a form as bytes instead of reading its fields.
        lane: limits how many such requests are handled at once, so that they leave threads to others.
    """

    async def respond(http: HttpRequest) -> Response:
        try:
            request = await _read(http, raw_body)
            if inspect.iscoroutinefunction(handler):
                return await handler(request)
            return await to_thread.run_sync(handler, request, limiter=lane)
        except Exception as error:  # whatever it is, the answer is JSON and no stack trace
            return error_response(http, from_exception(error))
        finally:
            await http.close()  # a form's files

    return respond


async def _read(http: HttpRequest, raw_body: bool) -> Request:
    engine, settings = http.app.state.engine, http.app.state.settings
    kind = content_type(http)
    if kind in FORMS and not raw_body:
        form = await http.form(max_files=MAX_FORM_PARTS, max_fields=MAX_FORM_PARTS, max_part_size=MAX_FIELD_BYTES)
        return Request(engine, settings, http, form=form)
    return Request(engine, settings, http, body=await _body(http))


async def _body(http: HttpRequest) -> bytes:
    received = bytearray()
    async for chunk in http.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {MAX_BODY_BYTES} bytes")
    return bytes(received)
