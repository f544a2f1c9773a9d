"""Executes the statements of Hive's DDL on the catalogue.

Source: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model, partitions, show
from embedded.services.aws.athena.results import Lines
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.table_names import Table, TableNames, is_view
from embedded.services.aws.errors import AwsError
from embedded.sql_engine.errors import Reason

_IN_TABLE = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys")
_TEXTS = ("TableType", "Parameters", "ViewOriginalText", "ViewExpandedText")


def execute(statement: model.Statement, names: TableNames, objects: WritableObjects) -> Lines:
    """Execute a statement.

    Parameters:
        statement: the statement.
        names: resolves names of tables.
        objects: S3's objects.

    Raises:
        SqlError: the statement fails.
    """
    if isinstance(statement, model.CreateDatabase):
        return _create_database(statement, names)
    if isinstance(statement, model.DropDatabase):
        return _drop_database(statement, names)
    if isinstance(statement, model.ShowDatabases):
        return show.show_databases(statement, names)
    if isinstance(statement, model.ShowTables):
        return show.show_tables(statement, names)
    database, name = names.split(statement.name)
    if isinstance(statement, model.DropTable):
        return _drop_table(statement, names, database, name)
    if isinstance(statement, model.CreateTable):
        return _create_table(statement, names, database, name)
    table = _existing(names, database, name)
    if isinstance(statement, model.Repair):
        return partitions.repair_table(names, table, objects)
    return _ON_TABLE[type(statement)](statement, names, table)


def _create_database(statement: model.CreateDatabase, names: TableNames) -> Lines:
    name = statement.name[-1]
    if names.has_database(name):
        if statement.if_not_exists:
            return Lines()
        raise Failure("FAILED", f"SemanticException [Error 10072]: Database {name} already exists")
    members: dict[str, Any] = {"Name": name, "Parameters": dict(statement.properties)}
    if statement.comment is not None:
        members["Description"] = statement.comment
    if statement.location is not None:
        members["LocationUri"] = _check_location(statement.location)
    names.catalogue.create_database(members)
    return Lines()


def _drop_database(statement: model.DropDatabase, names: TableNames) -> Lines:
    name = statement.name[-1]
    if not names.has_database(name):
        if statement.if_exists:
            return Lines()
        raise Failure("FAILED", f"SemanticException [Error 10072]: Database does not exist: {name}")
    if names.catalogue.tables(name) and not statement.cascade:
        reason = f"InvalidOperationException(message:Database {name} is not empty. One or more tables exist.)"
        raise Failure("FAILED", f"Execution Error, return code 1. {reason}")
    names.catalogue.delete_database(name)
    return Lines()


def _drop_table(statement: model.DropTable, names: TableNames, database: str, name: str) -> Lines:
    table = names.find(database, name)
    if table is None:
        if statement.if_exists:
            return Lines()
        raise _no_table(database, name)
    if statement.view != is_view(table):
        other = "DROP TABLE" if statement.view else "DROP VIEW"
        raise Failure("FAILED", f"SemanticException {database}.{name}: use {other}")
    names.catalogue.delete_table(database, name)
    return Lines()


def _create_table(statement: model.CreateTable, names: TableNames, database: str, name: str) -> Lines:
    if not names.has_database(database):
        raise Failure("FAILED", f"SemanticException [Error 10072]: Database does not exist: {database}")
    if names.find(database, name) is not None:
        if statement.if_not_exists:
            return Lines()
        raise Failure("FAILED", f"Execution Error: AlreadyExistsException(message:Table {name} already exists.)")
    _check_columns([*statement.columns, *statement.keys])
    names.catalogue.create_table(database, _table_input(name, statement))
    return Lines()


def _check_columns(columns: Sequence[model.Column]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise Failure("FAILED", f"SemanticException [Error 10036]: Duplicate column name: {column.name}")
        seen.add(column.name)


def _table_input(name: str, statement: model.CreateTable) -> dict[str, Any]:
    settings = dict(statement.serde) or {"serialization.format": "1"}
    storage = {
        "Columns": [_glue(column) for column in statement.columns],
        "Location": _check_location(statement.location),
        "InputFormat": statement.storage["InputFormat"],
        "OutputFormat": statement.storage["OutputFormat"],
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": statement.storage["SerializationLibrary"], "Parameters": settings},
    }
    own = {"EXTERNAL": "TRUE", "transient_lastDdlTime": str(int(time.time())), **statement.properties}
    table = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": own,
        "StorageDescriptor": storage,
        "PartitionKeys": [_glue(column) for column in statement.keys],
    }
    return table | ({"Description": statement.comment} if statement.comment is not None else {})


def _glue(column: model.Column) -> dict[str, str]:
    member = {"Name": column.name, "Type": typenames.hive(column.type)}
    return member | ({"Comment": column.comment} if column.comment is not None else {})


def _check_location(location: str) -> str:
    try:
        bucket, _ = split_uri(location)
    except NotFound as error:
        raise Failure(
            "FAILED", f"SemanticException: {location} is no place in S3, such as s3://bucket/folder/"
        ) from error
    if not bucket:
        raise Failure("FAILED", f"SemanticException: {location} names no bucket")
    return location


def _existing(names: TableNames, database: str, name: str) -> Table:
    table = names.find(database, name)
    if table is None:
        raise _no_table(database, name)
    return table


def _no_table(database: str, name: str) -> Failure:
    message = f"SemanticException [Error 10001]: Table not found {database}.{name}"
    return Failure("FAILED", message, reason=Reason.NOT_FOUND)


def change_table(table: Table, names: TableNames, **changes: Any) -> None:
    """Change members of a table.

    Parameters:
        table: the table.
        names: resolves names of tables.
        changes: new values by member.

    Raises:
        SqlError: the table cannot be updated.
    """
    kept = {name: table[name] for name in (*_IN_TABLE, *_TEXTS) if name in table}
    try:
        names.catalogue.update_table(table["DatabaseName"], {**kept, **changes})
    except AwsError as error:
        raise Failure("FAILED", f"Execution Error: {error.message}") from error


def _set_properties(statement: model.SetProperties, names: TableNames, table: Table) -> Lines:
    change_table(table, names, Parameters={**table.get("Parameters", {}), **statement.properties})
    return Lines()


def _set_location(statement: model.SetLocation, names: TableNames, table: Table) -> Lines:
    location = _check_location(statement.location)
    if statement.partition is None:
        change_table(table, names, StorageDescriptor={**table["StorageDescriptor"], "Location": location})
        return Lines()
    values, record = partitions.find_partition(names, table, statement.partition.values)
    storage = {**record.get("StorageDescriptor", {}), "Location": location}
    members = {"Values": values, "StorageDescriptor": storage, "Parameters": record.get("Parameters", {})}
    names.catalogue.partitions(table["DatabaseName"], table["Name"]).update(values, members)
    return Lines()


def _add_columns(statement: model.AddColumns, names: TableNames, table: Table) -> Lines:
    storage = table["StorageDescriptor"]
    own = [] if statement.replace else list(storage["Columns"])
    columns = [*own, *map(_glue, statement.columns)]
    _unique([*columns, *table.get("PartitionKeys", [])])
    change_table(table, names, StorageDescriptor={**storage, "Columns": columns})
    return Lines()


def _change_column(statement: model.ChangeColumn, names: TableNames, table: Table) -> Lines:
    storage = table["StorageDescriptor"]
    if statement.old not in [column["Name"] for column in storage["Columns"]]:
        raise Failure("FAILED", f"SemanticException [Error 10002]: Invalid column reference {statement.old}")
    columns = [
        {**column, **_glue(statement.column)} if column["Name"] == statement.old else column
        for column in storage["Columns"]
    ]
    _unique([*columns, *table.get("PartitionKeys", [])])
    change_table(table, names, StorageDescriptor={**storage, "Columns": columns})
    return Lines()


def _unique(columns: Sequence[Mapping[str, Any]]) -> None:
    listed = [column["Name"].lower() for column in columns]
    for name in listed:
        if listed.count(name) > 1:
            raise Failure("FAILED", f"SemanticException [Error 10036]: Duplicate column name: {name}")


_ON_TABLE: Mapping[type, Callable[[Any, TableNames, Table], Lines]] = {
    model.AddPartitions: partitions.add_partitions,
    model.DropPartitions: partitions.drop_partitions,
    model.SetProperties: _set_properties,
    model.SetLocation: _set_location,
    model.AddColumns: _add_columns,
    model.ChangeColumn: _change_column,
    model.ShowColumns: lambda statement, names, table: show.show_columns(table),
    model.ShowPartitions: lambda statement, names, table: partitions.show_partitions(names, table),
    model.ShowCreate: lambda statement, names, table: show.show_create(statement, table),
    model.ShowProperties: lambda statement, names, table: show.show_properties(statement, table),
    model.Describe: lambda statement, names, table: show.describe_table(statement, table),
}
