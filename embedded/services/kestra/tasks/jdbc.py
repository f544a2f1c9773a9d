"""Shared by the SQL task types with Python bodies: fetch types, outputs of results, rows to write."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from embedded.services.kestra.tasks.bridge import Column, Outputs, Task, TaskError, row, table

Row = Sequence[Any]


def fetch_type(properties: dict[str, Any]) -> str:
    """FETCH, FETCH_ONE, STORE or NONE; the older boolean properties win, as in Kestra."""
    for name, value in (("fetch", "FETCH"), ("fetchOne", "FETCH_ONE"), ("store", "STORE")):
        if properties.get(name):
            return value
    return properties["fetchType"]


def insert(task: Task, columns: Sequence[str]) -> str:
    """The statement that writes rows: `sql`, or an INSERT into `table` with a `?` for each column.

    Raises:
        TaskError: neither property is set.
    """
    if sql := task.properties.get("sql"):
        return sql.strip().rstrip(";")
    if not task.properties.get("table"):
        raise TaskError("Either `sql` or `table` must be set.")
    names = ", ".join(columns)
    return f"INSERT INTO {task.properties['table']} ({names}) VALUES ({', '.join('?' * len(columns))})"


def cells(item: Any, columns: Sequence[str], count: int, quotes: str) -> list[Any]:
    """A row's values, in the order of the statement's parameters. Missing values are null.

    Parameters:
        item: a map by column name, or a list.
        columns: names, with or without quotes; empty for the row's own order.
        count: number of parameters of the statement.
        quotes: the characters that quote a name.

    Raises:
        TaskError: the row has more values than the statement has parameters.
    """
    if isinstance(item, dict):
        values = [item.get(column.strip(quotes)) for column in columns] if columns else list(item.values())
    else:
        values = list(item)
    if len(values) > count:
        raise TaskError(f"A row holds {len(values)} values, but the statement takes {count}.")
    return values + [None] * (count - len(values))


def result(task: Task, fetch: str, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Outputs:
    """The outputs of a result set.

    Parameters:
        task: the running task.
        fetch: the fetch type.
        columns: the columns of the result set.
        batches: its rows, in lists that are read one after another.
    """
    if fetch == "FETCH":
        rows = list(itertools.chain.from_iterable(batches))
        return {"rows": table(columns, rows), "size": len(rows)}
    if fetch == "FETCH_ONE":
        first = next(itertools.chain.from_iterable(batches), None)
        return {"size": 0} if first is None else {"row": row(columns, first), "size": 1}
    if fetch == "STORE":
        return _store(task, columns, batches)
    return {}


def _store(task: Task, columns: Sequence[Column], batches: Iterable[Sequence[Row]]) -> Outputs:
    file = task.create_rows(columns)
    size = 0
    for batch in batches:
        file.write(batch)
        size += len(batch)
    return {"uri": file.store(), "size": size}
