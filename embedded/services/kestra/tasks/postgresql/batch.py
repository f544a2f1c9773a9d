"""Body of Batch: writes the rows of an ION file with one parameterized statement."""

import json
import re
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extras
from psycopg2 import sql as composed

from embedded.services.kestra.tasks import jdbc, statements
from embedded.services.kestra.tasks.batches import Batches
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.postgresql.connection import Connection, connect, failure

PREFIX = "io.kestra.plugin.jdbc.postgresql."
MANY_ROWS = re.compile(
    r"\bVALUES\s*\((?P<items>[\s?,]*)\)(?P<rest>\s*(ON\s+CONFLICT\b.*\bDO\s+NOTHING)?\s*)$", re.I | re.S
)
"""An INSERT that can take many rows at once. DO UPDATE cannot: it refuses two rows of the same key in one statement."""


@dataclass(frozen=True)
class Statement:
    """The statement in psycopg2's form.

    Attributes:
        single: takes the values of one row.
        many: takes a list of rows at `VALUES %s`; None if the statement cannot.
        types: the types of the parameters, as PostgreSQL names them.
    """

    single: str
    many: str | None
    types: list[str]


@body(PREFIX + "Batch")
def batch(task: Task) -> Outputs:
    """Write all rows, `chunk` by `chunk`; each chunk is committed, as in Kestra."""
    return Batches(task).write(lambda batches: _write_all(task, batches), _is_lost)


def _is_lost(error: BaseException | None) -> bool:
    """Whether the connection was lost; the Java driver has states of class 08 for that, the C library none."""
    return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError) and (
        not error.pgcode or error.pgcode.startswith("08")
    )


def _write_all(task: Task, batches: Batches) -> None:
    with connect(task, autocommit=False) as connection:
        columns = task.properties.get("columns") or _table_columns(task, connection)
        statement = _prepare(connection, jdbc.insert(task, columns))
        for objects in batches:
            updated = _write(connection, statement, [_values(item, columns, statement.types) for item in objects])
            connection.commit()
            batches.written(len(objects), updated)


def _table_columns(task: Task, connection: Connection) -> list[str]:
    """The columns of `table`, when no SQL says which there are; empty if the rows' own order is meant."""
    if task.properties.get("sql") or not task.properties.get("table"):
        return []
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                "AND attgenerated = '' ORDER BY attnum",
                (task.properties["table"],),
            )
        except connection.errors as error:
            raise failure(error) from error
        return [composed.Identifier(name).as_string(connection) for (name,) in cursor.fetchall()]


def _prepare(connection: Connection, sql: str) -> Statement:
    """Have the server check the statement, and read the types of its parameters."""
    numbered, count = statements.placeholders(sql, lambda index: f"${index + 1}")
    if not count:
        raise TaskError("The `sql` of a Batch task needs a `?` for each value.")
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"PREPARE kestra_batch AS {numbered}")
            cursor.execute("SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'kestra_batch'")
            ((types,),) = cursor.fetchall()
            cursor.execute("DEALLOCATE kestra_batch")
        except connection.errors as error:
            raise failure(error) from error
    single, _ = statements.placeholders(sql, lambda _: "%s", lambda text: text.replace("%", "%%"))
    return Statement(single, _many(sql), types)


def _many(sql: str) -> str | None:
    match = MANY_ROWS.search(sql)
    if not match or statements.placeholders(sql, lambda _: "?")[1] != match["items"].count("?"):
        return None
    return sql[: match.start()].replace("%", "%%") + "VALUES %s" + match["rest"].replace("%", "%%")


def _write(connection: Connection, statement: Statement, rows: list[list[Any]]) -> int:
    """Write a chunk of rows; returns how many were inserted or changed."""
    with connection.cursor() as cursor:
        try:
            if statement.many:
                psycopg2.extras.execute_values(cursor, statement.many, rows, page_size=len(rows))
                return cursor.rowcount
            updated = 0
            for values in rows:
                cursor.execute(statement.single, values)
                updated += max(cursor.rowcount, 0)
            return updated
        except connection.errors as error:
            raise failure(error) from error


def _values(item: Any, columns: list[str], types: list[str]) -> list[Any]:
    cells = jdbc.cells(item, columns, len(types), quotes='"')
    return [_adapt(cell, type_) for cell, type_ in zip(cells, types, strict=True)]


def _adapt(cell: Any, type_: str) -> Any:
    if isinstance(cell, dict) and "@bytes" in cell:
        return psycopg2.Binary(a2b_base64(cell["@bytes"]))
    if type_ in ("json", "jsonb") and not isinstance(cell, str | None):
        return json.dumps(cell)
    if type_.endswith("[]") or not isinstance(cell, dict | list):
        return cell
    return json.dumps(cell)
