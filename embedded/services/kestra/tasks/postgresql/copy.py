"""Bodies of CopyIn and CopyOut: the bytes stream, no row becomes an object."""

from typing import Any, cast

from embedded.services.kestra.tasks.bridge import READ_BYTES, Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.postgresql.connection import connect

PREFIX = "io.kestra.plugin.jdbc.postgresql."


@body(PREFIX + "CopyIn")
def copy_in(task: Task) -> Outputs:
    """Load a file of the internal storage into a table: all of it, or nothing."""
    sql = f"COPY {_table(task.properties)} FROM STDIN{_options(task.properties)}"
    task.debug(f"Starting query: {sql}")
    with task.open(task.properties["from"]) as file, connect(task, autocommit=False) as connection:
        with connection.cursor() as cursor:
            cursor.copy_expert(sql, cast(Any, file), size=READ_BYTES)  # which needs `read` alone
            count = cursor.rowcount
        connection.commit()
    task.count("rows", count)
    return {"rowCount": count}


@body(PREFIX + "CopyOut")
def copy_out(task: Task) -> Outputs:
    """Write a table, or the result of `sql`, to a file of the internal storage."""
    query = task.properties.get("sql")
    source = f"({query.strip().rstrip(';')})" if query else _table(task.properties)
    sql = f"COPY {source} TO STDOUT{_options(task.properties)}"
    task.debug(f"Starting query: {sql}")
    file = task.temporary_file(".copy")
    with connect(task, autocommit=False) as connection:
        with connection.cursor() as cursor, file.open("wb") as stream:
            cursor.copy_expert(sql, stream, size=READ_BYTES)
            count = cursor.rowcount
        connection.commit()
    task.count("rows", count)
    return {"uri": task.store(file, "copy-out"), "rowCount": count}


def _table(properties: dict[str, Any]) -> str:
    if not properties.get("table"):
        raise TaskError("The `table` property is missing.")
    columns = properties.get("columns")
    return f"{properties['table']} ({', '.join(columns)})" if columns else properties["table"]


def _options(properties: dict[str, Any]) -> str:
    options = [f"FORMAT {properties['format']}"] if properties["format"] != "TEXT" else []
    options += [name.upper() for name in ("oids", "freeze") if properties.get(name)]
    for name, option in (
        ("delimiter", "DELIMITER"),
        ("nullString", "NULL"),
        ("quote", "QUOTE"),
        ("escape", "ESCAPE"),
        ("encoding", "ENCODING"),
    ):
        if name in properties:
            options.append(f"{option} {_literal(properties[name])}")
    if "header" in properties:
        options.append(f"HEADER {str(properties['header']).upper()}")
    for name, option in (
        ("forceQuote", "FORCE_QUOTE"),
        ("forceNotNull", "FORCE_NOT_NULL"),
        ("forceNull", "FORCE_NULL"),
    ):
        if columns := properties.get(name):
            options.append(f"{option} {'*' if columns == ['*'] else '(' + ', '.join(columns) + ')'}")
    return f" WITH ({', '.join(options)})" if options else ""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
