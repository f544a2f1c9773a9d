"""Subqueries as values, and EXISTS."""

from __future__ import annotations

from sqlglot import exp

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.errors import invalid
from embedded.sql_engine.grammar import offset_of, only
from embedded.sql_engine.nodes.writer import Writer
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.types import BOOL
from embedded.sql_engine.values import Value


def _subquery(node: exp.Subquery, compiler: DialectCompiler, scope: Scope) -> Value:
    compiled = compiler.queries.query(node, scope.inner())
    if len(compiled.columns) != 1:
        message = "Scalar subquery cannot have more than one column unless using SELECT AS STRUCT"
        raise invalid(message, offset_of(node))
    return Value(f"({compiled.sql})", compiled.columns[0][1])


def _exists(node: exp.Exists, compiler: DialectCompiler, scope: Scope) -> Value:
    only(node, "this")
    return Value(f"EXISTS ({compiler.queries.query(node.this, scope.inner()).sql})", BOOL)


NODES: dict[type[exp.Expr], Writer] = {
    exp.Subquery: _subquery,
    exp.Exists: _exists,
}
