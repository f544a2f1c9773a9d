"""Conditions, and what to do about NULL and failures.

Source: https://trino.io/docs/current/functions/conditional.html
"""

from __future__ import annotations

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import coerced, common_type
from embedded.services.aws.athena.trino.functions.arguments import checked_values, unless_null
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.types import STRING, struct, text
from embedded.sql_engine.values import Value

_MANY = 1000


def _alike(call: FunctionCall, values: list[Value]) -> list[Value]:
    """All arguments as their common type."""
    target = common_type(values)
    if target is None:
        raise Failure("TYPE_MISMATCH", f"All {call.name} operands must be the same type", offset_of(call.node))
    return [converted for value in values if (converted := coerced(value, target))]


def _coalesce(call: FunctionCall) -> Value:
    values = _alike(call, checked_values(call, 2, _MANY))
    return Value(f"coalesce({', '.join(value.sql for value in values)})", values[0].type)


def _nullif(call: FunctionCall) -> Value:
    first, second = checked_values(call, 2)
    same = call.compiler.compare("=", first, second, call.node)
    return Value(f"CASE WHEN {same.sql} THEN NULL ELSE {first.sql} END", first.type)


def _try(call: FunctionCall) -> Value:
    (value,) = checked_values(call, 1)
    return Value(f"TRY({value.sql})", value.type)


def _extreme(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = _alike(call, checked_values(call, 1, _MANY))
        texts = [value.sql for value in values]
        if not call.compiler.rules.orderable(values[0].type):
            raise no_overload(call, values)
        return Value(unless_null(texts, f"{word}({', '.join(texts)})"), values[0].type)

    return Function(write)


def _row(call: FunctionCall) -> Value:
    values = checked_values(call, 1, _MANY)
    fields = [("", value.type) for value in values]
    return Value(f"row({', '.join(value.sql for value in values)})", struct(fields))


def _typeof(call: FunctionCall) -> Value:
    (value,) = checked_values(call, 1)
    return Value(text(call.compiler.type_name(value.type)), STRING)


FUNCTIONS = {
    "COALESCE": Function(_coalesce),
    "NULLIF": Function(_nullif),
    "TRY": Function(_try),
    "GREATEST": _extreme("greatest"),
    "LEAST": _extreme("least"),
    "ROW": Function(_row),
    "TYPEOF": Function(_typeof),
}
