"""Checks of arguments that Trino's functions share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import coerced
from embedded.sql_engine.functions import FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.types import Kind, Type
from embedded.sql_engine.values import Value


def as_type(call: FunctionCall, values: Sequence[Value], index: int, of: Type) -> str:
    """Cast an argument.

    Parameters:
        call: call of the function.
        values: its arguments.
        index: index of the argument, from 0.
        of: type of the parameter.

    Raises:
        SqlError: the argument is missing or has no implicit cast to that type.
    """
    value = coerced(values[index], of) if index < len(values) else None
    if value is None:
        raise no_overload(call, values)
    return value.sql


def checked_values(call: FunctionCall, least: int, most: int | None = None) -> list[Value]:
    """The arguments, if their number is valid.

    Parameters:
        call: call of the function.
        least: the smallest number allowed.
        most: the largest number allowed; None is the smallest.

    Raises:
        SqlError: there are fewer or more.
    """
    values = call.values()
    if not least <= len(values) <= (least if most is None else most):
        raise no_overload(call, values)
    return values


def literal_text(node: exp.Expr, what: str) -> str:
    """The value of a text literal; raises SqlError for another expression."""
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise Failure("NOT_SUPPORTED", f"{what} that is not written out as a text", offset_of(node))
    return str(node.this)


def unless_null(values: Sequence[str], sql: str) -> str:
    """NULL if any argument is NULL, as in nearly all functions of Trino."""
    return f"CASE WHEN {' OR '.join(f'{value} IS NULL' for value in values)} THEN NULL ELSE {sql} END"


def element_type(call: FunctionCall, values: Sequence[Value], index: int = 0) -> Type:
    """The type of an array's elements.

    Parameters:
        call: call of the function.
        values: its arguments.
        index: index of the argument, from 0.

    Raises:
        SqlError: the argument is no array.
    """
    if index < len(values) and values[index].type.kind is Kind.ARRAY and (element := values[index].type.element):
        return element
    raise no_overload(call, values)
