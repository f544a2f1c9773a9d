"""Where queries find their tables: files, views, and the information schema."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack

import duckdb

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena import typenames, views
from embedded.services.aws.athena.catalog import NAME, Names, Table, is_view
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.tables import scan
from embedded.services.aws.athena.tables.files import Files
from embedded.services.aws.athena.tables.layout import columns
from embedded.services.aws.athena.trino.queries import TrinoQueries
from embedded.services.aws.athena.trino.rules import TrinoRules
from embedded.sql_engine.errors import Reason
from embedded.sql_engine.grammar import statements
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import INT64, STRING, Type, quote, text
from embedded.sql_engine.values import unique_names

_SCHEMA = "information_schema"
_MOST_VIEWS = 50


class Reader:
    """The tables of one query, fetched once each.

    Parameters:
        names: resolves them.
        objects: of S3.
        connection: of the query.
        closing: what ends the use of the files is put into it.
    """

    def __init__(
        self, names: Names, objects: WritableObjects, connection: duckdb.DuckDBPyConnection, closing: ExitStack
    ) -> None:
        self._names = names
        self._connection = connection
        self._objects = objects
        self._closing = closing
        self._depth = 0
        self._known: dict[tuple[str, str], Relation] = {}
        self.files = Files(objects, closing)

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        """A table, a view, or a table of the information schema. Raises SqlError: there is none."""
        database, name = self._names.split(parts, start)
        if database == _SCHEMA:
            return self._described(name, start)
        found = self._known.get((database, name))
        if found is None:
            table = self._names.table(database, name, start)
            found = self._view(table) if is_view(table) else self._table(table)
            self._known[database, name] = found
        return found

    def _table(self, table: Table) -> Relation:
        own = columns(table["StorageDescriptor"], table["Name"])
        keys = columns({"Columns": table.get("PartitionKeys", [])}, table["Name"])
        parts = self.files.parts(table, self._names.partitions(table) if keys else [])
        sql = scan.query(scan.Scan(own, keys, parts), self._connection)
        return Relation(f"({sql})", [*own, *keys])

    def _view(self, table: Table) -> Relation:
        view = views.read(table)
        if self._depth == _MOST_VIEWS:
            raise Failure("VIEW_IS_RECURSIVE", f"View '{table['Name']}' is recursive")
        inner = Reader(Names(self._names.catalogue, view.database), self._objects, self._connection, self._closing)
        inner._depth, inner.files, rules = self._depth + 1, self.files, TrinoRules()
        (statement,) = statements(view.sql, rules.dialect)
        query = TrinoQueries(rules, inner).compile(statement.tree)
        self._check(table, view, [(name, typenames.trino(of)) for name, of in query.columns])
        listed = ", ".join(quote(name) for name, _ in unique_names(query.columns))
        return Relation(f"(SELECT * FROM ({query.sql}) AS w({listed}))", query.columns)

    def _check(self, table: Table, view: views.View, now: Sequence[tuple[str, str]]) -> None:
        """A view whose tables have changed since is not used."""
        if list(view.columns) == list(now):
            return
        for (name, was), (other, of) in zip(view.columns, now, strict=False):
            if (name, was) != (other, of):
                problem = f"column [{name}] of type {was} projected from query view at position 0 is now {other} {of}"
                break
        else:
            problem = f"it has {len(now)} columns, not {len(view.columns)}"
        place = f"{NAME.lower()}.{table['DatabaseName']}.{table['Name']}"
        raise Failure("VIEW_IS_STALE", f"View '{place}' is stale or in invalid state: {problem}", reason=Reason.INVALID)

    def _described(self, name: str, start: int | None) -> Relation:
        found = _INFORMATION.get(name)
        if found is None:
            message = f"Table '{NAME.lower()}.{_SCHEMA}.{name}' does not exist"
            raise Failure("TABLE_NOT_FOUND", message, start, Reason.NOT_FOUND)
        described, rows = found
        return _rows(described, rows(self._names))


def _schemata(names: Names) -> Iterable[tuple[object, ...]]:
    return [(NAME.lower(), database["Name"]) for database in names.catalogue.databases()]


def _tables(names: Names) -> Iterable[tuple[object, ...]]:
    for _, database in _schemata(names):
        for table in names.catalogue.tables(str(database)):
            yield NAME.lower(), database, table["Name"], "VIEW" if is_view(table) else "BASE TABLE"


def _columns(names: Names) -> Iterable[tuple[object, ...]]:
    for catalogue, database, name, _ in _tables(names):
        table = names.catalogue.table(str(database), str(name))
        own, keys = table.get("StorageDescriptor", {}).get("Columns", []), table.get("PartitionKeys", [])
        for place, column in enumerate([*own, *keys], 1):
            extra = "partition key" if place > len(own) else None
            yield catalogue, database, name, column["Name"], place, None, "YES", _trino(column["Type"]), extra


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
    """A relation of rows that are known."""
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
