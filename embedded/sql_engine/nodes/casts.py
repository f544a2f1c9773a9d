"""Explicit casts."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.grammar import only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.values import Value


def _cast(safe: bool) -> Writer:
    def write(node: exp.Cast, compiler: DialectCompiler, scope: Scope) -> Value:
        only(node, "this", "to", "safe", "requires_string")
        rules = compiler.rules
        return rules.cast(compiler.value(node.this, scope), rules.named_type(node.to), safe)

    return write


NODES: dict[type[exp.Expr], Writer] = {
    exp.Cast: _cast(safe=False),
    exp.TryCast: _cast(safe=True),
}
