"""What is known of every query, on the disk."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from embedded.services.aws.athena import workgroups
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS executions (
    id TEXT PRIMARY KEY, region TEXT NOT NULL, workgroup TEXT NOT NULL, submitted REAL NOT NULL, token TEXT,
    request TEXT NOT NULL, record TEXT NOT NULL, metadata TEXT, updated INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_group ON executions (region, workgroup, submitted);
CREATE UNIQUE INDEX IF NOT EXISTS by_token ON executions (region, token) WHERE token IS NOT NULL;
"""
_KEPT_SECONDS = 45 * 24 * 3600
"""Athena's own: https://docs.aws.amazon.com/athena/latest/ug/queries-viewing-history.html"""
_RUNNING = ("QUEUED", "RUNNING")
Json = dict[str, Any]


def open_database(file: Path) -> Database:
    """The database of Athena; queries that ran when the process died are FAILED from now on, old ones are forgotten."""
    db = Database(file, _TABLES + workgroups.TABLES)
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


class Executions:
    """The queries of all regions.

    Parameters:
        db: by `open_database`.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, region: str, record: Json, token: str | None, request: Json) -> str:
        """Keep a new query, unless the same was asked for before by its token.

        Parameters:
            region: where.
            record: as GetQueryExecution tells it.
            token: of the client.
            request: what it asked for.

        Returns:
            The id of the query: a new one's, or the older one's.

        Raises:
            ValueError: something else was asked for by that token.
        """
        asked = json.dumps(request, sort_keys=True)
        with self._db.transaction() as db:
            sql = "SELECT id, request FROM executions WHERE region = ? AND token = ?"
            known = db.execute(sql, (region, token)).fetchone() if token else None
            if known:
                if known[1] != asked:
                    raise ValueError(token)
                return known[0]
            name, submitted = record["QueryExecutionId"], record["Status"]["SubmissionDateTime"]
            values = (name, region, record["WorkGroup"], submitted, token, asked, json.dumps(record))
            db.execute("INSERT INTO executions VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", values)
        return name

    def find(self, region: str, name: str) -> Json | None:
        """A query as GetQueryExecution tells it."""
        found = self._db.rows("SELECT record FROM executions WHERE region = ? AND id = ?", region, name)
        return json.loads(found[0][0]) if found else None

    def put(self, record: Json, metadata: list[Json] | None = None, updated: int | None = None) -> None:
        """Keep what has become of a query.

        Parameters:
            record: as GetQueryExecution tells it.
            metadata: of the result's columns.
            updated: rows that were written.
        """
        sql = "UPDATE executions SET record = ?, metadata = ?, updated = ? WHERE id = ?"
        told = json.dumps(metadata) if metadata is not None else None
        self._db.rows(sql, json.dumps(record), told, updated, record["QueryExecutionId"])

    def result(self, name: str) -> tuple[list[Json], int | None]:
        """The metadata of a result's columns, and the rows that were written."""
        ((metadata, updated),) = self._db.rows("SELECT metadata, updated FROM executions WHERE id = ?", name)
        return json.loads(metadata or "[]"), updated

    def listed(self, region: str, workgroup: str) -> list[tuple[float, str]]:
        """When the queries of a work group were submitted, and their ids; the latest first."""
        sql = "SELECT submitted, id FROM executions WHERE region = ? AND workgroup = ? ORDER BY submitted DESC, id DESC"
        return self._db.rows(sql, region, workgroup)
