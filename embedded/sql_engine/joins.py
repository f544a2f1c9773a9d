"""Compiles FROM: tables, subqueries, UNNEST and joins."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from embedded.sql_engine.compilers import ExpressionCompiler, QueryCompiler
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Column, Scope, Source
from embedded.sql_engine.types import INT64, Kind, Type, extract, quote
from embedded.sql_engine.values import Value

_NATURAL = ("INNER", "LEFT", "RIGHT", "FULL", "CROSS")


class Joins:
    """Compiles FROM, and adds its names to a scope.

    Parameters:
        rules: of the dialect.
        expressions: compiles conditions and arrays.
        queries: compiles subqueries, and finds tables.
    """

    def __init__(self, rules: Rules, expressions: ExpressionCompiler, queries: QueryCompiler) -> None:
        self._rules = rules
        self._expressions = expressions
        self._queries = queries

    def compile(self, tree: exp.Select, scope: Scope) -> str:
        """` FROM ...` for DuckDB, or nothing. Raises SqlError."""
        first = tree.args.get("from_")
        if first is None:
            return ""
        only(first, "this")
        sql, source = self.source(first.this, scope)
        self._add(source, scope)
        nested = list(first.this.args.get("joins") or [])
        for join in [*nested, *(tree.args.get("joins") or [])]:
            sql += self._join(join, scope)
        return f" FROM {sql}"

    def source(self, node: exp.Expr, scope: Scope) -> tuple[str, Source]:
        """One item of FROM: its text for DuckDB, and its names. Raises SqlError."""
        if isinstance(node, exp.Table):
            return self._table(node, scope)
        if isinstance(node, exp.Subquery):
            return self._derived(node, scope)
        if isinstance(node, exp.Unnest):
            return self._unnest(node, scope)
        raise unsupported(f"{node.key.upper()} in FROM", offset_of(node))

    def _table(self, node: exp.Table, scope: Scope) -> tuple[str, Source]:
        only(node, "this", "db", "catalog", "alias", "joins")
        parts = [part.name for part in node.parts]
        path = self.path(parts, node, scope)
        if path is not None:
            return path
        relation = self._queries.relation(parts, scope, offset_of(node))
        alias = scope.fresh("t")
        columns = [Column(name, of, f"{alias}.{quote(name)}") for name, of in relation.columns]
        return f"{relation.sql} AS {alias}", Source(node.alias or parts[-1], columns)

    def path(self, parts: list[str], node: exp.Table, scope: Scope) -> tuple[str, Source] | None:
        """`FROM t, t.items`: an array column of a table listed before it.

        Parameters:
            parts: of the dotted name.
            node: the item of FROM.
            scope: with the tables before it.

        Returns:
            None if the name is not such a column.
        """
        if len(parts) < 2 or not any(
            source.name and source.name.lower() == parts[0].lower() for source in scope.sources
        ):
            return None
        array = scope.resolve(parts, offset_of(node))
        return self._elements(array, node.alias or parts[-1], None, node, scope)

    def _derived(self, node: exp.Subquery, scope: Scope) -> tuple[str, Source]:
        only(node, "this", "with_", "order", "limit", "offset", "alias", "joins")
        if isinstance(node.this, exp.Table):
            raise unsupported("joins in parentheses", offset_of(node))
        names = [column.name for column in node.args["alias"].columns] if node.args.get("alias") else []
        bare = node.copy()
        bare.set("alias", None)
        bare.set("joins", None)
        inner = scope.inner()
        inner.outer = scope.outer
        query = self._queries.query(bare, inner)
        shown = [name for name, _ in query.columns]
        if names:
            if len(names) != len(shown):
                raise invalid("The list of column names does not fit the subquery", offset_of(node))
            shown = names
        alias = scope.fresh("q")
        inside = [f"c{index}" for index in range(len(shown))]
        columns = [
            Column(name, of, f"{alias}.{inner_name}")
            for name, (_, of), inner_name in zip(shown, query.columns, inside, strict=True)
        ]
        return f"({query.sql}) AS {alias}({', '.join(inside)})", Source(node.alias or None, columns)

    def _unnest(self, node: exp.Unnest, scope: Scope) -> tuple[str, Source]:
        only(node, "expressions", "alias", "offset")
        if len(node.expressions) != 1:
            raise unsupported("UNNEST of more than one array", offset_of(node))
        array = self._expressions.value(node.expressions[0], scope)
        alias = node.args.get("alias")
        named = alias.columns if alias is not None else []
        name = named[0].name if named else (alias.name if alias is not None else "")
        offset = node.args.get("offset")
        return self._elements(array, name or None, offset, node, scope)

    def _elements(
        self, array: Value, name: str | None, offset: exp.Expr | None, node: exp.Expr, scope: Scope
    ) -> tuple[str, Source]:
        if array.type.kind is not Kind.ARRAY or array.type.element is None:
            of = self._rules.type_name(array.type)
            raise invalid(
                f"Values referenced in UNNEST must be arrays. UNNEST contains expression of type {of}",
                offset_of(node),
            )
        alias, element = scope.fresh("u"), array.type.element
        value = Value(f"{alias}.e", element)
        columns = self._element_columns(value, name, element)
        sql = f"(SELECT unnest({array.sql}) AS e, unnest(range(len({array.sql}))) AS o) AS {alias}"
        if offset:
            label = offset.name if isinstance(offset, exp.Identifier) else "offset"
            columns = [*columns, Column(label, INT64, f"{alias}.o")]
        return f"LATERAL {sql}", Source(name, columns, value)

    @staticmethod
    def _element_columns(value: Value, name: str | None, element: Type) -> list[Column]:
        if element.kind is Kind.STRUCT:
            return [Column(field, of, extract(value.sql, field)) for field, of in element.fields]
        return [Column(name or "", element, value.sql)]

    def _add(self, source: Source, scope: Scope) -> None:
        if source.name and any((known.name or "").lower() == source.name.lower() for known in scope.sources):
            raise invalid(f"Duplicate table alias {source.name} in the same FROM clause")
        scope.sources.append(source)
        scope.visible += source.columns

    def _join(self, join: exp.Join, scope: Scope) -> str:
        only(join, "this", "side", "kind", "on", "using")
        word = (
            join.side or join.kind or ("INNER" if join.args.get("on") or join.args.get("using") else "CROSS")
        ).upper()
        if word not in _NATURAL or (join.kind or "").upper() not in ("", "INNER", "OUTER", "CROSS"):
            raise unsupported(f"{join.side} {join.kind} JOIN", offset_of(join))
        sql, source = self.source(join.this, scope)
        before = list(scope.visible)
        self._add(source, scope)
        if using := join.args.get("using"):
            condition = self._using(using, word, before, source, scope)
        elif on := join.args.get("on"):
            condition = self._expressions.condition(on, scope, "JOIN ON clause")
        elif word == "CROSS":
            return f" CROSS JOIN {sql}"
        elif isinstance(join.this, exp.Unnest):
            condition = "true"
        else:
            raise invalid(f"{word} JOIN must have an immediately following ON or USING clause", offset_of(join))
        return f" {word} JOIN {sql} ON {condition}"

    def _using(self, names: list[exp.Expr], word: str, before: list[Column], source: Source, scope: Scope) -> str:
        """The condition; the scope gets the named columns once, before all others."""
        merged, tests = [], []
        for node in names:
            left = self._column(before, node)
            right = self._column(list(source.columns), node)
            tests.append(self._expressions.compare("=", left.value, right.value, node).sql)
            merged.append(self._merged(left, right, word, node))
        taken = {node.name.lower() for node in names}
        rest = [column for column in (*before, *source.columns) if column.name.lower() not in taken]
        scope.visible[:] = [*merged, *rest]
        return " AND ".join(tests)

    def _merged(self, left: Column, right: Column, word: str, node: exp.Expr) -> Column:
        if word == "RIGHT":
            return replace(right, name=left.name)
        if word != "FULL":
            return left
        first, second = self._expressions.unify([left.value, right.value], "USING", node)
        return Column(left.name, first.type, f"coalesce({first.sql}, {second.sql})")

    def _column(self, columns: list[Column], node: exp.Expr) -> Column:
        matches = [column for column in columns if column.name.lower() == node.name.lower()]
        if not matches:
            raise self._rules.unknown_name(node.name, offset_of(node))
        if len(matches) > 1:
            raise self._rules.ambiguous_name(node.name, offset_of(node))
        return matches[0]
