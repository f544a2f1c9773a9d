"""Literals and query parameters."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL, BYTES, NULL, STRING, text
from embedded.sql_engine.values import Value


def _literal(node: exp.Literal, compiler: DialectCompiler, scope: Scope) -> Value:
    return _string(node, compiler, scope) if node.is_string else compiler.rules.number(node.this)


def _string(node: exp.Expr, compiler: DialectCompiler, scope: Scope) -> Value:
    return Value(text(node.this), STRING, constant=True)


def _bytes(node: exp.ByteString, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this", "is_bytes")
    escaped = "".join(f"\\x{byte:02X}" for byte in node.this.encode("latin-1"))
    return Value(f"CAST({text(escaped)} AS BLOB)", BYTES, constant=True)


def _boolean(node: exp.Boolean, compiler: DialectCompiler, scope: Scope) -> Value:
    return Value("true" if node.this else "false", BOOL, constant=True)


def _null(node: exp.Null, compiler: DialectCompiler, scope: Scope) -> Value:
    return Value("NULL", NULL, constant=True)


def _parameter(node: exp.Parameter, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this")
    if isinstance(node.this, exp.Parameter):
        raise unsupported(f"the system variable @@{node.this.name}", offset_of(node))
    value = compiler.parameters.get(node.name.lower())
    if value is None:
        raise invalid(f"Query parameter '{node.name}' not found", offset_of(node))
    return value


def _placeholder(node: exp.Placeholder, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this")
    value = compiler.parameters.get(str(node.this))
    if value is None:
        raise invalid("Not enough positional parameters are given for the query", offset_of(node))
    return value


NODES: dict[type[exp.Expr], Writer] = {
    exp.Literal: _literal,
    exp.RawString: _string,
    exp.ByteString: _bytes,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Parameter: _parameter,
    exp.Placeholder: _placeholder,
}
