"""AND, OR, NOT, IS, BETWEEN, IN, CASE and IF."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL, NULL, Kind
from embedded.sql_engine.values import Value


def _logical(word: str) -> Writer:
    def write(node: exp.Connector, compiler: DialectCompiler, scope: Scope) -> Value:
        only(node, "this", "expression")
        left = compiler.condition(node.this, scope, f"Operand of {word}")
        right = compiler.condition(node.expression, scope, f"Operand of {word}")
        return Value(f"({left} {word} {right})", BOOL)

    return write


def _not(node: exp.Not, compiler: DialectCompiler, scope: Scope) -> Value:
    return Value(f"(NOT {compiler.condition(node.this, scope, 'Operand of NOT')})", BOOL)


def _is(node: exp.Is, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "expression")
    value, test = compiler.value(node.this, scope), node.expression
    if isinstance(test, exp.Null):
        return Value(f"({value.sql} IS NULL)", BOOL)
    if isinstance(test, exp.Boolean) and value.type.kind is Kind.BOOL:
        return Value(f"({value.sql} IS NOT DISTINCT FROM {'true' if test.this else 'false'})", BOOL)
    raise unsupported(f"IS {test.sql()}", offset_of(node))


def _between(node: exp.Between, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "low", "high")
    value = compiler.value(node.this, scope)
    low = compiler.compare(">=", value, compiler.value(node.args["low"], scope), node)
    high = compiler.compare("<=", value, compiler.value(node.args["high"], scope), node)
    return Value(f"({low.sql} AND {high.sql})", BOOL)


def _in(node: exp.In, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "expressions", "query", "unnest")
    value = compiler.value(node.this, scope)
    if query := node.args.get("query"):
        return _in_query(node, value, query, compiler, scope)
    if unnest := node.args.get("unnest"):
        return _in_array(node, value, unnest, compiler, scope)
    tests = [compiler.compare("=", value, compiler.value(item, scope), node).sql for item in node.expressions]
    return Value(f"({' OR '.join(tests)})", BOOL)


def _in_query(node: exp.In, value: Value, query: exp.Expr, compiler: DialectCompiler, scope: Scope) -> Value:
    compiled = compiler.queries.query(query, scope.inner())
    if len(compiled.columns) != 1:
        raise invalid("Subquery of type IN must have only one output column", offset_of(node))
    column = Value('"c"', compiled.columns[0][1])
    value, column = compiler.unify([value, column], "operator IN", node)
    return Value(f'({value.sql} IN (SELECT {column.sql} FROM ({compiled.sql}) AS q("c")))', BOOL)


def _in_array(node: exp.In, value: Value, unnest: exp.Expr, compiler: DialectCompiler, scope: Scope) -> Value:
    only(unnest, "expressions")
    array = compiler.value(unnest.expressions[0], scope)
    if array.type.kind is not Kind.ARRAY or array.type.element is None:
        raise invalid("Second argument of IN UNNEST must be an array", offset_of(node))
    value, element = compiler.unify([value, Value('"c"', array.type.element)], "operator IN UNNEST", node)
    return Value(f'({value.sql} IN (SELECT {element.sql} FROM (SELECT unnest({array.sql}) AS "c")))', BOOL)


def _case(node: exp.Case, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "ifs", "default")
    whens = []
    subject = compiler.value(node.this, scope) if node.this else None
    for branch in node.args["ifs"]:
        only(branch, "this", "true")
        if subject is None:
            whens.append(compiler.condition(branch.this, scope, "CASE WHEN"))
        else:
            whens.append(compiler.compare("=", subject, compiler.value(branch.this, scope), branch).sql)
    results = [compiler.value(branch.args["true"], scope) for branch in node.args["ifs"]]
    default = node.args.get("default")
    results.append(compiler.value(default, scope) if default else Value("NULL", NULL, constant=True))
    results = compiler.unify(results, "operator CASE", node)
    branches = " ".join(f"WHEN {when} THEN {then.sql}" for when, then in zip(whens, results, strict=False))
    return Value(f"(CASE {branches} ELSE {results[-1].sql} END)", results[-1].type)


def _if(node: exp.If, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "true", "false")
    test = compiler.condition(node.this, scope, "IF")
    if node.args.get("false") is None and not compiler.rules.if_without_else:
        raise invalid("No matching signature for function IF: it takes three arguments", offset_of(node))
    values = [compiler.value(node.args.get(name) or exp.Null(), scope) for name in ("true", "false")]
    then, other = compiler.unify(values, "function IF", node)
    return Value(f"(CASE WHEN {test} THEN {then.sql} ELSE {other.sql} END)", then.type)


NODES: dict[type[exp.Expr], Writer] = {
    exp.And: _logical("AND"),
    exp.Or: _logical("OR"),
    exp.Not: _not,
    exp.Is: _is,
    exp.Between: _between,
    exp.In: _in,
    exp.Case: _case,
    exp.If: _if,
}
