"""INSERT, UPDATE, DELETE and TRUNCATE.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from embedded.services.gcp.bigquery.results import checked_value
from embedded.services.gcp.bigquery.session import Tables
from embedded.services.gcp.bigquery.sql.types import schema_type
from embedded.services.gcp.bigquery.statements.context import Context
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.store import Table
from embedded.services.gcp.bigquery.table_writer import check_assignment, mark_modified
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
        context: of the statement.
        node: the table's name in the statement.
    """

    def __init__(self, context: Context, node: exp.Table) -> None:
        only(node, "this", "db", "catalog", "alias")
        self.tables = Tables(context.session, context.catalogue, context.stack)
        self.queries: Queries = self.tables.queries()
        self.catalogue = context.catalogue
        parts = [part.name for part in node.parts]
        self.tables.relation(parts, offset_of(node))
        self.table: Table = self.catalogue.table(*context.session.resolve_table(parts))
        if self.table.kind != "TABLE":
            raise invalid(f"DML statements cannot change {'.'.join(parts)}: it is of the kind {self.table.kind}")
        self.columns = [(field["name"], schema_type(field)) for field in self.table.fields]
        self.name = node.alias or parts[-1]

    @property
    def where(self) -> tuple[str, str]:
        """Data set and name."""
        return self.table.dataset, self.table.id

    def source(self, alias: str) -> Source:
        """The table as a source of a scope; DuckDB has it under the alias."""
        return Source(self.name, [Column(name, of, f"{alias}.{quote(name)}") for name, of in self.columns])

    def column(self, name: str, start: int | None) -> tuple[str, Type]:
        """One of its columns. Raises SqlError: there is none of that name."""
        for known, of in self.columns:
            if known.lower() == name.lower():
                return known, of
        raise invalid(f"Column {name} is not present in table {'.'.join(self.where)}", start)

    def assign(self, value: Value, name: str, of: Type) -> str:
        """A value for one of its columns.

        Parameters:
            value: as computed.
            name: of the column.
            of: the column's type.

        Raises:
            SqlError: the value has no implicit cast to that type.
        """
        return checked_value(check_assignment(value, name, of, self.queries.expressions.rules.coerce(value, of)), of)

    def run(self, sql: str) -> int:
        """Run a change of the table; returns the number of rows."""
        row = self.catalogue.connection.execute(sql).fetchone()
        return int(row[0]) if row else 0


def run_insert(context: Context) -> Outcome:
    """INSERT of rows that are written out, or of those of a query. Raises SqlError."""
    tree = context.tree
    only(tree, "this", "expression")
    node = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target = Target(context, node)
    names = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
    chosen = [target.column(name.name, offset_of(name)) for name in names] or target.columns
    if len({name for name, _ in chosen}) < len(chosen):
        raise invalid("INSERT has columns with duplicate name")
    sql = _values(target, tree.expression, chosen) if isinstance(tree.expression, exp.Values) else None
    sql = sql or _rows(target, tree.expression, chosen)
    listed = ", ".join(quote(name) for name, _ in chosen)
    count = target.run(f"INSERT INTO {target.table.rows} ({listed}) {sql}")
    mark_modified(context.catalogue, target.table)
    return Outcome("INSERT", inserted=count, target=target.where)


def run_update(context: Context) -> Outcome:
    """UPDATE, with or without FROM. Raises SqlError."""
    tree = context.tree
    only(tree, "this", "expressions", "from_", "where")
    target = Target(context, tree.this)
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
    context.catalogue.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changes AS SELECT {alias}.rowid AS r, {values}"
        f" FROM {target.table.rows} AS {alias}{more} WHERE {condition}"
    )
    count = apply_update(target, "changes", [name for name, _ in changes])
    context.catalogue.connection.execute("DROP TABLE temp.changes")
    mark_modified(context.catalogue, target.table)
    return Outcome("UPDATE", updated=count, target=target.where)


def run_delete(context: Context) -> Outcome:
    """DELETE. Raises SqlError."""
    tree = context.tree
    only(tree, "this", "where", "tables")
    node = tree.this or tree.args["tables"][0]
    target = Target(context, node)
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
    mark_modified(context.catalogue, target.table)
    return Outcome("DELETE", deleted=count, target=target.where)


def run_truncate(context: Context) -> Outcome:
    """TRUNCATE TABLE. Raises SqlError."""
    tree = context.tree
    only(tree, "expressions")
    if len(tree.expressions) != 1:
        raise unsupported("TRUNCATE of more than one table", offset_of(tree))
    target = Target(context, tree.expressions[0])
    count = target.run(f"DELETE FROM {target.table.rows}")
    mark_modified(context.catalogue, target.table)
    return Outcome("TRUNCATE_TABLE", deleted=count, target=target.where)


def assignments(target: Target, nodes: Sequence[exp.Expr], scope: Scope) -> list[tuple[str, str]]:
    """Compile SET to columns and their new values.

    Parameters:
        target: the table that is changed.
        nodes: the items of SET.
        scope: the names they may use.

    Raises:
        SqlError: an item is wrong.
    """
    assigned: list[tuple[str, str]] = []
    for node in nodes:
        if not isinstance(node, exp.EQ) or not isinstance(node.this, exp.Column):
            raise unsupported(f"SET {node.sql(dialect='bigquery')}", offset_of(node))
        parts = [part.name for part in node.this.parts]
        if len(parts) == 2 and parts[0].lower() == target.name.lower():
            parts = parts[1:]
        if len(parts) != 1:
            raise unsupported("SET of a field of a STRUCT", offset_of(node))
        name, of = target.column(parts[0], offset_of(node))
        if any(name == known for known, _ in assigned):
            raise invalid(f"Update item {name} assigned more than once", offset_of(node))
        value = target.queries.expressions.value(node.expression, scope)
        assigned.append((name, target.assign(value, name, of)))
    return assigned


def apply_update(target: Target, changes: str, names: Sequence[str]) -> int:
    """Write the new values of a temporary table; returns the number of rows.

    Parameters:
        target: the table that is changed.
        changes: the temporary table with row numbers (r) and values (v0, v1, ...).
        names: of the columns that get the values.

    Raises:
        SqlError: a row would be changed twice.
    """
    refuse_duplicates(target, changes)
    listed = ", ".join(f"{quote(name)} = c.v{index}" for index, name in enumerate(names))
    rows = target.table.rows
    return target.run(f"UPDATE {rows} SET {listed} FROM temp.{changes} AS c WHERE {rows}.rowid = c.r")


def refuse_duplicates(target: Target, changes: str) -> None:
    """Raise SqlError if a temporary table has a row number twice."""
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
            values.append(f"CAST({target.assign(value, name, of)} AS {of.duckdb})")
        rows.append(f"({', '.join(values)})")
    return f"VALUES {', '.join(rows)}"


def _rows(target: Target, node: exp.Expr, chosen: Sequence[tuple[str, Type]]) -> str:
    query = target.queries.compile(node)
    _check_count(len(query.columns), len(chosen))
    names = [name for name, _ in unique_names(query.columns)]
    constants = list(query.constants) or [False] * len(names)
    values = [
        target.assign(Value(quote(column), source, constant), name, of)
        for column, (_, source), constant, (name, of) in zip(names, query.columns, constants, chosen, strict=True)
    ]
    return f"SELECT {', '.join(values)} FROM ({query.sql}) AS i({', '.join(quote(name) for name in names)})"


def _check_count(actual: int, expected: int) -> None:
    if actual != expected:
        raise invalid(f"Inserted row has wrong column count; Has {actual}, expected {expected}")
