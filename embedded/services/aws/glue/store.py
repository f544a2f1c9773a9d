"""The Data Catalog on the disk: databases, tables, versions and partitions, as dictionaries in Glue's shapes.

Names of databases and tables are stored in lower case, as Glue does for Hive
(https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.errors import existing, missing
from embedded.services.aws.glue.partition_store import PartitionStore
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS databases (
    region TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (region, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tables (
    region TEXT, database TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (region, database, name),
    FOREIGN KEY (region, database) REFERENCES databases ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    region TEXT, database TEXT, name TEXT, version INTEGER, body TEXT NOT NULL,
    PRIMARY KEY (region, database, name, version),
    FOREIGN KEY (region, database, name) REFERENCES tables ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS partitions (
    region TEXT, database TEXT, name TEXT, "values" TEXT, body TEXT NOT NULL,
    PRIMARY KEY (region, database, name, "values"),
    FOREIGN KEY (region, database, name) REFERENCES tables ON DELETE CASCADE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crawlers (
    region TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (region, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS crawls (
    region TEXT, crawler TEXT, id TEXT, started REAL NOT NULL, body TEXT NOT NULL, PRIMARY KEY (region, crawler, id),
    FOREIGN KEY (region, crawler) REFERENCES crawlers ON DELETE CASCADE) WITHOUT ROWID;
"""
Body = dict[str, Any]
"""A database, a table or a partition in Glue's shape, times in seconds since 1970."""

_STORAGE_DEFAULTS = {"Compressed": False, "NumberOfBuckets": 0, "SortColumns": [], "StoredAsSubDirectories": False}


def open_database(file: Path) -> Database:
    """Open the database of all catalogues, crawlers and crawls."""
    return Database(file, _TABLES)


class Catalogue:
    """The Data Catalog of one region. Its methods raise AwsError with Glue's codes; any thread may call them.

    Parameters:
        db: from `open_database`.
        region: such as `ap-southeast-2`.
    """

    def __init__(self, db: Database, region: str) -> None:
        self.db = db
        self.region = region

    def databases(self) -> list[Body]:
        """All databases, by name."""
        return _bodies(self.db.rows("SELECT body FROM databases WHERE region = ? ORDER BY name", self.region))

    def database(self, name: str) -> Body:
        """A database.

        Raises:
            AwsError: EntityNotFoundException.
        """
        sql = "SELECT body FROM databases WHERE region = ? AND name = ?"
        return _first_body(self.db.rows(sql, self.region, name.lower()), f"Database {name}")

    def create_database(self, members: Mapping[str, Any]) -> None:
        """Create a database.

        Parameters:
            members: as Glue's DatabaseInput.

        Raises:
            AwsError: AlreadyExistsException.
        """
        name = members["Name"].lower()
        body = {**members, "Name": name, "CreateTime": time.time(), "CatalogId": ACCOUNT}
        try:
            self.db.rows("INSERT INTO databases VALUES (?, ?, ?)", self.region, name, json.dumps(body))
        except sqlite3.IntegrityError as error:
            raise existing("Database") from error

    def update_database(self, name: str, members: Mapping[str, Any]) -> None:
        """Replace the members of a database; arguments as for `create_database`."""
        kept = {key: self.database(name)[key] for key in ("Name", "CreateTime", "CatalogId")}
        sql = "UPDATE databases SET body = ? WHERE region = ? AND name = ?"
        self.db.rows(sql, json.dumps({**members, **kept}), self.region, kept["Name"])

    def delete_database(self, name: str) -> None:
        """Delete a database with its tables; the objects stay in S3."""
        self.database(name)
        self.db.rows("DELETE FROM databases WHERE region = ? AND name = ?", self.region, name.lower())

    def tables(self, database: str) -> list[Body]:
        """The tables of a database, by name.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self.database(database)
        sql = "SELECT body FROM tables WHERE region = ? AND database = ? ORDER BY name"
        return _bodies(self.db.rows(sql, self.region, database.lower()))

    def table(self, database: str, name: str) -> Body:
        """A table; its `VersionId` is the latest.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self.database(database)
        sql = "SELECT body FROM tables WHERE region = ? AND database = ? AND name = ?"
        return _first_body(self.db.rows(sql, self.region, database.lower(), name.lower()), f"Table {name}")

    def create_table(self, database: str, members: Mapping[str, Any]) -> None:
        """Create a table with version 0.

        Parameters:
            database: its database.
            members: as Glue's TableInput.

        Raises:
            AwsError: AlreadyExistsException, EntityNotFoundException.
        """
        self.database(database)
        now = time.time()
        body = self._table(database, members, "0", now, now)
        key = (self.region, body["DatabaseName"], body["Name"])
        try:
            self.db.rows("INSERT INTO tables VALUES (?, ?, ?, ?)", *key, json.dumps(body))
        except sqlite3.IntegrityError as error:
            raise existing("Table") from error

    def update_table(
        self, database: str, members: Mapping[str, Any], archive: bool = True, version: str | None = None
    ) -> None:
        """Replace the members of a table; its partitions stay.

        Parameters:
            database: its database.
            members: as Glue's TableInput; its name selects the table.
            archive: whether to keep the current version.
            version: required latest version; None for any.

        Raises:
            AwsError: EntityNotFoundException, VersionMismatchException.
        """
        with self.db.transaction() as db:
            old = self.table(database, members["Name"])
            if version not in (None, old["VersionId"]):
                message = f"Version {version} is not the latest of table {old['Name']}, which is {old['VersionId']}."
                raise AwsError("VersionMismatchException", message)
            key = [self.region, old["DatabaseName"], old["Name"]]
            if archive:
                values = [*key, int(old["VersionId"]), json.dumps(old)]
                db.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", values)
            body = self._table(database, members, str(int(old["VersionId"]) + 1), old["CreateTime"], time.time())
            sql = "UPDATE tables SET body = ? WHERE region = ? AND database = ? AND name = ?"
            db.execute(sql, [json.dumps(body), *key])

    def delete_table(self, database: str, name: str) -> None:
        """Delete a table with its versions and partitions; the objects stay in S3.

        Raises:
            AwsError: EntityNotFoundException.
        """
        body = self.table(database, name)
        sql = "DELETE FROM tables WHERE region = ? AND database = ? AND name = ?"
        self.db.rows(sql, self.region, body["DatabaseName"], body["Name"])

    def versions(self, database: str, name: str) -> list[Body]:
        """All versions of a table, the latest first."""
        sql = "SELECT body FROM versions WHERE region = ? AND database = ? AND name = ? ORDER BY version DESC"
        latest = self.table(database, name)
        return [latest, *_bodies(self.db.rows(sql, self.region, database.lower(), name.lower()))]

    def version(self, database: str, name: str, version: str) -> Body:
        """A version of a table.

        Parameters:
            database: its database.
            name: its name.
            version: a `VersionId`.

        Raises:
            AwsError: EntityNotFoundException.
        """
        matching = (body for body in self.versions(database, name) if body["VersionId"] == version)
        body = next(matching, None)
        if body is None:
            raise missing(f"Version {version} of table {name}")
        return body

    def delete_version(self, database: str, name: str, version: str) -> None:
        """Delete an earlier version of a table.

        Parameters:
            database: its database.
            name: its name.
            version: a `VersionId`.

        Raises:
            AwsError: EntityNotFoundException; InvalidInputException for the latest version.
        """
        if self.version(database, name, version) == self.table(database, name):
            message = f"Version {version} is the latest of table {name}, which cannot be deleted."
            raise AwsError("InvalidInputException", message)
        sql = "DELETE FROM versions WHERE region = ? AND database = ? AND name = ? AND version = ?"
        self.db.rows(sql, self.region, database.lower(), name.lower(), int(version))

    def partitions(self, database: str, table: str) -> PartitionStore:
        """The partitions of a table.

        Raises:
            AwsError: EntityNotFoundException.
        """
        return PartitionStore(self.db, self.region, self.table(database, table))

    def _table(self, database: str, members: Mapping[str, Any], version: str, created: float, updated: float) -> Body:
        storage = {"StorageDescriptor": {**_STORAGE_DEFAULTS, **members.get("StorageDescriptor", {})}}
        return {
            **{"Retention": 0, "PartitionKeys": [], "Parameters": {}},
            **members,
            **storage,
            "Name": members["Name"].lower(),
            "DatabaseName": database.lower(),
            "CreateTime": created,
            "UpdateTime": updated,
            "CreatedBy": f"arn:aws:iam::{ACCOUNT}:root",
            "IsRegisteredWithLakeFormation": False,
            "CatalogId": ACCOUNT,
            "VersionId": version,
        }


def _bodies(rows: list[tuple[Any, ...]]) -> list[Body]:
    return [json.loads(body) for (body,) in rows]


def _first_body(rows: list[tuple[Any, ...]], what: str) -> Body:
    if not rows:
        raise missing(what)
    return json.loads(rows[0][0])
