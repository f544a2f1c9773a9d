"""Compiles expressions with a special syntax in Trino.

Source: https://trino.io/docs/current/functions.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.trino.coercions import MONTHS, coerced, common_type
from embedded.services.aws.athena.trino.functions import arrays, times
from embedded.services.aws.athena.trino.functions.arguments import unless_null
from embedded.services.aws.athena.trino.functions.strings import SPACES, substring
from embedded.services.aws.athena.trino.operators import negated
from embedded.sql_engine.compilers import ExpressionCompiler
from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    INT64,
    INTERVAL,
    NULL,
    STRING,
    Kind,
    Type,
    array,
    struct,
)
from embedded.sql_engine.values import Value

Write = Callable[[exp.Expr, ExpressionCompiler, Scope], Value]
_UNITS = {"DAY": "to_days({})", "HOUR": "to_hours({})", "MINUTE": "to_minutes({})", "SECOND": "to_seconds({})"}
_MONTHS = {"MONTH": 1, "YEAR": 12}


def special(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value | None:
    """Compile a node; None if it is no node of this module.

    Parameters:
        node: the expression.
        compiler: compiles its operands.
        scope: names that it may use.

    Raises:
        SqlError: the operands are wrong.
    """
    write = SPECIAL_SYNTAX.get(type(node))
    return write(node, compiler, scope) if write else None


def _text(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> str:
    """Compile an operand of type varchar."""
    return _operand(node, compiler, scope, STRING)


def _whole(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> str:
    """Compile an operand of type bigint."""
    return _operand(node, compiler, scope, INT64)


def _operand(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope, of: Type) -> str:
    value = compiler.value(node, scope)
    operand = coerced(value, of)
    if operand is None:
        message = f"A {typenames.trino(of)} is expected, not {typenames.trino(value.type)}"
        raise Failure("TYPE_MISMATCH", message, offset_of(node))
    return operand.sql


def _negative(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    value = compiler.value(node.this, scope)
    result = negated(value)
    if result is None:
        raise Failure("TYPE_MISMATCH", f"Cannot negate {typenames.trino(value.type)}", offset_of(node))
    return result


def _like(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope, escape: str = "") -> Value:
    only(node, "this", "expression", "negate")
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    subject, pattern = _text(node.this, compiler, scope), _text(node.expression, compiler, scope)
    return Value(f"({subject} {word} {pattern}{escape})", BOOL)


def _escape(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    mark = node.expression
    if not isinstance(node.this, exp.Like) or not isinstance(mark, exp.Literal) or len(mark.this) != 1:
        raise Failure("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character", offset_of(node))
    return _like(node.this, compiler, scope, f" ESCAPE {_text(mark, compiler, scope)}")


def _distinct(symbol: str) -> Write:
    def write(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
        sides = [compiler.value(node.this, scope), compiler.value(node.expression, scope)]
        left, right = compiler.unify(sides, f"IS {symbol}", node)
        return Value(f"({left.sql} IS {symbol} {right.sql})", BOOL)

    return write


def _extract(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    value = compiler.value(node.expression, scope)
    field = times.part(node.name, value)
    if field is None:
        message = f"Cannot extract {node.name.lower()} from {typenames.trino(value.type)}"
        raise Failure("TYPE_MISMATCH", message, offset_of(node))
    return field


def _position(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "substr")
    sought = _text(node.args["substr"], compiler, scope)
    return Value(f"strpos({_text(node.this, compiler, scope)}, {sought})", INT64)


def _substring(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "start", "length")
    subject, start = _text(node.this, compiler, scope), _whole(node.args["start"], compiler, scope)
    length = _whole(node.args["length"], compiler, scope) if node.args.get("length") else None
    parts = [subject, start, *([length] if length else [])]
    return Value(unless_null(parts, substring(subject, start, length)), STRING)


def _trim(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "position", "expression")
    word = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    what = _text(node.expression, compiler, scope) if node.args.get("expression") else SPACES
    return Value(f"{word}({_text(node.this, compiler, scope)}, {what})", STRING)


def _function(name: str) -> Write:
    """A node of sqlglot for an ordinary function."""

    def write(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
        only(node, "this")
        return compiler.value(exp.Anonymous(this=name, expressions=[node.this]), scope)

    return write


def _array(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "expressions")
    values = [compiler.value(element, scope) for element in node.expressions]
    if not values:
        return Value("[]", array(NULL), constant=True)
    if common_type(values) is None:
        raise Failure("TYPE_MISMATCH", "All ARRAY elements must be the same type", offset_of(node))
    items = compiler.unify(values, "ARRAY", node)
    return Value(f"[{', '.join(item.sql for item in items)}]", array(items[0].type))


def _bracket(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "expressions")
    if len(node.expressions) != 1:
        raise unsupported("a subscript with more than one place", offset_of(node))
    whole, index = compiler.value(node.this, scope), compiler.value(node.expressions[0], scope)
    return arrays.subscript(whole, index, node)


def _tuple(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    values = [compiler.value(element, scope) for element in node.expressions]
    fields = [("", value.type) for value in values]
    return Value(f"row({', '.join(value.sql for value in values)})", struct(fields))


def _hex(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    return Value(f"unhex('{bytes.fromhex(node.this).hex()}')", BYTES, constant=True)


def _interval(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "unit")
    unit, count = node.args.get("unit"), node.this
    name = unit.name.upper().rstrip("S") if isinstance(unit, exp.Var) else ""
    if not isinstance(count, exp.Literal) or not count.is_string:
        raise Failure("NOT_SUPPORTED", "An interval that is not written out", offset_of(node))
    try:
        number = int(count.this)
    except ValueError as error:
        raise Failure("SYNTAX_ERROR", f"'{count.this}' is not a valid interval literal", offset_of(node)) from error
    if name in _MONTHS:
        return Value(f"to_months({number * _MONTHS[name]})", MONTHS)
    if name not in _UNITS:
        raise Failure("NOT_SUPPORTED", f"An interval in {name.lower() or 'no unit'}", offset_of(node))
    return Value(_UNITS[name].format(number), INTERVAL)


def _at_time_zone(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node, "this", "zone")
    zone = node.args["zone"]
    value = coerced(compiler.value(node.this, scope), Type(Kind.TIMESTAMP))
    if not isinstance(zone, exp.Literal) or zone.this.upper() not in ("UTC", "Z", "+00:00") or value is None:
        raise Failure("NOT_SUPPORTED", "AT TIME ZONE other than 'UTC'", offset_of(node))
    return value


def _local(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node)
    return Value(f"({times.now().sql} AT TIME ZONE 'UTC')", DATETIME)


def _now(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node)
    return times.now()


def _today(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    only(node)
    return Value(f"CAST(({times.now().sql} AT TIME ZONE 'UTC') AS DATE)", DATE)


def _list(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    """LISTAGG(x, separator) WITHIN GROUP (ORDER BY ...), which sqlglot parses to a single node."""
    only(node, "this", "separator")
    order = node.this
    subject = order.this if isinstance(order, exp.Order) else order
    separator = node.args.get("separator") or exp.Literal.string("")
    last = exp.Order(this=separator, expressions=order.expressions) if isinstance(order, exp.Order) else separator
    return compiler.value(exp.Anonymous(this="listagg", expressions=[subject, last]), scope)


def _joined_literals(node: exp.Expr, compiler: ExpressionCompiler, scope: Scope) -> Value:
    raise Failure("SYNTAX_ERROR", "mismatched input: two texts in a row", offset_of(node))


SPECIAL_SYNTAX: Mapping[type[exp.Expr], Write] = {
    exp.Neg: _negative,
    exp.Like: _like,
    exp.Escape: _escape,
    exp.NullSafeEQ: _distinct("NOT DISTINCT FROM"),
    exp.NullSafeNEQ: _distinct("DISTINCT FROM"),
    exp.Extract: _extract,
    exp.StrPosition: _position,
    exp.Substring: _substring,
    exp.Trim: _trim,
    exp.Ceil: _function("ceil"),
    exp.Floor: _function("floor"),
    exp.Array: _array,
    exp.Bracket: _bracket,
    exp.Tuple: _tuple,
    exp.HexString: _hex,
    exp.Interval: _interval,
    exp.AtTimeZone: _at_time_zone,
    exp.CurrentTimestamp: _now,
    exp.CurrentDate: _today,
    exp.Localtimestamp: _local,
    exp.GroupConcat: _list,
    exp.Concat: _joined_literals,
}
