"""The partitions of a table of the Data Catalog, on the disk."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.glue.errors import existing, invalid, missing
from embedded.shared.sqlite import Database

_WHERE = 'WHERE region = ? AND database = ? AND name = ? AND "values" = ?'


class PartitionStore:
    """The partitions of a table. Its methods raise AwsError with Glue's codes.

    Parameters:
        db: database of the catalogue.
        region: region of the catalogue.
        table: in Glue's shape.
    """

    def __init__(self, db: Database, region: str, table: Mapping[str, Any]) -> None:
        self._db = db
        self._table = table
        self._key = (region, table["DatabaseName"], table["Name"])

    @property
    def keys(self) -> list[Mapping[str, Any]]:
        """Names and types of the table's partition keys."""
        return self._table["PartitionKeys"]

    def all(self) -> list[dict[str, Any]]:
        """All partitions in Glue's shape, by their values."""
        sql = 'SELECT body FROM partitions WHERE region = ? AND database = ? AND name = ? ORDER BY "values"'
        return [json.loads(body) for (body,) in self._db.rows(sql, *self._key)]

    def find(self, values: Sequence[str]) -> dict[str, Any]:
        """A partition in Glue's shape.

        Parameters:
            values: in the order of the partition keys.

        Raises:
            AwsError: EntityNotFoundException.
        """
        rows = self._db.rows(f"SELECT body FROM partitions {_WHERE}", *self._key, json.dumps(list(values)))
        if not rows:
            raise missing(f"Partition {list(values)}")
        return json.loads(rows[0][0])

    def create(self, partition: Mapping[str, Any]) -> None:
        """Add a partition.

        Parameters:
            partition: as Glue's PartitionInput.

        Raises:
            AwsError: AlreadyExistsException; InvalidInputException if the values do not match the keys.
        """
        self.create_all([partition])

    def create_all(self, partitions: Iterable[Mapping[str, Any]]) -> None:
        """Add partitions in one transaction; argument and errors as for `create`."""
        now = time.time()
        rows = [[*self._key, json.dumps(item["Values"]), json.dumps(self._body(item, now))] for item in partitions]
        try:
            with self._db.transaction() as db:
                db.executemany("INSERT INTO partitions VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise existing("Partition") from error

    def update(self, values: Sequence[str], partition: Mapping[str, Any]) -> None:
        """Replace a partition, its values too.

        Parameters:
            values: current values of the partition.
            partition: as Glue's PartitionInput.

        Raises:
            AwsError: EntityNotFoundException, InvalidInputException, AlreadyExistsException for the new values.
        """
        old = self.find(values)
        body = self._body(partition, old["CreationTime"])
        sql = f'UPDATE partitions SET "values" = ?, body = ? {_WHERE}'
        new = (json.dumps(body["Values"]), json.dumps(body))
        try:
            self._db.rows(sql, *new, *self._key, json.dumps(list(values)))
        except sqlite3.IntegrityError as error:
            raise existing("Partition") from error

    def delete(self, values: Sequence[str]) -> None:
        """Delete a partition; its objects stay in S3.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self.find(values)
        self._db.rows(f"DELETE FROM partitions {_WHERE}", *self._key, json.dumps(list(values)))

    def _body(self, partition: Mapping[str, Any], created: float) -> dict[str, Any]:
        if len(partition.get("Values", [])) != len(self.keys):
            raise invalid("The number of partition keys do not match the number of partition values")
        own = {"DatabaseName": self._key[1], "TableName": self._key[2], "CreationTime": created, "CatalogId": ACCOUNT}
        return {"Parameters": {}, **partition, **own}
