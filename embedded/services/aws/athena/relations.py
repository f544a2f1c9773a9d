"""Resolves the tables of queries to files, views and the information schema.

Source: https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from embedded.services.aws.athena import typenames, views
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.table_names import CATALOG, Table, TableNames, is_view
from embedded.services.aws.athena.tables import scan
from embedded.services.aws.athena.tables.files import Files
from embedded.services.aws.athena.tables.layout import read_columns
from embedded.services.aws.athena.trino.queries import TrinoQueries
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.grammar import statements
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import INT64, STRING, Type, quote, text
from embedded.sql_engine.values import unique_names

_SCHEMA = "information_schema"
_MOST_VIEWS = 50


class RelationReader:
    """The tables of a query; the files of each are fetched once.

    Parameters:
        names: resolves names of tables.
        files: fetches the files.
        connection: DuckDB connection of the query.
        depth: number of views around the query.
    """

    def __init__(self, names: TableNames, files: Files, connection: duckdb.DuckDBPyConnection, depth: int = 0) -> None:
        self._names = names
        self._connection = connection
        self._depth = depth
        self._known: dict[tuple[str, str], Relation] = {}
        self.files = files

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        """A table, a view, or a table of the information schema; raises SqlError if there is none."""
        database, name = self._names.split(parts, start)
        if database == _SCHEMA:
            return self._described(name, start)
        relation = self._known.get((database, name))
        if relation is None:
            table = self._names.table(database, name, start)
            relation = self._view(table) if is_view(table) else self._table(table)
            self._known[database, name] = relation
        return relation

    def _table(self, table: Table) -> Relation:
        own = read_columns(table["StorageDescriptor"], table["Name"])
        keys = read_columns({"Columns": table.get("PartitionKeys", [])}, table["Name"])
        parts = self.files.parts(table, self._names.partitions(table) if keys else [])
        sql = scan.scan_query(scan.Scan(own, keys, parts), self._connection)
        return Relation(f"({sql})", [*own, *keys])

    def _view(self, table: Table) -> Relation:
        view = views.parse_view(table)
        if self._depth == _MOST_VIEWS:
            raise Failure("VIEW_IS_RECURSIVE", f"View '{table['Name']}' is recursive")
        names, rules = TableNames(self._names.catalogue, view.database), TrinoRules()
        inner = RelationReader(names, self.files, self._connection, self._depth + 1)
        (statement,) = statements(view.sql, rules.dialect)
        query = TrinoQueries(rules, inner).compile(statement.tree)
        self._check(table, view, [(name, typenames.trino(of)) for name, of in query.columns])
        listed = ", ".join(quote(name) for name, _ in unique_names(query.columns))
        return Relation(f"(SELECT * FROM ({query.sql}) AS w({listed}))", query.columns)

    def _check(self, table: Table, view: views.View, now: Sequence[tuple[str, str]]) -> None:
        """Refuse a view whose tables have changed since."""
        if list(view.columns) == list(now):
            return
        for (name, was), (other, of) in zip(view.columns, now, strict=False):
            if (name, was) != (other, of):
                problem = f"column [{name}] of type {was} projected from query view at position 0 is now {other} {of}"
                break
        else:
            problem = f"it has {len(now)} columns, not {len(view.columns)}"
        view_name = f"{CATALOG.lower()}.{table['DatabaseName']}.{table['Name']}"
        raise Failure(
            "VIEW_IS_STALE", f"View '{view_name}' is stale or in invalid state: {problem}", reason=Reason.INVALID
        )

    def _described(self, name: str, start: int | None) -> Relation:
        view = _INFORMATION.get(name)
        if view is None:
            message = f"Table '{CATALOG.lower()}.{_SCHEMA}.{name}' does not exist"
            raise Failure("TABLE_NOT_FOUND", message, start, Reason.NOT_FOUND)
        described, rows = view
        return _rows(described, rows(self._names))


def _schemata(names: TableNames) -> Iterable[tuple[object, ...]]:
    return [(CATALOG.lower(), database["Name"]) for database in names.catalogue.databases()]


def _tables(names: TableNames) -> Iterable[tuple[object, ...]]:
    for _, database in _schemata(names):
        for table in names.catalogue.tables(str(database)):
            yield CATALOG.lower(), database, table["Name"], "VIEW" if is_view(table) else "BASE TABLE"


def _columns(names: TableNames) -> Iterable[tuple[object, ...]]:
    for catalogue, database, name, _ in _tables(names):
        table = names.catalogue.table(str(database), str(name))
        own, keys = table.get("StorageDescriptor", {}).get("Columns", []), table.get("PartitionKeys", [])
        for position, column in enumerate([*own, *keys], 1):
            extra = "partition key" if position > len(own) else None
            yield catalogue, database, name, column["Name"], position, None, "YES", _trino(column["Type"]), extra


def _trino(hive: str) -> str:
    try:
        return typenames.trino(typenames.from_hive(hive))
    except typenames.UnknownType:
        return hive


_TABLE = [("table_catalog", STRING), ("table_schema", STRING), ("table_name", STRING)]
_COLUMN = [
    *_TABLE,
    ("column_name", STRING),
    ("ordinal_position", INT64),
    ("column_default", STRING),
    ("is_nullable", STRING),
    ("data_type", STRING),
    ("extra_info", STRING),
]
_INFORMATION = {
    "schemata": ([("catalog_name", STRING), ("schema_name", STRING)], _schemata),
    "tables": ([*_TABLE, ("table_type", STRING)], _tables),
    "columns": (_COLUMN, _columns),
}


def _rows(described: Sequence[tuple[str, Type]], rows: Iterable[tuple[object, ...]]) -> Relation:
    """A relation of constant rows."""
    cells = [f"({', '.join(_literal(cell) for cell in row)})" for row in rows]
    empty = ", ".join(f"CAST(NULL AS {of.duckdb}) AS {quote(name)}" for name, of in described)
    listed = ", ".join(f"c{index}" for index in range(len(described)))
    typed = ", ".join(f"CAST(c{index} AS {of.duckdb}) AS {quote(name)}" for index, (name, of) in enumerate(described))
    values = (
        f"SELECT {typed} FROM (VALUES {', '.join(cells)}) AS i({listed})" if cells else f"SELECT {empty} WHERE false"
    )
    return Relation(f"({values})", described)


def _literal(cell: object) -> str:
    return "NULL" if cell is None else str(cell) if isinstance(cell, int) else text(str(cell))
