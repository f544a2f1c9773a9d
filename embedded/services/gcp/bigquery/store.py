"""The datasets, tables and jobs of a project, in one DuckDB file.

Names are case-sensitive in BigQuery and not in DuckDB, so a table has a number there. Its resource (schema,
description, partitioning) is in the same file as its rows: one commit covers both.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from embedded.services.gcp.bigquery.errors import already_exists, not_found
from embedded.sql_engine.database import Sandbox, connect

Json = dict[str, Any]

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS meta;
CREATE SCHEMA IF NOT EXISTS data;
CREATE SEQUENCE IF NOT EXISTS meta.number;
CREATE TABLE IF NOT EXISTS meta.datasets (id VARCHAR, body VARCHAR);
CREATE TABLE IF NOT EXISTS meta.tables (dataset VARCHAR, id VARCHAR, number BIGINT, body VARCHAR);
CREATE TABLE IF NOT EXISTS meta.jobs (id VARCHAR, created BIGINT, body VARCHAR);
"""
_LOCK_WAIT_SECONDS = 0.05


@dataclass(frozen=True)
class Table:
    """A table, a view or an external table.

    Parameters:
        dataset: of the table.
        id: its name.
        number: of DuckDB's table with the rows; 0 for views and external tables.
        body: its resource, without the number of rows.
    """

    dataset: str
    id: str
    number: int
    body: Json = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """TABLE, VIEW or EXTERNAL."""
        return str(self.body["type"])

    @property
    def rows(self) -> str:
        """DuckDB's table with the rows."""
        return f"data.t{self.number}"

    @property
    def fields(self) -> list[Json]:
        """Its columns, as fields of the schema."""
        return list(self.body.get("schema", {}).get("fields", []))


class Store:
    """The file of a project.

    Parameters:
        home: its folder.
        project: its id.
        folders: with the other files that its statements read.

    Attributes:
        folder: for files that its statements read or write.
    """

    def __init__(self, home: Path, project: str, folders: Sequence[Path] = ()) -> None:
        self.project = project
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = home / "files"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        sandbox = Sandbox(home / "spill", [self.folder, *folders], settings={"ieee_floating_point_ops": "false"})
        self.database = connect(home / "bigquery.duckdb", sandbox)
        self.database.execute(_SCHEMA)
        self._writing = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    @contextmanager
    def read(self, connection: duckdb.DuckDBPyConnection) -> Iterator[Catalogue]:
        """A transaction that reads; it sees one state, whatever others write meanwhile."""
        connection.execute("BEGIN")
        try:
            yield Catalogue(connection, self.project)
        finally:
            connection.execute("ROLLBACK")

    @contextmanager
    def write(
        self, connection: duckdb.DuckDBPyConnection, check: Callable[[], None] | None = None
    ) -> Iterator[Catalogue]:
        """A transaction that writes; one at a time, as BigQuery queues statements that change one table.

        Parameters:
            connection: of the transaction.
            check: raises if the job was cancelled while it waits.
        """
        while not self._writing.acquire(timeout=_LOCK_WAIT_SECONDS):
            if check:
                check()
        try:
            connection.execute("BEGIN")
            try:
                yield Catalogue(connection, self.project)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            self._writing.release()


class Catalogue:
    """Datasets and tables as one transaction sees them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, project: str) -> None:
        self.connection = connection
        self.project = project

    def datasets(self) -> list[Json]:
        """All datasets, by their names."""
        rows = self.connection.execute("SELECT body FROM meta.datasets ORDER BY id").fetchall()
        return [json.loads(body) for (body,) in rows]

    def dataset(self, name: str) -> Json:
        """The resource of a dataset. Raises GoogleError: it does not exist."""
        row = self.connection.execute("SELECT body FROM meta.datasets WHERE id = ?", [name]).fetchone()
        if row is None:
            raise not_found(f"Dataset {self.project}:{name}")
        return dict(json.loads(row[0]))

    def has_dataset(self, name: str) -> bool:
        """Whether a dataset exists."""
        return bool(self.connection.execute("SELECT 1 FROM meta.datasets WHERE id = ?", [name]).fetchone())

    def add_dataset(self, name: str, body: Json) -> None:
        """Add a dataset. Raises GoogleError: the name is taken."""
        if self.has_dataset(name):
            raise already_exists(f"Dataset {self.project}:{name}")
        self.connection.execute("INSERT INTO meta.datasets VALUES (?, ?)", [name, json.dumps(body)])

    def change_dataset(self, name: str, body: Json) -> None:
        """Replace the resource of a dataset."""
        self.connection.execute("UPDATE meta.datasets SET body = ? WHERE id = ?", [json.dumps(body), name])

    def drop_dataset(self, name: str) -> None:
        """Remove an empty dataset."""
        self.connection.execute("DELETE FROM meta.datasets WHERE id = ?", [name])

    def tables(self, dataset: str) -> list[Table]:
        """The tables of a dataset, by their names, without expired ones."""
        query = "SELECT id, number, body FROM meta.tables WHERE dataset = ? ORDER BY id"
        rows = self.connection.execute(query, [dataset]).fetchall()
        tables = [Table(dataset, name, number, json.loads(body)) for name, number, body in rows]
        return [table for table in tables if not _is_expired(table)]

    def find(self, dataset: str, name: str) -> Table | None:
        """A table, or None."""
        query = "SELECT number, body FROM meta.tables WHERE dataset = ? AND id = ?"
        row = self.connection.execute(query, [dataset, name]).fetchone()
        if row is None:
            return None
        table = Table(dataset, name, row[0], json.loads(row[1]))
        return None if _is_expired(table) else table

    def table(self, dataset: str, name: str) -> Table:
        """A table. Raises GoogleError: it or its dataset does not exist."""
        self.dataset(dataset)
        table = self.find(dataset, name)
        if table is None:
            raise not_found(f"Table {self.project}:{dataset}.{name}")
        return table

    def number(self) -> int:
        """The number of a new table."""
        row = self.connection.execute("SELECT nextval('meta.number')").fetchone()
        return int(row[0]) if row else 0

    def put(self, table: Table) -> None:
        """Add or replace a table; the rows of a replaced one are dropped."""
        query = "SELECT number FROM meta.tables WHERE dataset = ? AND id = ?"
        row = self.connection.execute(query, [table.dataset, table.id]).fetchone()
        if row is not None:
            if row[0] not in (0, table.number):
                self.connection.execute(f"DROP TABLE data.t{row[0]}")
            self.connection.execute(
                "UPDATE meta.tables SET number = ?, body = ? WHERE dataset = ? AND id = ?",
                [table.number, json.dumps(table.body), table.dataset, table.id],
            )
            return
        values = [table.dataset, table.id, table.number, json.dumps(table.body)]
        self.connection.execute("INSERT INTO meta.tables VALUES (?, ?, ?, ?)", values)

    def drop(self, table: Table) -> None:
        """Remove a table with its rows."""
        if table.number:
            self.connection.execute(f"DROP TABLE {table.rows}")
        self.connection.execute("DELETE FROM meta.tables WHERE dataset = ? AND id = ?", [table.dataset, table.id])

    def count(self, table: Table) -> int:
        """The number of rows of a table."""
        row = self.connection.execute(f"SELECT count(*) FROM {table.rows}").fetchone()
        return int(row[0]) if row else 0


def now() -> int:
    """The current time in milliseconds since 1970, as in the API."""
    return time.time_ns() // 1_000_000


def _is_expired(table: Table) -> bool:
    expires = int(table.body.get("expirationTime") or 0)
    return 0 < expires <= now()
