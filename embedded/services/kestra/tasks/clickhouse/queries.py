"""Bodies of Query and Queries."""

import itertools
from collections.abc import Iterator
from typing import Any

from clickhouse_connect.driver.binding import format_query_value

from embedded.services.kestra.tasks import jdbc, statements
from embedded.services.kestra.tasks.bridge import Outputs, Task, body
from embedded.services.kestra.tasks.clickhouse.connection import Connection, Result, connect
from embedded.services.kestra.tasks.clickhouse.types import column, converter

PREFIX = "io.kestra.plugin.jdbc.clickhouse."


@body(PREFIX + "Query")
def query(task: Task) -> Outputs:
    """One statement, and `afterSQL` after it; ClickHouse has no transactions."""
    sql = jdbc.only(_split(task.properties["sql"]), "Query task support only a single SQL statement.")
    after = task.properties.get("afterSQL")
    if after:
        after = jdbc.only(_split(after), "Query task afterSQL supports only a single SQL statement.")
    fetch = jdbc.fetch_type(task.properties)
    with connect(task) as connection:
        outputs = _execute(task, connection, sql, fetch) or {}
        if after:
            _execute(task, connection, after, "NONE")
    jdbc.count_fetched(task, fetch, [outputs])
    return outputs


@body(PREFIX + "Queries")
def queries(task: Task) -> Outputs:
    """Several statements, in one session. ClickHouse has no transactions, so that `transaction` changes nothing."""
    fetch = jdbc.fetch_type(task.properties)
    parts = _split(task.properties["sql"])
    outputs: list[Outputs] = []
    with connect(task) as connection:
        for number, sql in enumerate(parts, 1):
            position = f" in statement {number} of {len(parts)}" if len(parts) > 1 else ""
            output = _execute(task, connection, sql, fetch, position)
            if output is not None:
                outputs.append(output)
    jdbc.count_fetched(task, fetch, outputs)
    return {"outputs": outputs}


def literal(value: Any) -> str:
    """A value as ClickHouse writes it in a statement."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(format_query_value(value))


def _split(sql: str) -> list[str]:
    return statements.split(sql, statements.CLICKHOUSE)


def _execute(task: Task, connection: Connection, sql: str, fetch: str, position: str = "") -> Outputs | None:
    """Run a statement; returns the outputs of its result set, or None if it has none."""
    task.check_cancelled()
    task.debug(f"Starting query: {sql}")
    parameters = task.properties.get("parameters")
    if parameters:
        # Kestra drops empty parameters on the way, so one that is missing is null.
        sql = statements.bind(sql, parameters, lambda name: literal(parameters.get(name)), tokens=statements.CLICKHOUSE)
    with connection.execute(sql, position) as result:
        if result is None:
            return None
        zone = task.properties.get("timeZoneId") or connection.zone
        columns = [column(name, type_, zone) for name, type_ in zip(result.names, result.types, strict=True)]
        return jdbc.result(task, fetch, columns, _batches(result, task.properties["fetchSize"] or 10000))


def _batches(result: Result, size: int) -> Iterator[list[list[Any]]]:
    converters = {index: convert for index, type_ in enumerate(result.types) if (convert := converter(type_))}
    while batch := list(itertools.islice(result.rows, size)):
        for row in batch:
            for index, convert in converters.items():
                if row[index] is not None:
                    row[index] = convert(row[index])
        yield batch
