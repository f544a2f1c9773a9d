"""Names of columns and fields, and parentheses."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope, field_of
from embedded.sql_engine.values import Value


def _paren(node: exp.Paren, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this")
    inner = compiler.value(node.this, scope)
    return Value(f"({inner.sql})", inner.type, inner.constant)


def _column(node: exp.Column, compiler: DialectCompiler, scope: Scope) -> Value:
    return scope.resolve([part.name for part in node.parts], offset_of(node))


def _dot(node: exp.Dot, compiler: DialectCompiler, scope: Scope) -> Value:
    field = node.expression
    if isinstance(node.this, exp.Column | exp.Dot) and all(isinstance(part, exp.Identifier) for part in node.parts):
        return scope.resolve([part.name for part in node.parts], offset_of(node))
    if isinstance(field, exp.Func):
        raise unsupported(f"the function {node.this.sql()}.{field.name}", offset_of(node))
    if not isinstance(field, exp.Identifier):
        raise unsupported(f"the name {node.sql()}", offset_of(node))
    return field_of(compiler.value(node.this, scope), field.name, compiler.rules, offset_of(node))


NODES: dict[type[exp.Expr], Writer] = {
    exp.Paren: _paren,
    exp.Column: _column,
    exp.Dot: _dot,
}
