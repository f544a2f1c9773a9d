"""Comparisons and arithmetic; a dialect may have rules of its own for the nodes."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import invalid
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL, FLOATS
from embedded.sql_engine.values import Value

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
    exp.DPipe: "||",
}
_EQUALITY = ("=", "!=")


def comparison(symbol: str, left: Value, right: Value, compiler: DialectCompiler, node: exp.Expr) -> Value:
    """A comparison of two values of one type.

    Parameters:
        symbol: `=`, `!=`, `<`, `<=`, `>` or `>=`.
        left: first operand.
        right: second operand.
        compiler: with the dialect's rules.
        node: locates the error.

    Raises:
        SqlError: the dialect does not compare such types.
    """
    allowed = compiler.rules.comparable if symbol in _EQUALITY else compiler.rules.orderable
    if not allowed(left.type):
        message = f"{symbol} is not defined for arguments of type {compiler.type_name(left.type)}"
        raise invalid(message, offset_of(node))
    plain = f"({left.sql} {symbol} {right.sql})"
    return Value(_with_nan(symbol, left, right, plain) if left.type.kind in FLOATS else plain, BOOL)


def _compare(node: exp.Binary, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "expression")
    left, right = compiler.value(node.this, scope), compiler.value(node.expression, scope)
    return compiler.compare(_COMPARISONS[type(node)], left, right, node)


def _calculate(node: exp.Binary, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "expression", "typed", "safe", "dpipe")
    left, right = compiler.value(node.this, scope), compiler.value(node.expression, scope)
    return compiler.rules.binary(_ARITHMETIC[type(node)], left, right, node)


def _with_nan(symbol: str, left: Value, right: Value, plain: str) -> str:
    """NaN equals nothing and has no order; to DuckDB it is one value, above all others."""
    false_or_null = f"nullif(({left.sql} = {right.sql}) IS NULL, true)"
    of_nan = f"NOT {false_or_null}" if symbol == "!=" else false_or_null
    return f"(CASE WHEN isnan({left.sql}) OR isnan({right.sql}) THEN {of_nan} ELSE {plain} END)"


NODES: dict[type[exp.Expr], Writer] = {
    **dict.fromkeys(_COMPARISONS, _compare),
    **dict.fromkeys(_ARITHMETIC, _calculate),
}
