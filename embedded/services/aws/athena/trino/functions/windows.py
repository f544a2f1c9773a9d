"""Functions that only stand with OVER. Source: https://trino.io/docs/current/functions/window.html"""

from __future__ import annotations

from collections.abc import Callable

from embedded.services.aws.athena.trino.coercions import coerced
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values
from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.types import FLOAT64, INT64, Type
from embedded.sql_engine.values import Value


def _analytic(write: Callable[[FunctionCall], Value]) -> Function:
    return Function(write, Use.ANALYTIC)


def _nulls(call: FunctionCall) -> str:
    return " IGNORE NULLS" if call.ignore_nulls else ""


def _ranking(word: str, gives: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        checked_values(call, 0)
        return Value(f"{word}(){call.over}", gives)

    return _analytic(write)


def _tiles(call: FunctionCall) -> Value:
    count = as_type(call, checked_values(call, 1), 0, INT64)
    return Value(f"ntile({count}){call.over}", INT64)


def _end(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        (value,) = checked_values(call, 1)
        return Value(f"{word}({value.sql}{_nulls(call)}){call.over}", value.type)

    return _analytic(write)


def _nth(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    at = as_type(call, values, 1, INT64)
    return Value(f"nth_value({values[0].sql}, {at}{_nulls(call)}){call.over}", values[0].type)


def _offset(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1, 3)
        parts = [values[0].sql, as_type(call, values, 1, INT64) if len(values) > 1 else "1"]
        if len(values) == 3:
            default = coerced(values[2], values[0].type)
            if default is None:
                raise no_overload(call, values)
            parts.append(default.sql)
        return Value(f"{word}({', '.join(parts)}{_nulls(call)}){call.over}", values[0].type)

    return _analytic(write)


FUNCTIONS = {
    "ROW_NUMBER": _ranking("row_number", INT64),
    "RANK": _ranking("rank", INT64),
    "DENSE_RANK": _ranking("dense_rank", INT64),
    "PERCENT_RANK": _ranking("percent_rank", FLOAT64),
    "CUME_DIST": _ranking("cume_dist", FLOAT64),
    "NTILE": _analytic(_tiles),
    "FIRST_VALUE": _end("first_value"),
    "LAST_VALUE": _end("last_value"),
    "NTH_VALUE": _analytic(_nth),
    "LAG": _offset("lag"),
    "LEAD": _offset("lead"),
}
