"""Conditional functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/conditional_expressions
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.arguments import check_count
from embedded.sql_engine.errors import invalid
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.types import FLOAT64
from embedded.sql_engine.values import Value


def _coalesce(call: FunctionCall) -> Value:
    values = call.values()
    if not values:
        raise no_overload(call, values)
    unified = call.compiler.unify(values, f"function {call.name}", call.node)
    return Value(f"coalesce({', '.join(value.sql for value in unified)})", unified[0].type)


def _ifnull(call: FunctionCall) -> Value:
    check_count(call, 2, 2)
    return _coalesce(call)


def _nullif(call: FunctionCall) -> Value:
    check_count(call, 2, 2)
    left, right = call.values()
    same = call.compiler.compare("=", left, right, call.node)
    first, _ = call.compiler.unify([left, right], "function NULLIF", call.node)
    return Value(f"(CASE WHEN {same.sql} THEN NULL ELSE {first.sql} END)", first.type)


def _extreme(name: str) -> Function:
    """Unlike DuckDB's, NULL if any argument is."""

    def write(call: FunctionCall) -> Value:
        values = call.values()
        if not values:
            raise no_overload(call, values)
        unified = call.compiler.unify(values, f"function {call.name}", call.node)
        of = unified[0].type
        if not call.compiler.rules.orderable(of):
            raise invalid(f"{call.name} is not defined for such arguments", offset_of(call.node))
        missing = " OR ".join(f"{value.sql} IS NULL" for value in unified)
        chosen = f"{name}({', '.join(value.sql for value in unified)})"
        if of == FLOAT64:  # NaN is more than all to DuckDB; here it is the result
            undefined = " OR ".join(f"isnan({value.sql})" for value in unified)
            chosen = f"CASE WHEN {undefined} THEN 'nan' ELSE {chosen} END"
        return Value(f"(CASE WHEN {missing} THEN NULL ELSE {chosen} END)", of)

    return Function(write)


FUNCTIONS: dict[str, Function] = {
    "COALESCE": Function(_coalesce),
    "GREATEST": _extreme("greatest"),
    "IFNULL": Function(_ifnull),
    "LEAST": _extreme("least"),
    "NULLIF": Function(_nullif),
}
