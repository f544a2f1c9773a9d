"""What an expression becomes, and what the rules of a dialect have to say about it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from embedded.sql_engine.errors import invalid
from embedded.sql_engine.types import Type

if TYPE_CHECKING:
    from embedded.sql_engine.expressions import Expressions
    from embedded.sql_engine.scope import Scope


@dataclass(frozen=True)
class Value:
    """An expression for DuckDB.

    Parameters:
        sql: its text, which may stand anywhere an operand may.
        type: in neutral words.
        constant: written out, or a parameter: dialects coerce these more freely.
    """

    sql: str
    type: Type
    constant: bool = False


class Use(Enum):
    """Where a function may be called."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    """With or without OVER."""
    ANALYTIC = "analytic"
    """Only with OVER."""


@dataclass(frozen=True)
class FunctionCall:
    """One call of a function.

    Parameters:
        name: in upper case.
        node: the call.
        arguments: not yet compiled: some are words such as MONTH.
        compiler: makes values of them.
        scope: the names they may use.
        filter: ` FILTER (...)` for DuckDB; empty without.
        over: ` OVER (...)` for DuckDB; empty without.
        distinct: DISTINCT stood before the argument.
        order: `ORDER BY ...` for DuckDB, inside the call.
        limit: of the values that an aggregate collects.
        ignore_nulls: True or False if written.
    """

    name: str
    node: exp.Expression
    arguments: Sequence[exp.Expression]
    compiler: Expressions
    scope: Scope
    filter: str = ""
    over: str = ""
    distinct: bool = False
    order: str = ""
    limit: int | None = None
    ignore_nulls: bool | None = None

    _compiled: dict[int, Value] = field(default_factory=dict, init=False, repr=False, compare=False)

    def value(self, index: int) -> Value:
        """The compiled argument at an index from 0. Raises SqlError."""
        if index not in self._compiled:
            self._compiled[index] = self.compiler.value(self.arguments[index], self.scope)
        return self._compiled[index]

    def values(self) -> list[Value]:
        """The compiled arguments. Raises SqlError."""
        return [self.value(index) for index in range(len(self.arguments))]


@dataclass(frozen=True)
class Function:
    """What a dialect knows of a function: how to write a call of it for DuckDB."""

    write: Callable[[FunctionCall], Value]
    use: Use = Use.SCALAR


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
        """The error for a column that is not there."""

    @abstractmethod
    def ambiguous_name(self, name: str, start: int | None) -> Exception:
        """The error for a column that several tables have."""

    @abstractmethod
    def unnamed(self, index: int) -> str:
        """The name of the column, counted from 0, whose expression has none; `index` counts unnamed ones only."""

    @abstractmethod
    def no_overload(self, call: FunctionCall, types: Sequence[Type]) -> Exception:
        """The error for arguments that no overload of a function takes."""

    def mismatch(self, what: str, types: Sequence[Type], start: int | None) -> Exception:
        """The error for types that have none in common.

        Parameters:
            what: such as `operator =`.
            types: of the operands, in their order.
            start: where it stands.
        """
        told = ", ".join(sorted({self.type_name(of) for of in types}))
        return invalid(f"No matching signature for {what} for argument types: {told}", start)

    @abstractmethod
    def named_type(self, node: exp.DataType) -> Type:
        """A type as written. Raises SqlError."""

    @abstractmethod
    def type_name(self, of: Type) -> str:
        """A type in the dialect's words."""

    @abstractmethod
    def number(self, text: str) -> Value:
        """A number as written."""

    @abstractmethod
    def cast(self, value: Value, target: Type, safe: bool) -> Value:
        """An explicit cast; a safe one gives NULL for what cannot be read. Raises SqlError: no such cast."""

    @abstractmethod
    def coerce(self, value: Value, target: Type) -> Value | None:
        """An implicit cast, or None if the dialect has none."""

    @abstractmethod
    def common(self, values: Sequence[Value]) -> Type | None:
        """The type that all can be coerced to, or None."""

    @abstractmethod
    def binary(self, symbol: str, left: Value, right: Value, node: exp.Expression) -> Value:
        """An operator: `+ - * / % ||`. Raises SqlError: not for these types."""

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
    def special(self, node: exp.Expression, compiler: Expressions, scope: Scope) -> Value | None:
        """Any other kind of node; None if the dialect does not know it either."""
