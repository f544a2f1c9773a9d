"""Making and filling tables; what statements, load jobs and the API share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from embedded.services.gcp.bigquery.results import checked_value
from embedded.services.gcp.bigquery.sql.types import check_storable, schema_field, schema_type, type_name
from embedded.services.gcp.bigquery.store import Catalogue, Table, now
from embedded.sql_engine.errors import Reason, SqlError, invalid
from embedded.sql_engine.types import Kind, Type, quote
from embedded.sql_engine.values import Value

Json = dict[str, Any]

_NAME = re.compile(r"[\w\-. ]{1,1024}")
_COLUMN = re.compile(r"[A-Za-z_][\w\-. ]{0,299}|[^\W\d][\w]{0,299}")
_UNNAMED = re.compile(r"f\d+_")
_DATED = (Kind.DATE, Kind.DATETIME, Kind.MOMENT)


def columns(fields: Sequence[Json]) -> list[tuple[str, Type]]:
    """Names and types of a schema. Raises SqlError: a type is not known, or a name stands twice."""
    found = [(str(field.get("name", "")), schema_type(field)) for field in fields]
    check_names([name for name, _ in found])
    for name, of in found:
        check_storable(name, of)
    return found


def check_names(names: Sequence[str]) -> None:
    """Refuse names that columns cannot have. Raises SqlError."""
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


def schema_of_query(found: Sequence[tuple[str, Type]]) -> list[Json]:
    """The schema of a table that takes the rows of a query. Raises SqlError: a column has no name."""
    for index, (name, of) in enumerate(found, 1):
        if _UNNAMED.fullmatch(name):
            raise invalid(f"CREATE TABLE columns must be named, but column {index} has no name")
        check_storable(name, of)
    check_names([name for name, _ in found])
    return [schema_field(name, of) for name, of in found]


def create(catalogue: Catalogue, dataset: str, name: str, body: Json) -> Table:
    """Make an empty table with rows of its own, in the place of one that may be there. Raises SqlError."""
    table = prepare(catalogue, dataset, name, body)
    catalogue.put(table)
    return table


def prepare(catalogue: Catalogue, dataset: str, name: str, body: Json) -> Table:
    """Make an empty table that nobody can see until it is `put`: its rows may come from the one that it replaces."""
    found = columns(body.get("schema", {}).get("fields", []))
    _check_partitioning(body, dict(found))
    table = Table(dataset, check_name(name), catalogue.number(), fresh_body("TABLE", body))
    required = {field["name"] for field in table.fields if field.get("mode") == "REQUIRED"}
    listed = ", ".join(f"{quote(each)} {of.duckdb}{' NOT NULL' if each in required else ''}" for each, of in found)
    catalogue.connection.execute(f"CREATE TABLE {table.rows} ({listed or 'no_columns BOOLEAN'})")
    return table


def fresh_body(kind: str, body: Json) -> Json:
    """What is kept of a new table."""
    moment = str(now())
    return {**body, "type": kind, "creationTime": moment, "lastModifiedTime": moment}


def touched(catalogue: Catalogue, table: Table) -> None:
    """Tell that a table's rows have changed."""
    body = {**table.body, "lastModifiedTime": str(now())}
    catalogue.put(Table(table.dataset, table.id, table.number, body))


def check_name(name: str) -> str:
    """A name that a table may have. Raises SqlError."""
    if not _NAME.fullmatch(name):
        raise invalid(f'Invalid table ID "{name}".')
    return name


def fill(catalogue: Catalogue, table: Table, sql: str, names: Sequence[str] | None = None) -> int:
    """Add the rows of a query; returns their number.

    Parameters:
        catalogue: of the table.
        table: that gets them.
        sql: the query.
        names: of the columns that it brings, in its order; all of the table's if None.
    """
    known = {name.lower(): (name, of) for name, of in columns(table.fields)}
    found = [known[name.lower()] for name in names] if names is not None else list(known.values())
    listed = ", ".join(f"c{index}" for index in range(len(found)))
    values = ", ".join(checked_value(f"c{index}", of) for index, (_, of) in enumerate(found))
    into = ", ".join(quote(name) for name, _ in found)
    made = catalogue.connection.execute(
        f"INSERT INTO {table.rows} ({into}) SELECT {values} FROM ({sql}) AS f({listed})"
    ).fetchone()
    return int(made[0]) if made else 0


def assigned(value: Value, name: str, of: Type, given: Value | None) -> str:
    """A value that goes into a column. Raises SqlError: it has another type.

    Parameters:
        value: as it is.
        name: of the column.
        of: the type of the column.
        given: the value by an implicit cast, or None if there is none.
    """
    if given is None:
        told = f"Value has type {type_name(value.type)} which cannot be inserted into column {name}"
        raise invalid(f"{told}, which has type {type_name(of)}")
    return given.sql


def _check_partitioning(body: Json, found: dict[str, Type]) -> None:
    known = {name.lower(): of for name, of in found.items()}
    field = body.get("timePartitioning", {}).get("field")
    if field and (field.lower() not in known or known[field.lower()].kind not in _DATED):
        raise invalid(f"The field specified for partitioning must be a DATE, DATETIME or TIMESTAMP column: {field}")
    ranged = body.get("rangePartitioning", {}).get("field")
    if ranged and (ranged.lower() not in known or known[ranged.lower()].kind is not Kind.INT64):
        raise invalid(f"The field specified for range partitioning must be an INT64 column: {ranged}")
    for each in body.get("clustering", {}).get("fields", []):
        if each.lower() not in known:
            raise invalid(f"The field specified for clustering cannot be found in the schema: {each}")


def disposed(catalogue: Catalogue, dataset: str, name: str, body: Json, creation: str | None, writing: str) -> Table:
    """The table that rows are to be written to, made or emptied if need be.

    Parameters:
        catalogue: to find it in.
        dataset: its data set.
        name: its id.
        body: of the table, if it is made; its schema is that of the rows.
        creation: CREATE_IF_NEEDED (also None) or CREATE_NEVER.
        writing: WRITE_APPEND, WRITE_EMPTY or WRITE_TRUNCATE.

    Raises:
        SqlError: it is not there, has rows, or has other columns.
        GoogleError: its data set is not there.
    """
    catalogue.dataset(dataset)
    table = catalogue.find(dataset, name)
    told = f"{catalogue.project}:{dataset}.{name}"
    if table is None:
        if creation == "CREATE_NEVER":
            raise SqlError(Reason.NOT_FOUND, f"Not found: Table {told}")
        return create(catalogue, dataset, name, body)
    if table.kind != "TABLE":
        raise invalid(f"{told} is of the kind {table.kind}, which cannot be written to")
    if writing == "WRITE_EMPTY" and catalogue.count(table):
        raise SqlError(Reason.DUPLICATE, f"Already Exists: Table {told}")
    if writing == "WRITE_TRUNCATE":
        return create(catalogue, dataset, name, {**_kept_on_truncate(table.body), **body})
    _check_fits(told, table, columns(body["schema"]["fields"]))
    return table


def _kept_on_truncate(body: Json) -> Json:
    return {
        key: body[key]
        for key in ("description", "friendlyName", "labels", "timePartitioning", "rangePartitioning", "clustering")
        if key in body
    }


def _check_fits(told: str, table: Table, given: Sequence[tuple[str, Type]]) -> None:
    """Refuse rows that have columns that the table has not, or of another type. Raises SqlError."""
    known = {name.lower(): of for name, of in columns(table.fields)}
    for name, of in given:
        if name.lower() not in known:
            raise invalid(f"Provided Schema does not match Table {told}. Cannot add fields (field: {name})")
        if known[name.lower()] != of:
            was, now_is = type_name(known[name.lower()]), type_name(of)
            raise invalid(
                f"Provided Schema does not match Table {told}. Field {name} has changed type from {was} to {now_is}"
            )
