"""Checks of arguments that BigQuery's functions share."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import FunctionCall
from embedded.sql_engine.grammar import offset_of


def check_count(call: FunctionCall, least: int, most: int) -> None:
    """Refuse a call with the wrong number of arguments.

    Parameters:
        call: with the arguments.
        least: the smallest number allowed.
        most: the largest number allowed.

    Raises:
        SqlError: there are fewer or more.
    """
    if not least <= len(call.arguments) <= most:
        allowed = str(least) if least == most else f"{least} to {most}"
        message = f"Function {call.name} takes {allowed} arguments, not {len(call.arguments)}"
        raise invalid(message, offset_of(call.node))


def literal_text(node: exp.Expr, what: str) -> str:
    """The text of a string literal; other expressions are not supported. Raises SqlError."""
    if isinstance(node, exp.RawString) or (isinstance(node, exp.Literal) and node.is_string):
        return str(node.this)
    raise unsupported(f"{what} that is no string literal", offset_of(node))


def literal_integer(node: exp.Expr, what: str) -> int:
    """The value of an integer literal; other expressions are not supported. Raises SqlError."""
    if node.is_int:
        return int(node.to_py())
    raise unsupported(f"{what} that is no whole number written out", offset_of(node))
