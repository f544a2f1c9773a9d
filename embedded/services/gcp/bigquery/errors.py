"""What goes wrong, as BigQuery tells it: in an answer, or in the status of a job.

Reasons and HTTP codes: https://cloud.google.com/bigquery/docs/error-messages
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
    # Not internalError, which the clients would try again for ten minutes.
    Reason.INTERNAL: ("invalid", 400),
}

_TOLD = (
    (re.compile(r"Division by zero in expression \((.*)\)\. Use TRY.*", re.DOTALL), r"division by zero: \1"),
    (re.compile(r"Overflow in \w+ of INT64 \((.*)\)!?"), r"int64 overflow: \1"),
    (re.compile(r"NOT NULL constraint failed: t\d+\.(.*)"), r"Required field \1 cannot be null"),
    (
        re.compile(r'column "?([^"]+)"? must appear in the GROUP BY clause.*', re.DOTALL),
        r"SELECT list expression references column \1 which is neither grouped nor aggregated",
    ),
)
"""DuckDB's words, and BigQuery's for the same."""


def not_found(what: str) -> GoogleError:
    """Something is not there."""
    return GoogleError(404, "notFound", f"Not found: {what}")


def already_there(what: str) -> GoogleError:
    """Something of that name is there."""
    return GoogleError(409, "duplicate", f"Already Exists: {what}")


def invalid_value(message: str) -> GoogleError:
    """A part of a request that cannot be used."""
    return GoogleError(400, "invalid", message)


class ReadError(SqlError):
    """A file that cannot be read: the reason is `invalid`, whatever the statement is."""


def proto(error: SqlError, script: str = "") -> dict[str, str]:
    """An error as the status of a job tells it (ErrorProto)."""
    reason, _ = _REASONS[error.reason]
    if isinstance(error, ReadError):
        return {"reason": "invalid", "message": error.message}
    told = {"reason": reason, "message": _worded(error.message)}
    if reason == "invalidQuery":
        told |= {"location": "query", "message": told["message"] + _place(error, script)}
    return told


def answer(error: SqlError, script: str = "") -> GoogleError:
    """An error as an answer of the API."""
    told = proto(error, script)
    return GoogleError(_REASONS[error.reason][1], told["reason"], told["message"])


def as_statement(error: GoogleError) -> SqlError:
    """An error about a data set or a table, inside a statement."""
    reason = {404: Reason.NOT_FOUND, 409: Reason.DUPLICATE}.get(error.status, Reason.INVALID)
    return SqlError(reason, error.message)


def _worded(message: str) -> str:
    for pattern, words in _TOLD:
        found = pattern.fullmatch(message)
        if found:
            return found.expand(words)
    return message


def _place(error: SqlError, script: str) -> str:
    if error.start is None:
        return ""
    before = script[: error.start]
    line = before.count("\n") + 1
    return f" at [{line}:{error.start - (before.rfind(chr(10)) + 1) + 1}]"
