"""DuckDB databases that reach only their own folders: in UTC, without extensions, with errors as SqlError."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from embedded.sql_engine.errors import Reason, SqlError
from embedded.sql_engine.types import text

_CONFIGURATION = {
    # With DuckDB 2.0.0's own threads for writing, a statement that fails while a file is written may never end.
    "async_threads": "0",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
    "python_enable_replacements": "false",  # a name never stands for a variable of this process
}
_REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (duckdb.InterruptException, Reason.CANCELLED),
    (duckdb.OutOfMemoryException, Reason.RESOURCES),
    (duckdb.ConversionException, Reason.DATA),
    (duckdb.OutOfRangeException, Reason.DATA),
    (duckdb.InvalidInputException, Reason.DATA),
    (duckdb.ConstraintException, Reason.DATA),
    (duckdb.BinderException, Reason.INVALID),
    (duckdb.CatalogException, Reason.INVALID),
)
_FOLDER = re.compile(r"/[^'\"\n]*/(?:tmp[a-z0-9_]{8}|files|uploads)/")
"""A folder of fetched objects (`embedded.object_store.scratch`), whose files have the names of the objects, or one of
uploads."""
INTERNAL = "An internal error occurred and the request could not be completed."


@dataclass(frozen=True)
class Sandbox:
    """What the statements of a database may use.

    Attributes:
        spill: folder for data that does not fit into the memory; emptied first.
        folders: whose files may be read and written, besides the database's own file.
        memory: as DuckDB takes it, such as `2GB`.
        spilled: the most that may lie in `spill`, likewise.
        settings: further ones of DuckDB.
    """

    spill: Path
    folders: Sequence[Path] = ()
    memory: str = "2GB"
    spilled: str = "10GB"
    settings: Mapping[str, str] = field(default_factory=dict)

    def apply(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set it on a database, for all its connections and for good.

        Parameters:
            connection: to the database.
        """
        shutil.rmtree(self.spill, ignore_errors=True)  # leftovers of a killed process
        # DuckDB resolves links before it compares.
        reachable = {str(path) for folder in self.folders for path in (folder.absolute(), folder.resolve())}
        values = {
            "TimeZone": text("UTC"),
            "memory_limit": text(self.memory),
            "temp_directory": text(str(self.spill.resolve())),
            "max_temp_directory_size": text(self.spilled),
            **self.settings,
            "allowed_directories": f"[{', '.join(text(f'{folder}/') for folder in sorted(reachable))}]",
            "enable_external_access": "false",
            "lock_configuration": "true",
        }
        for name, value in values.items():
            connection.execute(f"SET GLOBAL {name} = {value}")


def connect(file: Path | None, sandbox: Sandbox) -> duckdb.DuckDBPyConnection:
    """Open a database; None is one in memory.

    Parameters:
        file: of the database.
        sandbox: what its statements may use.

    Raises:
        duckdb.IOException: another process uses it.
    """
    connection = duckdb.connect(str(file) if file else ":memory:", config=dict(_CONFIGURATION))
    sandbox.apply(connection)
    return connection


def to_sql_error(error: duckdb.Error) -> SqlError:
    """An error of DuckDB as an error of the statement, without DuckDB's name for its class and without local paths."""
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), Reason.INTERNAL)
    if reason is Reason.INTERNAL:
        return SqlError(reason, INTERNAL)
    message = str(error).split("\n\n")[0].strip()
    _, separator, rest = message.partition("Error: ")
    return SqlError(reason, _FOLDER.sub("", (rest if separator else message).strip()))
