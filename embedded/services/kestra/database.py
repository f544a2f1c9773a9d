"""The engine's H2 database: its address, closing it, and its repair after the process was killed."""

import contextlib
import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jpype

log = logging.getLogger(__name__)

OPTIONS = {
    "DB_CLOSE_DELAY": -1,
    "DB_CLOSE_ON_EXIT": "FALSE",
    "LOCK_TIMEOUT": 30_000,
    "RETENTION_TIME": 0,
    "ANALYZE_AUTO": 0,
    "OPTIMIZE_REUSE_RESULTS": 0,
    "CACHE_SIZE": 8192,
    "QUERY_CACHE_SIZE": 100,
}
"""What follows the path in the database's address; see `Database.url`."""
WRITE_AT_ONCE = "WRITE_DELAY=0"
"""Has H2 write each commit by itself, where it would start threads that do so half a second later. It is no part of
`OPTIONS`, as each further connection would end `hold_back_writes`."""
EXECUTOR = "executor"
"""The name of the executor among those who have read a message."""
COMPACTION = "io.kestra.workbook.database.Compaction"
GROUP_COMMIT = "io.kestra.workbook.database.GroupCommit"


@dataclass(frozen=True)
class Database:
    """The engine's database, in a folder or in memory.

    Parameters:
        folder: the folder of its files; None for a database in memory.
        compressed: compress its pages. A file may have pages of both kinds.
        empty: a file with the engine's tables; a new database is a copy of it, if it is there.
    """

    folder: Path | None
    compressed: bool = True
    empty: Path | None = None

    @property
    def url(self) -> str:
        """The JDBC address.

        The database must stay open while the engine's queues shut down, hence DB_CLOSE_ON_EXIT. A killed task's
        thread is interrupted, perhaps while it writes, and an interrupt closes the channel of H2's `file:`, hence
        `async:`. The engine does not try again what waits too long for a lock, hence Kestra's own LOCK_TIMEOUT, in
        milliseconds. QUERY_CACHE_SIZE: statements that a connection keeps parsed. CACHE_SIZE: kilobytes of pages that
        H2 keeps in Java's heap; with its own measure of 32 MB and more, the memory grows until thousands of
        executions have filled it. RETENTION_TIME: each commit writes anew what it changes; H2 keeps the old space of
        the file for 45 seconds, for disks that write in another order, in which 1,000 executions took 300 MB. The end
        of the process alone, which the database has to survive, reorders nothing. ANALYZE_AUTO: while H2 collects
        statistics at the end of a commit, it does not hold what it reads, whose space may be used again: "Chunk not
        found", and the database is closed. Statements hold what they read. OPTIMIZE_REUSE_RESULTS: each prepared
        statement would keep the rows of its last result, in each connection all executions that a search has found.
        COMPRESS: a page of executions, which are JSON, takes a fifth.
        """
        return self._url("mem:kestra" if self.folder is None else f"async:{self.folder / 'kestra'}")

    def open(self) -> None:
        """Make the database ready for the engine, and open it. Call it when Java is up and before anything connects."""
        self.prepare()
        if self.folder is not None:
            _execute(f"{self.url};{WRITE_AT_ONCE}")

    def prepare(self) -> None:
        """Have the files as the engine needs them.

        H2 2.4 rolls back what was open when its process was killed, but reads those rows without the names of their
        enumerations and writes them back so: queries on Kestra's queues fail from then on. All that it can still
        tell is right, so a database that was not closed is written out and built again. The old file stays as it is
        until the new one is complete.
        """
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.file.exists() and not self._closed_mark.exists():
            log.warning("Kestra was ended while its database was open: building the database again")
            self._rebuild(self.folder)
        self._closed_mark.unlink(missing_ok=True)
        if not self.file.exists() and self.empty and self.empty.exists():
            shutil.copyfile(self.empty, self._file("new"))
            self._file("new").replace(self.file)

    def close(self) -> None:
        """Write everything out and close the database, for all connections."""
        _execute(self.url, "SHUTDOWN")
        if self.folder is not None:
            self._closed_mark.touch()

    def hold_back_writes(self) -> Any:
        """Begin to write commits together, until `stop` of what is returned: see `GroupCommit.java`.

        Before and after, each commit of the open database is written by itself.
        """
        return jpype.JClass(GROUP_COMMIT).start(self.url)

    def keep_compact(self) -> Any:
        """Begin to compact the file of the open database, until `stop` of what is returned: see `Compaction.java`."""
        return jpype.JClass(COMPACTION).start(self.url)

    def awaits_execution(self, execution_id: str) -> bool:
        """Whether a queue of the engine holds an execution that is still to be stored.

        A message that the executor has read stays for a while: its execution was deleted if it is not stored.
        """
        query = """
            SELECT 1 FROM queues WHERE "type" = 'io.kestra.core.models.executions.Execution' AND "key" = ?
            AND ("consumers" IS NULL OR NOT ARRAY_CONTAINS("consumers", ?))
            AND NOT EXISTS (SELECT 1 FROM executions WHERE "key" = ?) LIMIT 1
        """
        with self._prepared(query) as statement:
            for position, value in enumerate((execution_id, EXECUTOR, execution_id), 1):
                statement.setString(position, value)
            return bool(statement.executeQuery().next())

    def delete_orphans(self, before: datetime) -> None:
        """Delete log lines and metrics that are older and have no execution, such as the lines of triggers."""
        moment = before.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        for table in ("logs", "metrics"):
            statement = f"""
                DELETE FROM {table} WHERE "timestamp" < CAST(? AS TIMESTAMP)
                AND NOT EXISTS (SELECT 1 FROM executions WHERE executions."key" = {table}."execution_id")
            """
            with self._prepared(statement) as prepared:
                prepared.setString(1, moment)
                prepared.executeUpdate()

    @contextlib.contextmanager
    def _prepared(self, statement: str) -> Iterator[Any]:
        connection: Any = jpype.JClass("java.sql.DriverManager").getConnection(self.url, "sa", "")
        try:
            yield connection.prepareStatement(statement)
        finally:
            connection.close()

    def _rebuild(self, folder: Path) -> None:
        script = folder / "rebuilt.sql"
        for left in folder.glob("rebuilt*"):
            left.unlink()
        shutil.copyfile(self.file, self._file("rebuilt-from"))
        _execute(
            self._url(f"async:{folder / 'rebuilt-from'}"), f"SCRIPT NOPASSWORDS TO '{_quoted(script)}'", "SHUTDOWN"
        )
        _execute(self._url(f"async:{folder / 'rebuilt'}"), f"RUNSCRIPT FROM '{_quoted(script)}'", "SHUTDOWN")
        self._file("rebuilt").replace(self.file)
        for left in folder.glob("rebuilt*"):
            left.unlink()

    def _url(self, path: str) -> str:
        options = {**OPTIONS, "COMPRESS": str(self.compressed).upper()}
        return ";".join([f"jdbc:h2:{path}", *(f"{name}={value}" for name, value in options.items())])

    @property
    def file(self) -> Path:
        """The file of a database that is in a folder."""
        return self._file("kestra")

    @property
    def _closed_mark(self) -> Path:
        assert self.folder is not None
        return self.folder / "closed"

    def _file(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{name}.mv.db"


def _execute(url: str, *statements: str) -> None:
    connection: Any = jpype.JClass("java.sql.DriverManager").getConnection(url, "sa", "")
    for statement in statements:
        connection.createStatement().execute(statement)
    connection.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
