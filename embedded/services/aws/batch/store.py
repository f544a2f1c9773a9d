"""Compute environments, job queues, job definitions and jobs on the disk, as dictionaries in Batch's shapes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS resources (
    kind TEXT, region TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, region, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS definitions (
    region TEXT, name TEXT, revision INTEGER, body TEXT NOT NULL, PRIMARY KEY (region, name, revision)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, region TEXT NOT NULL, queue TEXT NOT NULL,
    status TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status);
"""
ENVIRONMENT, QUEUE = "compute-environment", "job-queue"
"""The kinds of resources, as in their ARNs."""

Body = dict[str, Any]


class BatchStore:
    """All resources and jobs; any thread may use the store.

    Parameters:
        file: path of the database.
    """

    def __init__(self, file: Path) -> None:
        self._db = Database(file, _TABLES)

    def transaction(self) -> AbstractContextManager[Any]:
        """Several calls in one transaction."""
        return self._db.transaction()

    def resources(self, kind: str, region: str) -> list[Body]:
        """All resources of a kind, by name."""
        rows = self._db.rows("SELECT body FROM resources WHERE kind = ? AND region = ? ORDER BY name", kind, region)
        return _bodies(rows)

    def resource(self, kind: str, region: str, reference: str) -> Body | None:
        """A resource by its name or ARN; None if there is none.

        Parameters:
            kind: `ENVIRONMENT` or `QUEUE`.
            region: region of the resource.
            reference: name or ARN.
        """
        name = reference.rpartition("/")[2]
        rows = self._db.rows(
            "SELECT body FROM resources WHERE kind = ? AND region = ? AND name = ?", kind, region, name
        )
        return json.loads(rows[0][0]) if rows else None

    def save_resource(self, kind: str, region: str, name: str, body: Mapping[str, Any]) -> None:
        """Insert or replace a resource.

        Parameters:
            kind: `ENVIRONMENT` or `QUEUE`.
            region: region of the resource.
            name: name of the resource.
            body: in Batch's shape.
        """
        self._db.rows("INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?)", kind, region, name, json.dumps(body))

    def delete_resource(self, kind: str, region: str, name: str) -> None:
        """Delete a resource; the jobs of a queue stay.

        Parameters:
            kind: `ENVIRONMENT` or `QUEUE`.
            region: region of the resource.
            name: name of the resource.
        """
        self._db.rows("DELETE FROM resources WHERE kind = ? AND region = ? AND name = ?", kind, region, name)

    def definitions(self, region: str) -> list[Body]:
        """All revisions of all job definitions, by name, the latest revision first."""
        sql = "SELECT body FROM definitions WHERE region = ? ORDER BY name, revision DESC"
        return _bodies(self._db.rows(sql, region))

    def add_definition(self, region: str, name: str, body: Callable[[int], Body]) -> Body:
        """Add a revision of a job definition.

        Parameters:
            region: region of the definition.
            name: name of the definition.
            body: builds the definition from the number of its revision.
        """
        with self.transaction() as db:
            sql = "SELECT coalesce(max(revision), 0) + 1 FROM definitions WHERE region = ? AND name = ?"
            revision = db.execute(sql, [region, name]).fetchone()[0]
            definition = body(revision)
            self.save_definition(region, definition)
        return definition

    def save_definition(self, region: str, body: Mapping[str, Any]) -> None:
        """Insert or replace a revision."""
        values = (region, body["jobDefinitionName"], body["revision"], json.dumps(body))
        self._db.rows("INSERT OR REPLACE INTO definitions VALUES (?, ?, ?, ?)", *values)

    def add_job(self, region: str, queue: str, body: Mapping[str, Any]) -> None:
        """Insert a job.

        Parameters:
            region: region of the queue.
            queue: name of the queue.
            body: in Batch's shape.
        """
        sql = "INSERT INTO jobs (id, region, queue, status, body) VALUES (?, ?, ?, ?, ?)"
        self._db.rows(sql, body["jobId"], region, queue, body["status"], json.dumps(body))

    def job(self, identity: str) -> Body | None:
        """A job; None if there is none."""
        rows = self._db.rows("SELECT body FROM jobs WHERE id = ?", identity)
        return json.loads(rows[0][0]) if rows else None

    def jobs_of(self, region: str, queue: str) -> list[Body]:
        """The jobs of a queue, the newest first."""
        sql = "SELECT body FROM jobs WHERE region = ? AND queue = ? ORDER BY number DESC"
        return _bodies(self._db.rows(sql, region, queue))

    def jobs_in(self, states: Iterable[str]) -> list[tuple[str, Body]]:
        """The jobs of all regions and queues in some states, the oldest first, each with its region."""
        wanted = list(states)
        marks = ", ".join("?" for _ in wanted)
        rows = self._db.rows(f"SELECT region, body FROM jobs WHERE status IN ({marks}) ORDER BY number", *wanted)
        return [(region, json.loads(body)) for region, body in rows]

    def change_job(self, identity: str, change: Callable[[Body], None]) -> Body:
        """Change a job in a transaction.

        Parameters:
            identity: id of an existing job.
            change: changes the job's body in place.

        Returns:
            The changed job.
        """
        with self.transaction() as db:
            body = json.loads(db.execute("SELECT body FROM jobs WHERE id = ?", [identity]).fetchone()[0])
            change(body)
            sql = "UPDATE jobs SET status = ?, body = ? WHERE id = ?"
            db.execute(sql, [body["status"], json.dumps(body), identity])
        return body


def _bodies(rows: list[tuple[Any, ...]]) -> list[Body]:
    return [json.loads(body) for (body,) in rows]
