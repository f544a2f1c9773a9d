"""Errors of the REST API, in the shape of the official server."""

import logging
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jpype
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

from embedded.services.kestra.api.messages import readable, without_folders
from embedded.services.kestra.api.unknown_types import explain
from embedded.services.kestra.java_engine import TENANT, NotProcessed, Refused

log = logging.getLogger(__name__)

# Java exception -> status and the words before its message, as Kestra's own web server answers. The first match counts.
JAVA_ERRORS: tuple[tuple[str, HTTPStatus, str], ...] = (
    ("jakarta.validation.ConstraintViolationException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity"),
    ("io.kestra.core.exceptions.InputOutputValidationException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity"),
    ("io.kestra.core.exceptions.FlowProcessingException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity"),
    ("io.kestra.core.exceptions.InvalidQueryFiltersException", HTTPStatus.BAD_REQUEST, "Invalid query filters"),
    ("io.kestra.core.exceptions.ValidationErrorException", HTTPStatus.BAD_REQUEST, "Bad Request"),
    ("io.kestra.core.exceptions.InvalidException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid entity"),
    ("io.kestra.core.exceptions.NotFoundException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("io.kestra.core.exceptions.ConflictException", HTTPStatus.CONFLICT, "Conflict"),
    ("io.kestra.core.exceptions.ResourceExpiredException", HTTPStatus.GONE, "Resource has expired"),
    ("io.kestra.core.exceptions.DeserializationException", HTTPStatus.LOCKED, "Locked"),
    ("com.fasterxml.jackson.core.JsonParseException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json"),
    ("com.fasterxml.jackson.databind.JsonMappingException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json mapping"),
    ("com.fasterxml.jackson.core.JsonProcessingException", HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid json"),
    ("java.util.NoSuchElementException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.io.FileNotFoundException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.nio.file.NoSuchFileException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.nio.file.FileSystemException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.time.DateTimeException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.lang.IllegalArgumentException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.net.URISyntaxException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.lang.IllegalStateException", HTTPStatus.CONFLICT, "Illegal state"),
    ("java.lang.StackOverflowError", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument: nested too deep"),
    ("java.lang.UnsupportedOperationException", HTTPStatus.BAD_REQUEST, "Bad Request"),
    ("io.kestra.core.exceptions.InternalException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
)

NO_COLUMN = "42S22"
"""SQL state: a column that does not exist."""
BAD_PATTERN = "22025"
"""SQL state: a malformed regular expression."""
BAD_VALUE = "22"
"""Beginning of the SQL states of values that the database does not take."""


class ApiError(Exception):
    """A response that is not a success.

    Parameters:
        status: HTTP status code.
        message: what went wrong; the status's own phrase if empty.
        errors: details, each with a `message` and perhaps the `path` of the property that is wrong.
        headers: further headers of the response.
        extra: further fields of the response.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.status = status
        self.message = message or HTTPStatus(status).phrase
        self.errors = errors or []
        self.headers = headers or {}
        self.extra = extra or {}
        super().__init__(self.message)


class NotFound(ApiError):
    """404, with the words of the official server."""

    def __init__(self, what: str = "") -> None:
        super().__init__(HTTPStatus.NOT_FOUND, f"Not Found: {what}" if what else "Not Found")


class BadRequest(ApiError):
    """400: a parameter is missing or malformed."""

    def __init__(self, what: str) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, f"Bad Request: {what}")


class Invalid(ApiError):
    """422: the request was understood and its content refused."""

    def __init__(self, what: str) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, f"Illegal argument: {what}")


def from_java(error: Any) -> ApiError:
    """The response to a Java exception; one that is not in `JAVA_ERRORS` becomes a 500 and is logged."""
    error = _unwrap(error)
    for name, status, words in JAVA_ERRORS:
        if isinstance(error, jpype.JClass(name)):
            message = error.getMessage()
            text = "" if message is None else readable(str(message))
            return ApiError(status, f"{words}: {text}" if text else words, _violations(error))
    if isinstance(error, jpype.JClass("org.jooq.exception.DataAccessException")) and (refused := _refused(error)):
        return refused
    log.error("Server error: %s", error.stacktrace())
    # The message may be anything, a query with its values too.
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error: see Kestra's log")


def _refused(error: Any) -> ApiError | None:
    """The response to a query that failed because of what the request asked for; None if it was not for that."""
    state = str(error.sqlState())
    if state == NO_COLUMN:
        # The repositories hand on the names of fields to sort by.
        return Invalid("There is no such field to sort by")
    if state == BAD_PATTERN:
        return Invalid("A filter's regular expression is malformed")
    return Invalid("A value is too long or malformed") if state.startswith(BAD_VALUE) else None


def from_exception(error: Exception) -> ApiError:
    """The response to any exception of a handler."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, jpype.JException):
        return from_java(error)
    if isinstance(error, Refused):
        return ApiError(HTTPStatus.CONFLICT, f"Conflict: {error}")
    if isinstance(error, NotProcessed):
        return ApiError(HTTPStatus.GATEWAY_TIMEOUT, f"Operation timed out: {error}")
    if isinstance(error, HTTPException):
        return ApiError(error.status_code, error.detail)
    if isinstance(error, UnicodeEncodeError | UnicodeDecodeError):
        # Python's texts do not go to Java with one, nor Java's to Python.
        return Invalid("A text has half of a surrogate pair, which is no character")
    if isinstance(error, ClientDisconnect):
        return ApiError(HTTPStatus.BAD_REQUEST, "The request ended before its body did")
    log.error("Server error", exc_info=error)
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR)


def error_response(request: Request, error: ApiError) -> JSONResponse:
    """The error as JSON: the official `message`, `_links` and `_embedded`, with `status` and `path`."""
    href = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    message = without_folders(_explained(request, error.message), *_folders(request))
    body: dict[str, Any] = {"message": message, "_links": {"self": {"href": href, "templated": False}}}
    if error.errors:
        body["_embedded"] = {"errors": error.errors}
    body |= {"status": int(error.status), "path": request.url.path} | error.extra
    return JSONResponse(body, status_code=error.status, headers=error.headers)


def _explained(request: Request, message: str) -> str:
    engine = _engine(request)
    return message if engine is None else explain(engine, message)


def _engine(request: Request) -> Any:
    return request.scope["app"].state.engine if "app" in request.scope else None


def _folders(request: Request) -> list[Path]:
    """The folders of the engine, whose paths are nobody else's concern."""
    if (engine := _engine(request)) is None:
        return []
    return [engine.config.storage / TENANT, engine.config.storage, engine.config.home]


def _unwrap(error: Any) -> Any:
    """The cause in a wrapper: of an invalid flow, or of what reactive code threw."""
    names = ("io.kestra.core.exceptions.FlowProcessingException", "reactor.core.Exceptions$ReactiveException")
    wrappers: Any = tuple(jpype.JClass(name) for name in names)
    while isinstance(error, wrappers) and (cause := error.getCause()) is not None:
        error = cause
    return error


def _violations(error: Any) -> list[dict[str, str]]:
    """What is wrong, property by property, if the exception or its cause knows."""
    kind = jpype.JClass("jakarta.validation.ConstraintViolationException")
    while error is not None and not isinstance(error, kind):
        error = error.getCause()
    if error is None or error.getConstraintViolations() is None:
        return []
    return [
        {"message": readable(str(violation.getMessage())), "path": str(violation.getPropertyPath())}
        for violation in error.getConstraintViolations()
    ]
