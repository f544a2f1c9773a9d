"""Executes Hive's SHOW and DESCRIBE.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from embedded.services.aws.athena import views
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model
from embedded.services.aws.athena.results import Lines
from embedded.services.aws.athena.table_names import Table, TableNames, is_view

_WIDTH = 20
_HIDDEN = ("transient_lastDdlTime", "EXTERNAL")


def show_databases(statement: model.ShowDatabases, names: TableNames) -> Lines:
    """Execute SHOW DATABASES."""
    existing = [database["Name"] for database in names.catalogue.databases()]
    return Lines(["database_name"], [[name] for name in _like(existing, statement.pattern)])


def show_tables(statement: model.ShowTables, names: TableNames) -> Lines:
    """Execute SHOW TABLES and SHOW VIEWS."""
    database = statement.database or names.database
    names.require_database(database)
    existing = [table["Name"] for table in names.catalogue.tables(database) if is_view(table) or not statement.views]
    return Lines(["tab_name"], [[name] for name in _like(existing, statement.pattern)])


def show_columns(table: Table) -> Lines:
    """Execute SHOW COLUMNS."""
    return Lines(["field"], [[column["Name"].ljust(_WIDTH)] for column in _all_columns(table)])


def show_properties(statement: model.ShowProperties, table: Table) -> Lines:
    """Execute SHOW TBLPROPERTIES."""
    known = table.get("Parameters", {})
    if statement.key is None:
        return Lines(["prpt_name", "prpt_value"], [[name, value] for name, value in sorted(known.items())])
    value = known.get(statement.key)
    missing = f"Table {table['DatabaseName']}.{table['Name']} does not have property: {statement.key}"
    return Lines(["prpt_value"], [[missing if value is None else value]])


def describe_table(statement: model.Describe, table: Table) -> Lines:
    """Execute DESCRIBE: name, type and comment in columns of fixed width, then the partition keys again."""
    if statement.extended:
        raise Failure("NOT_SUPPORTED", "DESCRIBE EXTENDED and FORMATTED; use SHOW CREATE TABLE")
    rows = [[_described(column)] for column in _all_columns(table)]
    if keys := table.get("PartitionKeys"):
        heading = ["# col_name", "data_type", "comment"]
        rows += [["\t \t "], ["# Partition Information\t \t "], ["\t".join(word.ljust(_WIDTH) for word in heading)]]
        rows += [["\t \t "], *([_described(key)] for key in keys)]
    return Lines(["col_name", "data_type", "comment"], [row[0].split("\t") for row in rows])


def show_create(statement: model.ShowCreate, table: Table) -> Lines:
    """Execute SHOW CREATE TABLE and SHOW CREATE VIEW."""
    if statement.view != is_view(table):
        kind = "view" if statement.view else "table"
        raise Failure("FAILED", f"SemanticException {table['DatabaseName']}.{table['Name']} is not a {kind}")
    text = _create_view(table) if statement.view else _create_table(table)
    column = "Create View" if statement.view else "createtab_stmt"
    return Lines([column], [[line] for line in text.split("\n")])


def _create_view(table: Table) -> str:
    return f"CREATE VIEW {table['DatabaseName']}.{table['Name']} AS\n{views.parse_view(table).sql}"


def _create_table(table: Table) -> str:
    storage = table["StorageDescriptor"]
    serde = storage.get("SerdeInfo", {})
    lines = [f"CREATE EXTERNAL TABLE `{table['DatabaseName']}.{table['Name']}`("]
    lines.append(_column_lines(storage["Columns"]))
    if description := table.get("Description"):
        lines.append(f"COMMENT {_quoted(description)}")
    if keys := table.get("PartitionKeys"):
        lines += ["PARTITIONED BY (", _column_lines(keys)]
    lines += ["ROW FORMAT SERDE", f"  {_quoted(serde.get('SerializationLibrary', ''))}"]
    if settings := serde.get("Parameters"):
        lines += ["WITH SERDEPROPERTIES (", _pair_lines(settings)]
    for word, name in (("STORED AS INPUTFORMAT", "InputFormat"), ("OUTPUTFORMAT", "OutputFormat")):
        lines += [word, f"  {_quoted(storage.get(name, ''))}"]
    lines += ["LOCATION", f"  {_quoted(storage['Location'])}"]
    shown = {name: value for name, value in table.get("Parameters", {}).items() if name not in _HIDDEN}
    if shown:
        lines += ["TBLPROPERTIES (", _pair_lines(shown)]
    return "\n".join(lines)


def _column_lines(described: Sequence[Mapping[str, Any]]) -> str:
    return ", \n".join(f"  `{column['Name']}` {column['Type']}{_comment(column)}" for column in described) + ")"


def _pair_lines(pairs: Mapping[str, str]) -> str:
    return ", \n".join(f"  {_quoted(name)}={_quoted(value)}" for name, value in sorted(pairs.items())) + ")"


def _comment(column: Mapping[str, Any]) -> str:
    return f" COMMENT {_quoted(column['Comment'])}" if column.get("Comment") else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\x01", "\\u0001").replace("\t", "\\t")
    return f"'{escaped}'"


def _described(column: Mapping[str, Any]) -> str:
    parts = (column["Name"], column["Type"], column.get("Comment") or "")
    return "\t".join(part.ljust(_WIDTH) for part in parts)


def _all_columns(table: Table) -> list[Mapping[str, Any]]:
    return [*table.get("StorageDescriptor", {}).get("Columns", []), *table.get("PartitionKeys", [])]


def _like(names: Sequence[str], pattern: str | None) -> list[str]:
    """Names by a pattern of Hive: `*` for anything, `|` for a choice."""
    if pattern is None:
        return sorted(names)
    try:
        wanted = re.compile(re.sub(r"(?<!\.)\*", ".*", pattern), re.IGNORECASE)
    except re.error as error:
        raise Failure("FAILED", f"ParseException the pattern {pattern!r}: {error}") from error
    return sorted(name for name in names if wanted.fullmatch(name))
