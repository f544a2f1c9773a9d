"""Glue's operations on partitions.

Source: https://docs.aws.amazon.com/glue/latest/webapi/API_Operations.html.
"""

from __future__ import annotations

import zlib

from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.common import Output, batch_errors, list_response, open_catalogue
from embedded.services.aws.glue.partition_expression import PartitionExpression
from embedded.services.aws.glue.partition_store import PartitionStore
from embedded.services.aws.glue.store import Body
from embedded.services.aws.protocol.request import Request
from embedded.shared.sqlite import Database


class Partitions:
    """Operations on partitions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def create_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partition_input: Body,
        catalog_id: str | None = None,
    ) -> None:
        """CreatePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartition.html
        """
        self._of(request, database_name, table_name, catalog_id).create(partition_input)

    def batch_create_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partition_input_list: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        """BatchCreatePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html
        """
        partitions = self._of(request, database_name, table_name, catalog_id)
        with self._db.transaction():
            return {"Errors": batch_errors(partition_input_list, partitions.create, _identify, "ErrorDetail")}

    def get_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partition_values: list[str],
        catalog_id: str | None = None,
    ) -> Output:
        """GetPartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartition.html
        """
        return {"Partition": self._of(request, database_name, table_name, catalog_id).find(partition_values)}

    def batch_get_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partitions_to_get: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        """BatchGetPartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html
        """
        partitions = self._of(request, database_name, table_name, catalog_id)
        existing = []
        for wanted in partitions_to_get:  # missing ones are left out, as Glue does
            try:
                existing.append(partitions.find(wanted["Values"]))
            except AwsError:
                continue
        return {"Partitions": existing, "UnprocessedKeys": []}

    def get_partitions(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        expression: str | None = None,
        segment: Body | None = None,
        exclude_column_schema: bool = False,
        catalog_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Output:
        """GetPartitions.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
        """
        partitions = self._of(request, database_name, table_name, catalog_id)
        condition = PartitionExpression(expression, partitions.keys)
        bodies = [body for body in partitions.all() if _in(segment, body) and condition.matches(body["Values"])]
        if exclude_column_schema:
            for body in bodies:
                body.get("StorageDescriptor", {}).pop("Columns", None)
        return list_response("Partitions", bodies, lambda body: body["Values"], next_token, max_results)

    def update_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partition_value_list: list[str],
        partition_input: Body,
        catalog_id: str | None = None,
    ) -> None:
        """UpdatePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html
        """
        self._of(request, database_name, table_name, catalog_id).update(partition_value_list, partition_input)

    def batch_update_partition(
        self, request: Request, database_name: str, table_name: str, entries: list[Body], catalog_id: str | None = None
    ) -> Output:
        """BatchUpdatePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html
        """
        partitions = self._of(request, database_name, table_name, catalog_id)

        def update(entry: Body) -> None:
            partitions.update(entry["PartitionValueList"], entry["PartitionInput"])

        def identify(entry: Body) -> Body:
            return {"PartitionValueList": entry["PartitionValueList"]}

        with self._db.transaction():
            return {"Errors": batch_errors(entries, update, identify, "ErrorDetail")}

    def delete_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partition_values: list[str],
        catalog_id: str | None = None,
    ) -> None:
        """DeletePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartition.html
        """
        self._of(request, database_name, table_name, catalog_id).delete(partition_values)

    def batch_delete_partition(
        self,
        request: Request,
        database_name: str,
        table_name: str,
        partitions_to_delete: list[Body],
        catalog_id: str | None = None,
    ) -> Output:
        """BatchDeletePartition.

        Parameters: as in https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html
        """
        partitions = self._of(request, database_name, table_name, catalog_id)
        with self._db.transaction():
            delete = partitions.delete
            errors = batch_errors(partitions_to_delete, lambda item: delete(item["Values"]), _identify, "ErrorDetail")
        return {"Errors": errors}

    def _of(self, request: Request, database: str, table: str, catalog_id: str | None) -> PartitionStore:
        return open_catalogue(self._db, request, catalog_id).partitions(database, table)


def _identify(partition: Body) -> Body:
    return {"PartitionValues": partition.get("Values", [])}


def _in(segment: Body | None, partition: Body) -> bool:
    """Whether a partition belongs to a segment of the list, which parallel readers use."""
    if segment is None:
        return True
    digest = zlib.crc32("/".join(partition["Values"]).encode())
    return digest % segment["TotalSegments"] == segment["SegmentNumber"]
