"""What one job works with, and how it finds the tables that its statements name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery import information
from embedded.services.gcp.bigquery.errors import as_statement
from embedded.services.gcp.bigquery.files.reading import Reading, read
from embedded.services.gcp.bigquery.files.source import source
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules, parse
from embedded.services.gcp.bigquery.sql.types import schema_type
from embedded.services.gcp.bigquery.store import Catalogue, Store, Table
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.values import Value

_DEEPEST_VIEW = 16


@dataclass
class Session:
    """One job's means.

    Parameters:
        store: of the project.
        objects: of Cloud Storage.
        results: where rows of queries go.
        connection: to DuckDB.
        check: raises when the job is no longer wanted.
        default_dataset: of names without one.
        parameters: of the query.
        readings: files that the statement at hand reads.
    """

    store: Store
    objects: Objects
    results: Results
    connection: duckdb.DuckDBPyConnection
    check: Callable[[], None]
    default_dataset: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    referenced: list[Table] = field(default_factory=list)

    def resolve_table(self, parts: Sequence[str], start: int | None = None) -> tuple[str, str]:
        """Data set and name of a table. Raises SqlError: no data set is named, or another project."""
        if len(parts) > 3:
            raise invalid(f"Invalid table name: {'.'.join(parts)}", start)
        if len(parts) == 3 and parts[0] != self.store.project:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Project {parts[0]}", start)
        if len(parts) == 1 and not self.default_dataset:
            raise invalid(f'Table "{parts[0]}" must be qualified with a dataset (e.g. dataset.table).', start)
        dataset = parts[-2] if len(parts) > 1 else str(self.default_dataset)
        return dataset, parts[-1]


class Tables:
    """Finds the tables of a statement in one state of the catalogue.

    Parameters:
        session: whose statement it is.
        catalogue: the state.
        stack: files that are fetched stay until it ends.
    """

    def __init__(self, session: Session, catalogue: Catalogue, stack: ExitStack, depth: int = 0) -> None:
        self._session = session
        self._catalogue = catalogue
        self._stack = stack
        self._depth = depth

    def queries(self) -> Queries:
        """A compiler that finds its tables here."""
        return Queries(BigQueryRules(), self, self._session.parameters)

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        """A table by its name. Raises SqlError."""
        if information.is_view(parts):
            return information.relation(parts, self._catalogue, self._session.default_dataset, start)
        dataset, name = self._session.resolve_table(parts, start)
        if "*" in name:
            raise unsupported("wildcard tables", start)
        try:
            table = self._catalogue.table(dataset, name)
        except GoogleError as error:
            failure = as_statement(error)
            failure.start = start
            raise failure from error
        self._session.referenced.append(table)
        return self.of(table)

    def of(self, table: Table) -> Relation:
        """A table as a relation. Raises SqlError: its files cannot be read, its view cannot be understood."""
        if table.kind == "VIEW":
            return self._view(table)
        if table.kind == "EXTERNAL":
            return self._files(table)
        return Relation(table.rows, [(field["name"], schema_type(field)) for field in table.fields])

    def _files(self, table: Table) -> Relation:
        key = f"{table.dataset}.{table.id}"
        reading = self._session.readings.get(key)
        if reading is None:
            body = table.body["externalDataConfiguration"]
            given = {**body, "schema": body.get("schema") or table.body.get("schema")}
            reading = read(source(given), self._session.objects, self._session.connection.cursor(), self._stack)
            self._session.readings[key] = reading
        return reading.relation()

    def _view(self, table: Table) -> Relation:
        if self._depth >= _DEEPEST_VIEW:
            raise invalid(f"Views are nested too deeply: {table.dataset}.{table.id}")
        (statement,) = parse(table.body["view"]["query"])
        inner = Tables(self._session, self._catalogue, self._stack, self._depth + 1)
        query = Queries(BigQueryRules(), inner).compile(statement.tree)
        names = ", ".join(f'"{name}"' for name, _ in query.columns)
        return Relation(f"(SELECT * FROM ({query.sql}) AS v({names}))", query.columns)
