"""Calls of functions, with FILTER and OVER."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import SqlError, invalid, unsupported
from embedded.sql_engine.functions import Function, FunctionCall, Use
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.values import Value

_FRAME_SIDES = ("PRECEDING", "FOLLOWING")


def _call(node: exp.Anonymous, compiler: DialectCompiler, scope: Scope) -> Value:
    return _write(node, compiler, scope)


def _filtered(node: exp.Filter, compiler: DialectCompiler, scope: Scope) -> Value:
    return _write_filtered(node, compiler, scope)


def _window(node: exp.Window, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "partition_by", "order", "spec", "over")
    called, ignore_nulls = node.this, None
    if isinstance(called, exp.IgnoreNulls | exp.RespectNulls):
        called, ignore_nulls = called.this, isinstance(called, exp.IgnoreNulls)
    if not isinstance(called, exp.Anonymous | exp.Filter) or str(node.args.get("over")) != "OVER":
        raise unsupported(f"OVER after {called.sql()}", offset_of(node))
    parts = []
    if partition := node.args.get("partition_by"):
        parts.append(f"PARTITION BY {', '.join(_groupable(term, compiler, scope) for term in partition)}")
    if order := node.args.get("order"):
        parts.append(compiler.order(order, scope, lambda _: None))
    if spec := node.args.get("spec"):
        parts.append(_frame(spec))
    over = f" OVER ({' '.join(parts)})"
    if isinstance(called, exp.Filter):
        return _write_filtered(called, compiler, scope, over, ignore_nulls)
    return _write(called, compiler, scope, over, ignore_nulls)


def _write_filtered(
    node: exp.Filter,
    compiler: DialectCompiler,
    scope: Scope,
    over: str | None = None,
    ignore_nulls: bool | None = None,
) -> Value:
    only(node, "this", "expression")
    if not compiler.rules.filters or not isinstance(node.this, exp.Anonymous):
        raise unsupported("FILTER", offset_of(node))
    test = compiler.condition(node.expression.this, scope, "FILTER")
    return _write(node.this, compiler, scope, over, ignore_nulls, f" FILTER (WHERE {test})")


def _write(
    node: exp.Anonymous,
    compiler: DialectCompiler,
    scope: Scope,
    over: str | None = None,
    ignore_nulls: bool | None = None,
    condition: str = "",
) -> Value:
    name = str(node.name).upper()
    function = compiler.rules.functions.get(name)
    if function is None:
        raise compiler.rules.unknown_function(str(node.name), offset_of(node))
    call = _with_modifiers(FunctionCall(name, node, list(node.expressions), compiler, scope))
    if ignore_nulls is not None:
        call = replace(call, ignore_nulls=ignore_nulls)
    _check_use(call, function, over)
    if condition and function.use is not Use.AGGREGATE:
        message = f"Filter is only valid for aggregation functions, not for {call.name}"
        raise invalid(message, offset_of(node))
    try:
        return function.write(replace(call, over=over or "", filter=condition))
    except SqlError as error:
        if error.start is None:
            error.start = offset_of(node)
        raise


def _check_use(call: FunctionCall, function: Function, over: str | None) -> None:
    start = offset_of(call.node)
    if over is not None and function.use is Use.SCALAR:
        raise invalid(f"Analytic function expected: {call.name}", start)
    if over is None and function.use is Use.ANALYTIC:
        raise invalid(f"Analytic function {call.name} cannot be called without an OVER clause", start)
    plain = not (call.distinct or call.order or call.limit is not None)
    if function.use is not Use.AGGREGATE and not plain:
        raise invalid(f"DISTINCT, ORDER BY and LIMIT are not for {call.name}", start)
    if function.use is Use.SCALAR and call.ignore_nulls is not None:
        raise invalid(f"IGNORE NULLS and RESPECT NULLS are not for {call.name}", start)
    if over is not None and not plain:
        raise unsupported(f"DISTINCT, ORDER BY or LIMIT in {call.name} with OVER", start)


def _with_modifiers(call: FunctionCall) -> FunctionCall:
    """The call with LIMIT, ORDER BY, IGNORE NULLS and DISTINCT taken off its arguments."""
    only(call.node, "this", "expressions")
    arguments = call.arguments
    if not arguments:
        return call
    last = arguments[-1]
    if isinstance(last, exp.Limit):
        call, last = replace(call, limit=_natural(last.expression)), last.this
    if isinstance(last, exp.Order):
        bare = exp.Order(expressions=last.expressions)
        call, last = replace(call, order=call.compiler.order(bare, call.scope, lambda _: None)), last.this
    if isinstance(last, exp.IgnoreNulls | exp.RespectNulls):
        call, last = replace(call, ignore_nulls=isinstance(last, exp.IgnoreNulls)), last.this
    first = last if isinstance(last, exp.Distinct) else arguments[0]
    if not isinstance(first, exp.Distinct):
        return replace(call, arguments=[*arguments[:-1], last])
    only(first, "expressions")
    rest = [] if first is last else [*arguments[1:-1], last]
    return replace(call, distinct=True, arguments=[*first.expressions, *rest])


def _groupable(node: exp.Expr, compiler: DialectCompiler, scope: Scope) -> str:
    value = compiler.value(node, scope)
    if not compiler.rules.groupable(value.type):
        raise invalid(f"Partitioning by {compiler.type_name(value.type)} is not allowed", offset_of(node))
    return value.sql


def _frame(spec: exp.WindowSpec) -> str:
    only(spec, "kind", "start", "start_side", "end", "end_side")
    start = _bound(spec.args.get("start"), spec.args.get("start_side"))
    if spec.args.get("end") is None:
        return f"{spec.args['kind']} {start}"
    return f"{spec.args['kind']} BETWEEN {start} AND {_bound(spec.args.get('end'), spec.args.get('end_side'))}"


def _bound(bound: str | exp.Expr | None, side: str | None) -> str:
    if isinstance(bound, str) and bound.upper() == "CURRENT ROW":
        return "CURRENT ROW"
    if side is None or side.upper() not in _FRAME_SIDES:
        raise unsupported(f"the window frame {bound}")
    if isinstance(bound, str):
        return f"UNBOUNDED {side}"
    if bound is None or not bound.is_int:
        raise unsupported("a window frame whose border is not a whole number")
    return f"{_natural(bound)} {side}"


def _natural(node: exp.Expr) -> int:
    if not node.is_int:
        raise unsupported(f"{node.sql()} where a whole number is expected", offset_of(node))
    return int(node.name)


NODES: dict[type[exp.Expr], Writer] = {
    exp.Anonymous: _call,
    exp.Filter: _filtered,
    exp.Window: _window,
}
