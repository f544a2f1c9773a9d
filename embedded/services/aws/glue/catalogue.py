"""The Data Catalog on the disk: databases, tables, versions and partitions, as dictionaries in Glue's shapes.

Names of databases and tables are kept in lower case, as Glue does for Hive
(https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from embedded.services.aws.account import ACCOUNT
from embedded.services.aws.errors import AwsError
from embedded.services.aws.glue.errors import exists, missing
from embedded.services.aws.glue.partitions import Partitions
from embedded.shared.sqlite import Database

TABLES = """
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
"""Statements for `Database`."""

Body = dict[str, Any]
"""A database, a table or a partition in Glue's shape, times in seconds since 1970."""

_STORAGE_DEFAULTS = {"Compressed": False, "NumberOfBuckets": 0, "SortColumns": [], "StoredAsSubDirectories": False}


class Catalogue:
    """The Data Catalog of one region. Its methods raise AwsError by Glue's codes; any thread may call them.

    Parameters:
        db: made with `TABLES`.
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
        return _only(self.db.rows(sql, self.region, name.lower()), f"Database {name}")

    def create_database(self, given: Mapping[str, Any]) -> None:
        """Make a database.

        Parameters:
            given: as Glue's DatabaseInput.

        Raises:
            AwsError: AlreadyExistsException.
        """
        name = given["Name"].lower()
        body = {**given, "Name": name, "CreateTime": time.time(), "CatalogId": ACCOUNT}
        try:
            self.db.rows("INSERT INTO databases VALUES (?, ?, ?)", self.region, name, json.dumps(body))
        except sqlite3.IntegrityError as error:
            raise exists("Database") from error

    def update_database(self, name: str, given: Mapping[str, Any]) -> None:
        """Replace what is said of a database; arguments as for `create_database`."""
        kept = {key: self.database(name)[key] for key in ("Name", "CreateTime", "CatalogId")}
        sql = "UPDATE databases SET body = ? WHERE region = ? AND name = ?"
        self.db.rows(sql, json.dumps({**given, **kept}), self.region, kept["Name"])

    def delete_database(self, name: str) -> None:
        """Remove a database with its tables; the objects stay in S3."""
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
        """A table; `VersionId` is that of its latest version.

        Raises:
            AwsError: EntityNotFoundException.
        """
        self.database(database)
        sql = "SELECT body FROM tables WHERE region = ? AND database = ? AND name = ?"
        return _only(self.db.rows(sql, self.region, database.lower(), name.lower()), f"Table {name}")

    def create_table(self, database: str, given: Mapping[str, Any]) -> None:
        """Make a table, as version 0.

        Parameters:
            database: its database.
            given: as Glue's TableInput.

        Raises:
            AwsError: AlreadyExistsException, EntityNotFoundException.
        """
        self.database(database)
        now = time.time()
        body = self._table(database, given, "0", now, now)
        key = (self.region, body["DatabaseName"], body["Name"])
        try:
            self.db.rows("INSERT INTO tables VALUES (?, ?, ?, ?)", *key, json.dumps(body))
        except sqlite3.IntegrityError as error:
            raise exists("Table") from error

    def update_table(
        self, database: str, given: Mapping[str, Any], archive: bool = True, version: str | None = None
    ) -> None:
        """Replace what is said of a table; its partitions stay.

        Parameters:
            database: its database.
            given: as Glue's TableInput; its name says which table.
            archive: whether the version until now can still be asked for.
            version: the version that must be the latest; None for any.

        Raises:
            AwsError: EntityNotFoundException, VersionMismatchException.
        """
        with self.db.transaction() as db:
            old = self.table(database, given["Name"])
            if version not in (None, old["VersionId"]):
                message = f"Version {version} is not the latest of table {old['Name']}, which is {old['VersionId']}."
                raise AwsError("VersionMismatchException", message)
            key = [self.region, old["DatabaseName"], old["Name"]]
            if archive:
                values = [*key, int(old["VersionId"]), json.dumps(old)]
                db.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", values)
            body = self._table(database, given, str(int(old["VersionId"]) + 1), old["CreateTime"], time.time())
            sql = "UPDATE tables SET body = ? WHERE region = ? AND database = ? AND name = ?"
            db.execute(sql, [json.dumps(body), *key])

    def delete_table(self, database: str, name: str) -> None:
        """Remove a table with its versions and partitions; the objects stay in S3.

        Raises:
            AwsError: EntityNotFoundException.
        """
        body = self.table(database, name)
        sql = "DELETE FROM tables WHERE region = ? AND database = ? AND name = ?"
        self.db.rows(sql, self.region, body["DatabaseName"], body["Name"])

    def versions(self, database: str, name: str) -> list[Body]:
        """A table as it is and was, the latest first."""
        sql = "SELECT body FROM versions WHERE region = ? AND database = ? AND name = ? ORDER BY version DESC"
        latest = self.table(database, name)
        return [latest, *_bodies(self.db.rows(sql, self.region, database.lower(), name.lower()))]

    def version(self, database: str, name: str, version: str) -> Body:
        """A table as it was at a version.

        Raises:
            AwsError: EntityNotFoundException.
        """
        found = (body for body in self.versions(database, name) if body["VersionId"] == version)
        body = next(found, None)
        if body is None:
            raise missing(f"Version {version} of table {name}")
        return body

    def delete_version(self, database: str, name: str, version: str) -> None:
        """Forget an earlier version of a table.

        Raises:
            AwsError: EntityNotFoundException; InvalidInputException for the latest version.
        """
        if self.version(database, name, version) == self.table(database, name):
            message = f"Version {version} is the latest of table {name}, which cannot be deleted."
            raise AwsError("InvalidInputException", message)
        sql = "DELETE FROM versions WHERE region = ? AND database = ? AND name = ? AND version = ?"
        self.db.rows(sql, self.region, database.lower(), name.lower(), int(version))

    def partitions(self, database: str, table: str) -> Partitions:
        """The partitions of a table.

        Raises:
            AwsError: EntityNotFoundException.
        """
        return Partitions(self.db, self.region, self.table(database, table))

    def _table(self, database: str, given: Mapping[str, Any], version: str, created: float, updated: float) -> Body:
        storage = {"StorageDescriptor": {**_STORAGE_DEFAULTS, **given.get("StorageDescriptor", {})}}
        return {
            **{"Retention": 0, "PartitionKeys": [], "Parameters": {}},
            **given,
            **storage,
            "Name": given["Name"].lower(),
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


def _only(rows: list[tuple[Any, ...]], what: str) -> Body:
    if not rows:
        raise missing(what)
    return json.loads(rows[0][0])
