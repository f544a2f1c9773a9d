"""Expressions with special syntax: LIKE, EXTRACT, array literals and the like.

Source: https://cloud.google.com/bigquery/docs/reference/standard-sql/operators
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from embedded.services.gcp.bigquery.sql import casts, times
from embedded.services.gcp.bigquery.sql.types import type_name
from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL, DATETIME, INT64, NUMBERS, STRING, Kind, array
from embedded.sql_engine.values import Value

SpecialWriter = Callable[[Any, ExpressionCompiler, Scope], Value | None]
"""Returns None if the node has no special meaning."""


def _negative(node: exp.Neg, compiler: ExpressionCompiler, scope: Scope) -> Value:
    if node.this.is_int and int(node.this.name) == 2**63:
        return Value("CAST(-9223372036854775808 AS BIGINT)", INT64, constant=True)
    value = compiler.value(node.this, scope)
    if value.type.kind not in NUMBERS:
        message = f"No matching signature for operator - for argument type: {type_name(value.type)}"
        raise invalid(message, offset_of(node))
    return Value(f"(-{value.sql})", value.type, value.constant)


def _like(node: exp.Like, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "expression", "negate")
    value, pattern = compiler.value(node.this, scope), compiler.value(node.expression, scope)
    kinds = {side.type.kind for side in (value, pattern)}
    if not kinds <= {Kind.STRING, Kind.NULL}:
        raise unsupported("LIKE of other types than STRING", offset_of(node))
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    sides = [casts.cast(side, STRING, safe=False).sql for side in (value, pattern)]
    return Value(f"({sides[0]} {word} {sides[1]} ESCAPE '\\')", BOOL)


def _distinct_from(word: str) -> SpecialWriter:
    def write(node: exp.Binary, compiler: ExpressionCompiler, scope: Scope) -> Value:
        only(node, "this", "expression")
        left, right = compiler.value(node.this, scope), compiler.value(node.expression, scope)
        compiler.compare("=", left, right, node)
        left, right = compiler.unify([left, right], word, node)
        return Value(f"({left.sql} {word} {right.sql})", BOOL)

    return write


def _extract(node: exp.Extract, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "expression")
    source = node.expression
    if not isinstance(source, exp.AtTimeZone):
        return times.extract_part(compiler.value(source, scope), times.parse_part(node.this))
    value = compiler.value(source.this, scope)
    if value.type.kind is not Kind.MOMENT:
        raise invalid("EXTRACT with AT TIME ZONE expects a TIMESTAMP", offset_of(node))
    local = times.to_zone(value, times.zone_text(source.args["zone"]))
    return times.extract_part(Value(local, DATETIME), times.parse_part(node.this))


def _array(node: exp.Array, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "expressions", "struct_name_inheritance", "value_constructor")
    if not node.expressions:
        return Value("CAST([] AS BIGINT[])", array(INT64), constant=True)
    values = compiler.unify([compiler.value(item, scope) for item in node.expressions], "array literal", node)
    if values[0].type.kind is Kind.ARRAY:
        message = "Cannot construct array with element type ARRAY because nested arrays are not supported"
        raise invalid(message, offset_of(node))
    return Value(f"[{', '.join(value.sql for value in values)}]", array(values[0].type))


def _element(node: exp.Bracket, compiler: ExpressionCompiler, scope: Scope) -> Value:
    """`a[OFFSET(0)]` and its like; outside of the array an error, or NULL with SAFE_."""
    only(node, "this", "expressions", "offset", "safe")
    value = compiler.value(node.this, scope)
    if value.type.kind is not Kind.ARRAY or value.type.element is None or len(node.expressions) != 1:
        message = f"Element access using array subscript is not supported on {type_name(value.type)}"
        raise invalid(message, offset_of(node))
    written = compiler.coerced(compiler.value(node.expressions[0], scope), INT64, node).sql
    index = written if node.args.get("offset") == 1 else f"({written} + 1)"
    element = value.type.element
    side = f"CASE WHEN {index} < 1 THEN 'underflow' ELSE 'overflow' END"
    message = f"'Array index ' || {written} || ' is out of bounds (' || {side} || ')'"
    outside = casts.failure(message, element, bool(node.args.get("safe")))
    chosen = f"WHEN {index} < 1 OR {index} > len({value.sql}) THEN {outside} ELSE list_extract({value.sql}, {index})"
    return Value(f"(CASE {chosen} END)", element)


def _hexadecimal(node: exp.HexString, compiler: ExpressionCompiler, scope: Scope) -> Value:
    return compiler.rules.number(str(int(node.this, 16)))


def _bits(symbol: str) -> SpecialWriter:
    def write(node: exp.Binary, compiler: ExpressionCompiler, scope: Scope) -> Value:
        sides = [compiler.value(side, scope) for side in (node.this, node.expression)]
        if any(side.type.kind is not Kind.INT64 for side in sides):
            raise unsupported(f"{symbol} of other types than INT64", offset_of(node))
        return Value(f"({sides[0].sql} {symbol} {sides[1].sql})", INT64)

    return write


def _current(name: str) -> SpecialWriter:
    def write(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
        only(node, "this")
        zone = [node.this] if node.this else []
        return compiler.value(exp.Anonymous(this=name, expressions=zone), scope)

    return write


def _shifted(node: exp.Binary, compiler: ExpressionCompiler, scope: Scope) -> Value | None:
    """`date + INTERVAL n part`: a DATE becomes a DATETIME."""
    sign = "+" if isinstance(node, exp.Add) else "-"
    base, span = node.this, node.expression
    if sign == "+" and isinstance(base, exp.Interval):
        base, span = span, base
    if not isinstance(span, exp.Interval):
        return None
    value = compiler.value(base, scope)
    if value.type.kind is Kind.DATE:
        value = casts.cast(value, DATETIME, safe=False)
    count, unit = times.parse_interval(span, compiler, scope)
    return times.add_interval(value, count.sql, unit, sign, sign)


def _safe_function(node: exp.SafeFunc, compiler: ExpressionCompiler, scope: Scope) -> Value:
    """SAFE.f(x): what DuckDB raises becomes NULL, but not what an argument raises: those must be simple."""
    only(node, "this")
    called = node.this
    simple = (exp.Column, exp.Literal, exp.RawString, exp.Null, exp.Parameter, exp.Neg)
    if not isinstance(called, exp.Anonymous) or not all(isinstance(item, simple) for item in called.expressions):
        raise unsupported("SAFE. with arguments that are neither columns nor literals", offset_of(node))
    value = compiler.value(called, scope)
    if "error(" in value.sql:
        raise unsupported(f"SAFE.{called.name}", offset_of(node))
    return Value(f"TRY({value.sql})", value.type)


def _json_literal(node: exp.ParseJSON, compiler: ExpressionCompiler, scope: Scope) -> Value:
    raise unsupported("literals of the type JSON", offset_of(node))


def _net_function(node: exp.NetFunc, compiler: ExpressionCompiler, scope: Scope) -> Value:
    raise unsupported(f"the function NET.{node.this.name}", offset_of(node))


SPECIAL_SYNTAX: dict[type[exp.Expr], SpecialWriter] = {
    exp.Add: _shifted,
    exp.Sub: _shifted,
    exp.Array: _array,
    exp.BitwiseAnd: _bits("&"),
    exp.BitwiseOr: _bits("|"),
    exp.Bracket: _element,
    exp.CurrentDate: _current("CURRENT_DATE"),
    exp.CurrentDatetime: _current("CURRENT_DATETIME"),
    exp.CurrentTime: _current("CURRENT_TIME"),
    exp.CurrentTimestamp: _current("CURRENT_TIMESTAMP"),
    exp.Extract: _extract,
    exp.HexString: _hexadecimal,
    exp.Like: _like,
    exp.Neg: _negative,
    exp.NullSafeEQ: _distinct_from("IS NOT DISTINCT FROM"),
    exp.NullSafeNEQ: _distinct_from("IS DISTINCT FROM"),
    exp.SafeFunc: _safe_function,
}
REFUSED_SYNTAX: dict[type[exp.Expr], SpecialWriter] = {
    exp.NetFunc: _net_function,
    exp.ParseJSON: _json_literal,
}
"""Syntax of BigQuery that is refused by its name there."""
