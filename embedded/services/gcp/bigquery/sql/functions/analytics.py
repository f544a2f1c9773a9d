"""Window functions.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/numbering_functions and .../navigation_functions
"""

from __future__ import annotations

from embedded.services.gcp.bigquery.sql.arguments import check_count, literal_integer
from embedded.sql_engine.errors import invalid
from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.types import FLOAT64, INT64, Type
from embedded.sql_engine.values import Value


def _number(name: str, of: Type) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 0, 0)
        return Value(f"{name}(){call.over}", of)

    return Function(write, Use.ANALYTIC)


def _ntile(call: FunctionCall) -> Value:
    check_count(call, 1, 1)
    buckets = literal_integer(call.arguments[0], "the number of buckets in NTILE")
    if buckets < 1:
        raise invalid("The number of buckets for NTILE must be positive")
    return Value(f"ntile({buckets}){call.over}", INT64)


def _neighbour(name: str) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 1, 3)
        value = call.compiler.value(call.arguments[0], call.scope)
        offset = literal_integer(call.arguments[1], f"the offset in {call.name}") if len(call.arguments) > 1 else 1
        if offset < 0:
            raise invalid(f"The offset to the function {call.name} must not be negative")
        parts = [value.sql, str(offset)]
        if len(call.arguments) == 3:
            other = call.compiler.value(call.arguments[2], call.scope)
            value, other = call.compiler.unify([value, other], f"function {call.name}", call.node)
            parts = [value.sql, str(offset), other.sql]
        return Value(f"{name}({', '.join(parts)}){call.over}", value.type)

    return Function(write, Use.ANALYTIC)


def _at(name: str, nth: bool = False) -> Function:
    def write(call: FunctionCall) -> Value:
        check_count(call, 2 if nth else 1, 2 if nth else 1)
        value = call.compiler.value(call.arguments[0], call.scope)
        which = f", {literal_integer(call.arguments[1], 'the position in NTH_VALUE')}" if nth else ""
        nulls = " IGNORE NULLS" if call.ignore_nulls else ""
        return Value(f"{name}({value.sql}{which}{nulls}){call.over}", value.type)

    return Function(write, Use.ANALYTIC)


FUNCTIONS: dict[str, Function] = {
    "CUME_DIST": _number("cume_dist", FLOAT64),
    "DENSE_RANK": _number("dense_rank", INT64),
    "FIRST_VALUE": _at("first_value"),
    "LAG": _neighbour("lag"),
    "LAST_VALUE": _at("last_value"),
    "LEAD": _neighbour("lead"),
    "NTH_VALUE": _at("nth_value", nth=True),
    "NTILE": Function(_ntile, Use.ANALYTIC),
    "PERCENT_RANK": _number("percent_rank", FLOAT64),
    "RANK": _number("rank", INT64),
    "ROW_NUMBER": _number("row_number", INT64),
}
