"""What a statement that changes something works with."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from embedded.services.gcp.bigquery.session import Session
from embedded.services.gcp.bigquery.store import Catalogue
from embedded.sql_engine.grammar import Statement


@dataclass(frozen=True)
class Context:
    """One statement, within its transaction.

    Parameters:
        session: of its job.
        catalogue: of the transaction.
        statement: to be run.
        stack: keeps fetched files until the statement ends.
    """

    session: Session
    catalogue: Catalogue
    statement: Statement
    stack: ExitStack

    @property
    def tree(self) -> Any:
        """The syntax tree; each kind of statement has its own class."""
        return self.statement.tree
