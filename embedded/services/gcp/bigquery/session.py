"""The session of a job, and the resolution of its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import duckdb

from embedded.object_store.interface import Objects
from embedded.services.gcp.bigquery import information_schema
from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.files.reading import FileReader, read_source
from embedded.services.gcp.bigquery.files.source import parse_source
from embedded.services.gcp.bigquery.results import Results
from embedded.services.gcp.bigquery.sql.rules import BigQueryRules, parse
from embedded.services.gcp.bigquery.sql.types import schema_type
from embedded.services.gcp.bigquery.store import Catalogue, Store, Table
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import quote
from embedded.sql_engine.values import Value

_DEEPEST_VIEW = 16


@dataclass
class Session:
    """What the statements of one job share.

    Parameters:
        store: of the project.
        objects: of Cloud Storage.
        results: where the rows of queries are kept.
        connection: to DuckDB.
        check: raises if the job was cancelled.
        default_dataset: of names without one.
        parameters: of the query.
        readers: of the files of the current statement, by table.
        referenced: the tables that the job has read.
    """

    store: Store
    objects: Objects
    results: Results
    connection: duckdb.DuckDBPyConnection
    check: Callable[[], None]
    default_dataset: str | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    readers: dict[str, FileReader] = field(default_factory=dict)
    referenced: list[Table] = field(default_factory=list)

    def resolve_table(self, parts: Sequence[str], start: int | None = None) -> tuple[str, str]:
        """Dataset and id of a table. Raises SqlError: it has no dataset, or another project."""
        if len(parts) > 3:
            raise invalid(f"Invalid table name: {'.'.join(parts)}", start)
        if len(parts) == 3 and parts[0] != self.store.project:
            raise SqlError(Reason.NOT_FOUND, f"Not found: Project {parts[0]}", start)
        if len(parts) == 1 and not self.default_dataset:
            raise invalid(f'Table "{parts[0]}" must be qualified with a dataset (e.g. dataset.table).', start)
        dataset = parts[-2] if len(parts) > 1 else str(self.default_dataset)
        return dataset, parts[-1]


class Tables:
    """Resolves the tables of a statement within a transaction.

    Parameters:
        session: of the job.
        catalogue: of the transaction.
        stack: keeps fetched files until it ends.
        depth: of nested views.
    """

    def __init__(self, session: Session, catalogue: Catalogue, stack: ExitStack, depth: int = 0) -> None:
        self._session = session
        self._catalogue = catalogue
        self._stack = stack
        self._depth = depth

    def queries(self) -> Queries:
        """A compiler that resolves its tables here."""
        return Queries(BigQueryRules(), self, self._session.parameters)

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        """A table by its name. Raises SqlError."""
        if information_schema.is_view(parts):
            return information_schema.relation(parts, self._catalogue, self._session.default_dataset, start)
        dataset, name = self._session.resolve_table(parts, start)
        if "*" in name:
            raise unsupported("wildcard tables", start)
        try:
            table = self._catalogue.table(dataset, name)
        except GoogleError as error:
            failure = to_statement_error(error)
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
        reader = self._session.readers.get(key)
        if reader is None:
            body = table.body["externalDataConfiguration"]
            source = parse_source({**body, "schema": body.get("schema") or table.body.get("schema")})
            cursor = self._session.connection.cursor()
            reader = read_source(source, self._session.objects, cursor, self._stack)
            self._session.readers[key] = reader
        return reader.relation()

    def _view(self, table: Table) -> Relation:
        if self._depth >= _DEEPEST_VIEW:
            raise invalid(f"Views are nested too deeply: {table.dataset}.{table.id}")
        (statement,) = parse(table.body["view"]["query"])
        inner = Tables(self._session, self._catalogue, self._stack, self._depth + 1)
        query = Queries(BigQueryRules(), inner).compile(statement.tree)
        names = ", ".join(quote(name) for name, _ in query.columns)
        return Relation(f"(SELECT * FROM ({query.sql}) AS v({names}))", query.columns)
