"""Executes a statement: resolves its tables, runs DuckDB, and returns the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena import csv_results
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive.execute import execute
from embedded.services.aws.athena.relations import RelationReader
from embedded.services.aws.athena.results import Lines, Written
from embedded.services.aws.athena.statements import Parsed
from embedded.services.aws.athena.table_names import TableNames
from embedded.services.aws.athena.tables.files import Files
from embedded.services.aws.athena.tables.writer import Writer
from embedded.services.aws.athena.trino.coercions import MONTHS
from embedded.services.aws.athena.trino.queries import TrinoQueries
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.services.aws.athena.writes import Writes
from embedded.services.aws.errors import AwsError
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.jobs import Run
from embedded.sql_engine.types import Type

MACROS = (Path(__file__).parent / "trino" / "macros.sql").read_text()
"""Macros that a database needs before the first query."""
_BATCH = 10_000


@dataclass(frozen=True)
class Rows:
    """The result of a query, which is fetched later.

    Parameters:
        columns: names and types.
        batches: batches of rows from DuckDB.
    """

    columns: Sequence[tuple[str, Type]]
    batches: Iterator[Sequence[Any]]


@dataclass(frozen=True)
class QueryContext:
    """The context of a query: its names, and the settings of its work group.

    Parameters:
        names: resolves names of tables.
        tables: `s3://` URI of the folder for tables without a location.
        enforced: whether statements may not set a location.
        cutoff: maximum number of bytes to read; None for no limit.
    """

    names: TableNames
    tables: str
    enforced: bool
    cutoff: int | None


class Statement:
    """A statement with its context.

    Parameters:
        parsed: the statement.
        context: names and settings of the query.
        objects: S3's objects.
        run: run of the job, with the DuckDB connection.
        closing: gets the release of the fetched files.
    """

    def __init__(
        self, parsed: Parsed, context: QueryContext, objects: WritableObjects, run: Run, closing: ExitStack
    ) -> None:
        self._parsed = parsed
        self._context = context
        self._objects = objects
        self._run = run
        self._reader = RelationReader(context.names, Files(objects, closing), run.connection)
        self._queries = TrinoQueries(TrinoRules(), self._reader)

    @property
    def scanned(self) -> int:
        """Number of bytes of all files that were read."""
        return self._reader.files.scanned

    def perform(self) -> Rows | Lines | Written:
        """Execute the statement.

        Raises:
            SqlError: the statement fails.
            duckdb.Error: DuckDB fails.
        """
        try:
            if self._parsed.hive is not None:
                return execute(self._parsed.hive, self._context.names, self._objects)
            return self._trino(self._parsed.tree)
        except AwsError as error:  # of the catalogue, after a concurrent change
            raise Failure("HIVE_METASTORE_ERROR", error.message, reason=Reason.DATA) from error

    def _trino(self, tree: exp.Expr | None) -> Rows | Lines | Written:
        if isinstance(tree, exp.Delete | exp.Update | exp.Merge):
            message = "Modifying Hive table rows is only supported for transactional tables"
            raise Failure("NOT_SUPPORTED", message, reason=Reason.UNSUPPORTED)
        writes = Writes(self._context.names, self._objects, self._queries, Writer(self._run.connection, self._objects))
        if isinstance(tree, exp.Insert):
            return writes.insert(tree)
        if isinstance(tree, exp.Create) and tree.kind == "VIEW":
            return writes.create_view(tree, self._parsed.body)
        if isinstance(tree, exp.Create):
            return writes.create_table(tree, self._context.tables, self._context.enforced)
        return self._query(tree)

    def _query(self, tree: exp.Expr | None) -> Rows:
        query = self._queries.compile(tree)  # type: ignore[arg-type]
        if any(of == MONTHS for _, of in query.columns):
            raise Failure("NOT_SUPPORTED", "An interval of months as a result")
        self._check_cutoff()
        self._run.connection.execute(query.sql)
        return Rows(query.columns, _batches(self._run.connection, self._run))

    def _check_cutoff(self) -> None:
        cutoff = self._context.cutoff
        if cutoff is not None and self.scanned > cutoff:
            raise Failure("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded", reason=Reason.CANCELLED)


def _batches(connection: duckdb.DuckDBPyConnection, run: Run) -> Iterator[Sequence[Any]]:
    while rows := connection.fetchmany(_BATCH):
        run.check()
        yield rows


def write_rows(path: Path, rows: Rows) -> int:
    """Write a result as a CSV file; returns the number of rows."""
    with path.open("wb") as file:
        return csv_results.write_csv(
            file, [name for name, _ in rows.columns], [of for _, of in rows.columns], rows.batches
        )
