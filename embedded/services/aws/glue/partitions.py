"""The partitions of one table of the Data Catalog."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.glue.errors import exists, invalid, missing
from embedded.shared.sqlite import Database

_WHERE = 'WHERE region = ? AND database = ? AND name = ? AND "values" = ?'


class Partitions:
    """The partitions of a table. Its methods raise AwsError by Glue's codes.

    Parameters:
        db: the catalogue's.
        region: likewise.
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
        found = self._db.rows(f"SELECT body FROM partitions {_WHERE}", *self._key, json.dumps(list(values)))
        if not found:
            raise missing(f"Partition {list(values)}")
        return json.loads(found[0][0])

    def create(self, given: Mapping[str, Any]) -> None:
        """Add a partition.

        Parameters:
            given: as Glue's PartitionInput.

        Raises:
            AwsError: AlreadyExistsException; InvalidInputException if the values do not match the keys.
        """
        self.create_all([given])

    def create_all(self, given: Iterable[Mapping[str, Any]]) -> None:
        """Add partitions, all or none; arguments and errors as for `create`."""
        now = time.time()
        rows = [[*self._key, json.dumps(one["Values"]), json.dumps(self._body(one, now))] for one in given]
        try:
            with self._db.transaction() as db:
                db.executemany("INSERT INTO partitions VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError as error:
            raise exists("Partition") from error

    def update(self, values: Sequence[str], given: Mapping[str, Any]) -> None:
        """Replace what is said of a partition, its values too.

        Parameters:
            values: the partition's until now.
            given: as Glue's PartitionInput.

        Raises:
            AwsError: EntityNotFoundException, InvalidInputException, AlreadyExistsException for the new values.
        """
        old = self.find(values)
        body = self._body(given, old["CreationTime"])
        sql = f'UPDATE partitions SET "values" = ?, body = ? {_WHERE}'
        new = (json.dumps(body["Values"]), json.dumps(body))
        try:
            self._db.rows(sql, *new, *self._key, json.dumps(list(values)))
        except sqlite3.IntegrityError as error:
            raise exists("Partition") from error

    def delete(self, values: Sequence[str]) -> None:
        """Remove a partition; its objects stay in S3.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self.find(values)
        self._db.rows(f"DELETE FROM partitions {_WHERE}", *self._key, json.dumps(list(values)))

    def _body(self, given: Mapping[str, Any], created: float) -> dict[str, Any]:
        if len(given.get("Values", [])) != len(self.keys):
            raise invalid("The number of partition keys do not match the number of partition values")
        own = {"DatabaseName": self._key[1], "TableName": self._key[2], "CreationTime": created, "CatalogId": ACCOUNT}
        return {"Parameters": {}, **given, **own}
