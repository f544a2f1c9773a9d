"""Partitions by the statements of Hive: added, dropped, and found in S3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from embedded.object_store.interface import WritableObjects
from embedded.services.aws.athena.answer import Lines
from embedded.services.aws.athena.catalog import Names, Table
from embedded.services.aws.athena.errors import Failure
from embedded.services.aws.athena.hive import model
from embedded.services.aws.athena.s3_uri import address
from embedded.services.aws.errors import AwsError

_SAFE = "".join(chr(code) for code in range(32, 127) if chr(code) not in "\"#%'*/:=?\\{[]^")


def folder(keys: Sequence[str], values: Sequence[str]) -> str:
    """The usual place of a partition below its table, such as `year=2020/month=1/`."""
    return "".join(f"{key}={quote(value, safe=_SAFE)}/" for key, value in zip(keys, values, strict=True))


def partition_input(table: Table, values: Sequence[str], location: str) -> dict[str, Any]:
    """What to put into the catalogue for a partition."""
    storage = {**table["StorageDescriptor"], "Location": location}
    return {"Values": list(values), "StorageDescriptor": storage, "Parameters": {}}


def usual(table: Table, values: Sequence[str]) -> str:
    """Where a partition is when nothing else is said."""
    names = [key["Name"] for key in table["PartitionKeys"]]
    return table["StorageDescriptor"]["Location"].rstrip("/") + "/" + folder(names, values)


def add(statement: model.AddPartitions, names: Names, table: Table) -> Lines:
    """ALTER TABLE ADD PARTITION."""
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    for each in statement.partitions:
        values = _values(each.values, table, whole=True)
        place = (each.location or usual(table, values)).rstrip("/") + "/"
        try:
            known.create(partition_input(table, values, place))
        except AwsError as error:
            if error.code != "AlreadyExistsException" or not statement.if_not_exists:
                raise Failure("FAILED", f"SemanticException {error.message}: {_shown(each)}") from error
    return Lines()


def drop(statement: model.DropPartitions, names: Names, table: Table) -> Lines:
    """ALTER TABLE DROP PARTITION; the files stay."""
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    for each in statement.partitions:
        _values(each.values, table, whole=False)
        chosen = [values for values in _all(known) if _fits(each.values, keys, values)]
        if not chosen and not statement.if_exists:
            raise Failure("FAILED", f"SemanticException [Error 10006]: Partition not found {_shown(each)}")
        for values in chosen:
            known.delete(values)
    return Lines()


def repair(names: Names, table: Table, objects: WritableObjects) -> Lines:
    """MSCK REPAIR TABLE: adds the partitions whose folders are there as `key=value`."""
    keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
    known = names.catalogue.partitions(table["DatabaseName"], table["Name"])
    there = {tuple(values) for values in _all(known)}
    added = []
    for values, place in _found(table["StorageDescriptor"]["Location"], keys, objects).items():
        if values not in there:
            known.create(partition_input(table, values, place))
            added.append(values)
    missing = [f"{table['Name']}:{_path(keys, values)}" for values in added]
    told = [f"Partitions not in metastore: {' '.join(missing)}"] if missing else []
    repaired = [f"Repair: Added partition to metastore {name}" for name in missing]
    return Lines(["result"], [[line] for line in (*told, *repaired)])


def show(names: Names, table: Table) -> Lines:
    """SHOW PARTITIONS."""
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if not keys:
        message = f"Table {table['DatabaseName']}.{table['Name']} is not a partitioned table"
        raise Failure("FAILED", f"Execution Error, return code 1. {message}")
    return Lines(["partition"], [[_path(keys, each["Values"])] for each in names.partitions(table)])


def find(names: Names, table: Table, values: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """Values and record of one partition. Raises SqlError: there is none."""
    wanted = _values(values, table, whole=True)
    try:
        return wanted, dict(names.catalogue.partitions(table["DatabaseName"], table["Name"]).find(wanted))
    except AwsError as error:
        raise Failure("FAILED", f"SemanticException [Error 10006]: Partition not found {dict(values)}") from error


def _found(location: str, keys: Sequence[str], objects: WritableObjects) -> dict[tuple[str, ...], str]:
    """Values and places of the partitions that have files."""
    bucket, prefix = address(location.rstrip("/") + "/")
    found = {}
    for item in objects.list(bucket, prefix):
        parts = item.key[len(prefix) :].split("/")[:-1]
        names = [part.partition("=")[0].lower() for part in parts[: len(keys)]]
        if names == list(keys):
            values = tuple(unquote(part.partition("=")[2]) for part in parts[: len(keys)])
            found[values] = f"s3://{bucket}/{prefix}{'/'.join(parts[: len(keys)])}/"
    return found


def _values(given: Mapping[str, str], table: Table, whole: bool) -> list[str]:
    keys = [key["Name"].lower() for key in table.get("PartitionKeys", [])]
    if set(given) - set(keys) or (whole and set(given) != set(keys)):
        message = f"SemanticException [Error 10001]: partition spec {dict(given)} does not fit the keys {keys}"
        raise Failure("FAILED", message)
    return [given[key] for key in keys if key in given]


def _fits(given: Mapping[str, str], keys: Sequence[str], values: Sequence[str]) -> bool:
    there = dict(zip((key.lower() for key in keys), values, strict=True))
    return all(there[key] == value for key, value in given.items())


def _all(known: Any) -> list[list[str]]:
    return [each["Values"] for each in known.all()]


def _path(keys: Sequence[str], values: Sequence[str]) -> str:
    return folder(keys, values).rstrip("/")


def _shown(partition: model.Partition) -> str:
    return ", ".join(f"{key}={value}" for key, value in partition.values.items())
