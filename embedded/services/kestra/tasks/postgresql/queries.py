"""Bodies of Query and Queries."""

from collections.abc import Iterator
from typing import Any

from embedded.services.kestra.tasks import jdbc, statements
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.postgresql.connection import Connection, connect, failure
from embedded.services.kestra.tasks.postgresql.types import columns_of, convert

PREFIX = "io.kestra.plugin.jdbc.postgresql."
READ_ONLY = {"SELECT", "VALUES", "TABLE", "WITH"}
WRITING = {"INSERT", "UPDATE", "DELETE", "MERGE", "INTO"}


@body(PREFIX + "Query")
def query(task: Task) -> Outputs:
    """One statement; with `afterSQL`, both in one transaction."""
    sql = jdbc.only(statements.split(task.properties["sql"]), "Query task support only a single SQL statement.")
    after = task.properties.get("afterSQL")
    if after:
        after = jdbc.only(statements.split(after), "Query task afterSQL supports only a single SQL statement.")
    fetch = jdbc.fetch_type(task.properties)
    with connect(task, autocommit=not after) as connection:
        outputs = _execute(task, connection, sql, fetch) or {}
        if after:
            _execute(task, connection, after, "NONE")
        connection.commit()
    jdbc.count_fetched(task, fetch, [outputs])
    return outputs


@body(PREFIX + "Trigger")
def trigger(task: Task) -> Outputs:
    """What Query does; a trigger without a result would never fire."""
    if jdbc.fetch_type(task.properties) == "NONE":
        raise TaskError("fetchType NONE is not valid for triggers. Use FETCH, FETCH_ONE, or STORE.")
    return query(task)


@body(PREFIX + "Queries")
def queries(task: Task) -> Outputs:
    """Several statements, in one transaction unless `transaction` is false."""
    fetch = jdbc.fetch_type(task.properties)
    parts = statements.split(task.properties["sql"])
    outputs: list[Outputs] = []
    with connect(task, autocommit=not task.properties["transaction"]) as connection:
        for number, sql in enumerate(parts, 1):
            position = f" in statement {number} of {len(parts)}" if len(parts) > 1 else ""
            output = _execute(task, connection, sql, fetch, position)
            if output is not None:
                outputs.append(output)
        connection.commit()
    jdbc.count_fetched(task, fetch, outputs)
    return {"outputs": outputs}


def _execute(task: Task, connection: Connection, sql: str, fetch: str, position: str = "") -> Outputs | None:
    """Run a statement; returns the outputs of its result set, or None if it has none."""
    task.check_cancelled()
    task.debug(f"Starting query: {sql}")
    size = task.properties["fetchSize"] or 10000
    streams = fetch == "STORE" and _can_stream(sql)
    # A cursor on the server's side hands over the rows in portions; others take all of them into memory at once.
    options: dict[str, Any] = {"name": "kestra", "withhold": connection.autocommit} if streams else {}
    try:
        with connection.cursor(**options) as cursor:
            cursor.execute(*_bound(sql, task.properties.get("parameters")))
            first = cursor.fetchmany(size) if streams else []
            if cursor.description is None:
                return None
            columns = columns_of(cursor.description, task.properties.get("timeZoneId", "UTC"))
            batches = _batches(cursor, first, size, cursor.description)
            return jdbc.result(task, fetch, columns, batches)
    except connection.errors as error:
        raise failure(error, position) from error


def _batches(cursor: Any, first: list[Any], size: int, description: Any) -> Iterator[list[Any]]:
    batch = first or cursor.fetchmany(size)
    while batch:
        yield convert(batch, description)
        batch = cursor.fetchmany(size)


def _can_stream(sql: str) -> bool:
    words = statements.words(sql)
    return words[:1] != [] and words[0] in READ_ONLY and not WRITING.intersection(words)


def _bound(sql: str, parameters: dict[str, Any] | None) -> tuple[str, dict[str, Any] | None]:
    if not parameters:
        return sql, None

    names: set[str] = set()

    def mark(name: str) -> str:
        names.add(name)
        return f"%({name})s"

    bound = statements.bind(sql, parameters, mark, lambda text: text.replace("%", "%%"))
    # Kestra drops empty parameters on the way, so one that is missing is null.
    return bound, {name: parameters.get(name) for name in names}
