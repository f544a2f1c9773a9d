"""Glue's operations on partitions; see `embedded.services.aws.glue.api` for the manner."""

from __future__ import annotations

import zlib

from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.api import Output, failures, listed, own_catalogue
from embedded.services.aws.glue.catalogue import Body
from embedded.services.aws.glue.expression import Expression
from embedded.services.aws.glue.partitions import Partitions
from embedded.services.aws.protocol.dispatcher import Call
from embedded.shared.sqlite import Database


class PartitionOperations:
    """Operations on partitions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partition_input: Body,
        catalog_id: str | None = None,
    ) -> None:
        self._of(call, database_name, table_name, catalog_id).create(partition_input)

    def batch_create_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partition_input_list: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        partitions = self._of(call, database_name, table_name, catalog_id)
        with self._db.transaction():
            return {"Errors": failures(partition_input_list, partitions.create, _told, "ErrorDetail")}

    def get_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partition_values: list[str],
        catalog_id: str | None = None,
    ) -> Output:
        return {"Partition": self._of(call, database_name, table_name, catalog_id).find(partition_values)}

    def batch_get_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partitions_to_get: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        partitions = self._of(call, database_name, table_name, catalog_id)
        found = []
        for wanted in partitions_to_get:  # those that are not there are left out, as Glue does
            try:
                found.append(partitions.find(wanted["Values"]))
            except AwsError:
                continue
        return {"Partitions": found, "UnprocessedKeys": []}

    def get_partitions(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        expression: str | None = None,
        segment: Body | None = None,
        exclude_column_schema: bool = False,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        partitions = self._of(call, database_name, table_name, catalog_id)
        condition = Expression(expression, partitions.keys)
        found = [one for one in partitions.all() if _in(segment, one) and condition.chooses(one["Values"])]
        if exclude_column_schema:
            for one in found:
                one.get("StorageDescriptor", {}).pop("Columns", None)
        return listed("Partitions", found, lambda one: one["Values"], next_token, max_results)

    def update_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partition_value_list: list[str],
        partition_input: Body,
        catalog_id: str | None = None,
    ) -> None:
        self._of(call, database_name, table_name, catalog_id).update(partition_value_list, partition_input)

    def batch_update_partition(
        self, call: Call, database_name: str, table_name: str, entries: list[Body], catalog_id: str | None = None
    ) -> Output:
        partitions = self._of(call, database_name, table_name, catalog_id)

        def update(entry: Body) -> None:
            partitions.update(entry["PartitionValueList"], entry["PartitionInput"])

        def told(entry: Body) -> Body:
            return {"PartitionValueList": entry["PartitionValueList"]}

        with self._db.transaction():
            return {"Errors": failures(entries, update, told, "ErrorDetail")}

    def delete_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partition_values: list[str],
        catalog_id: str | None = None,
    ) -> None:
        self._of(call, database_name, table_name, catalog_id).delete(partition_values)

    def batch_delete_partition(
        self,
        call: Call,
        database_name: str,
        table_name: str,
        partitions_to_delete: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        partitions = self._of(call, database_name, table_name, catalog_id)
        with self._db.transaction():
            delete = partitions.delete
            errors = failures(partitions_to_delete, lambda one: delete(one["Values"]), _told, "ErrorDetail")
        return {"Errors": errors}

    def _of(self, call: Call, database: str, table: str, catalog_id: str | None) -> Partitions:
        return own_catalogue(self._db, call, catalog_id).partitions(database, table)


def _told(given: Body) -> Body:
    return {"PartitionValues": given.get("Values", [])}


def _in(segment: Body | None, partition: Body) -> bool:
    """Whether a partition is in the part of the list that one of several readers asks for."""
    if segment is None:
        return True
    digest = zlib.crc32("/".join(partition["Values"]).encode())
    return digest % segment["TotalSegments"] == segment["SegmentNumber"]
