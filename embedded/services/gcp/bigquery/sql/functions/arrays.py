"""Array functions, and STRUCT.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions
"""

from __future__ import annotations

from sqlglot import exp

from embedded.services.gcp.bigquery.sql import casts
from embedded.services.gcp.bigquery.sql.arguments import check_count
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import coerce_argument, no_overload
from embedded.sql_engine.types import INT64, STRING, Kind, array, quote, struct
from embedded.sql_engine.values import Value


def _first_array(call: FunctionCall) -> Value:
    """The first argument; a bare NULL is an array too."""
    value = call.value(0)
    if value.type.kind is Kind.NULL:
        return casts.cast(value, array(STRING if call.name == "ARRAY_TO_STRING" else INT64), safe=False)
    if value.type.kind is not Kind.ARRAY:
        raise no_overload(call, call.values())
    return value


def _length(call: FunctionCall) -> Value:
    check_count(call, 1, 1)
    return Value(f"len({_first_array(call).sql})", INT64)


def _reverse(call: FunctionCall) -> Value:
    check_count(call, 1, 1)
    value = _first_array(call)
    return Value(f"list_reverse({value.sql})", value.type)


def _to_string(call: FunctionCall) -> Value:
    """NULL elements are left out, or replaced by the third argument."""
    check_count(call, 2, 3)
    value = _first_array(call)
    if value.type.element != STRING:
        raise no_overload(call, call.values())
    sql = value.sql
    if len(call.arguments) == 3:
        sql = f"list_transform({sql}, lambda e: coalesce(e, {coerce_argument(call, 2, STRING)}))"
    return Value(f"array_to_string({sql}, {coerce_argument(call, 1, STRING)})", STRING)


def _concat(call: FunctionCall) -> Value:
    """Unlike DuckDB's, NULL if any array is."""
    values = call.values()
    if not values or any(value.type.kind not in (Kind.ARRAY, Kind.NULL) for value in values):
        raise no_overload(call, values)
    if all(value.type.kind is Kind.NULL for value in values):
        values = [casts.cast(value, array(INT64), safe=False) for value in values]
    unified = call.compiler.unify(values, "function ARRAY_CONCAT", call.node)
    missing = " OR ".join(f"{value.sql} IS NULL" for value in unified)
    joined = unified[0].sql
    for value in unified[1:]:
        joined = f"list_concat({joined}, {value.sql})"
    return Value(f"(CASE WHEN {missing} THEN NULL ELSE {joined} END)", unified[0].type)


def _generate(call: FunctionCall) -> Value:
    check_count(call, 2, 3)
    values = call.values()
    if any(value.type.kind not in (Kind.INT64, Kind.NULL) for value in values):
        raise unsupported("GENERATE_ARRAY of other numbers than INT64", offset_of(call.node))
    return Value(f"generate_series({', '.join(value.sql for value in values)})", array(INT64))


def _of_query(call: FunctionCall) -> Value:
    """ARRAY(SELECT ...): an empty array if the query has no rows."""
    check_count(call, 1, 1)
    node = call.arguments[0]
    if not isinstance(node, exp.Query):
        raise invalid("ARRAY takes a subquery", offset_of(call.node))
    query = call.compiler.queries.query(node, call.scope.inner())
    if len(query.columns) != 1:
        message = "ARRAY subquery cannot have more than one column unless using SELECT AS STRUCT"
        raise invalid(message, offset_of(call.node))
    of = query.columns[0][1]
    if of.kind is Kind.ARRAY:
        raise invalid("Cannot use array subquery with column of type ARRAY", offset_of(call.node))
    return Value(f"ARRAY({query.sql})", array(of))


def _struct(call: FunctionCall) -> Value:
    fields, parts = [], []
    for index, node in enumerate(call.arguments):
        name = node.alias if isinstance(node, exp.Alias) else (node.name if isinstance(node, exp.Column) else "")
        if not name:
            raise unsupported(f"a field without a name, number {index + 1} of STRUCT", offset_of(call.node))
        value = call.compiler.value(node.this if isinstance(node, exp.Alias) else node, call.scope)
        if value.type.kind is Kind.NULL:
            value = call.compiler.coerced(value, INT64, node)
        fields.append((name, value.type))
        parts.append(f"{quote(name)} := {value.sql}")
    if not parts:
        raise unsupported("STRUCT without fields", offset_of(call.node))
    return Value(f"struct_pack({', '.join(parts)})", struct(fields))


FUNCTIONS: dict[str, Function] = {
    "ARRAY": Function(_of_query),
    "ARRAY_CONCAT": Function(_concat),
    "ARRAY_LENGTH": Function(_length),
    "ARRAY_REVERSE": Function(_reverse),
    "ARRAY_TO_STRING": Function(_to_string),
    "GENERATE_ARRAY": Function(_generate),
    "STRUCT": Function(_struct),
}
