"""Array functions, and STRUCT.

https://cloud.google.com/bigquery/docs/reference/standard-sql/array_functions
"""

from __future__ import annotations

from sqlglot import exp

from embedded.services.gcp.bigquery.sql.signatures import arguments, given, mismatch, plain
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import place
from embedded.sql_engine.types import INT64, STRING, Kind, array, quote, struct
from embedded.sql_engine.values import Call, Function, Value


def _first_array(call: Call) -> Value:
    value = call.compiler.value(call.arguments[0], call.scope)
    if value.type.kind is not Kind.ARRAY:
        raise mismatch(call, call.values())
    return value


def _length(call: Call) -> Value:
    arguments(call, 1, 1)
    return Value(f"len({_first_array(call).sql})", INT64)


def _reverse(call: Call) -> Value:
    arguments(call, 1, 1)
    value = _first_array(call)
    return Value(f"list_reverse({value.sql})", value.type)


def _to_string(call: Call) -> Value:
    """NULL elements are left out, or told as the third argument."""
    arguments(call, 2, 3)
    value = _first_array(call)
    if value.type.element != STRING:
        raise mismatch(call, call.values())
    sql = value.sql
    if len(call.arguments) == 3:
        sql = f"list_transform({sql}, lambda e: coalesce(e, {given(call, 2, STRING)}))"
    return Value(f"array_to_string({sql}, {given(call, 1, STRING)})", STRING)


def _concat(call: Call) -> Value:
    """Unlike DuckDB's, NULL if any array is."""
    values = call.values()
    if not values or any(value.type.kind is not Kind.ARRAY for value in values):
        raise mismatch(call, values)
    unified = call.compiler.unify(values, "function ARRAY_CONCAT", call.node)
    missing = " OR ".join(f"{value.sql} IS NULL" for value in unified)
    joined = unified[0].sql
    for value in unified[1:]:
        joined = f"list_concat({joined}, {value.sql})"
    return Value(f"(CASE WHEN {missing} THEN NULL ELSE {joined} END)", unified[0].type)


def _generate(call: Call) -> Value:
    arguments(call, 2, 3)
    values = call.values()
    if any(value.type.kind not in (Kind.INT64, Kind.NULL) for value in values):
        raise unsupported("GENERATE_ARRAY of other numbers than INT64", place(call.node))
    return Value(f"generate_series({', '.join(value.sql for value in values)})", array(INT64))


def _of_query(call: Call) -> Value:
    """ARRAY(SELECT ...): an empty array if the query has no rows."""
    arguments(call, 1, 1)
    node = call.arguments[0]
    if not isinstance(node, exp.Query):
        raise invalid("ARRAY takes a subquery", place(call.node))
    query = call.compiler.queries.query(node, call.scope.inner())
    if len(query.columns) != 1:
        raise invalid("ARRAY subquery cannot have more than one column unless using SELECT AS STRUCT", place(call.node))
    of = query.columns[0][1]
    if of.kind is Kind.ARRAY:
        raise invalid("Cannot use array subquery with column of type ARRAY", place(call.node))
    return Value(f"ARRAY({query.sql})", array(of))


def _struct(call: Call) -> Value:
    fields, parts = [], []
    for index, node in enumerate(call.arguments):
        name = node.alias if isinstance(node, exp.Alias) else (node.name if isinstance(node, exp.Column) else "")
        if not name:
            raise unsupported(f"a field without a name, number {index + 1} of STRUCT", place(call.node))
        value = call.compiler.value(node.this if isinstance(node, exp.Alias) else node, call.scope)
        if value.type.kind is Kind.NULL:
            value = call.compiler.coerced(value, INT64, node)
        fields.append((name, value.type))
        parts.append(f"{quote(name)} := {value.sql}")
    if not parts:
        raise unsupported("STRUCT without fields", place(call.node))
    return Value(f"struct_pack({', '.join(parts)})", struct(fields))


FUNCTIONS: dict[str, Function] = {
    "ARRAY": plain(_of_query),
    "ARRAY_CONCAT": plain(_concat),
    "ARRAY_LENGTH": plain(_length),
    "ARRAY_REVERSE": plain(_reverse),
    "ARRAY_TO_STRING": plain(_to_string),
    "GENERATE_ARRAY": plain(_generate),
    "STRUCT": plain(_struct),
}
