"""How a function is written for DuckDB, by the types of its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import coerced
from embedded.sql_engine.grammar import place
from embedded.sql_engine.types import Kind, Type
from embedded.sql_engine.values import Call, Function, Value


@dataclass(frozen=True)
class Overload:
    """One way to call a function.

    Parameters:
        takes: the types of its arguments.
        gives: the type of its result.
        sql: for DuckDB, with `{0}` and so on for the arguments.
    """

    takes: Sequence[Type]
    gives: Type
    sql: str

    def written(self, values: Sequence[Value]) -> Value | None:
        """The call, or None if the arguments do not fit."""
        if len(values) != len(self.takes):
            return None
        given = [coerced(value, of) for value, of in zip(values, self.takes, strict=True)]
        if not all(given):
            return None
        return Value(f"({self.sql.format(*(value.sql for value in given if value))})", self.gives)


def overloaded(*overloads: Overload) -> Function:
    """A function with several forms, of which the first that fits is taken."""

    def write(call: Call) -> Value:
        values = call.values()
        for overload in overloads:
            if found := overload.written(values):
                return found
        raise unexpected(call, values)

    return Function(write)


def simple(sql: str, gives: Type, *takes: Type) -> Function:
    """A function with one form; the arguments as for Overload."""
    return overloaded(Overload(takes, gives, sql))


def unexpected(call: Call, values: Sequence[Value]) -> Failure:
    """The error for arguments that no form of a function takes."""
    told = ", ".join(typenames.trino(value.type) for value in values)
    message = f"Unexpected parameters ({told}) for function {call.name.lower()}"
    return Failure("FUNCTION_NOT_FOUND", message, place(call.node))


def wanted(call: Call, values: Sequence[Value], index: int, of: Type) -> str:
    """An argument as a type, for DuckDB. Raises SqlError: it is not of it."""
    found = coerced(values[index], of) if index < len(values) else None
    if found is None:
        raise unexpected(call, values)
    return found.sql


def counted(call: Call, least: int, most: int | None = None) -> list[Value]:
    """The arguments, as many as there must be. Raises SqlError."""
    values = call.values()
    if not least <= len(values) <= (least if most is None else most):
        raise unexpected(call, values)
    return values


def literal(node: exp.Expression, what: str) -> str:
    """A text that must be written out. Raises SqlError."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise Failure("NOT_SUPPORTED", f"{what} that is not written out as a text", place(node))
    return str(node.this)


def unless_null(values: Sequence[str], sql: str) -> str:
    """NULL if any argument is, as nearly all functions of Trino have it."""
    return f"CASE WHEN {' OR '.join(f'{value} IS NULL' for value in values)} THEN NULL ELSE {sql} END"


def element_of(call: Call, values: Sequence[Value], index: int = 0) -> Type:
    """The type of an array's elements. Raises SqlError: it is no array."""
    if index < len(values) and values[index].type.kind is Kind.ARRAY and (found := values[index].type.element):
        return found
    raise unexpected(call, values)
