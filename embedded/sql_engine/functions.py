"""Functions: their calls, and how a dialect writes them for DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from sqlglot import exp

from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.values import Value


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
        distinct: DISTINCT is written before the argument.
        order: `ORDER BY ...` for DuckDB, inside the call.
        limit: of the values that an aggregate collects.
        ignore_nulls: True or False if written.
    """

    name: str
    node: exp.Expr
    arguments: Sequence[exp.Expr]
    compiler: ExpressionCompiler
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
    """A function of a dialect.

    Parameters:
        write: a call of it for DuckDB; raises SqlError.
        use: where it may be called.
    """

    write: Callable[[FunctionCall], Value]
    use: Use = Use.SCALAR
