"""Functions as lists of overloads: argument types, result type, and the text for DuckDB."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.types import Type
from embedded.sql_engine.values import Value

_PLACEHOLDER = re.compile(r"\{(\d+|over)\}")


@dataclass(frozen=True)
class Overload:
    """One combination of argument types that a function takes.

    Parameters:
        sql: for DuckDB; `{0}` is the first argument, `{over}` the OVER clause of an aggregate.
        returns: the type of the result.
        parameters: the types of the arguments.
    """

    sql: str
    returns: Type
    parameters: Sequence[Type]

    def coerce(self, call: FunctionCall, exact: bool) -> list[Value] | None:
        """The arguments as the parameters' types, or None if they do not match.

        Parameters:
            call: with the arguments.
            exact: whether implicit casts are ruled out.
        """
        values = call.values()
        if len(values) != len(self.parameters):
            return None
        pairs = list(zip(values, self.parameters, strict=True))
        if exact:
            return values if all(value.type == of for value, of in pairs) else None
        coerced = [call.compiler.rules.coerce(value, of) for value, of in pairs]
        matching = [value for value in coerced if value is not None]
        return matching if len(matching) == len(coerced) else None

    def write(self, call: FunctionCall, values: Sequence[Value]) -> Value:
        """The call for DuckDB, with arguments that `coerce` returned; DISTINCT stands before the first."""
        fillings = {str(index): value.sql for index, value in enumerate(values)}
        if call.distinct:
            fillings["0"] = f"DISTINCT {fillings['0']}"
        fillings["over"] = call.over
        return Value(f"({_PLACEHOLDER.sub(lambda hole: fillings[hole[1]], self.sql)})", self.returns)


def overload(sql: str, returns: Type, *parameters: Type) -> Overload:
    """An overload whose parameters' types follow one by one.

    Parameters:
        sql: for DuckDB, see Overload.
        returns: the type of the result.
        parameters: the types of the arguments.
    """
    return Overload(sql, returns, parameters)


def scalar(*overloads: Overload) -> Function:
    """A function of one row."""
    return Function(lambda call: write_call(call, overloads))


def aggregate(*overloads: Overload) -> Function:
    """A function of many rows."""
    return Function(lambda call: write_call(call, overloads), Use.AGGREGATE)


def write_call(call: FunctionCall, overloads: Sequence[Overload]) -> Value:
    """Write a call by the first overload whose types match exactly, or else with implicit casts.

    Raises:
        SqlError: no overload matches the arguments.
    """
    for exact in (True, False):
        for candidate in overloads:
            values = candidate.coerce(call, exact)
            if values is not None:
                return candidate.write(call, values)
    raise no_overload(call, call.values())


def coerce_argument(call: FunctionCall, index: int, of: Type) -> str:
    """One argument as a type, for DuckDB.

    Parameters:
        call: with the arguments.
        index: of the argument, from 0.
        of: the type that the function takes there.

    Raises:
        SqlError: it has no implicit cast to that type.
    """
    value = call.compiler.rules.coerce(call.value(index), of)
    if value is None:
        raise no_overload(call, call.values())
    return value.sql


def no_overload(call: FunctionCall, values: Sequence[Value]) -> Exception:
    """The dialect's error for arguments that no overload takes."""
    return call.compiler.rules.no_overload(call.name, [value.type for value in values], offset_of(call.node))
