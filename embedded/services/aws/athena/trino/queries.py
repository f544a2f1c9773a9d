"""Trino's extensions of queries: VALUES, UNNEST of several arrays, FETCH FIRST.

Source: https://trino.io/docs/current/sql/select.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy as copy

from sqlglot import exp

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import common_type
from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.joins import Joins
from embedded.sql_engine.queries import Queries
from embedded.sql_engine.scope import Column, Scope, Source
from embedded.sql_engine.types import INT64, Kind, Type
from embedded.sql_engine.values import Query, Value

_NO_ALIAS = exp.TableAlias()
_UNSUPPORTED = ("qualify",)


class TrinoJoins(Joins):
    """Compiles FROM of Trino."""

    def source(self, node: exp.Expr, scope: Scope) -> tuple[str, Source]:
        """Compile a source of FROM; VALUES and UNNEST are supported."""
        if isinstance(node, exp.Values):
            return self._values(node, scope)
        if isinstance(node, exp.Unnest):
            return self._unnested(node, scope)
        return super().source(node, scope)

    def path(self, parts: list[str], node: exp.Table, scope: Scope) -> None:
        """Trino has no arrays by name in FROM.

        Parameters:
            parts: parts of the name.
            node: the source.
            scope: names in scope.
        """

    def _values(self, node: exp.Values, scope: Scope) -> tuple[str, Source]:
        query = self._queries.query(node, scope.inner())
        alias = node.args.get("alias") or _NO_ALIAS
        named = alias.this is not None and alias.name != "_values"
        names = _names(alias.columns, [name for name, _ in query.columns], node)
        alias_sql = scope.fresh("v")
        columns = [
            Column(name, of, f'{alias_sql}."{index}"')
            for index, (name, (_, of)) in enumerate(zip(names, query.columns, strict=True))
        ]
        listed = ", ".join(f'"{index}"' for index in range(len(columns)))
        return f"({query.sql}) AS {alias_sql}({listed})", Source(alias.name if named else None, columns)

    def _unnested(self, node: exp.Unnest, scope: Scope) -> tuple[str, Source]:
        only(node, "expressions", "alias", "offset")
        arrays = [self._expressions.value(array, scope) for array in node.expressions]
        alias_sql = scope.fresh("u")
        selected: list[str] = []
        columns: list[Column] = []
        for value in arrays:
            for sql, of in _parts(value, node):
                name = f'"{len(columns)}"'
                selected.append(f"{sql} AS {name}")
                columns.append(Column("", of, f"{alias_sql}.{name}"))
        offset = node.args.get("offset")
        if offset:
            sizes = ", ".join(f"coalesce({_size(value)}, 0)" for value in arrays)
            selected.append(f"unnest(generate_series(1, greatest({sizes}))) AS o")
            columns.append(Column("", INT64, f"{alias_sql}.o"))
        alias = node.args.get("alias") or _NO_ALIAS
        written = [*alias.columns, *([offset] if isinstance(offset, exp.Identifier) else [])]
        names = _names(written, [f"_col{index}" for index in range(len(columns))], node)
        named = [Column(name, column.type, column.sql) for name, column in zip(names, columns, strict=True)]
        return f"LATERAL (SELECT {', '.join(selected)}) AS {alias_sql}", Source(alias.name or None, named)


class TrinoQueries(Queries):
    """Compiles queries of Trino."""

    joins = TrinoJoins

    def query(self, tree: exp.Expr, scope: Scope) -> Query:
        """Compile a query. Raises SqlError if it is wrong or not supported."""
        for name in _UNSUPPORTED:
            if tree.args.get(name):
                raise Failure("SYNTAX_ERROR", f"mismatched input '{name.upper()}'", offset_of(tree))
        tree = _with_windows(tree)
        limit = tree.args.get("limit")
        if isinstance(limit, exp.Fetch):
            tree = tree.copy()
            tree.set("limit", _limit(limit))
        if isinstance(tree, exp.Values):
            return self._rows(tree, scope)
        return super().query(tree, scope)

    def named(self, shown: Sequence[tuple[str, Type]]) -> list[tuple[str, Type]]:
        """Name unnamed columns by their index."""
        return [(name.lower() or self._rules.unnamed(index), of) for index, (name, of) in enumerate(shown)]

    def _rows(self, tree: exp.Values, scope: Scope) -> Query:
        only(tree, "expressions", "alias")
        rows = [[self.expressions.value(cell, scope) for cell in _cells(row)] for row in tree.expressions]
        if len({len(row) for row in rows}) != 1:
            raise Failure("TYPE_MISMATCH", "Values rows have mismatched sizes", offset_of(tree))
        types = [self._column_type(column, tree) for column in zip(*rows, strict=True)]
        texts = []
        for row in rows:
            cells = [self.expressions.coerced(cell, of, tree) for cell, of in zip(row, types, strict=True)]
            texts.append(f"({', '.join(f'CAST({cell.sql} AS {cell.type.duckdb})' for cell in cells)})")
        columns = [(f"_col{index}", of) for index, of in enumerate(types)]
        listed = ", ".join(f'"_col{index}"' for index in range(len(types)))
        return Query(f"SELECT * FROM (VALUES {', '.join(texts)}) AS v({listed})", columns)

    @staticmethod
    def _column_type(values: Sequence[Value], tree: exp.Expr) -> Type:
        common = common_type(values)
        if common is None:
            names = ", ".join(typenames.trino(value.type) for value in values)
            raise Failure("TYPE_MISMATCH", f"Values rows have mismatched types: {names}", offset_of(tree))
        return common


def _with_windows(tree: exp.Expr) -> exp.Expr:
    """Inline the named windows of a SELECT."""
    if not tree.args.get("windows"):
        return tree
    tree = tree.copy()
    known = {window.name.lower(): window for window in tree.args["windows"]}
    tree.set("windows", None)
    for used in list(tree.find_all(exp.Window)):
        name = used.alias.lower()
        if name in known:
            used.set("alias", None)
            for part in ("partition_by", "order", "spec"):
                used.set(part, copy(known[name].args.get(part)))
    return tree


def _limit(fetch: exp.Fetch) -> exp.Limit:
    options = fetch.args.get("limit_options")
    if options is not None and (options.args.get("percent") or options.args.get("with_ties")):
        raise unsupported("FETCH FIRST with ties or in percent", offset_of(fetch))
    return exp.Limit(expression=fetch.args.get("count") or exp.Literal.number(1))


def _cells(row: exp.Expr) -> list[exp.Expr]:
    return list(row.expressions) if isinstance(row, exp.Tuple) else [row.unnest()]


def _parts(value: Value, node: exp.Expr) -> list[tuple[str, Type]]:
    """The columns of UNNEST over a value."""
    of = value.type
    if of.kind is Kind.MAP and of.key and of.element:
        return [(f"unnest(map_keys({value.sql}))", of.key), (f"unnest(map_values({value.sql}))", of.element)]
    if of.kind is not Kind.ARRAY or of.element is None:
        raise Failure("TYPE_MISMATCH", f"Cannot unnest type: {typenames.trino(of)}", offset_of(node))
    if of.element.kind is not Kind.STRUCT:
        return [(f"unnest({value.sql})", of.element)]
    return [
        (f"unnest(list_transform({value.sql}, lambda s_: struct_extract_at(s_, {index})))", field)
        for index, (_, field) in enumerate(of.element.fields, 1)
    ]


def _size(value: Value) -> str:
    return f"cardinality({value.sql})" if value.type.kind is Kind.MAP else f"len({value.sql})"


def _names(written: Sequence[exp.Expr], own: Sequence[str], node: exp.Expr) -> list[str]:
    if not written:
        return list(own)
    if len(written) != len(own):
        counts = f"Column alias list has {len(written)} entries but relation has {len(own)} columns"
        raise Failure("MISMATCHED_COLUMN_ALIASES", counts, offset_of(node))
    return [name.name for name in written]
