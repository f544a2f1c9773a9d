"""Body of BulkInsert: inserts the rows of an ION file."""

import json
import re
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.binding import format_query_value
from clickhouse_connect.driver.exceptions import OperationalError

from embedded.services.kestra.tasks import jdbc, statements
from embedded.services.kestra.tasks.batches import Batches
from embedded.services.kestra.tasks.bridge import Outputs, Task, TaskError, body
from embedded.services.kestra.tasks.clickhouse.connection import Connection, connect

PREFIX = "io.kestra.plugin.jdbc.clickhouse."
INSERT = re.compile(r"(?P<head>\s*INSERT\s+INTO\b.*?)\bVALUES\s*(?P<values>\(.*\))\s*", re.I | re.S)
ONLY_PLACEHOLDERS = re.compile(r"\([\s?,]*\)")
ROW_FORMAT = "JSONCompactEachRow"
ZONE_NAME = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+))\[[^]]+\]")
GENERATED = ("MATERIALIZED", "ALIAS", "EPHEMERAL")


@dataclass(frozen=True)
class Insert:
    """An INSERT, taken apart: what precedes VALUES, the values of one row, and how many `?` there are in them."""

    head: str
    values: str
    count: int

    @classmethod
    def parse(cls, sql: str) -> "Insert":
        """Take a statement apart; raises TaskError if it is no INSERT with a `?` for each value."""
        match = INSERT.fullmatch(sql.strip().rstrip(";"))
        count = statements.placeholders(match["values"], lambda _: "?", tokens=statements.CLICKHOUSE)[1] if match else 0
        if not match or not count:
            raise TaskError(
                "The `sql` of a BulkInsert task needs the form INSERT INTO ... VALUES (?, ?), a `?` a value."
            )
        return cls(match["head"], match["values"], count)

    def run(self, connection: Connection, rows: list[list[Any]]) -> None:
        """Insert rows, each of `count` values."""
        if ONLY_PLACEHOLDERS.fullmatch(self.values):
            lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
            connection.insert(f"{self.head} FORMAT {ROW_FORMAT}", lines.encode(errors="surrogateescape"))
        else:  # the server computes something of a value
            tuples = ", ".join(self._tuple(row) for row in rows)
            connection.insert(f"{self.head} FORMAT Values", tuples.encode(errors="surrogateescape"))

    def _tuple(self, row: list[Any]) -> str:
        return statements.placeholders(self.values, lambda n: literal(row[n]), tokens=statements.CLICKHOUSE)[0]


@body(PREFIX + "BulkInsert")
def bulk_insert(task: Task) -> Outputs:
    """Write all rows, `chunk` by `chunk`, each in one INSERT."""
    return Batches(task).write(lambda batches: _write_all(task, batches), _is_lost)


def _is_lost(error: BaseException | None) -> bool:
    """Whether the connection was lost: an error of the server is a DatabaseError of its own kind."""
    return isinstance(error, OperationalError)


def _write_all(task: Task, batches: Batches) -> None:
    with connect(task) as connection:
        columns = task.properties.get("columns") or _table_columns(task, connection)
        insert = Insert.parse(jdbc.insert(task, columns))
        for objects in batches:
            values = (jdbc.cells(item, columns, insert.count, quotes='`"') for item in objects)
            insert.run(connection, [list(map(_adapt, cells)) for cells in values])
            batches.written(len(objects), len(objects))


def literal(value: Any) -> str:
    """A value as ClickHouse writes it in a statement."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(format_query_value(value))


def _table_columns(task: Task, connection: Connection) -> list[str]:
    """The columns of `table`, when no SQL says which there are; empty if the rows' own order is meant."""
    if task.properties.get("sql") or not task.properties.get("table"):
        return []
    with connection.execute(f"DESCRIBE TABLE {task.properties['table']}") as result:
        assert result is not None, "DESCRIBE has a result"
        name, kind = result.names.index("name"), result.names.index("default_type")
        return [_quoted(row[name]) for row in result.rows if row[kind] not in GENERATED]


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def _adapt(cell: Any) -> Any:
    if isinstance(cell, dict) and "@bytes" in cell:
        return a2b_base64(cell["@bytes"]).decode(errors="surrogateescape")
    # Java adds the name of the zone to the offset, which ClickHouse would not read.
    return ZONE_NAME.sub(r"\1", cell) if isinstance(cell, str) and ZONE_NAME.fullmatch(cell) else cell
