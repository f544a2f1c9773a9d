"""Arrays, maps and lambdas.

Sources: https://trino.io/docs/current/functions/array.html, functions/map.html and functions/lambda.html
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.casts import to_text
from embedded.services.aws.athena.trino.coercions import coerced
from embedded.services.aws.athena.trino.failures import fail
from embedded.services.aws.athena.trino.functions.arguments import as_type, checked_values, element_type, unless_null
from embedded.sql_engine.functions import Function, FunctionCall
from embedded.sql_engine.grammar import offset_of
from embedded.sql_engine.overloads import no_overload
from embedded.sql_engine.scope import Column
from embedded.sql_engine.types import BOOL, DATE, INT64, STRING, Kind, Type, array
from embedded.sql_engine.values import Value

_MOST_ENTRIES = 10_000
"""Of a sequence: https://github.com/trinodb/trino, `SequenceFunction`."""
_DAY_SECONDS = 86_400


def subscript(whole: Value, index: Value, node: exp.Expr) -> Value:
    """Build `array[1]` or `map[key]`, which fails at run time for a missing element.

    Parameters:
        whole: the array or the map.
        index: the index or the key.
        node: locates errors.

    Raises:
        SqlError: TYPE_MISMATCH.
    """
    if whole.type.kind is Kind.MAP and whole.type.key and (key := coerced(index, whole.type.key)):
        missing = fail("INVALID_FUNCTION_ARGUMENT", "Key not present in map", of=_of(whole.type.element))
        element = f"CASE WHEN map_contains({whole.sql}, {key.sql}) THEN {whole.sql}[{key.sql}] ELSE {missing} END"
        return Value(unless_null([whole.sql, key.sql], element), whole.type.element or STRING)
    at = coerced(index, INT64)
    if whole.type.kind is not Kind.ARRAY or whole.type.element is None or at is None:
        raise Failure("TYPE_MISMATCH", "Cannot use a subscript here", offset_of(node))
    return Value(_checked(whole.sql, at.sql, whole.type.element), whole.type.element)


def _checked(sql: str, at: str, of: Type) -> str:
    code = "INVALID_FUNCTION_ARGUMENT"
    zero = fail(code, "SQL array indices start at 1", of=of.duckdb)
    negative = fail(code, "Array subscript is negative: {}", f"CAST({at} AS VARCHAR)", of.duckdb)
    beyond = f"CAST({at} AS VARCHAR) || ' > ' || CAST(len({sql}) AS VARCHAR)"
    high = fail(code, "Array subscript must be less than or equal to array length: {}", beyond, of.duckdb)
    wrong = f"WHEN {at} = 0 THEN {zero} WHEN {at} < 0 THEN {negative} WHEN {at} > len({sql}) THEN {high}"
    return f"CASE {wrong} ELSE {sql}[{at}] END"


def _of(element: Type | None) -> str:
    return element.duckdb if element else "VARCHAR"


def _element_at(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    first = values[0].type
    if first.kind is Kind.MAP and first.key and first.element:
        return Value(f"{values[0].sql}[{as_type(call, values, 1, first.key)}]", first.element)
    of, at = element_type(call, values), as_type(call, values, 1, INT64)
    zero = fail("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1", of=of.duckdb)
    return Value(f"CASE WHEN {at} = 0 THEN {zero} ELSE {values[0].sql}[{at}] END", of)


def _cardinality(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    if values[0].type.kind is Kind.MAP:
        return Value(f"CAST(cardinality({values[0].sql}) AS BIGINT)", INT64)
    element_type(call, values)
    return Value(f"CAST(len({values[0].sql}) AS BIGINT)", INT64)


def _contains(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    of = element_type(call, values)
    whole, item = values[0].sql, as_type(call, values, 1, of)
    unsure = f"WHEN list_contains(list_transform({whole}, lambda x_: x_ IS NULL), true) THEN NULL"
    result = f"CASE WHEN list_contains({whole}, {item}) THEN true {unsure} ELSE false END"
    return Value(unless_null([whole, item], result), BOOL)


def _distinct(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    element_type(call, values)
    whole = values[0].sql
    return Value(f"list_filter({whole}, lambda x_, i_: list_position({whole}, x_) = i_)", values[0].type)


def _extreme(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1)
        of = element_type(call, values)
        whole = values[0].sql
        has_null = f"list_contains(list_transform({whole}, lambda x_: x_ IS NULL), true)"
        return Value(f"CASE WHEN {has_null} THEN NULL ELSE {word}({whole}) END", of)

    return Function(write)


def _sort(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    of = element_type(call, values)
    if not call.compiler.rules.orderable(of):
        raise no_overload(call, values)
    return Value(f"list_sort({values[0].sql}, 'ASC', 'NULLS LAST')", values[0].type)


def _join(call: FunctionCall) -> Value:
    values = checked_values(call, 2, 3)
    shown = to_text("x_", element_type(call, values))
    whole, between = values[0].sql, as_type(call, values, 1, STRING)
    if len(values) == 3:
        shown = f"coalesce({shown}, {as_type(call, values, 2, STRING)})"
    joined = f"coalesce(array_to_string(list_transform({whole}, lambda x_: {shown}), {between}), '')"
    return Value(unless_null([whole, between], joined), STRING)


def _position(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    item = as_type(call, values, 1, element_type(call, values))
    position = f"CAST(coalesce(list_position({values[0].sql}, {item}), 0) AS BIGINT)"
    return Value(unless_null([values[0].sql, item], position), INT64)


def _remove(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    item = as_type(call, values, 1, element_type(call, values))
    rest = f"list_filter({values[0].sql}, lambda x_: x_ IS DISTINCT FROM {item})"
    return Value(unless_null([item], rest), values[0].type)


def _slice(call: FunctionCall) -> Value:
    values = checked_values(call, 3)
    element_type(call, values)
    whole, start, length = values[0].sql, as_type(call, values, 1, INT64), as_type(call, values, 2, INT64)
    code, of = "INVALID_FUNCTION_ARGUMENT", values[0].type.duckdb
    zero = fail(code, "SQL array indices start at 1", of=of)
    short = fail(code, "length must be greater than or equal to 0", of=of)
    first = f"CASE WHEN {start} < 0 THEN len({whole}) + {start} + 1 ELSE {start} END"
    part = (
        f"CASE WHEN {start} = 0 THEN {zero} WHEN {length} < 0 THEN {short} "
        f"WHEN {length} = 0 OR abs({start}) > len({whole}) THEN {whole}[1:0] "
        f"ELSE {whole}[({first}):({first}) + {length} - 1] END"
    )
    return Value(unless_null([whole, start, length], part), values[0].type)


def _sequence(call: FunctionCall) -> Value:
    values = checked_values(call, 2, 3)
    if values[0].type == DATE:
        return _days(call, values)
    start, stop = as_type(call, values, 0, INT64), as_type(call, values, 1, INT64)
    step = as_type(call, values, 2, INT64) if len(values) == 3 else f"CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END"
    failure = fail(
        "INVALID_FUNCTION_ARGUMENT",
        "sequence stop value should be greater than or equal to start value if step is greater than zero otherwise "
        "stop should be less than or equal to start",
        of="BIGINT[]",
    )
    distance = f"(CAST({stop} AS HUGEINT) - {start})"
    wrong = f"({step}) = 0 OR {distance} * sign({step}) < 0"
    end = _of_entries(f"{distance} // nullif({step}, 0) + 1", stop, "BIGINT")
    return Value(f"CASE WHEN {wrong} THEN {failure} ELSE generate_series({start}, {end}, {step}) END", array(INT64))


def _of_entries(entries: str, stop: str, of: str) -> str:
    """The end of a sequence, or the failure of one that is too long.

    It stands in the argument, as DuckDB computes a call of constants also in a branch of CASE that is never taken.

    Parameters:
        entries: how many there are, as an expression.
        stop: the end.
        of: DuckDB's type of the end.
    """
    message = f"result of sequence function must not have more than {_MOST_ENTRIES} entries"
    many = fail("INVALID_FUNCTION_ARGUMENT", message, of=of)
    return f"CASE WHEN {entries} > {_MOST_ENTRIES} THEN {many} ELSE {stop} END"


def _days(call: FunctionCall, values: Sequence[Value]) -> Value:
    start, stop = values[0].sql, as_type(call, values, 1, DATE)
    step, days = f"to_days(CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END)", f"abs({stop} - {start}) + 1"
    if len(values) == 3:
        if values[2].type.kind is not Kind.INTERVAL:
            raise no_overload(call, values)
        step = values[2].sql
        days = f"abs({stop} - {start}) // greatest(CAST(abs(epoch({step})) AS BIGINT) // {_DAY_SECONDS}, 1) + 1"
    end = _of_entries(days, f"CAST({stop} AS TIMESTAMP)", "TIMESTAMP")
    return Value(f"CAST(generate_series(CAST({start} AS TIMESTAMP), {end}, {step}) AS DATE[])", array(DATE))


def _flatten(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    inner = element_type(call, values)
    if inner.kind is not Kind.ARRAY:
        raise no_overload(call, values)
    return Value(f"flatten({values[0].sql})", inner)


def _reverse(call: FunctionCall) -> Value:
    values = checked_values(call, 1)
    if values[0].type.kind is Kind.ARRAY:
        return Value(f"list_reverse({values[0].sql})", values[0].type)
    return Value(f"reverse({as_type(call, values, 0, STRING)})", STRING)


def lambda_of(call: FunctionCall, index: int, takes: Sequence[Type]) -> tuple[str, Value]:
    """Compile a lambda; returns its parameters for DuckDB and its body.

    Parameters:
        call: call of the function.
        index: index of the argument, from 0.
        takes: types of the lambda's parameters.

    Raises:
        SqlError: the argument is no such lambda.
    """
    node = call.arguments[index]
    if not isinstance(node, exp.Lambda) or len(node.expressions) != len(takes):
        message = f"{call.name.lower()} wants a lambda with {len(takes)} parameter(s)"
        raise Failure("TYPE_MISMATCH", message, offset_of(node))
    names = [call.scope.fresh("l") for _ in takes]
    inner = call.scope.inner()
    inner.visible = [
        Column(parameter.name, of, name) for parameter, of, name in zip(node.expressions, takes, names, strict=True)
    ]
    return ", ".join(names), call.compiler.value(_with_columns(node.this), inner)


def _with_columns(body: exp.Expr) -> exp.Expr:
    """Turn the parameters in the body of a lambda to columns."""
    if isinstance(body, exp.Identifier):
        return exp.Column(this=body.copy())
    body = body.copy()
    for identifier in list(body.find_all(exp.Identifier)):
        if not isinstance(identifier.parent, exp.Column | exp.Dot | exp.Lambda | exp.DataType | exp.ColumnDef):
            identifier.replace(exp.Column(this=identifier.copy()))
    return body


def _over_elements(template: str, test: bool) -> Function:
    """TRANSFORM, FILTER and the like: an array and a lambda of one parameter."""

    def write(call: FunctionCall) -> Value:
        if len(call.arguments) != 2:
            raise no_overload(call, [])
        whole = call.compiler.value(call.arguments[0], call.scope)
        of = element_type(call, [whole])
        names, body = lambda_of(call, 1, [of])
        if test and body.type.kind not in (Kind.BOOL, Kind.NULL):
            raise no_overload(call, [whole, body])
        sql = template.format(whole.sql, names, body.sql)
        gives = {"TRANSFORM": array(body.type), "FILTER": whole.type}.get(call.name, BOOL)
        return Value(sql, gives)

    return Function(write)


def _any(first: str, otherwise: str) -> str:
    """Three-valued logic over the results of a lambda for the elements."""
    tests = "list_transform({0}, lambda {1}: {2})"
    unsure = f"list_contains(list_transform({tests}, lambda x_: x_ IS NULL), true)"
    known = f"WHEN list_contains({tests}, {first}) THEN {'true' if otherwise == 'false' else 'false'}"
    return f"CASE WHEN {{0}} IS NULL THEN NULL {known} WHEN {unsure} THEN NULL ELSE {otherwise} END"


def _map(call: FunctionCall) -> Value:
    values = checked_values(call, 2)
    key, of = element_type(call, values), element_type(call, values, 1)
    sizes = fail(
        "INVALID_FUNCTION_ARGUMENT",
        "Key and value arrays must be the same length",
        of=f"MAP({key.duckdb}, {of.duckdb})",
    )
    keys, items = values[0].sql, values[1].sql
    result = f"CASE WHEN len({keys}) != len({items}) THEN {sizes} ELSE map({keys}, {items}) END"
    return Value(unless_null([keys, items], result), Type(Kind.MAP, key=key, element=of))


def _of_map(word: str) -> Function:
    def write(call: FunctionCall) -> Value:
        values = checked_values(call, 1)
        of = values[0].type
        if of.kind is not Kind.MAP or of.key is None or of.element is None:
            raise no_overload(call, values)
        return Value(f"{word}({values[0].sql})", array(of.key if word == "map_keys" else of.element))

    return Function(write)


FUNCTIONS = {
    "CARDINALITY": Function(_cardinality),
    "ELEMENT_AT": Function(_element_at),
    "CONTAINS": Function(_contains),
    "ARRAY_DISTINCT": Function(_distinct),
    "ARRAY_MAX": _extreme("list_max"),
    "ARRAY_MIN": _extreme("list_min"),
    "ARRAY_SORT": Function(_sort),
    "ARRAY_JOIN": Function(_join),
    "ARRAY_POSITION": Function(_position),
    "ARRAY_REMOVE": Function(_remove),
    "SLICE": Function(_slice),
    "SEQUENCE": Function(_sequence),
    "FLATTEN": Function(_flatten),
    "REVERSE": Function(_reverse),
    "TRANSFORM": _over_elements("list_transform({0}, lambda {1}: {2})", test=False),
    "FILTER": _over_elements("list_filter({0}, lambda {1}: {2})", test=True),
    "ANY_MATCH": _over_elements(_any("true", "false"), test=True),
    "ALL_MATCH": _over_elements(_any("false", "true"), test=True),
    "NONE_MATCH": _over_elements(_any("true", "true"), test=True),
    "MAP": Function(_map),
    "MAP_KEYS": _of_map("map_keys"),
    "MAP_VALUES": _of_map("map_values"),
}
