"""Query executions and work groups on the disk, as dictionaries in Athena's shapes."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.services.aws.athena.errors import invalid_request
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS executions (
    id TEXT PRIMARY KEY, region TEXT NOT NULL, workgroup TEXT NOT NULL, submitted REAL NOT NULL, token TEXT,
    request TEXT NOT NULL, record TEXT NOT NULL, metadata TEXT, updated INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_group ON executions (region, workgroup, submitted);
CREATE UNIQUE INDEX IF NOT EXISTS by_token ON executions (region, token) WHERE token IS NOT NULL;
CREATE TABLE IF NOT EXISTS workgroups (
    region TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (region, name)) WITHOUT ROWID;
"""
_KEPT_SECONDS = 45 * 24 * 3600
"""Athena's own: https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html"""
_RUNNING = ("QUEUED", "RUNNING")
PRIMARY = "primary"
"""The work group that exists in every region and cannot be deleted."""
ENGINE = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
Json = dict[str, Any]


def open_database(file: Path) -> Database:
    """Open Athena's database: interrupted queries become FAILED, and old ones are deleted."""
    db = Database(file, _TABLES)
    db.rows("DELETE FROM executions WHERE submitted < ?", time.time() - _KEPT_SECONDS)
    for name, record in db.rows("SELECT id, record FROM executions"):
        kept = json.loads(record)
        if kept["Status"]["State"] in _RUNNING:
            kept["Status"] |= {
                "State": "FAILED",
                "StateChangeReason": "GENERIC_INTERNAL_ERROR: The service was stopped while the query ran",
                "CompletionDateTime": time.time(),
                "AthenaError": {"ErrorCategory": 1, "ErrorType": 1, "Retryable": True},
            }
            db.rows("UPDATE executions SET record = ? WHERE id = ?", json.dumps(kept), name)
    return db


class ExecutionStore:
    """The query executions of all regions.

    Parameters:
        db: from `open_database`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, region: str, record: Json, token: str | None, request: Json) -> str:
        """Insert a query, unless a query with its token exists.

        Parameters:
            region: region of the query.
            record: execution in the shape of GetQueryExecution.
            token: idempotency token of the client.
            request: the client's request, which is compared for the same token.

        Returns:
            The id of the new or the existing query.

        Raises:
            ValueError: the existing query has another request.
        """
        wanted = json.dumps(request, sort_keys=True)
        with self._db.transaction() as db:
            sql = "SELECT id, request FROM executions WHERE region = ? AND token = ?"
            known = db.execute(sql, (region, token)).fetchone() if token else None
            if known:
                if known[1] != wanted:
                    raise ValueError(token)
                return known[0]
            name, submitted = record["QueryExecutionId"], record["Status"]["SubmissionDateTime"]
            values = (name, region, record["WorkGroup"], submitted, token, wanted, json.dumps(record))
            db.execute("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", values)
        return name

    def find(self, region: str, name: str) -> Json | None:
        """A query in the shape of GetQueryExecution; None if there is none."""
        rows = self._db.rows("SELECT record FROM executions WHERE region = ? AND id = ?", region, name)
        return json.loads(rows[0][0]) if rows else None

    def put(self, record: Json, metadata: list[Json] | None = None, updated: int | None = None) -> None:
        """Update a query.

        Parameters:
            record: execution in the shape of GetQueryExecution.
            metadata: metadata of the result's columns.
            updated: number of written rows.
        """
        sql = "UPDATE executions SET record = ?, metadata = ?, updated = ? WHERE id = ?"
        columns = json.dumps(metadata) if metadata is not None else None
        self._db.rows(sql, json.dumps(record), columns, updated, record["QueryExecutionId"])

    def result(self, name: str) -> tuple[list[Json], int | None]:
        """The metadata of a result's columns, and the number of written rows."""
        ((metadata, updated),) = self._db.rows("SELECT metadata, updated FROM executions WHERE id = ?", name)
        return json.loads(metadata or "[]"), updated

    def list_ids(self, region: str, workgroup: str) -> list[tuple[float, str]]:
        """Times of submission and ids of the queries of a work group, the latest first."""
        sql = "SELECT submitted, id FROM executions WHERE region = ? AND workgroup = ? ORDER BY submitted DESC, id DESC"
        return self._db.rows(sql, region, workgroup)


class WorkGroupStore:
    """The work groups of all regions.

    Parameters:
        db: from `open_database`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self.transaction = db.transaction

    def names(self, region: str) -> list[str]:
        """Names of all work groups, in order."""
        rows = self._db.rows("SELECT name FROM workgroups WHERE region = ?", region)
        return sorted({PRIMARY, *(name for (name,) in rows)})

    def find(self, region: str, name: str) -> Json:
        """A work group in the shape of GetWorkGroup.

        Raises:
            AwsError: there is no such work group.
        """
        rows = self._db.rows("SELECT record FROM workgroups WHERE region = ? AND name = ?", region, name)
        if rows:
            return json.loads(rows[0][0])
        if name == PRIMARY:
            return group_record(PRIMARY, None, {"EnforceWorkGroupConfiguration": False}, created=0)
        raise invalid_request(f"WorkGroup {name} is not found.", "WORKGROUP_NOT_FOUND")

    def save(self, region: str, group: Json) -> None:
        """Insert or replace a work group."""
        values = (region, group["Name"], json.dumps(group))
        self._db.rows("INSERT OR REPLACE INTO workgroups VALUES (?, ?, ?)", *values)

    def has_executions(self, region: str, name: str) -> bool:
        """Whether a work group has query executions."""
        sql = "SELECT 1 FROM executions WHERE region = ? AND workgroup = ? LIMIT 1"
        return bool(self._db.rows(sql, region, name))

    def delete(self, region: str, name: str) -> None:
        """Delete a work group and its query executions."""
        with self._db.transaction() as db:
            db.execute("DELETE FROM executions WHERE region = ? AND workgroup = ?", (region, name))
            db.execute("DELETE FROM workgroups WHERE region = ? AND name = ?", (region, name))


def group_record(name: str, description: str | None, settings: Mapping[str, Any], created: float) -> Json:
    """A work group in the shape of GetWorkGroup.

    Parameters:
        name: name of the group.
        description: its description, if any.
        settings: its configuration.
        created: time of creation in seconds since 1970.
    """
    configuration = {"EngineVersion": ENGINE, "PublishCloudWatchMetricsEnabled": False, **settings}
    record = {"Name": name, "State": "ENABLED", "Configuration": configuration, "CreationTime": created}
    return record | ({"Description": description} if description is not None else {})
