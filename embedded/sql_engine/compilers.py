"""What functions and dialects may ask of the compilers of expressions and queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlglot import exp

from embedded.sql_engine.scope import NamePolicy, Relation, Scope
from embedded.sql_engine.types import Type
from embedded.sql_engine.values import Query, Value


class TypeRules(NamePolicy, Protocol):
    """A dialect's types and coercions."""

    def type_name(self, of: Type) -> str:
        """A type by the dialect's name."""

    def number(self, text: str) -> Value:
        """A number as written."""

    def coerce(self, value: Value, target: Type) -> Value | None:
        """An implicit cast, or None if the dialect has none."""

    def common(self, values: Sequence[Value]) -> Type | None:
        """The type that all can be coerced to, or None."""

    def orderable(self, of: Type) -> bool:
        """Whether values of a type can be sorted."""

    def groupable(self, of: Type) -> bool:
        """Whether values of a type can be grouped and made distinct."""

    def no_overload(self, name: str, types: Sequence[Type], start: int | None) -> Exception:
        """The error for arguments that no overload of a function takes.

        Parameters:
            name: of the function, in upper case.
            types: of the arguments, in their order.
            start: offset of the call in the statement.
        """


class QueryCompiler(Protocol):
    """Compiles queries inside expressions and FROM."""

    def query(self, tree: exp.Expr, scope: Scope) -> Query:
        """Compile a query inside a scope of its own. Raises SqlError."""

    def relation(self, parts: Sequence[str], scope: Scope, start: int | None) -> Relation:
        """The relation that a name in FROM stands for.

        Parameters:
            parts: of the dotted name.
            scope: with the queries of WITH.
            start: offset of the name in the statement.

        Raises:
            SqlError: there is none.
        """


class ExpressionCompiler(Protocol):
    """Compiles expressions."""

    @property
    def rules(self) -> TypeRules:
        """Of the dialect."""

    @property
    def queries(self) -> QueryCompiler:
        """Compiles subqueries."""

    def value(self, node: exp.Expr, scope: Scope) -> Value:
        """Compile an expression. Raises SqlError."""

    def condition(self, node: exp.Expr, scope: Scope, clause: str) -> str:
        """Compile a condition.

        Parameters:
            node: the condition.
            scope: the names it may use.
            clause: its name in the message.

        Raises:
            SqlError: it is not of the type BOOL.
        """

    def unify(self, values: Sequence[Value], what: str, node: exp.Expr) -> list[Value]:
        """Give all values their common type.

        Parameters:
            values: to be coerced.
            what: the operator or function in the message.
            node: locates the error.

        Raises:
            SqlError: there is no common type.
        """

    def coerced(self, value: Value, target: Type, node: exp.Expr) -> Value:
        """Cast a value implicitly.

        Parameters:
            value: to be coerced.
            target: its new type.
            node: locates the error.

        Raises:
            SqlError: the dialect has no such implicit cast.
        """

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

    def order(self, node: exp.Order, scope: Scope, ordinals: Callable[[exp.Expr], str | None]) -> str:
        """`ORDER BY ...` for DuckDB.

        Parameters:
            node: the clause.
            scope: the names it may use.
            ordinals: returns the number of the SELECT item that an expression means, or None.

        Raises:
            SqlError: a type cannot be sorted.
        """

    def type_name(self, of: Type) -> str:
        """A type by the dialect's name, for messages."""
