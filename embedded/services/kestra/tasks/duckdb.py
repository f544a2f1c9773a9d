"""Bodies of `io.kestra.plugin.jdbc.duckdb`: Query and Queries, on DuckDB's own Python package."""

import datetime
import decimal
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from embedded.services.kestra.tasks import jdbc, statements
from embedded.services.kestra.tasks.bridge import READ_BYTES, Column, Outputs, Task, TaskError, body

PREFIX = "io.kestra.plugin.jdbc.duckdb."
SCHEME = "jdbc:duckdb:"
NO_RESULT = ("Count", "Success")
"""Names of the only column in DuckDB's response to a statement that has no result."""
EXTENSION = re.compile(r"\w+", re.ASCII)
FILENAME_COLUMN = re.compile(r"filename\s*=\s*(true|1)\b", re.IGNORECASE)
FETCH_ROWS = 10_000

KINDS = {
    "boolean": "boolean",
    "tinyint": "integer",
    "smallint": "integer",
    "integer": "integer",
    "utinyint": "integer",
    "usmallint": "integer",
    "uinteger": "long",
    "bigint": "long",
    "float": "double",
    "double": "double",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "timestamp": "local",
    "timestamp_s": "local",
    "timestamp_ms": "local",
    "timestamp_ns": "local",
    "timestamp with time zone": "offset",
    "blob": "bytes",
}
"""Kind of each type's values, by DuckDB's name of the type; all others travel as text or as plain JSON."""


@body(PREFIX + "Query")
def query(task: Task) -> Outputs:
    """One statement; with `afterSQL`, both in one transaction."""
    fetch = jdbc.fetch_type(task.properties)
    after = task.properties.get("afterSQL")
    with _connect(task) as (connection, database):
        parts = _statements(task, connection, _with_relative_names(task, task.properties["sql"]))
        if len(parts) != 1:
            raise TaskError(
                "Query task support only a single SQL statement. Use the Queries task to run multiple statements."
            )
        everything = parts + (_statements(task, connection, after) if after else [])
        results = _run_all(task, connection, everything, fetch, transaction=bool(after))
        outputs = results[0] or {}
    jdbc.count_fetched(task, fetch, [outputs])
    return outputs | _database_output(task, database)


@body(PREFIX + "Queries")
def queries(task: Task) -> Outputs:
    """Several statements, in one transaction unless `transaction` is false."""
    fetch = jdbc.fetch_type(task.properties)
    with _connect(task) as (connection, database):
        parts = _statements(task, connection, task.properties["sql"])
        results = _run_all(task, connection, parts, fetch, task.properties["transaction"])
    outputs = [output for output in results if output is not None]
    jdbc.count_fetched(task, fetch, outputs)
    return {"outputs": outputs} | _database_output(task, database)


@contextmanager
def _connect(task: Task) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A connection to the task's database, and the database's file."""
    database = _database(task)
    try:
        # Extensions come from a server on the web: without network, a try to fetch one only costs time.
        connection = duckdb.connect(database, config={"autoinstall_known_extensions": "false"})
        try:
            _set(connection, "file_search_path", task.working_directory)
            _set(connection, "temp_directory", task.working_directory / ".duckdb")
            _set(connection, "TimeZone", "UTC")
            _load_extensions(task, connection)
            with task.interrupted_by(connection.interrupt):
                yield connection, database
        finally:
            connection.close()
    except duckdb.Error as error:
        raise TaskError(str(error)) from error


def _database(task: Task) -> Path:
    """The database's file: the one that `url` or `databaseUri` names, else a new one in the working directory."""
    url = task.properties["url"]
    if not url.startswith(SCHEME):
        raise TaskError("URL scheme is invalid. URL should start with `jdbc:duckdb`")
    if uri := task.properties.get("databaseUri"):
        file = task.temporary_file(".db")
        with task.open(uri) as source, file.open("wb") as target:
            while block := source.read(READ_BYTES):
                target.write(block)
        return file
    name = url.removeprefix(SCHEME).partition("?")[0]
    if not name or name == ":memory:":
        file = task.temporary_file(".db")
        file.unlink()  # DuckDB wants to make it
        return file
    if not Path(name).is_absolute():
        raise TaskError("The database file path is not valid (Path to database file must be absolute)")
    Path(name).parent.mkdir(exist_ok=True)
    return Path(name)


def _database_output(task: Task, database: Path) -> Outputs:
    return {"databaseUri": task.store(database)} if task.properties["outputDbFile"] else {}


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: object) -> None:
    text = str(value).replace("'", "''")
    connection.execute(f"SET {name} = '{text}'")


def _load_extensions(task: Task, connection: duckdb.DuckDBPyConnection) -> None:
    """Load the extensions that the task names, if they are available; as in Kestra, a missing one only warns."""
    for name in task.properties.get("communityExtensions", []):
        if not EXTENSION.fullmatch(name):
            task.warn(f"The DuckDB extension '{name}' is passed over: its name holds unsupported characters.")
            continue
        try:
            connection.execute(f"INSTALL {name} FROM community")
            connection.execute(f"LOAD {name}")
        except duckdb.Error as error:
            task.warn(f"The DuckDB extension '{name}' could not be loaded, the task goes on without it: {error}")


def _statements(task: Task, connection: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    parameters = task.properties.get("parameters") or {}
    if parameters:
        sql = statements.bind(sql, parameters, lambda name: f"${name}")
    return connection.extract_statements(sql)


def _run_all(
    task: Task, connection: duckdb.DuckDBPyConnection, parts: list[Any], fetch: str, transaction: bool
) -> list[Outputs | None]:
    """Run the statements; for each, the outputs of its result set, or None if it has none."""
    if transaction:
        connection.begin()
    results = []
    for number, statement in enumerate(parts, 1):
        task.check_cancelled()
        try:
            results.append(_run(task, connection, statement, fetch))
        except duckdb.Error as error:
            position = f"In statement {number} of {len(parts)}: " if len(parts) > 1 else ""
            raise TaskError(f"{position}{error}") from error
    if transaction:
        connection.commit()
    return results


def _run(task: Task, connection: duckdb.DuckDBPyConnection, statement: Any, fetch: str) -> Outputs | None:
    task.debug(f"Starting query: {statement.query.strip()}")
    parameters = task.properties.get("parameters") or {}
    connection.execute(statement, {name: parameters.get(name) for name in statement.named_parameters})
    description = connection.description or []
    is_result = statement.type == duckdb.StatementType.SELECT or [item[0] for item in description] not in (
        [[name] for name in NO_RESULT]
    )
    if not description or not is_result:
        return None
    zone = task.properties.get("timeZoneId", "UTC")
    columns = [Column(name, _kind(type_), zone) for name, type_, *_ in description]
    return jdbc.result(task, fetch, columns, _batches(connection, columns))


def _batches(connection: duckdb.DuckDBPyConnection, columns: list[Column]) -> Iterator[list[list[Any]]]:
    converters = [CONVERTERS.get(column.kind, _plain) for column in columns]
    while batch := connection.fetchmany(FETCH_ROWS):
        yield [
            [None if cell is None else convert(cell) for convert, cell in zip(converters, row, strict=True)]
            for row in batch
        ]


def _with_relative_names(task: Task, sql: str) -> str:
    """As in Kestra, the column that `filename = true` adds has names relative to the working directory."""
    if not FILENAME_COLUMN.search(sql):
        return sql
    folder = str(task.working_directory).replace("'", "''")
    return f"SELECT * REPLACE (replace(filename, '{folder}/', '') AS filename) FROM ({sql.strip().rstrip(';')})"


def _kind(type_: Any) -> str:
    if type_.id in ("list", "array"):
        return _kind(type_.children[0][1]) + "[]"
    if type_.id in ("struct", "map", "union"):
        return "plain"
    return "json" if str(type_) == "JSON" else KINDS.get(type_.id, "text")


def _moment(cell: datetime.datetime) -> str:
    return cell.isoformat()


def _number(cell: float) -> float | str:
    return cell if math.isfinite(cell) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(cell, "NaN")


def _plain(cell: Any) -> Any:
    """A value of any type as JSON, in the depth of lists and structs."""
    if isinstance(cell, list | tuple):
        return [_plain(item) for item in cell]
    if isinstance(cell, dict):
        return {str(key): _plain(value) for key, value in cell.items()}
    for types, convert in PLAIN:
        if isinstance(cell, types):
            return convert(cell)
    return cell


def _identity(cell: Any) -> Any:
    return cell


CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "boolean": _identity,
    "integer": _identity,
    "long": _identity,
    "json": _identity,
    "text": str,
    "double": _number,
    "decimal": str,
    "date": str,
    "time": lambda cell: cell.replace(tzinfo=None).isoformat(),
    "local": _moment,
    "offset": _moment,
    "bytes": bytes.hex,
}
PLAIN: list[tuple[Any, Callable[[Any], Any]]] = [
    (float, _number),
    (datetime.datetime, _moment),
    ((datetime.date, datetime.time, datetime.timedelta, UUID), str),
    (bytes, bytes.hex),
    (decimal.Decimal, str),
]
