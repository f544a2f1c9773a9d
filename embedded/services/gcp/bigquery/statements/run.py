"""Runs the statements of a script, one after the other, each as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import duckdb
from sqlglot import exp

from embedded.services.gcp.bigquery.errors import as_statement
from embedded.services.gcp.bigquery.session import Session, Tables
from embedded.services.gcp.bigquery.statements import ddl, dml
from embedded.services.gcp.bigquery.statements.merge import run_merge
from embedded.services.gcp.bigquery.statements.outcome import Outcome
from embedded.services.gcp.bigquery.store import Catalogue
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import Reason, SqlError, unsupported
from embedded.sql_engine.grammar import Statement, offset_of
from embedded.sql_engine.values import Query

_CHANGES: dict[type[exp.Expr], Callable[[Session, Catalogue, Statement, ExitStack], Outcome]] = {
    exp.Create: ddl.run_create,
    exp.Drop: lambda session, catalogue, statement, stack: ddl.run_drop(session, catalogue, statement.tree),
    exp.Insert: lambda session, catalogue, statement, stack: dml.run_insert(session, catalogue, statement.tree, stack),
    exp.Update: lambda session, catalogue, statement, stack: dml.run_update(session, catalogue, statement.tree, stack),
    exp.Delete: lambda session, catalogue, statement, stack: dml.run_delete(session, catalogue, statement.tree, stack),
    exp.Merge: lambda session, catalogue, statement, stack: run_merge(session, catalogue, statement.tree, stack),
    exp.TruncateTable: lambda session, catalogue, statement, stack: dml.run_truncate(
        session, catalogue, statement.tree, stack
    ),
}


def run(session: Session, statement: Statement, keep_as: str) -> Outcome:
    """Run one statement.

    Parameters:
        session: its job's.
        statement: what is to be run.
        keep_as: the name under which the rows of a query are kept.

    Raises:
        SqlError: it cannot be run; nothing has changed then.
        duckdb.Error: likewise.
    """
    session.readings.clear()
    session.check()
    with ExitStack() as stack, _placed(statement):
        try:
            return _once(session, statement, keep_as, stack)
        except (duckdb.Error, UnicodeDecodeError) as error:  # the latter: of DuckDB's own message about such a file
            if isinstance(error, duckdb.InterruptException) or not _mend(session, stack):
                raise
            return _once(session, statement, keep_as, stack)


def check(session: Session, statement: Statement) -> Query | None:
    """Compile a query without running it; None for other statements, whose names are not looked up. Raises SqlError."""
    if not isinstance(statement.tree, exp.Query):
        if type(statement.tree) not in _CHANGES:
            raise _unknown(statement)
        return None
    session.readings.clear()
    with ExitStack() as stack, _placed(statement), session.store.read(session.connection) as catalogue:
        query = Tables(session, catalogue, stack).queries().compile(statement.tree)
        session.connection.execute(f"EXPLAIN {query.sql}")
        return query


def _once(session: Session, statement: Statement, keep_as: str, stack: ExitStack) -> Outcome:
    tree = statement.tree
    if isinstance(tree, exp.Query):
        with session.store.read(session.connection) as catalogue:
            query = Tables(session, catalogue, stack).queries().compile(tree)
            count = session.results.keep(keep_as, query.sql, query.columns, session.connection)
            return Outcome("SELECT", query.columns, count, keep_as)
    change = _CHANGES.get(type(tree))
    if change is None:
        raise _unknown(statement)
    with session.store.write(session.connection, session.check) as catalogue:
        return change(session, catalogue, statement, stack)


def _unknown(statement: Statement) -> SqlError:
    word = statement.text.split(maxsplit=1)[0].upper()
    if isinstance(statement.tree, exp.Alias | exp.Column | exp.Paren | exp.Literal):
        return SqlError(Reason.SYNTAX, f"Syntax error: Unexpected identifier {word!r}", 0)
    return unsupported(f"the statement {word}", offset_of(statement.tree))


def _mend(session: Session, stack: ExitStack) -> bool:
    """Whether the statement is worth a second try; raises SqlError if a file is to blame."""
    mended = [reading.mend(stack) for reading in session.readings.values()]
    return any(mended)


@contextmanager
def _placed(statement: Statement) -> Iterator[None]:
    """Places of errors count from the beginning of the script; what is not there is told as of a statement."""
    try:
        yield
    except SqlError as error:
        if error.start is not None:
            error.start += statement.start
        raise
    except GoogleError as error:
        raise as_statement(error) from error
