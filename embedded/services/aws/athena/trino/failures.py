"""Failures at run time, such as a text that is no number.

DuckDB's `error()` is not allowed in TRY, so a failure that TRY turns to NULL is a cast that always fails; its text has
the message. An unsupported value must not become NULL: it is `error()`, which TRY refuses.
"""

from __future__ import annotations

import re

from embedded.services.aws.athena.errors import Failure
from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.types import text

UNKNOWN = "NOT_SUPPORTED"
"""The code of what Athena supports and the emulator does not."""
EXHAUSTED, EXHAUSTED_MESSAGE = "EXCEEDED_LOCAL_MEMORY_LIMIT", "Query exhausted resources at this scale factor"
"""Source: https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html"""
_MARK = "@failure:"
_FOUND = re.compile(rf"{_MARK}(\w+):(.*?)(?:' to INT32|\Z)", re.DOTALL)
_KNOWN = (
    (re.compile(r"[Dd]ivision by zero"), "DIVISION_BY_ZERO", "Division by zero"),
    (re.compile(r"Overflow|out of range|Out of Range", re.IGNORECASE), "NUMERIC_VALUE_OUT_OF_RANGE", None),
    (re.compile(r"TRY can not be used"), UNKNOWN, "TRY around an expression that may meet what is not known here"),
    (re.compile(r"More than one row returned by a subquery"), "SUBQUERY_MULTIPLE_ROWS", None),
    (re.compile(r"must appear in the GROUP BY clause"), "EXPRESSION_NOT_AGGREGATE", None),
    (re.compile(r"Malformed JSON"), "INVALID_FUNCTION_ARGUMENT", None),
    (
        re.compile(r"Invalid Input Error|Conversion Error|Could not convert|Could not parse"),
        "INVALID_CAST_ARGUMENT",
        None,
    ),
)
_ONE_ROW = "Scalar sub-query has returned multiple rows"
_GROUPED = re.compile(r'column "?([^"\s]+)"? must appear in the GROUP BY')


def fail(code: str, message: str, value: str | None = None, of: str = "VARCHAR") -> str:
    """Build an expression that fails.

    Parameters:
        code: Trino's error code, such as `DIVISION_BY_ZERO`.
        message: message with `{}` for the value.
        value: an expression of type VARCHAR.
        of: DuckDB's type of the expression.
    """
    before, _, after = message.partition("{}")
    content = text(f"{_MARK}{code}:{before}")
    if value is not None:
        content = f"{content} || coalesce({value}, 'NULL') || {text(after)}"
    if code == UNKNOWN:
        return f"CAST(error({content}) AS {of})"
    return f"CAST(CAST(CAST({content} AS INTEGER) AS VARCHAR) AS {of})"


def to_trino_error(error: SqlError) -> SqlError:
    """Translate an error of DuckDB to Trino's code and message."""
    if error.reason in (Reason.RESOURCES, Reason.TOO_LARGE):
        return Failure(EXHAUSTED, EXHAUSTED_MESSAGE, error.start, error.reason)
    if isinstance(error, Failure) or error.reason not in (Reason.DATA, Reason.INVALID):
        return error
    if match := _FOUND.search(error.message):
        return Failure(match[1], match[2], error.start, Reason.DATA)
    for pattern, code, message in _KNOWN:
        if pattern.search(error.message):
            return Failure(code, _words(code, message, error.message), error.start, error.reason)
    return error


def _words(code: str, message: str | None, message_of_duckdb: str) -> str:
    if message:
        return message
    if code == "SUBQUERY_MULTIPLE_ROWS":
        return _ONE_ROW
    if code == "EXPRESSION_NOT_AGGREGATE":
        column = _GROUPED.search(message_of_duckdb)
        shown = f"'{column[1]}'" if column and not column[1].isdecimal() else "Expression"
        return f"{shown} must be an aggregate expression or appear in GROUP BY clause"
    return message_of_duckdb.split("\n", 1)[0]
