"""INSERT, UPDATE, DELETE and TRUNCATE.

https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from sqlglot import exp

from embedded.services.gcp.bigquery.results import checked_value
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.sql.types import schema_type
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.store import Catalogue, Table
from embedded.services.gcp.bigquery.tables import assigned, touched
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Column, Scope, Source
from embedded.sql_engine.types import Type, quote
from embedded.sql_engine.values import Value, unique_names

AMBIGUOUS = "UPDATE/MERGE must match at most one source row for each target row"


class Target:
    """The table that a statement changes.

    Parameters:
        session: whose statement it is.
        catalogue: as the statement sees it.
        node: the table's name in the statement.
        stack: files that are fetched stay until it ends.
    """

    def __init__(self, session: Session, catalogue: Catalogue, node: exp.Table, stack: ExitStack) -> None:
        only(node, "this", "db", "catalog", "alias")
        self.tables = Tables(session, catalogue, stack)
        self.queries: Queries = self.tables.queries()
        self.catalogue = catalogue
        parts = [part.name for part in node.parts]
        self.tables.relation(parts, offset_of(node))
        self.table: Table = catalogue.table(*session.resolve_table(parts))
        if self.table.kind != "TABLE":
            raise invalid(f"DML statements cannot change {'.'.join(parts)}: it is of the kind {self.table.kind}")
        self.columns = [(field["name"], schema_type(field)) for field in self.table.fields]
        self.name = node.alias or parts[-1]

    @property
    def where(self) -> tuple[str, str]:
        """Data set and name."""
        return self.table.dataset, self.table.id

    def source(self, alias: str) -> Source:
        """The table among the names of a statement; DuckDB has it under the alias."""
        return Source(self.name, [Column(name, of, f"{alias}.{quote(name)}") for name, of in self.columns])

    def column(self, name: str, start: int | None) -> tuple[str, Type]:
        """One of its columns. Raises SqlError: there is none of that name."""
        for known, of in self.columns:
            if known.lower() == name.lower():
                return known, of
        raise invalid(f"Column {name} is not present in table {'.'.join(self.where)}", start)

    def assigned(self, value: Value, name: str, of: Type) -> str:
        """A value for one of its columns. Raises SqlError."""
        return checked_value(assigned(value, name, of, self.queries.expressions.rules.coerce(value, of)), of)

    def run(self, sql: str) -> int:
        """Run a change of it; returns how many rows it is about."""
        made = self.catalogue.connection.execute(sql).fetchone()
        return int(made[0]) if made else 0


def run_insert(session: Session, catalogue: Catalogue, tree: exp.Insert, stack: ExitStack) -> Outcome:
    """INSERT of rows that are written out, or of those of a query. Raises SqlError."""
    only(tree, "this", "expression")
    node = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target = Target(session, catalogue, node, stack)
    named = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    chosen = [target.column(each.name, offset_of(each)) for each in named] or target.columns
    if len({name for name, _ in chosen}) < len(chosen):
        raise invalid("INSERT has columns with duplicate name")
    sql = _values(target, tree.expression, chosen) if isinstance(tree.expression, exp.Values) else None
    sql = sql or _rows(target, tree.expression, chosen)
    listed = ", ".join(quote(name) for name, _ in chosen)
    count = target.run(f"INSERT INTO {target.table.rows} ({listed}) {sql}")
    touched(catalogue, target.table)
    return Outcome("INSERT", inserted=count, target=target.where)


def run_update(session: Session, catalogue: Catalogue, tree: exp.Update, stack: ExitStack) -> Outcome:
    """UPDATE, with or without FROM. Raises SqlError."""
    only(tree, "this", "expressions", "from_", "where")
    target = Target(session, catalogue, tree.this, stack)
    if tree.args.get("where") is None:
        raise invalid("UPDATE must have a WHERE clause", offset_of(tree))
    alias = "target"
    scope = target.queries.scope()
    scope.sources.append(target.source(alias))
    scope.visible += target.source(alias).columns
    more = _from(target, tree, scope)
    changes = assignments(target, tree.expressions, scope)
    condition = target.queries.expressions.condition(tree.args["where"].this, scope, "WHERE clause")
    values = ", ".join(f"{sql} AS v{index}" for index, (_, sql) in enumerate(changes))
    catalogue.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changes AS SELECT {alias}.rowid AS r, {values}"
        f" FROM {target.table.rows} AS {alias}{more} WHERE {condition}"
    )
    count = apply_update(target, "changes", [name for name, _ in changes])
    catalogue.connection.execute("DROP TABLE temp.changes")
    touched(catalogue, target.table)
    return Outcome("UPDATE", updated=count, target=target.where)


def run_delete(session: Session, catalogue: Catalogue, tree: exp.Delete, stack: ExitStack) -> Outcome:
    """DELETE. Raises SqlError."""
    only(tree, "this", "where", "tables")
    node = tree.this or tree.args["tables"][0]
    target = Target(session, catalogue, node, stack)
    if tree.args.get("where") is None:
        raise invalid("DELETE must have a WHERE clause", offset_of(tree))
    scope = target.queries.scope()
    scope.sources.append(target.source("target"))
    scope.visible += target.source("target").columns
    condition = target.queries.expressions.condition(tree.args["where"].this, scope, "WHERE clause")
    rows = target.table.rows
    count = target.run(
        f"DELETE FROM {rows} WHERE rowid IN (SELECT target.rowid FROM {rows} AS target WHERE {condition})"
    )
    touched(catalogue, target.table)
    return Outcome("DELETE", deleted=count, target=target.where)


def run_truncate(session: Session, catalogue: Catalogue, tree: exp.TruncateTable, stack: ExitStack) -> Outcome:
    """TRUNCATE TABLE. Raises SqlError."""
    only(tree, "expressions")
    if len(tree.expressions) != 1:
        raise unsupported("TRUNCATE of more than one table", offset_of(tree))
    target = Target(session, catalogue, tree.expressions[0], stack)
    count = target.run(f"DELETE FROM {target.table.rows}")
    touched(catalogue, target.table)
    return Outcome("TRUNCATE_TABLE", deleted=count, target=target.where)


def assignments(target: Target, nodes: Sequence[exp.Expr], scope: Scope) -> list[tuple[str, str]]:
    """SET: columns and their new values. Raises SqlError."""
    found = []
    for node in nodes:
        if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column):
            raise unsupported(f"SET {node.sql(dialect='bigquery')}", offset_of(node))
        parts = [part.name for part in node.this.parts]
        if len(parts) == 2 and parts[0].lower() == target.name.lower():
            parts = parts[1:]
        if len(parts) != 1:
            raise unsupported("SET of a field of a STRUCT", offset_of(node))
        name, of = target.column(parts[0], offset_of(node))
        if any(name == known for known, _ in found):
            raise invalid(f"Update item {name} assigned more than once", offset_of(node))
        value = target.queries.expressions.value(node.expression, scope)
        found.append((name, target.assigned(value, name, of)))
    return found


def apply_update(target: Target, changes: str, names: Sequence[str]) -> int:
    """Write the new values of a temporary table of row numbers (r) and values (v0, v1, ...); how many rows.

    Raises:
        SqlError: a row would be changed twice.
    """
    refuse_twice(target, changes)
    listed = ", ".join(f"{quote(name)} = c.v{index}" for index, name in enumerate(names))
    rows = target.table.rows
    return target.run(f"UPDATE {rows} SET {listed} FROM temp.{changes} AS c WHERE {rows}.rowid = c.r")


def refuse_twice(target: Target, changes: str) -> None:
    """Raise SqlError if a row number stands twice in a temporary table."""
    twice = target.catalogue.connection.execute(
        f"SELECT 1 FROM temp.{changes} GROUP BY r HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        raise SqlError(Reason.INVALID, AMBIGUOUS)


def _from(target: Target, tree: exp.Update, scope: Scope) -> str:
    clause = tree.args.get("from_")
    if clause is None:
        return ""
    joins = target.queries.from_clause
    fake = exp.Select(from_=clause.copy())
    return f", {joins.compile(fake, scope).removeprefix(' FROM ')}"


def _values(target: Target, node: exp.Values, chosen: Sequence[tuple[str, Type]]) -> str:
    only(node, "expressions")
    rows = []
    for row in node.expressions:
        cells = row.expressions if isinstance(row, exp.Tuple) else [row.this if isinstance(row, exp.Paren) else row]
        _check_count(len(cells), len(chosen))
        values = []
        for cell, (name, of) in zip(cells, chosen, strict=True):
            value = target.queries.expressions.value(cell, target.queries.scope())
            values.append(f"CAST({target.assigned(value, name, of)} AS {of.duckdb})")
        rows.append(f"({', '.join(values)})")
    return f"VALUES {', '.join(rows)}"


def _rows(target: Target, node: exp.Expr, chosen: Sequence[tuple[str, Type]]) -> str:
    query = target.queries.compile(node)
    _check_count(len(query.columns), len(chosen))
    names = [name for name, _ in unique_names(query.columns)]
    constants = list(query.constants) or [False] * len(names)
    values = [
        target.assigned(Value(quote(made), given, constant), name, of)
        for made, (_, given), constant, (name, of) in zip(names, query.columns, constants, chosen, strict=True)
    ]
    return f"SELECT {', '.join(values)} FROM ({query.sql}) AS i({', '.join(quote(name) for name in names)})"


def _check_count(given: int, wanted: int) -> None:
    if given != wanted:
        raise invalid(f"Inserted row has wrong column count; Has {given}, expected {wanted}")
