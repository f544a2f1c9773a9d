"""The expressions that all dialects share: a function for each node of the syntax tree, by family."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from embedded.sql_engine.nodes import calls, casts, conditions, literals, names, operators, subqueries
from embedded.sql_engine.nodes.writer import Writer

NODES: Mapping[type[exp.Expr], Writer] = {
    **literals.NODES,
    **names.NODES,
    **conditions.NODES,
    **casts.NODES,
    **calls.NODES,
    **subqueries.NODES,
}
"""Compiled here before the dialect is asked."""
OPERATORS: Mapping[type[exp.Expr], Writer] = operators.NODES
"""Compiled here if the dialect does not know the node."""
