"""Runs the statements of a script, one after the other, each as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import duckdb
from sqlglot import exp

from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.statements import ddl, dml
from embedded.services.gcp.bigquery.statements.context import Context
from embedded.services.gcp.bigquery.statements.merge import run_merge
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, unsupported
from embedded.sql_engine.grammar import Statement, offset_of
from embedded.sql_engine.values import Query

CHANGES: dict[type[exp.Expr], Callable[[Context], Outcome]] = {
    exp.Create: ddl.run_create,
    exp.Drop: ddl.run_drop,
    exp.Insert: dml.run_insert,
    exp.Update: dml.run_update,
    exp.Delete: dml.run_delete,
    exp.Merge: run_merge,
    exp.TruncateTable: dml.run_truncate,
}
"""Statements that change something, by the class of their syntax tree."""


def run_statement(session: Session, statement: Statement, keep_as: str) -> Outcome:
    """Run one statement.

    Parameters:
        session: of its job.
        statement: to be run.
        keep_as: the name under which the rows of a query are kept.

    Raises:
        SqlError: it fails; nothing has changed then.
        duckdb.Error: likewise.
    """
    session.readers.clear()
    session.check()
    with ExitStack() as stack, _located(statement):
        try:
            return _attempt(session, statement, keep_as, stack)
        except (duckdb.Error, UnicodeDecodeError) as error:  # the latter: of DuckDB's own message about such a file
            if isinstance(error, duckdb.InterruptException) or not _repair(session, stack):
                raise
            return _attempt(session, statement, keep_as, stack)


def check_statement(session: Session, statement: Statement) -> Query | None:
    """Compile a query without running it; None for other statements, whose names are not looked up. Raises SqlError."""
    if not isinstance(statement.tree, exp.Query):
        if type(statement.tree) not in CHANGES:
            raise _unknown(statement)
        return None
    session.readers.clear()
    with ExitStack() as stack, _located(statement), session.store.read(session.connection) as catalogue:
        query = Tables(session, catalogue, stack).queries().compile(statement.tree)
        session.connection.execute(f"EXPLAIN {query.sql}")
        return query


def _attempt(session: Session, statement: Statement, keep_as: str, stack: ExitStack) -> Outcome:
    tree = statement.tree
    if isinstance(tree, exp.Query):
        with session.store.read(session.connection) as catalogue:
            query = Tables(session, catalogue, stack).queries().compile(tree)
            count = session.results.keep(keep_as, query.sql, query.columns, session.connection)
            return Outcome("SELECT", query.columns, count, keep_as)
    change = CHANGES.get(type(tree))
    if change is None:
        raise _unknown(statement)
    with session.store.write(session.connection, session.check) as catalogue:
        return change(Context(session, catalogue, statement, stack))


def _unknown(statement: Statement) -> SqlError:
    word = statement.text.split(maxsplit=1)[0].upper()
    if isinstance(statement.tree, exp.Alias | exp.Column | exp.Paren | exp.Literal):
        return SqlError(Reason.SYNTAX, f"Syntax error: Unexpected identifier {word!r}", 0)
    return unsupported(f"the statement {word}", offset_of(statement.tree))


def _repair(session: Session, stack: ExitStack) -> bool:
    """Whether the statement is worth a second try; raises SqlError if a file is to blame."""
    repaired = [reader.repair(stack) for reader in session.readers.values()]
    return any(repaired)


@contextmanager
def _located(statement: Statement) -> Iterator[None]:
    """Makes the offsets of errors count from the start of the script, and errors of the API those of a statement."""
    try:
        yield
    except SqlError as error:
        if error.start is not None:
            error.start += statement.start
        raise
    except GoogleError as error:
        raise to_statement_error(error) from error
