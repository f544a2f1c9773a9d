"""Creates and fills tables, for statements, load jobs and the API.

Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from embedded.services.gcp.bigquery.results import checked_value
from embedded.services.gcp.bigquery.sql.types import (
    check_storable,
    schema_field,
    schema_type,
    type_name,
    with_old_names,
)
from embedded.services.gcp.bigquery.store import Catalogue, Table, now
from embedded.sql_engine.errors import Reason, SqlError, invalid
from embedded.sql_engine.types import Kind, Type, quote
from embedded.sql_engine.values import Value

Json = dict[str, Any]

_NAME = re.compile(r"[\w\-. ]{1,1024}")
_COLUMN = re.compile(r"[A-Za-z_][\w\-. ]{0,299}|[^\W\d][\w]{0,299}")
_UNNAMED = re.compile(r"f\d+_")
_DATED = (Kind.DATE, Kind.DATETIME, Kind.MOMENT)


def schema_columns(fields: Sequence[Json]) -> list[tuple[str, Type]]:
    """Names and types of a schema. Raises SqlError: a type is unknown, or a name is used twice."""
    columns = [(str(field.get("name", "")), schema_type(field)) for field in fields]
    check_column_names([name for name, _ in columns])
    for name, of in columns:
        check_storable(name, of)
    return columns


def check_column_names(names: Sequence[str]) -> None:
    """Refuse invalid names of columns. Raises SqlError."""
    seen: set[str] = set()
    for name in names:
        if not _COLUMN.fullmatch(name):
            raise invalid(
                f'Invalid field name "{name}". Fields must contain the allowed characters, and be at most 300 '
                "characters long."
            )
        if name.lower() in seen:
            raise invalid(f"Duplicate column name {name}")
        seen.add(name.lower())


def schema_of_query(columns: Sequence[tuple[str, Type]]) -> list[Json]:
    """The schema of a table that takes the rows of a query. Raises SqlError: a column has no name."""
    for index, (name, of) in enumerate(columns, 1):
        if _UNNAMED.fullmatch(name):
            raise invalid(f"CREATE TABLE columns must be named, but column {index} has no name")
        check_storable(name, of)
    check_column_names([name for name, _ in columns])
    return [schema_field(name, of) for name, of in columns]


def create_table(catalogue: Catalogue, dataset: str, name: str, body: Json) -> Table:
    """Create an empty table, or replace one.

    Parameters:
        catalogue: of the transaction.
        dataset: of the table.
        name: the table's id.
        body: its resource, with the schema.

    Raises:
        SqlError: the schema or the id is invalid.
    """
    table = prepare_table(catalogue, dataset, name, body)
    catalogue.put(table)
    return table


def prepare_table(catalogue: Catalogue, dataset: str, name: str, body: Json) -> Table:
    """Create an empty table that is invisible until it is `put`: its rows may come from the one that it replaces.

    Parameters:
        catalogue: of the transaction.
        dataset: of the table.
        name: the table's id.
        body: its resource, with the schema.

    Raises:
        SqlError: the schema or the id is invalid.
    """
    columns = schema_columns(body.get("schema", {}).get("fields", []))
    _check_partitioning(body, dict(columns))
    table = Table(dataset, check_table_id(name), catalogue.number(), new_table_body("TABLE", body))
    required = {field["name"] for field in table.fields if field.get("mode") == "REQUIRED"}
    listed = ", ".join(
        f"{quote(column)} {of.duckdb}{' NOT NULL' if column in required else ''}" for column, of in columns
    )
    catalogue.connection.execute(f"CREATE TABLE {table.rows} ({listed or 'no_columns BOOLEAN'})")
    return table


def new_table_body(kind: str, body: Json) -> Json:
    """The stored resource of a new table."""
    moment = str(now())
    known = {name: _without_nulls(value) for name, value in body.items() if value is not None}
    if "schema" in known:
        known["schema"] = {**known["schema"], "fields": with_old_names(known["schema"].get("fields") or [])}
    return {**known, "type": kind, "creationTime": moment, "lastModifiedTime": moment}


def _without_nulls(value: Any) -> Any:
    """A part of a request: what is null was not set."""
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def mark_modified(catalogue: Catalogue, table: Table) -> None:
    """Set the time at which a table's rows have changed."""
    body = {**table.body, "lastModifiedTime": str(now())}
    catalogue.put(Table(table.dataset, table.id, table.number, body))


def check_table_id(name: str) -> str:
    """A valid id of a table. Raises SqlError."""
    if not _NAME.fullmatch(name):
        raise invalid(f'Invalid table ID "{name}".')
    return name


def insert_rows(catalogue: Catalogue, table: Table, sql: str, names: Sequence[str] | None = None) -> int:
    """Append the rows of a query; returns their number.

    Parameters:
        catalogue: of the table.
        table: that gets the rows.
        sql: the query.
        names: of the query's columns, in their order; None for all of the table's.
    """
    known = {name.lower(): (name, of) for name, of in schema_columns(table.fields)}
    columns = [known[name.lower()] for name in names] if names is not None else list(known.values())
    listed = ", ".join(f"c{index}" for index in range(len(columns)))
    values = ", ".join(checked_value(f"c{index}", of) for index, (_, of) in enumerate(columns))
    into = ", ".join(quote(name) for name, _ in columns)
    row = catalogue.connection.execute(
        f"INSERT INTO {table.rows} ({into}) SELECT {values} FROM ({sql}) AS f({listed})"
    ).fetchone()
    return int(row[0]) if row else 0


def check_assignment(value: Value, name: str, of: Type, coerced: Value | None) -> str:
    """A value that is assigned to a column.

    Parameters:
        value: before the implicit cast.
        name: of the column.
        of: the type of the column.
        coerced: the value after the implicit cast, or None if there is none.

    Raises:
        SqlError: there is no implicit cast.
    """
    if coerced is None:
        message = f"Value has type {type_name(value.type)} which cannot be inserted into column {name}"
        raise invalid(f"{message}, which has type {type_name(of)}")
    return coerced.sql


def _check_partitioning(body: Json, columns: dict[str, Type]) -> None:
    known = {name.lower(): of for name, of in columns.items()}
    field = body.get("timePartitioning", {}).get("field")
    if field and (field.lower() not in known or known[field.lower()].kind not in _DATED):
        raise invalid(f"The field specified for partitioning must be a DATE, DATETIME or TIMESTAMP column: {field}")
    ranged = body.get("rangePartitioning", {}).get("field")
    if ranged and (ranged.lower() not in known or known[ranged.lower()].kind is not Kind.INT64):
        raise invalid(f"The field specified for range partitioning must be an INT64 column: {ranged}")
    for column in body.get("clustering", {}).get("fields", []):
        if column.lower() not in known:
            raise invalid(f"The field specified for clustering cannot be found in the schema: {column}")


def open_destination(
    catalogue: Catalogue, dataset: str, name: str, body: Json, creation: str | None, writing: str
) -> Table:
    """The destination table of rows, created or emptied according to the dispositions.

    Parameters:
        catalogue: of the transaction.
        dataset: of the table.
        name: the table's id.
        body: its resource, if it is created; its schema is that of the rows.
        creation: `createDisposition`: CREATE_IF_NEEDED (also None) or CREATE_NEVER.
        writing: `writeDisposition`: WRITE_APPEND, WRITE_EMPTY or WRITE_TRUNCATE.

    Raises:
        SqlError: the table does not exist, has rows, or has other columns.
        GoogleError: the dataset does not exist.
    """
    catalogue.dataset(dataset)
    table = catalogue.find(dataset, name)
    table_name = f"{catalogue.project}:{dataset}.{name}"
    if table is None:
        if creation == "CREATE_NEVER":
            raise SqlError(Reason.NOT_FOUND, f"Not found: Table {table_name}")
        return create_table(catalogue, dataset, name, body)
    if table.kind != "TABLE":
        raise invalid(f"{table_name} is of the kind {table.kind}, which cannot be written to")
    if writing == "WRITE_EMPTY" and catalogue.count(table):
        raise SqlError(Reason.DUPLICATE, f"Already Exists: Table {table_name}")
    if writing == "WRITE_TRUNCATE":
        return create_table(catalogue, dataset, name, {**_kept_on_truncate(table.body), **body})
    _check_schema(table_name, table, schema_columns(body["schema"]["fields"]))
    return table


def _kept_on_truncate(body: Json) -> Json:
    return {
        key: body[key]
        for key in ("description", "friendlyName", "labels", "timePartitioning", "rangePartitioning", "clustering")
        if key in body
    }


def _check_schema(table_name: str, table: Table, columns: Sequence[tuple[str, Type]]) -> None:
    """Refuse rows with unknown columns, or of other types. Raises SqlError."""
    known = {name.lower(): of for name, of in schema_columns(table.fields)}
    for name, of in columns:
        if name.lower() not in known:
            raise invalid(f"Provided Schema does not match Table {table_name}. Cannot add fields (field: {name})")
        if known[name.lower()] != of:
            was, now_is = type_name(known[name.lower()]), type_name(of)
            change = f"Field {name} has changed type from {was} to {now_is}"
            raise invalid(f"Provided Schema does not match Table {table_name}. {change}")
