"""What Athena answers when it cannot do what it is asked for.

Two ways: a request is refused at once (`InvalidRequestException`, `MetadataException`), or a query ends as FAILED with
a reason and an `AthenaError`. Source of the second: https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
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
    """A query that fails, by Trino's own code.

    Parameters:
        code: such as `TYPE_MISMATCH`.
        message: without the code and the place.
        start: the character in the statement where it shows, from 0.
        reason: how the core calls it.
    """

    def __init__(self, code: str, message: str, start: int | None = None, reason: Reason = Reason.INVALID) -> None:
        super().__init__(reason, message, start)
        self.code = code


def invalid_request(message: str, code: str = "INVALID_INPUT") -> AwsError:
    """A request that Athena refuses.

    Parameters:
        message: for people.
        code: Athena's own, such as `MALFORMED_QUERY`.
    """
    return AwsError("InvalidRequestException", message, 400, AthenaErrorCode=code)


def no_metadata(message: str) -> AwsError:
    """A database or a table that is not there, where it was asked for by name."""
    return AwsError("MetadataException", message, 400)


def code_of(error: SqlError) -> str:
    """Trino's code of a failure."""
    return error.code if isinstance(error, Failure) else _DEFAULT[error.reason]


def told(error: SqlError, text: str) -> str:
    """The reason of a failed query: code, place and message.

    Parameters:
        error: why it failed.
        text: the statement, for line and column.
    """
    where = f"line {line_of(text, error.start)}: " if error.start is not None else ""
    return f"{code_of(error)}: {where}{error.message}"


def line_of(text: str, start: int) -> str:
    """Line and column of a character, both from 1, as `1:8`."""
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{start - (before.rfind(chr(10)) + 1) + 1}"


def athena_error(error: SqlError, reason: str) -> dict[str, object]:
    """The AthenaError of a failed query.

    Parameters:
        error: why it failed.
        reason: as `told` says it.
    """
    category = SYSTEM if error.reason is Reason.INTERNAL else USER
    kind = _TYPES.get(code_of(error), _OTHER)
    return {"ErrorCategory": category, "ErrorType": kind, "Retryable": False, "ErrorMessage": reason}
