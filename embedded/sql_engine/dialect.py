"""The rules of a dialect."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.errors import invalid
from embedded.sql_engine.functions import Function
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import Type
from embedded.sql_engine.values import Value


class Rules(ABC):
    """A dialect: types, coercions, operators, functions. What it does not name is refused."""

    dialect: type[Dialect]
    functions: Mapping[str, Function]
    filters = False
    """Whether aggregates take FILTER (WHERE ...)."""
    aliases_in_group = True
    """Whether GROUP BY and HAVING may use names of the SELECT list."""
    if_without_else = False
    """Whether IF takes two arguments."""
    rows_by_name = True
    """Whether the bare name of a table stands for its row."""

    @abstractmethod
    def unknown_function(self, name: str, start: int | None) -> Exception:
        """The error for a function that is not among the functions."""

    @abstractmethod
    def unknown_name(self, name: str, start: int | None) -> Exception:
        """The error for a column that does not exist."""

    @abstractmethod
    def ambiguous_name(self, name: str, start: int | None) -> Exception:
        """The error for a column that several tables have."""

    @abstractmethod
    def no_overload(self, name: str, types: Sequence[Type], start: int | None) -> Exception:
        """The error for arguments that no overload of a function takes.

        Parameters:
            name: of the function, in upper case.
            types: of the arguments, in their order.
            start: offset of the call in the statement.
        """

    def mismatch(self, what: str, types: Sequence[Type], start: int | None) -> Exception:
        """The error for types that have no common type.

        Parameters:
            what: such as `operator =`.
            types: of the operands, in their order.
            start: offset of the operator in the statement.
        """
        names = ", ".join(sorted({self.type_name(of) for of in types}))
        return invalid(f"No matching signature for {what} for argument types: {names}", start)

    @abstractmethod
    def unnamed(self, index: int) -> str:
        """The name of the column, counted from 0, whose expression has none; `index` counts unnamed ones only."""

    @abstractmethod
    def named_type(self, node: exp.DataType) -> Type:
        """A type as written. Raises SqlError."""

    @abstractmethod
    def type_name(self, of: Type) -> str:
        """A type by the dialect's name."""

    @abstractmethod
    def number(self, text: str) -> Value:
        """A number as written. Raises SqlError."""

    @abstractmethod
    def cast(self, value: Value, target: Type, safe: bool) -> Value:
        """An explicit cast.

        Parameters:
            value: to be cast.
            target: the new type.
            safe: NULL for what cannot be read, instead of an error.

        Raises:
            SqlError: there is no such cast.
        """

    @abstractmethod
    def coerce(self, value: Value, target: Type) -> Value | None:
        """An implicit cast, or None if the dialect has none."""

    @abstractmethod
    def common(self, values: Sequence[Value]) -> Type | None:
        """The type that all can be coerced to, or None."""

    @abstractmethod
    def binary(self, symbol: str, left: Value, right: Value, node: exp.Expr) -> Value:
        """An arithmetic operator.

        Parameters:
            symbol: `+`, `-`, `*`, `/`, `%` or `||`.
            left: first operand.
            right: second operand.
            node: locates the error.

        Raises:
            SqlError: the operator does not take such types.
        """

    @abstractmethod
    def comparable(self, of: Type) -> bool:
        """Whether two values of a type can be compared for equality."""

    @abstractmethod
    def orderable(self, of: Type) -> bool:
        """Whether values of a type can be sorted."""

    @abstractmethod
    def groupable(self, of: Type) -> bool:
        """Whether values of a type can be grouped and made distinct."""

    @abstractmethod
    def special(self, node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value | None:
        """A node that only this dialect has.

        Parameters:
            node: the expression.
            compiler: of its operands.
            scope: the names it may use.

        Returns:
            None if the dialect does not know the node either.

        Raises:
            SqlError: the operands are wrong.
        """


class DialectCompiler(ExpressionCompiler, Protocol):
    """Compiles expressions of one dialect; what the nodes of the core use."""

    @property
    def rules(self) -> Rules:
        """Of the dialect."""

    @property
    def parameters(self) -> Mapping[str, Value]:
        """Values of `@name` by lower-case name, and of `?` by their number from 0 as text."""
