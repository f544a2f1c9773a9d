"""MERGE: all changes are computed from the state before, then applied.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#merge_statement
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from embedded.services.gcp.bigquery.statements.context import Context
from embedded.services.gcp.bigquery.statements.dml import Target, apply_update, assignments, refuse_duplicates
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.table_writer import mark_modified
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Column, Scope, Source
from embedded.sql_engine.types import Type, quote
from embedded.sql_engine.values import Value

MATCHED, NEW, GONE = "matched", "new", "gone"
"""Pairs of rows; rows of the source without a target; rows of the target without a source."""


@dataclass(frozen=True)
class _Change:
    """The compiled changes of a WHEN clause.

    Parameters:
        where: MATCHED, NEW or GONE.
        sql: the rows: their numbers (r) and new values (v0, v1, ...), or only the values of new rows.
        columns: that the values are for; none for a DELETE.
    """

    where: str
    sql: str
    columns: Sequence[str]


def run_merge(context: Context) -> Outcome:
    """MERGE. Raises SqlError, also when a row of the target would be changed twice."""
    tree = context.tree
    only(tree, "this", "using", "on", "whens")
    target = Target(context, tree.this)
    outcome = _Merge(target, tree).run()
    mark_modified(context.catalogue, target.table)
    return outcome


class _Merge:
    def __init__(self, target: Target, tree: exp.Merge) -> None:
        self._target = target
        self._connection = target.catalogue.connection
        self._expressions = target.queries.expressions
        sql, source = target.queries.from_clause.source(tree.args["using"], target.queries.scope())
        self._source = self._materialize(sql, source, tree.args["using"])
        self._on = self._expressions.condition(tree.args["on"], self._scope(MATCHED), "ON clause")
        self._whens = tree.args["whens"].expressions

    def run(self) -> Outcome:
        taken: dict[str, list[str]] = {MATCHED: [], NEW: [], GONE: []}
        changes = [self._change(node, taken) for node in self._whens]
        if all(change.where is NEW for change in changes) and len(changes) == 1:
            inserted = self._insert(changes[0].columns, changes[0].sql)
            return Outcome("MERGE", inserted=inserted, target=self._target.where)
        return self._apply(changes)

    def _apply(self, changes: Sequence[_Change]) -> Outcome:
        """Compute all changes, then apply them: no clause may see what another does."""
        for index, change in enumerate(changes):
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE change{index} AS {change.sql}")
        self._refuse_overlap(changes)
        updated = deleted = inserted = 0
        for index, change in enumerate(changes):
            if change.where is not NEW and change.columns:
                updated += apply_update(self._target, f"change{index}", change.columns)
        for index, change in enumerate(changes):
            if change.where is not NEW and not change.columns:
                rows = self._target.table.rows
                deleted += self._target.run(f"DELETE FROM {rows} WHERE rowid IN (SELECT r FROM temp.change{index})")
        for index, change in enumerate(changes):
            if change.where is NEW:
                inserted += self._insert(change.columns, f"SELECT * FROM temp.change{index}")
            self._connection.execute(f"DROP TABLE temp.change{index}")
        return Outcome("MERGE", inserted=inserted, updated=updated, deleted=deleted, target=self._target.where)

    def _refuse_overlap(self, changes: Sequence[_Change]) -> None:
        numbers = [
            f"SELECT r FROM temp.change{index}" for index, change in enumerate(changes) if change.where is MATCHED
        ]
        if numbers:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE touched AS {' UNION ALL '.join(numbers)}")
            refuse_duplicates(self._target, "touched")
            self._connection.execute("DROP TABLE temp.touched")

    def _insert(self, columns: Sequence[str], sql: str) -> int:
        listed = ", ".join(quote(name) for name in columns)
        return self._target.run(f"INSERT INTO {self._target.table.rows} ({listed}) {sql}")

    def _materialize(self, sql: str, source: Source, node: exp.Expr) -> Source:
        """The source as a temporary table, computed once; a table with rows of its own is used as it is."""
        if isinstance(node, exp.Table) and sql.startswith("data."):
            self._from = f"{sql.rpartition(' AS ')[0]} AS source"
            return Source(source.name, [Column(c.name, c.type, f"source.{quote(c.name)}") for c in source.columns])
        values = ", ".join(f"{column.sql} AS c{index}" for index, column in enumerate(source.columns))
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {values} FROM {sql}")
        self._from = "temp.merged AS source"
        columns = [Column(column.name, column.type, f"source.c{index}") for index, column in enumerate(source.columns)]
        return Source(source.name, columns)

    def _scope(self, where: str) -> Scope:
        """The names that a clause may use."""
        scope = self._target.queries.scope()
        sources = {
            MATCHED: [self._target.source("target"), self._source],
            NEW: [self._source],
            GONE: [self._target.source("target")],
        }[where]
        for source in sources:
            scope.sources.append(source)
            scope.visible += source.columns
        return scope

    def _change(self, node: exp.When, taken: dict[str, list[str]]) -> _Change:
        only(node, "matched", "source", "condition", "then")
        where = MATCHED if node.args.get("matched") else GONE if node.args.get("source") else NEW
        scope = self._scope(where)
        condition = "true"
        if node.args.get("condition") is not None:
            condition = self._expressions.condition(node.args["condition"], scope, "WHEN clause")
        before = "".join(f" AND NOT coalesce({earlier}, false)" for earlier in taken[where])
        taken[where].append(condition)
        rows = f"{self._rows(where)} AND ({condition}){before}"
        then = node.args["then"]
        if where is NEW:
            return self._new(then, rows, scope)
        if isinstance(then, exp.Update):
            only(then, "expressions")
            changes = assignments(self._target, then.expressions, scope)
            values = "".join(f", {sql} AS v{index}" for index, (_, sql) in enumerate(changes))
            return _Change(where, f"SELECT target.rowid AS r{values} {rows}", [name for name, _ in changes])
        if isinstance(then, exp.Var) and then.name.upper() == "DELETE":
            return _Change(where, f"SELECT target.rowid AS r {rows}", [])
        raise unsupported(f"THEN {then.sql(dialect='bigquery')}", offset_of(node))

    def _rows(self, where: str) -> str:
        target = f"{self._target.table.rows} AS target"
        if where is MATCHED:
            return f"FROM {target} JOIN {self._from} ON {self._on} WHERE true"
        if where is NEW:
            return f"FROM {self._from} WHERE NOT EXISTS (SELECT 1 FROM {target} WHERE {self._on})"
        return f"FROM {target} WHERE NOT EXISTS (SELECT 1 FROM {self._from} WHERE {self._on})"

    def _new(self, then: exp.Expr, rows: str, scope: Scope) -> _Change:
        if not isinstance(then, exp.Insert):
            raise invalid("WHEN NOT MATCHED BY TARGET takes INSERT", offset_of(then))
        only(then, "this", "expression")
        if isinstance(then.this, exp.Var):
            chosen, values = self._target.columns, [column.value for column in self._source.columns]
        else:
            names, row = _inserted_row(then)
            chosen = [self._target.column(name.name, offset_of(name)) for name in names] or self._target.columns
            values = self._inserted(row, scope)
        if len(values) != len(chosen):
            raise invalid(f"Inserted row has wrong column count; Has {len(values)}, expected {len(chosen)}")
        cells = ", ".join(self._cell(value, name, of) for value, (name, of) in zip(values, chosen, strict=True))
        return _Change(NEW, f"SELECT {cells} {rows}", [name for name, _ in chosen])

    def _inserted(self, node: exp.Expr, scope: Scope) -> list[Value]:
        if isinstance(node, exp.Var) and node.name.upper() == "ROW":
            return [column.value for column in self._source.columns]
        if isinstance(node, exp.Tuple | exp.Paren):
            cells = node.expressions if isinstance(node, exp.Tuple) else [node.this]
            return [self._expressions.value(cell, scope) for cell in cells]
        raise unsupported(f"INSERT {node.sql(dialect='bigquery')}", offset_of(node))

    def _cell(self, value: Value, name: str, of: Type) -> str:
        return self._target.assign(value, name, of)


def _inserted_row(then: exp.Insert) -> tuple[Sequence[exp.Expr], exp.Expr]:
    """The columns and the row of an INSERT; without columns sqlglot takes `VALUES (...)` for a call among them."""
    names = then.this.expressions if then.this else []
    if not then.expression and len(names) == 1 and isinstance(names[0], exp.Anonymous):
        return [], exp.Tuple(expressions=names[0].expressions)
    return names, then.expression
