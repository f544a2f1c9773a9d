"""Errors as BigQuery returns them, in responses and in the status of jobs.

Source: https://cloud.google.com/bigquery/docs/error-messages
"""

from __future__ import annotations

import re

from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError

_REASONS = {
    Reason.SYNTAX: ("invalidQuery", 400),
    Reason.INVALID: ("invalidQuery", 400),
    Reason.UNSUPPORTED: ("invalidQuery", 400),
    Reason.DATA: ("invalidQuery", 400),
    Reason.NOT_FOUND: ("notFound", 404),
    Reason.DUPLICATE: ("duplicate", 409),
    Reason.CANCELLED: ("stopped", 499),
    Reason.TIMEOUT: ("stopped", 499),
    Reason.RESOURCES: ("resourcesExceeded", 400),
    Reason.TOO_LARGE: ("responseTooLarge", 403),
    # Not internalError, which the clients retry for ten minutes.
    Reason.INTERNAL: ("invalid", 400),
}

_FIXED = {
    Reason.RESOURCES: "Resources exceeded during query execution: "
    "The query could not be executed in the allotted memory.",
    Reason.TOO_LARGE: "Response too large to return. "
    "Consider specifying a destination table in your job configuration.",
}
_MESSAGES = (
    (re.compile(r"Could not convert string ['\"]@failure:(.*)['\"] to (?:DOUBLE|DECIMAL.*)", re.DOTALL), r"\1"),
    (re.compile(r"Division by zero in expression mod\((.*)\)\. Use TRY.*", re.DOTALL), r"division by zero: MOD(\1)"),
    (re.compile(r"Division by zero in expression \((.*) // 0\)\. Use TRY.*"), r"division by zero: \1 / 0"),
    (
        re.compile(r"TRY can not be used .*", re.DOTALL),
        "Unsupported by this stand-in: SAFE_DIVIDE and SAFE. with an argument that may fail itself",
    ),
    (re.compile(r"Overflow on abs\((.*)\)"), r"int64 overflow: -\1"),
    (re.compile(r"Overflow in negation of numeric value!?"), "int64 overflow: --9223372036854775808"),
    (
        re.compile(r"Type INT128 with value .* out of range for the destination type INT64.*", re.DOTALL),
        "int64 overflow",
    ),
    (re.compile(r"(Overflow in|Casting value) .*(DECIMAL|HUGEINT).*", re.DOTALL), "numeric overflow"),
    (re.compile(r"Division by zero in expression \((.*)\)\. Use TRY.*", re.DOTALL), r"division by zero: \1"),
    (re.compile(r"Overflow in \w+ of INT64 \((.*)\)!?"), r"int64 overflow: \1"),
    (re.compile(r"NOT NULL constraint failed: t\d+\.(.*)"), r"Required field \1 cannot be null"),
    (
        re.compile(r'column "?([^"]+)"? must appear in the GROUP BY clause.*', re.DOTALL),
        r"SELECT list expression references column \1 which is neither grouped nor aggregated",
    ),
)
"""DuckDB's messages, and BigQuery's."""


def not_found(what: str) -> GoogleError:
    """The error for something that does not exist."""
    return GoogleError(404, "notFound", f"Not found: {what}")


def already_exists(what: str) -> GoogleError:
    """The error for a name that is taken."""
    return GoogleError(409, "duplicate", f"Already Exists: {what}")


def invalid_value(message: str) -> GoogleError:
    """The error for an invalid part of a request."""
    return GoogleError(400, "invalid", message)


class ReadError(SqlError):
    """A file that cannot be read; its reason is `invalid` for each statement."""


def error_proto(error: SqlError, script: str = "") -> dict[str, str]:
    """An error as an ErrorProto, for the status of a job."""
    reason, _ = _REASONS[error.reason]
    if isinstance(error, ReadError):
        return {"reason": "invalid", "message": error.message}
    proto = {"reason": reason, "message": _FIXED.get(error.reason) or _translate(error.message)}
    if reason == "invalidQuery":
        proto |= {"location": "query", "message": proto["message"] + _position(error, script)}
    return proto


def to_google_error(error: SqlError, script: str = "") -> GoogleError:
    """An error as a response of the API."""
    proto = error_proto(error, script)
    return GoogleError(_REASONS[error.reason][1], proto["reason"], proto["message"])


def to_statement_error(error: GoogleError) -> SqlError:
    """An error about a dataset or a table, as one of a statement."""
    reason = {404: Reason.NOT_FOUND, 409: Reason.DUPLICATE}.get(error.status, Reason.INVALID)
    return SqlError(reason, error.message)


def _translate(message: str) -> str:
    for pattern, words in _MESSAGES:
        match = pattern.fullmatch(message)
        if match:
            return match.expand(words)
    return message


def _position(error: SqlError, script: str) -> str:
    if error.start is None:
        return ""
    before = script[: error.start]
    line = before.count("\n") + 1
    return f" at [{line}:{error.start - (before.rfind(chr(10)) + 1) + 1}]"
