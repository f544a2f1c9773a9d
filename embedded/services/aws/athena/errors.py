"""Athena's errors.

A request fails at once (`InvalidRequestException`, `MetadataException`), or a query ends as FAILED with a reason and an
`AthenaError`. Source of the second: https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
"""

from __future__ import annotations

from embedded.services.aws.errors import AwsError
from embedded.sql_engine.errors import Reason, SqlError

USER, SYSTEM = 2, 1
"""Categories of an AthenaError."""
_DEFAULT = {
    Reason.INVALID: "SYNTAX_ERROR",
    Reason.SYNTAX: "SYNTAX_ERROR",
    Reason.UNSUPPORTED: "NOT_SUPPORTED",
    Reason.NOT_FOUND: "TABLE_NOT_FOUND",
    Reason.DUPLICATE: "TABLE_ALREADY_EXISTS",
    Reason.DATA: "HIVE_BAD_DATA",
    Reason.TIMEOUT: "EXCEEDED_TIME_LIMIT",
    Reason.RESOURCES: "EXCEEDED_LOCAL_MEMORY_LIMIT",
    Reason.TOO_LARGE: "EXCEEDED_LOCAL_MEMORY_LIMIT",
    Reason.INTERNAL: "GENERIC_INTERNAL_ERROR",
}
_TYPES = {
    "SYNTAX_ERROR": 1006,
    "COLUMN_NOT_FOUND": 1006,
    "TABLE_NOT_FOUND": 1006,
    "SCHEMA_NOT_FOUND": 1006,
    "FUNCTION_NOT_FOUND": 1006,
    "TYPE_MISMATCH": 1006,
    "NOT_SUPPORTED": 1006,
    "HIVE_BAD_DATA": 401,
}
_OTHER = 1301


class Failure(SqlError):
    """A failed query, with Trino's error code.

    Parameters:
        code: such as `TYPE_MISMATCH`.
        message: message without code and position.
        start: offset in the statement, from 0; None if unknown.
        reason: category of the SQL engine.
    """

    def __init__(self, code: str, message: str, start: int | None = None, reason: Reason = Reason.INVALID) -> None:
        super().__init__(reason, message, start)
        self.code = code


def invalid_request(message: str, code: str = "INVALID_INPUT") -> AwsError:
    """The error for an invalid request.

    Parameters:
        message: message for people.
        code: Athena's error code, such as `MALFORMED_QUERY`.
    """
    return AwsError("InvalidRequestException", message, 400, AthenaErrorCode=code)


def missing_metadata(message: str) -> AwsError:
    """The error for a database or a table that does not exist."""
    return AwsError("MetadataException", message, 400)


def code_of(error: SqlError) -> str:
    """Trino's error code of a failure."""
    return error.code if isinstance(error, Failure) else _DEFAULT[error.reason]


def failure_reason(error: SqlError, text: str) -> str:
    """Format the reason of a failed query: code, position and message.

    Parameters:
        error: the failure.
        text: the statement, for line and column.
    """
    where = f"line {line_of(text, error.start)}: " if error.start is not None else ""
    return f"{code_of(error)}: {where}{error.message}"


def line_of(text: str, start: int) -> str:
    """Line and column of an offset, both from 1, such as `1:8`."""
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{start - (before.rfind(chr(10)) + 1) + 1}"


def athena_error(error: SqlError, reason: str) -> dict[str, object]:
    """The AthenaError of a failed query.

    Parameters:
        error: the failure.
        reason: from `failure_reason`.
    """
    category = SYSTEM if error.reason is Reason.INTERNAL else USER
    kind = _TYPES.get(code_of(error), _OTHER)
    return {"ErrorCategory": category, "ErrorType": kind, "Retryable": False, "ErrorMessage": reason}
