"""Compiles expressions: each node by the function registered for it; a node without one is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from embedded.sql_engine.compilers import QueryCompiler
from embedded.sql_engine.dialect import Rules
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes import NODES, OPERATORS
from embedded.sql_engine.nodes.operators import comparison
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import Kind, Type
from embedded.sql_engine.values import Value


class Expressions:
    """Compiles expressions.

    Parameters:
        rules: of the dialect.
        queries: compiles subqueries.
        parameters: values of `@name` by lower-case name, and of `?` by their number from 0 as text.
    """

    def __init__(self, rules: Rules, queries: QueryCompiler, parameters: Mapping[str, Value]) -> None:
        self.rules = rules
        self.queries = queries
        self.parameters = parameters

    def value(self, node: exp.Expr, scope: Scope) -> Value:
        """Compile an expression. Raises SqlError."""
        if write := NODES.get(type(node)):
            return write(node, self, scope)
        special = self.rules.special(node, self, scope)
        if special is not None:
            return special
        if write := OPERATORS.get(type(node)):
            return write(node, self, scope)
        raise unsupported(f"{node.key.upper()} expressions", offset_of(node))

    def condition(self, node: exp.Expr, scope: Scope, clause: str) -> str:
        """Compile a condition.

        Parameters:
            node: the condition.
            scope: the names it may use.
            clause: its name in the message.

        Raises:
            SqlError: it is not of the type BOOL.
        """
        value = self.value(node, scope)
        if value.type.kind not in (Kind.BOOL, Kind.NULL):
            raise invalid(f"{clause} should return type BOOL", offset_of(node))
        return f"CAST({value.sql} AS BOOLEAN)" if value.type.kind is Kind.NULL else value.sql

    def unify(self, values: Sequence[Value], what: str, node: exp.Expr) -> list[Value]:
        """Give all values their common type.

        Parameters:
            values: to be coerced.
            what: the operator or function in the message.
            node: locates the error.

        Raises:
            SqlError: there is no common type.
        """
        target = self.rules.common(values)
        if target is None:
            raise self.rules.mismatch(what, [value.type for value in values], offset_of(node))
        return [self.coerced(value, target, node) for value in values]

    def coerced(self, value: Value, target: Type, node: exp.Expr) -> Value:
        """Cast a value implicitly.

        Parameters:
            value: to be coerced.
            target: its new type.
            node: locates the error.

        Raises:
            SqlError: the dialect has no such implicit cast.
        """
        coerced = self.rules.coerce(value, target)
        if coerced is None:
            names = f"{self.type_name(value.type)} to {self.type_name(target)}"
            raise invalid(f"Value has a type that cannot be coerced: {names}", offset_of(node))
        return coerced

    def compare(self, symbol: str, left: Value, right: Value, node: exp.Expr) -> Value:
        """Compare two values.

        Parameters:
            symbol: `=`, `!=`, `<`, `<=`, `>` or `>=`.
            left: first operand.
            right: second operand.
            node: locates the error.

        Raises:
            SqlError: the dialect does not compare such types.
        """
        left, right = self.unify([left, right], f"operator {symbol}", node)
        return comparison(symbol, left, right, self, node)

    def type_name(self, of: Type) -> str:
        """A type by the dialect's name, for messages."""
        return self.rules.type_name(of)

    def order(self, node: exp.Order, scope: Scope, ordinals: Callable[[exp.Expr], str | None]) -> str:
        """`ORDER BY ...` for DuckDB.

        Parameters:
            node: the clause.
            scope: the names it may use.
            ordinals: returns the number of the SELECT item that an expression means, or None.

        Raises:
            SqlError: a type cannot be sorted.
        """
        only(node, "expressions")
        terms = []
        for term in node.expressions:
            only(term, "this", "desc", "nulls_first")
            written = ordinals(term.this) or self._sortable(term.this, scope)
            direction = "DESC" if term.args.get("desc") else "ASC"
            nulls = "FIRST" if term.args.get("nulls_first") else "LAST"
            terms.append(f"{written} {direction} NULLS {nulls}")
        return f"ORDER BY {', '.join(terms)}"

    def _sortable(self, node: exp.Expr, scope: Scope) -> str:
        value = self.value(node, scope)
        if not self.rules.orderable(value.type):
            message = f"ORDER BY does not support expressions of type {self.type_name(value.type)}"
            raise invalid(message, offset_of(node))
        return value.sql
