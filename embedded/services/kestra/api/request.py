"""What a handler of the API gets (`Call`), how it becomes a route (`endpoint`), and what it answers with."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from embedded.services.kestra.api.errors import ApiError, BadRequest, error_response, from_exception
from embedded.services.kestra.engine import TENANT, Engine

MAX_BODY_BYTES = 10 * 2**20
"""Largest body that is not a form: flows, JSON, values. Files come as forms, which are spooled to disk."""
MAX_FIELD_BYTES = 2 * 2**20
"""Largest text field of a form."""
MAX_FORM_PARTS = 1000
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Settings(Protocol):
    """What the API needs to know besides the engine."""

    username: str
    password: str
    version: str


@dataclass(frozen=True)
class Call:
    """One request, its body already read.

    Attributes:
        engine: the engine behind the API.
        settings: user name, password and version.
        request: Starlette's request.
        body: the body, unless it is a form.
        form: fields and files of a form; the files lie on disk.
    """

    engine: Engine
    settings: Settings
    request: Request
    body: bytes = b""
    form: FormData = field(default_factory=FormData)
    tenant: str = TENANT

    @property
    def params(self) -> dict[str, str]:
        """Parameters of the path."""
        return self.request.path_params

    def bean(self, name: str) -> Any:
        """A bean of the engine."""
        return self.engine.bean(name)

    def one(self, name: str, default: str | None = None) -> str | None:
        """A query parameter."""
        return self.request.query_params.get(name, default)

    def required(self, name: str) -> str:
        """A query parameter that must be there.

        Raises:
            BadRequest: it is not.
        """
        if (value := self.one(name)) is None:
            raise BadRequest(f"Required QueryValue [{name}] not specified")
        return value

    def many(self, name: str) -> list[str]:
        """A query parameter given several times or with commas."""
        return [part for value in self.request.query_params.getlist(name) for part in value.split(",") if part]

    def flag(self, name: str, default: bool) -> bool:
        """A query parameter that is true or false."""
        value = self.one(name)
        return default if value is None else value.lower() in ("true", "1", "yes", "on")

    def number(self, name: str, default: int | None = None, minimum: int | None = None) -> int | None:
        """A query parameter that is a whole number.

        Raises:
            BadRequest: it is none, or less than `minimum`.
        """
        if (value := self.one(name)) is None or value == "":
            return default
        try:
            number = int(value)
        except ValueError:
            raise BadRequest(f"Failed to convert argument [{name}] for value [{value}]") from None
        if minimum is not None and number < minimum:
            raise ApiError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"Invalid entity: {name}: must be greater than or equal to {minimum}",
                [{"path": name, "message": f"must be greater than or equal to {minimum}"}],
            )
        return number

    def text(self) -> str:
        """The body as text.

        Raises:
            ApiError: it is not UTF-8.
        """
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"The body is not UTF-8: {error.reason}") from None

    def json(self) -> Any:
        """The body as JSON; None if it is empty.

        Raises:
            ApiError: it is not JSON.
        """
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Invalid json: {error}") from None

    def ids(self) -> list[Any]:
        """The body as a JSON list, as the bulk operations take it.

        Raises:
            ApiError: it is not a list.
        """
        found = self.json()
        if not isinstance(found, list):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json: a list was expected")
        return found

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one if there is no body.

        Raises:
            ApiError: it is no object.
        """
        found = self.json()
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json: an object was expected")
        return found

    def upload(self, name: str) -> UploadFile:
        """A file of the form.

        Raises:
            ApiError: there is none of that name.
        """
        found = self.form.get(name)
        if not isinstance(found, UploadFile):
            raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, f"Required argument [{name}] not specified")
        return found

    def page(self, sort_mapping: Any = None, size: int = 10) -> Any:
        """The `Pageable` asked for by `page`, `size` and `sort` (`field:asc`).

        Parameters:
            sort_mapping: Java function from a sort field to a column, as the repositories' `sortMapping()` gives it.
            size: rows a page unless told.
        """
        pageable = self.engine.java("io.micronaut.data.model.Pageable")
        number = self.number("page", 1, minimum=1)
        rows = self.number("size", size, minimum=1)
        orders = [self._order(text, sort_mapping) for text in self.many("sort")]
        if not orders:
            return pageable.from_(number, rows)
        sort = self.engine.java("io.micronaut.data.model.Sort").of(self.engine.java("java.util.List").of(*orders))
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

    def paged(self, found: Any) -> Response:
        """A page of a repository (`ArrayListTotal`) as `{results, total}`."""
        return self.page_of(found, int(found.getTotal()))

    def page_of(self, items: Iterable[Any], total: int) -> Response:
        """Entities as `{results, total}`."""
        results = ",".join(self.engine.to_json(item) for item in items)
        return json_text(f'{{"results":[{results}],"total":{total}}}')


def json_text(text: str, status: int = HTTPStatus.OK) -> Response:
    """An answer that is JSON already."""
    return Response(text, status, media_type="application/json")


def json_value(value: Any, status: int = HTTPStatus.OK) -> Response:
    """An answer made of dictionaries, lists and scalars."""
    return json_text(json.dumps(value, ensure_ascii=False), status)


def bulk(count: int) -> Response:
    """The answer of a bulk operation."""
    return json_value({"count": count})


def no_content() -> Response:
    """204."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


def endpoint(handler: Callable[[Call], Any], raw_body: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """A route's endpoint from a handler.

    The body is read first: forms with their files spooled to disk, other bodies up to `MAX_BODY_BYTES`. A handler that
    is a plain function runs in a thread, since calls into Java block; a coroutine function runs on the event loop.

    Parameters:
        raw_body: take a form as it comes instead of reading its fields.
    """

    async def answer(request: Request) -> Response:
        try:
            call = await _read(request, raw_body)
            if inspect.iscoroutinefunction(handler):
                return await handler(call)
            return await run_in_threadpool(handler, call)
        except Exception as error:  # whatever it is, the answer is JSON and no stack trace
            return error_response(request, from_exception(error))
        finally:
            await request.close()  # a form's files

    return answer


async def _read(request: Request, raw_body: bool) -> Call:
    engine, settings = request.app.state.engine, request.app.state.settings
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS and not raw_body:
        form = await request.form(max_files=MAX_FORM_PARTS, max_fields=MAX_FORM_PARTS, max_part_size=MAX_FIELD_BYTES)
        return Call(engine, settings, request, form=form)
    return Call(engine, settings, request, body=await _body(request))


async def _body(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > MAX_BODY_BYTES:
            raise ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {MAX_BODY_BYTES} bytes")
    return bytes(received)
