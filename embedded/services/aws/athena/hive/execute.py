"""Carries out the statements of Hive's DDL on the catalogue."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embedded.object_store.interface import NotFound, WritableObjects
from embedded.services.aws.athena import typenames
from embedded.services.aws.athena.answer import Lines
from embedded.services.aws.athena.catalog import Names, Table, is_view
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model, partitions, show
from embedded.services.aws.athena.s3_uri import address
from embedded.services.aws.errors import AwsError
from embedded.sql_engine.errors import Reason

_IN_TABLE = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys")
_TEXTS = ("TableType", "Parameters", "ViewOriginalText", "ViewExpandedText")


def execute(statement: model.Statement, names: Names, objects: WritableObjects) -> Lines:
    """Carry out a statement. Raises SqlError."""
    for kind, work in _ON_CATALOGUE.items():
        if isinstance(statement, kind):
            return work(statement, names)
    database, name = names.split(statement.name)
    if isinstance(statement, model.DropTable):
        return _drop_table(statement, names, database, name)
    if isinstance(statement, model.CreateTable):
        return _create_table(statement, names, database, name)
    table = _existing(names, database, name)
    if isinstance(statement, model.Repair):
        return partitions.repair(names, table, objects)
    return _ON_TABLE[type(statement)](statement, names, table)


def _create_database(statement: model.CreateDatabase, names: Names) -> Lines:
    name = statement.name[-1]
    if names.has_database(name):
        if statement.if_not_exists:
            return Lines()
        raise Failure("FAILED", f"SemanticException [Error 10072]: Database {name} already exists")
    given: dict[str, Any] = {"Name": name, "Parameters": dict(statement.properties)}
    if statement.comment is not None:
        given["Description"] = statement.comment
    if statement.location is not None:
        given["LocationUri"] = _place(statement.location)
    names.catalogue.create_database(given)
    return Lines()


def _drop_database(statement: model.DropDatabase, names: Names) -> Lines:
    name = statement.name[-1]
    if not names.has_database(name):
        if statement.if_exists:
            return Lines()
        raise Failure("FAILED", f"SemanticException [Error 10072]: Database does not exist: {name}")
    if names.catalogue.tables(name) and not statement.cascade:
        told = f"InvalidOperationException(message:Database {name} is not empty. One or more tables exist.)"
        raise Failure("FAILED", f"Execution Error, return code 1. {told}")
    names.catalogue.delete_database(name)
    return Lines()


def _drop_table(statement: model.DropTable, names: Names, database: str, name: str) -> Lines:
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


def _create_table(statement: model.CreateTable, names: Names, database: str, name: str) -> Lines:
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
        "Location": _place(statement.location),
        "InputFormat": statement.storage["InputFormat"],
        "OutputFormat": statement.storage["OutputFormat"],
        "Compressed": False,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": statement.storage["SerializationLibrary"], "Parameters": settings},
    }
    own = {"EXTERNAL": "TRUE", "transient_lastDdlTime": str(int(time.time())), **statement.properties}
    made = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": own,
        "StorageDescriptor": storage,
        "PartitionKeys": [_glue(column) for column in statement.keys],
    }
    return made | ({"Description": statement.comment} if statement.comment is not None else {})


def _glue(column: model.Column) -> dict[str, str]:
    made = {"Name": column.name, "Type": typenames.hive(column.type)}
    return made | ({"Comment": column.comment} if column.comment is not None else {})


def _place(location: str) -> str:
    try:
        bucket, _ = address(location)
    except NotFound as error:
        raise Failure(
            "FAILED", f"SemanticException: {location} is no place in S3, such as s3://bucket/folder/"
        ) from error
    if not bucket:
        raise Failure("FAILED", f"SemanticException: {location} names no bucket")
    return location


def _existing(names: Names, database: str, name: str) -> Table:
    table = names.find(database, name)
    if table is None:
        raise _no_table(database, name)
    return table


def _no_table(database: str, name: str) -> Failure:
    message = f"SemanticException [Error 10001]: Table not found {database}.{name}"
    return Failure("FAILED", message, reason=Reason.NOT_FOUND)


def changed(table: Table, names: Names, **changes: Any) -> None:
    """Put a table back with some of its members changed. Raises SqlError."""
    kept = {name: table[name] for name in (*_IN_TABLE, *_TEXTS) if name in table}
    try:
        names.catalogue.update_table(table["DatabaseName"], {**kept, **changes})
    except AwsError as error:
        raise Failure("FAILED", f"Execution Error: {error.message}") from error


def _set_properties(statement: model.SetProperties, names: Names, table: Table) -> Lines:
    changed(table, names, Parameters={**table.get("Parameters", {}), **statement.properties})
    return Lines()


def _set_location(statement: model.SetLocation, names: Names, table: Table) -> Lines:
    place = _place(statement.location)
    if statement.partition is None:
        changed(table, names, StorageDescriptor={**table["StorageDescriptor"], "Location": place})
        return Lines()
    values, record = partitions.find(names, table, statement.partition.values)
    storage = {**record.get("StorageDescriptor", {}), "Location": place}
    given = {"Values": values, "StorageDescriptor": storage, "Parameters": record.get("Parameters", {})}
    names.catalogue.partitions(table["DatabaseName"], table["Name"]).update(values, given)
    return Lines()


def _add_columns(statement: model.AddColumns, names: Names, table: Table) -> Lines:
    storage = table["StorageDescriptor"]
    own = [] if statement.replace else list(storage["Columns"])
    made = [*own, *map(_glue, statement.columns)]
    _unique([*made, *table.get("PartitionKeys", [])])
    changed(table, names, StorageDescriptor={**storage, "Columns": made})
    return Lines()


def _change_column(statement: model.ChangeColumn, names: Names, table: Table) -> Lines:
    storage = table["StorageDescriptor"]
    if statement.old not in [column["Name"] for column in storage["Columns"]]:
        raise Failure("FAILED", f"SemanticException [Error 10002]: Invalid column reference {statement.old}")
    made = [
        {**column, **_glue(statement.column)} if column["Name"] == statement.old else column
        for column in storage["Columns"]
    ]
    _unique([*made, *table.get("PartitionKeys", [])])
    changed(table, names, StorageDescriptor={**storage, "Columns": made})
    return Lines()


def _unique(columns: Sequence[Mapping[str, Any]]) -> None:
    listed = [column["Name"].lower() for column in columns]
    for name in listed:
        if listed.count(name) > 1:
            raise Failure("FAILED", f"SemanticException [Error 10036]: Duplicate column name: {name}")


_ON_CATALOGUE: Mapping[type, Callable[[Any, Names], Lines]] = {
    model.CreateDatabase: _create_database,
    model.DropDatabase: _drop_database,
    model.ShowDatabases: show.databases,
    model.ShowTables: show.tables,
}
_ON_TABLE: Mapping[type, Callable[[Any, Names, Table], Lines]] = {
    model.AddPartitions: partitions.add,
    model.DropPartitions: partitions.drop,
    model.SetProperties: _set_properties,
    model.SetLocation: _set_location,
    model.AddColumns: _add_columns,
    model.ChangeColumn: _change_column,
    model.ShowColumns: lambda statement, names, table: show.columns(table),
    model.ShowPartitions: lambda statement, names, table: partitions.show(names, table),
    model.ShowCreate: lambda statement, names, table: show.create(statement, table),
    model.ShowProperties: lambda statement, names, table: show.properties(statement, table),
    model.Describe: lambda statement, names, table: show.describe(statement, table),
}
