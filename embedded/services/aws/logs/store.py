"""Log groups, streams and events on the disk."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.services.aws.logs.errors import existing, missing
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS groups (
    region TEXT, name TEXT, created INTEGER NOT NULL, PRIMARY KEY (region, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (
    id INTEGER PRIMARY KEY, region TEXT NOT NULL, "group" TEXT NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL,
    UNIQUE (region, "group", name), FOREIGN KEY (region, "group") REFERENCES groups ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    at INTEGER NOT NULL, ingested INTEGER NOT NULL, message TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of_streams ON events (stream, at, id);
"""
_FIRST = (-(2**62), 0)
_LAST = (2**62, 0)


@dataclass(frozen=True)
class Event:
    """A line of a log; times in milliseconds since 1970."""

    id: int
    stream: str
    at: int
    ingested: int
    message: str

    @property
    def position(self) -> tuple[int, int]:
        """Sort key among other events: time and number."""
        return self.at, self.id


@dataclass(frozen=True)
class Stream:
    """A stream, and when its first and last events were; times in milliseconds since 1970."""

    id: int
    name: str
    created: int
    first: int | None
    last: int | None
    ingested: int | None


def now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


class LogStore:
    """All logs. Its methods raise AwsError by the codes of CloudWatch Logs; any thread may call them.

    Parameters:
        file: the database.
    """

    def __init__(self, file: Path) -> None:
        self._db = Database(file, _TABLES)

    def groups(self, region: str, prefix: str = "") -> list[tuple[str, int]]:
        """Names with a prefix, and times of creation."""
        rows = self._db.rows("SELECT name, created FROM groups WHERE region = ? ORDER BY name", region)
        return [(name, created) for name, created in rows if name.startswith(prefix)]

    def create_group(self, region: str, name: str) -> None:
        """Create a group.

        Raises:
            AwsError: ResourceAlreadyExistsException.
        """
        try:
            self._db.rows("INSERT INTO groups VALUES (?, ?, ?)", region, name, now())
        except sqlite3.IntegrityError as error:
            raise existing("group") from error

    def delete_group(self, region: str, name: str) -> None:
        """Delete a group with its streams.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        self._check_group(region, name)
        self._db.rows("DELETE FROM groups WHERE region = ? AND name = ?", region, name)

    def streams(self, region: str, group: str, prefix: str = "") -> list[Stream]:
        """The streams of a group, by name.

        Parameters:
            region: region of the group.
            group: name of the group.
            prefix: only streams whose names start with it.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        self._check_group(region, group)
        sql = """SELECT s.id, name, created, min(at), max(at), max(ingested) FROM streams s
            LEFT JOIN events e ON e.stream = s.id WHERE region = ? AND "group" = ? GROUP BY s.id ORDER BY name"""
        streams = [Stream(*row) for row in self._db.rows(sql, region, group)]
        return [stream for stream in streams if stream.name.startswith(prefix)]

    def create_stream(self, region: str, group: str, name: str) -> int:
        """Create a stream.

        Parameters:
            region: region of the group.
            group: name of the group.
            name: name of the stream.

        Returns:
            The stream's number, for `write`.

        Raises:
            AwsError: ResourceNotFoundException, ResourceAlreadyExistsException.
        """
        self._check_group(region, group)
        sql = 'INSERT INTO streams (region, "group", name, created) VALUES (?, ?, ?, ?) RETURNING id'
        try:
            return self._db.rows(sql, region, group, name, now())[0][0]
        except sqlite3.IntegrityError as error:
            raise existing("stream") from error

    def delete_stream(self, region: str, group: str, name: str) -> None:
        """Delete a stream.

        Parameters:
            region: region of the group.
            group: name of the group.
            name: name of the stream.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        self._db.rows("DELETE FROM streams WHERE id = ?", self.stream(region, group, name))

    def stream(self, region: str, group: str, name: str) -> int:
        """The number of a stream.

        Parameters:
            region: region of the group.
            group: name of the group.
            name: name of the stream.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        self._check_group(region, group)
        sql = 'SELECT id FROM streams WHERE region = ? AND "group" = ? AND name = ?'
        rows = self._db.rows(sql, region, group, name)
        if not rows:
            raise missing("stream")
        return rows[0][0]

    def write(self, stream: int, events: Iterable[tuple[int, str]]) -> None:
        """Add events to a stream.

        Parameters:
            stream: number of the stream.
            events: times in milliseconds since 1970, and messages.
        """
        ingested = now()
        rows = [(stream, at, ingested, message) for at, message in events]
        with self._db.transaction() as db:
            db.executemany("INSERT INTO events (stream, at, ingested, message) VALUES (?, ?, ?, ?)", rows)

    def events(
        self,
        streams: Sequence[int],
        start: int | None = None,
        end: int | None = None,
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 10_000,
        newest: bool = False,
    ) -> list[Event]:
        """Events in the order of their times.

        Parameters:
            streams: numbers of the streams.
            start: earliest time in milliseconds since 1970, inclusive; None for no bound.
            end: latest time, exclusive; None for no bound.
            after: only events after this position.
            before: only events before this position.
            limit: maximum number of events.
            newest: whether to take the last events instead of the first.
        """
        marks = ", ".join("?" for _ in streams)
        order = "DESC" if newest else "ASC"
        sql = f"""SELECT e.id, name, at, ingested, message FROM events e JOIN streams s ON e.stream = s.id
            WHERE stream IN ({marks}) AND at >= ? AND at < ? AND (at, e.id) > (?, ?) AND (at, e.id) < (?, ?)
            ORDER BY at {order}, e.id {order} LIMIT ?"""
        bounds: list[Any] = [_FIRST[0] if start is None else start, _LAST[0] if end is None else end]
        rows = self._db.rows(sql, *streams, *bounds, *(after or _FIRST), *(before or _LAST), limit)
        events = [Event(*row) for row in rows]
        return events[::-1] if newest else events

    def _check_group(self, region: str, name: str) -> None:
        if not self._db.rows("SELECT 1 FROM groups WHERE region = ? AND name = ?", region, name):
            raise missing("group")
