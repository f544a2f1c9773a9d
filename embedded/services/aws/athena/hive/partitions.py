"""Hive's statements on partitions: added, dropped, and discovered in S3.

Source: https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html, alter-table-drop-partition.html and
msck-repair-table.html beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model
from embedded.services.aws.athena.results import Lines
from embedded.services.aws.athena.s3_uri import split_uri
from embedded.services.aws.athena.table_names import Table, TableNames
from embedded.services.aws.athena.tables.partition_folder import partition_folder
from embedded.services.aws.errors import AwsError


def partition_input(table: Table, values: Sequence[str], location: str) -> dict[str, Any]:
    """A partition in the shape of Glue's PartitionInput.

    Parameters:
        table: table of the partition.
        values: values of the keys.
        location: `s3://` URI of its folder.
    """
    storage = {**table["StorageDescriptor"], "Location": location}
    return {"Values": list(values), "StorageDescriptor": storage, "Parameters": {}}


def default_location(table: Table, values: Sequence[str]) -> str:
    """The location of a partition without an explicit one."""
    names = [key["Name"] for key in table["PartitionKeys"]]
    return table["StorageDescriptor"]["Location"].rstrip("/") + "/" + partition_folder(names, values)


def add_partitions(statement: model.AddPartitions, names: TableNames, table: Table) -> Lines:
    """Execute ALTER TABLE ADD PARTITION.

    Parameters:
        statement: the statement.
        names: resolves names of tables.
        table: the table.
    """
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    for partition in statement.partitions:
        values = _values(partition.values, table, whole=True)
        location = (partition.location or default_location(table, values)).rstrip("/") + "/"
        try:
            known.create(partition_input(table, values, location))
        except AwsError as error:
            if error.code != "AlreadyExistsException" or not statement.if_not_exists:
                raise Failure("FAILED", f"SemanticException {error.message}: {_shown(partition)}") from error
    return Lines()


def drop_partitions(statement: model.DropPartitions, names: TableNames, table: Table) -> Lines:
    """Execute ALTER TABLE DROP PARTITION; the files stay.

    Parameters:
        statement: the statement.
        names: resolves names of tables.
        table: the table.
    """
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    for partition in statement.partitions:
        _values(partition.values, table, whole=False)
        chosen = [values for values in _all(known) if _fits(partition.values, keys, values)]
        if not chosen and not statement.if_exists:
            raise Failure("FAILED", f"SemanticException [Error 10006]: Partition not found {_shown(partition)}")
        for values in chosen:
            known.delete(values)
    return Lines()


def repair_table(names: TableNames, table: Table, objects: WritableObjects) -> Lines:
    """Execute MSCK REPAIR TABLE: add the partitions of folders named `key=value`.

    Parameters:
        names: resolves names of tables.
        table: the table.
        objects: S3's objects.
    """
    keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    there = {tuple(values) for values in _all(known)}
    added = []
    for values, location in _find_folders(table["StorageDescriptor"]["Location"], keys, objects).items():
        if values not in there:
            known.create(partition_input(table, values, location))
            added.append(values)
    missing = [f"{table['Name']}:{_path(keys, values)}" for values in added]
    messages = [f"Partitions not in metastore: {' '.join(missing)}"] if missing else []
    repaired = [f"Repair: Added partition to metastore {name}" for name in missing]
    return Lines(["result"], [[line] for line in (*messages, *repaired)])


def show_partitions(names: TableNames, table: Table) -> Lines:
    """Execute SHOW PARTITIONS."""
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if not keys:
        message = f"Table {table['DatabaseName']}.{table['Name']} is not a partitioned table"
        raise Failure("FAILED", f"Execution Error, return code 1. {message}")
    return Lines(["partition"], [[_path(keys, partition["Values"])] for partition in names.partitions(table)])


def find_partition(names: TableNames, table: Table, values: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """Values and record of a partition.

    Parameters:
        names: resolves names of tables.
        table: the table.
        values: values by key.

    Raises:
        SqlError: there is no such partition.
    """
    wanted = _values(values, table, whole=True)
    try:
        return wanted, dict(names.catalogue.partitions(table["DatabaseName"], table["Name"]).find(wanted))
    except AwsError as error:
        raise Failure("FAILED", f"SemanticException [Error 10006]: Partition not found {dict(values)}") from error


def _find_folders(location: str, keys: Sequence[str], objects: WritableObjects) -> dict[tuple[str, ...], str]:
    """Values and locations of the partitions with files."""
    bucket, prefix = split_uri(location.rstrip("/") + "/")
    folders = {}
    for item in objects.list(bucket, prefix):
        parts = item.key[len(prefix) :].split("/")[:-1]
        names = [part.partition("=")[0].lower() for part in parts[: len(keys)]]
        if names == list(keys):
            values = tuple(unquote(part.partition("=")[2]) for part in parts[: len(keys)])
            folders[values] = f"s3://{bucket}/{prefix}{'/'.join(parts[: len(keys)])}/"
    return folders


def _values(values: Mapping[str, str], table: Table, whole: bool) -> list[str]:
    keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
    if set(values) - set(keys) or (whole and set(values) != set(keys)):
        message = f"SemanticException [Error 10001]: partition spec {dict(values)} does not fit the keys {keys}"
        raise Failure("FAILED", message)
    return [values[key] for key in keys if key in values]


def _fits(wanted: Mapping[str, str], keys: Sequence[str], values: Sequence[str]) -> bool:
    there = dict(zip((key.lower() for key in keys), values, strict=True))
    return all(there[key] == value for key, value in wanted.items())


def _all(known: Any) -> list[list[str]]:
    return [partition["Values"] for partition in known.all()]


def _path(keys: Sequence[str], values: Sequence[str]) -> str:
    return partition_folder(keys, values).rstrip("/")


def _shown(partition: model.Partition) -> str:
    return ", ".join(f"{key}={value}" for key, value in partition.values.items())
