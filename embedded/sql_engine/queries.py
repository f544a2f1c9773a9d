"""Compiles queries: SELECT with its clauses, WITH, and set operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp

from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import Reason, SqlError, invalid, unsupported
from embedded.sql_engine.expressions import Expressions
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.joins import Joins
from embedded.sql_engine.scope import Column, Relation, Scope
from embedded.sql_engine.types import Kind, Type, extract, quote
from embedded.sql_engine.values import Query, Value, unique_names

_SELECT = ("with_", "expressions", "from_", "joins", "where", "group", "having", "qualify", "distinct", "order")
_LIMITS = ("limit", "offset")
_GROUPINGS: dict[type[exp.Expr], str] = {exp.GroupingSets: "GROUPING SETS", exp.Rollup: "ROLLUP", exp.Cube: "CUBE"}


class Tables(Protocol):
    """Resolves the names of tables."""

    def relation(self, parts: Sequence[str], start: int | None) -> Relation:
        """A table or a view by its dotted name. Raises SqlError: there is none."""


@dataclass(frozen=True)
class _Item:
    """One column of a SELECT list."""

    name: str | None
    value: Value


class Queries:
    """Compiles queries; a dialect that has more to FROM gives `joins` of its own.

    Parameters:
        rules: of the dialect.
        tables: finds them.
        parameters: values of `@name` and `?`, see Expressions.
    """

    joins: type[Joins] = Joins

    def __init__(self, rules: Rules, tables: Tables, parameters: Mapping[str, Value] | None = None) -> None:
        self._rules = rules
        self._tables = tables
        self.expressions = Expressions(rules, self, parameters or {})
        self.from_clause = self.joins(rules, self.expressions, self)

    def compile(self, tree: exp.Expr) -> Query:
        """Compile a whole statement's query. Raises SqlError."""
        return self.query(tree, self.scope())

    def scope(self) -> Scope:
        """A scope that knows no names."""
        return Scope(self._rules)

    def query(self, tree: exp.Expr, scope: Scope) -> Query:
        """Compile a query inside a scope of its own. Raises SqlError."""
        if isinstance(tree, exp.Subquery):
            return self._parenthesised(tree, scope)
        if isinstance(tree, exp.SetOperation):
            return self._set_operation(tree, scope)
        if isinstance(tree, exp.Select):
            return self._select(tree, scope)
        raise unsupported(f"{tree.key.upper()} as a query", offset_of(tree))

    def relation(self, parts: Sequence[str], scope: Scope, start: int | None) -> Relation:
        """The relation that a name in FROM stands for.

        Parameters:
            parts: of the dotted name.
            scope: with the queries of WITH.
            start: offset of the name in the statement.

        Raises:
            SqlError: there is none.
        """
        named = scope.relation(parts[0]) if len(parts) == 1 else None
        return named or self._tables.relation(parts, start)

    def _parenthesised(self, tree: exp.Subquery, scope: Scope) -> Query:
        only(tree, "this", "with_", "order", *_LIMITS)
        scope = self._with(tree, scope)
        inner = self.query(tree.this, scope)
        if not any(tree.args.get(name) for name in ("order", *_LIMITS)):
            return inner
        return self._ordered(tree, inner, scope)

    def _with(self, tree: exp.Expr, scope: Scope) -> Scope:
        clause = tree.args.get("with_")
        if clause is None:
            return scope
        only(clause, "expressions")
        inner = scope.inner()
        inner.outer = scope.outer
        for table in clause.expressions:
            only(table, "this", "alias")
            names = [column.name for column in table.args["alias"].columns]
            query = self.query(table.this, inner.inner())
            columns = _renamed(unique_names(query.columns), names, table)
            listed = ", ".join(quote(name) for name, _ in columns)
            relation = Relation(f"(SELECT * FROM ({query.sql}) AS w({listed}))", columns)
            inner.relations = {**inner.relations, table.alias.lower(): relation}
        return inner

    def _set_operation(self, tree: exp.SetOperation, scope: Scope) -> Query:
        only(tree, "this", "expression", "distinct", "with_", "order", *_LIMITS)
        scope = self._with(tree, scope)
        left, right = self.query(tree.this, scope.inner()), self.query(tree.expression, scope.inner())
        if len(left.columns) != len(right.columns):
            counts = f"{len(left.columns)} column(s), but query 2 has {len(right.columns)}"
            message = f"Queries in {_word(tree)} have mismatched column count; query 1 has {counts}"
            raise invalid(message, offset_of(tree))
        types = [self._common(tree, index, left, right) for index in range(len(left.columns))]
        word = f"{_word(tree)}{' ALL' if not tree.args.get('distinct') else ''}"
        sql = f"{self._typed(left, types)} {word} {self._typed(right, types)}"
        merged = Query(sql, [(name, of) for (name, _), of in zip(left.columns, types, strict=True)])
        return self._ordered(tree, merged, scope)

    def _common(self, tree: exp.SetOperation, index: int, left: Query, right: Query) -> Type:
        sides = [
            Value("NULL", query.columns[index][1], bool(query.constants[index : index + 1] == (True,)))
            for query in (left, right)
        ]
        common = self._rules.common(sides)
        if common is None:
            names = ", ".join(self._rules.type_name(side.type) for side in sides)
            raise invalid(f"Column {index + 1} in {_word(tree)} has incompatible types: {names}", offset_of(tree))
        return common

    def _typed(self, query: Query, types: Sequence[Type]) -> str:
        columns = unique_names(query.columns)
        constants = list(query.constants) or [False] * len(columns)
        values = []
        for (name, of), target, constant in zip(columns, types, constants, strict=True):
            value = self._rules.coerce(Value(quote(name), of, constant), target)
            values.append(f"{value.sql if value else quote(name)} AS {quote(name)}")
        listed = ", ".join(quote(name) for name, _ in columns)
        return f"(SELECT {', '.join(values)} FROM ({query.sql}) AS u({listed}))"

    def _ordered(self, tree: exp.Expr, query: Query, scope: Scope) -> Query:
        """Sort and cut a finished query by its own columns."""
        if not any(tree.args.get(name) for name in ("order", *_LIMITS)):
            return query
        names = unique_names(query.columns)
        inner = scope.inner()
        alias = scope.fresh("o")
        inner.visible = [
            Column(shown, of, f"{alias}.{quote(name)}")
            for (shown, of), (name, _) in zip(query.columns, names, strict=True)
        ]
        clauses = self._tail(tree, inner, lambda node: _ordinal(node, len(names)))
        listed = ", ".join(quote(name) for name, _ in names)
        return Query(f"SELECT * FROM ({query.sql}) AS {alias}({listed}) {clauses}", query.columns, query.constants)

    def _select(self, tree: exp.Select, scope: Scope) -> Query:
        only(tree, *_SELECT, *_LIMITS)
        if not tree.expressions:
            raise SqlError(Reason.SYNTAX, "Syntax error: SELECT list must not be empty", offset_of(tree))
        scope = self._with(tree, scope)
        from_sql = self.from_clause.compile(tree, scope)
        items = self._items(tree, scope)
        where = ""
        if clause := tree.args.get("where"):
            where = f" WHERE {self.expressions.condition(clause.this, scope, 'WHERE clause')}"
        group = self._group(tree, items, scope)
        after = self._after(items, scope)
        for name, word in (("having", "HAVING"), ("qualify", "QUALIFY")):
            if clause := tree.args.get(name):
                group += f" {word} {self.expressions.condition(clause.this, after, f'{word} clause')}"
        shown = [(item.name or "", item.value.type) for item in items]
        columns = self.named(shown)
        listed = ", ".join(
            f"{item.value.sql} AS {quote(name)}" for item, (name, _) in zip(items, unique_names(columns), strict=True)
        )
        sorted_scope = scope.with_aliases(_aliases(items), prefer=True)
        tail = self._tail(tree, sorted_scope, lambda node: _listed(node, items))
        distinct = self._distinct(tree, items)
        sql = f"SELECT {distinct}{listed}{from_sql}{where}{group} {tail}".rstrip()
        return Query(sql, columns, tuple(item.value.constant for item in items))

    def _distinct(self, tree: exp.Select, items: Sequence[_Item]) -> str:
        clause = tree.args.get("distinct")
        if clause is None:
            return ""
        only(clause)
        for item in items:
            if not self._rules.groupable(item.value.type):
                of = self._rules.type_name(item.value.type)
                raise invalid(f"Column {item.name} of type {of} cannot be used in SELECT DISTINCT", offset_of(tree))
        return "DISTINCT "

    def named(self, shown: Sequence[tuple[str, Type]]) -> list[tuple[str, Type]]:
        """The columns of a SELECT list with the dialect's names for those that have none."""
        named, count = [], 0
        for name, of in shown:
            if not name:
                name = self._rules.unnamed(count)
                count += 1
            named.append((name, of))
        return named

    def _items(self, tree: exp.Select, scope: Scope) -> list[_Item]:
        items: list[_Item] = []
        for node in tree.expressions:
            if isinstance(node, exp.Star):
                items += self._star(node, scope.visible, scope)
            elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
                items += self._qualified_star(node, scope)
            elif isinstance(node, exp.Alias):
                items.append(_Item(node.alias, self.expressions.value(node.this, scope)))
            else:
                named = node.name if isinstance(node, exp.Column | exp.Dot) else None
                items.append(_Item(named, self.expressions.value(node, scope)))
        return items

    def _qualified_star(self, node: exp.Column, scope: Scope) -> list[_Item]:
        names = [part.name for part in node.parts[:-1]]
        for source in scope.sources:
            if len(names) == 1 and source.name and source.name.lower() == names[0].lower():
                return self._star(node.this, source.columns, scope)
        value = scope.resolve(names, offset_of(node))
        if value.type.kind is not Kind.STRUCT:
            raise invalid(f"Dot-star is not supported for type {self._rules.type_name(value.type)}", offset_of(node))
        fields = [Column(name, of, extract(value.sql, name)) for name, of in value.type.fields]
        return self._star(node.this, fields, scope)

    def _star(self, node: exp.Star, columns: Sequence[Column], scope: Scope) -> list[_Item]:
        only(node, "except_", "replace")
        if not columns:
            raise invalid("SELECT * must have a FROM clause", offset_of(node))
        left_out = {column.name.lower() for column in node.args.get("except_") or []}
        replaced = {column.alias.lower(): column.this for column in node.args.get("replace") or []}
        known = {column.name.lower() for column in columns}
        for name in (*left_out, *replaced):
            if name not in known:
                raise invalid(f"Column {name} in SELECT * EXCEPT or REPLACE list does not exist", offset_of(node))
        items = []
        for column in columns:
            name = column.name.lower()
            if name in left_out:
                continue
            value = self.expressions.value(replaced[name], scope) if name in replaced else column.value
            items.append(_Item(column.name, value))
        return items

    def _after(self, items: Sequence[_Item], scope: Scope) -> Scope:
        """The names of HAVING and QUALIFY."""
        return scope.with_aliases(_aliases(items), prefer=False) if self._rules.aliases_in_group else scope

    def _grouping(self, node: exp.Expr, items: Sequence[_Item], scope: Scope) -> Scope:
        """The names of a term of GROUP BY: a bare name is first of all one of the SELECT list."""
        bare = isinstance(node, exp.Column) and len(node.parts) == 1
        return scope.with_aliases(_aliases(items), prefer=True) if bare and self._rules.aliases_in_group else scope

    def _group(self, tree: exp.Select, items: Sequence[_Item], scope: Scope) -> str:
        clause = tree.args.get("group")
        if clause is None:
            return ""
        only(clause, "expressions")
        return f" GROUP BY {', '.join(self._group_part(node, items, scope) for node in clause.expressions)}"

    def _group_part(self, node: exp.Expr, items: Sequence[_Item], scope: Scope) -> str:
        word = _GROUPINGS.get(type(node))
        if isinstance(node, exp.Tuple) and not node.expressions:
            return "()"
        if word is None:
            return self._group_term(node, items, scope)
        only(node, "expressions")
        if isinstance(node, exp.GroupingSets):
            return f"{word} ({', '.join(self._group_set(term, items, scope) for term in node.expressions)})"
        return f"{word} ({', '.join(self._group_value(term, items, scope).sql for term in node.expressions)})"

    def _group_set(self, node: exp.Expr, items: Sequence[_Item], scope: Scope) -> str:
        members = node.expressions if isinstance(node, exp.Tuple) else [node.unnest()]
        return f"({', '.join(self._group_value(term, items, scope).sql for term in members)})"

    def _group_term(self, node: exp.Expr, items: Sequence[_Item], scope: Scope) -> str:
        value = self._group_value(node, items, scope)
        numbers = [str(index) for index, item in enumerate(items, 1) if item.value.sql == value.sql]
        return _ordinal(node, len(items)) or (numbers[0] if numbers else value.sql)

    def _group_value(self, node: exp.Expr, items: Sequence[_Item], scope: Scope) -> Value:
        ordinal = _ordinal(node, len(items))
        if ordinal is not None:
            value = items[int(ordinal) - 1].value
        else:
            value = self.expressions.value(node, self._grouping(node, items, scope))
        if not self._rules.groupable(value.type):
            message = f"Grouping by expressions of type {self._rules.type_name(value.type)} is not allowed"
            raise invalid(message, offset_of(node))
        return value

    def _tail(self, tree: exp.Expr, scope: Scope, ordinals: Callable[[exp.Expr], str | None]) -> str:
        clauses = []
        if order := tree.args.get("order"):
            clauses.append(self.expressions.order(order, scope, ordinals))
        for name in _LIMITS:
            if clause := tree.args.get(name):
                only(clause, "expression")
                clauses.append(f"{name.upper()} {self._count(clause.expression, scope)}")
        return " ".join(clauses)

    def _count(self, node: exp.Expr, scope: Scope) -> str:
        if isinstance(node, exp.Parameter | exp.Placeholder):
            return self.expressions.value(node, scope).sql
        if not node.is_int:
            raise invalid("LIMIT and OFFSET expect an integer literal or parameter", offset_of(node))
        return node.name


def _aliases(items: Sequence[_Item]) -> dict[str, Value]:
    """Names of a SELECT list that mean one thing."""
    aliases: dict[str, Value] = {}
    twice: set[str] = set()
    for item in items:
        if item.name is None:
            continue
        name = item.name.lower()
        if name in aliases and aliases[name].sql != item.value.sql:
            twice.add(name)
        aliases[name] = item.value
    return {name: value for name, value in aliases.items() if name not in twice}


def _listed(node: exp.Expr, items: Sequence[_Item]) -> str | None:
    """The number of the SELECT item that an expression of ORDER BY names."""
    if isinstance(node, exp.Column) and len(node.parts) == 1:
        numbers = [index for index, item in enumerate(items, 1) if (item.name or "").lower() == node.name.lower()]
        return str(numbers[0]) if len(numbers) == 1 else None
    return _ordinal(node, len(items))


def _ordinal(node: exp.Expr, count: int) -> str | None:
    if not isinstance(node, exp.Literal) or node.is_string:
        return None
    if not node.is_int or not 1 <= int(node.name) <= count:
        raise invalid(f"ORDER BY or GROUP BY column number is out of range: {node.name}", offset_of(node))
    return node.name


def _renamed(columns: list[tuple[str, Type]], names: Sequence[str], node: exp.Expr) -> list[tuple[str, Type]]:
    if not names:
        return columns
    if len(names) != len(columns):
        raise SqlError(Reason.INVALID, "The list of column names does not fit the query", offset_of(node))
    return [(name, of) for name, (_, of) in zip(names, columns, strict=True)]


def _word(tree: exp.SetOperation) -> str:
    return type(tree).__name__.upper()
