"""The type of the functions that compile a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedded.sql_engine.dialect import DialectCompiler
from embedded.sql_engine.scope import Scope
from embedded.sql_engine.values import Value

Writer = Callable[[Any, DialectCompiler, Scope], Value]
"""Compiles a node of one class of the syntax tree; raises SqlError."""
