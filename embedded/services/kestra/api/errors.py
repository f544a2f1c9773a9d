"""Errors of the REST API, in the shape of the official server."""

import logging
from http import HTTPStatus
from typing import Any

import jpype
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse

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
    ("java.util.NoSuchElementException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.io.FileNotFoundException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.nio.file.NoSuchFileException", HTTPStatus.NOT_FOUND, "Not Found"),
    ("java.time.DateTimeException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.lang.IllegalArgumentException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.net.URISyntaxException", HTTPStatus.UNPROCESSABLE_ENTITY, "Illegal argument"),
    ("java.lang.IllegalStateException", HTTPStatus.CONFLICT, "Illegal state"),
)


NO_COLUMN = "42S22"
"""SQL state: a column that does not exist."""


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
            return ApiError(status, f"{words}: {message}" if message is not None else words, _violations(error))
    database = isinstance(error, jpype.JClass("org.jooq.exception.DataAccessException"))
    if database and str(error.sqlState()) == NO_COLUMN:
        # The repositories hand on the names of fields to sort by.
        return Invalid("There is no such field to sort by")
    log.error("Server error: %s", error.stacktrace())
    # A failed query's message is the query.
    message = "the database refused a query" if database else error.getMessage()
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, f"Internal server error: {message}")


def from_exception(error: Exception) -> ApiError:
    """The response to any exception of a handler."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, jpype.JException):
        return from_java(error)
    if isinstance(error, HTTPException):
        return ApiError(error.status_code, error.detail)
    if isinstance(error, ClientDisconnect):
        return ApiError(HTTPStatus.BAD_REQUEST, "The request ended before its body did")
    log.error("Server error", exc_info=error)
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR)


def error_response(request: Request, error: ApiError) -> JSONResponse:
    """The error as JSON: the official `message`, `_links` and `_embedded`, with `status` and `path`."""
    href = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    body: dict[str, Any] = {"message": error.message, "_links": {"self": {"href": href, "templated": False}}}
    if error.errors:
        body["_embedded"] = {"errors": error.errors}
    body |= {"status": int(error.status), "path": request.url.path} | error.extra
    return JSONResponse(body, status_code=error.status, headers=error.headers)


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
        {"message": str(violation.getMessage()), "path": str(violation.getPropertyPath())}
        for violation in error.getConstraintViolations()
    ]
