"""DuckDB databases: in UTC, without downloads of extensions, with errors as SqlError."""

from __future__ import annotations

from pathlib import Path

import duckdb

from embedded.sql_engine.errors import Reason, SqlError

_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
}
_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (duckdb.InterruptException, Reason.CANCELLED),
    (duckdb.ConversionException, Reason.DATA),
    (duckdb.OutOfRangeException, Reason.DATA),
    (duckdb.InvalidInputException, Reason.DATA),
    (duckdb.ConstraintException, Reason.DATA),
    (duckdb.OutOfMemoryException, Reason.DATA),
    (duckdb.BinderException, Reason.INVALID),
    (duckdb.CatalogException, Reason.INVALID),
)


def connect(file: Path | None) -> duckdb.DuckDBPyConnection:
    """Open a database; None is one in memory.

    Raises:
        duckdb.IOException: another process uses it.
    """
    connection = duckdb.connect(str(file) if file else ":memory:", config=dict(_SETTINGS))
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def to_sql_error(error: duckdb.Error) -> SqlError:
    """An error of DuckDB as an error of the statement, without DuckDB's name for its class."""
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.INTERNAL)
    message = str(error).split("\n\n")[0].strip()
    _, separator, rest = message.partition("Error: ")
    return SqlError(reason, (rest if separator else message).strip())
