"""The views TABLES and COLUMNS of INFORMATION_SCHEMA.

Source: https://cloud.google.com/bigquery/docs/information-schema-tables and .../information-schema-columns
"""

from __future__ import annotations

from collections.abc import Sequence

from embedded.services.gcp.bigquery.errors import to_statement_error
from embedded.services.gcp.bigquery.sql.types import schema_type, type_name
from embedded.services.gcp.bigquery.store import Catalogue, Table
from embedded.services.gcp.errors import GoogleError
from embedded.sql_engine.errors import invalid, unsupported
from embedded.sql_engine.scope import Relation
from embedded.sql_engine.types import INT64, MOMENT, STRING, Type, quote, text

_PREFIX = "INFORMATION_SCHEMA."
_NAMES = [("table_catalog", STRING), ("table_schema", STRING), ("table_name", STRING)]
_TABLES = [*_NAMES, ("table_type", STRING), ("is_insertable_into", STRING), ("is_typed", STRING),
           ("creation_time", MOMENT)]  # fmt: skip
_COLUMNS = [*_NAMES, ("column_name", STRING), ("ordinal_position", INT64), ("is_nullable", STRING),
            ("data_type", STRING), ("is_partitioning_column", STRING),
            ("clustering_ordinal_position", INT64)]  # fmt: skip
_KINDS = {"TABLE": "BASE TABLE", "VIEW": "VIEW", "EXTERNAL": "EXTERNAL"}


def is_view(parts: Sequence[str]) -> bool:
    """Whether a table's name is a view of INFORMATION_SCHEMA."""
    return parts[-1].upper().startswith(_PREFIX)


def relation(parts: Sequence[str], catalogue: Catalogue, default: str | None, start: int | None) -> Relation:
    """TABLES or COLUMNS of a dataset.

    Parameters:
        parts: of the view's dotted name.
        catalogue: of the transaction.
        default: dataset of names without one, or None.
        start: offset of the name in the statement.

    Raises:
        SqlError: there is no dataset, or the view is not supported.
    """
    name = parts[-1].upper().removeprefix(_PREFIX)
    dataset = parts[-2] if len(parts) > 1 else default
    if not dataset:
        raise invalid(f"INFORMATION_SCHEMA.{name} must be qualified with a dataset", start)
    try:
        catalogue.dataset(dataset)
    except GoogleError as error:
        raise to_statement_error(error) from error
    tables = catalogue.tables(dataset)
    if name == "TABLES":
        return _rows(_TABLES, [_table(catalogue.project, table) for table in tables])
    if name == "COLUMNS":
        return _rows(_COLUMNS, [row for table in tables for row in _columns(catalogue.project, table)])
    raise unsupported(f"INFORMATION_SCHEMA.{name}", start)


def _table(project: str, table: Table) -> list[str]:
    insertable = "YES" if table.kind == "TABLE" else "NO"
    created = f"make_timestamp({int(table.body['creationTime'])} * 1000)"
    values = (project, table.dataset, table.id, _KINDS[table.kind], insertable, "NO")
    return [*map(text, values), created]


def _columns(project: str, table: Table) -> list[list[str]]:
    partition = table.body.get("timePartitioning", {}).get("field")
    clusters = table.body.get("clustering", {}).get("fields", [])
    rows = []
    for index, field in enumerate(table.fields, 1):
        nullable = "NO" if field.get("mode") == "REQUIRED" else "YES"
        cluster = str(clusters.index(field["name"]) + 1) if field["name"] in clusters else "NULL"
        names = [text(name) for name in (project, table.dataset, table.id, field["name"])]
        of, partitioned = type_name(schema_type(field)), "YES" if field["name"] == partition else "NO"
        rows.append([*names, str(index), text(nullable), text(of), text(partitioned), cluster])
    return rows


def _rows(columns: list[tuple[str, Type]], rows: list[list[str]]) -> Relation:
    listed = ", ".join(quote(name) for name, _ in columns)
    typed = ", ".join(f"CAST({quote(name)} AS {of.duckdb}) AS {quote(name)}" for name, of in columns)
    values = ", ".join(f"({', '.join(row)})" for row in rows) or f"({', '.join('NULL' for _ in columns)})"
    kept = "" if rows else " WHERE false"
    return Relation(f"(SELECT {typed} FROM (VALUES {values}) AS i({listed}){kept})", columns)
