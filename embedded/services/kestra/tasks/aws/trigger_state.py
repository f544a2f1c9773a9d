"""The state of S3 triggers: the objects that they have handed out, and the execution of each hand-out.

Kestra keeps the objects in the namespace's key-value store under `stateKey`. It writes that store in two steps, and a
kill between them loses the value; every object would then start an execution again. Therefore the state is a database
in the engine's state folder, which writes an object and its execution in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embedded.services.kestra.tasks.aws.move import Move

_TABLES = """
CREATE TABLE IF NOT EXISTS seen (
    scope TEXT NOT NULL, uri TEXT NOT NULL, version TEXT NOT NULL, seen_at REAL NOT NULL,
    PRIMARY KEY (scope, uri)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS taken (trigger_id TEXT PRIMARY KEY, execution TEXT NOT NULL, claim TEXT NOT NULL);
"""
_FIND_SECONDS = 30
_writing = threading.RLock()


@dataclass(frozen=True)
class Claim:
    """Objects that were taken for an execution, which may not have been created yet.

    Parameters:
        execution: id of the execution.
        bucket: the objects' bucket; the trigger may watch another one by the time they are moved.
        objects: the objects as outputs of the trigger.
        moves: the actions on the objects in the bucket.
    """

    execution: str
    bucket: str
    objects: list[dict[str, Any]]
    moves: list[Move]


class TriggerState:
    """The state of one trigger.

    Parameters:
        folder: the folder of the database.
        trigger: the trigger, which owns the claims.
        scope: namespace and state key, by which several triggers may share the objects seen.
        ttl: seconds after which an object is forgotten; None for never.
    """

    def __init__(self, folder: Path, trigger: str, scope: str, ttl: float | None = None) -> None:
        self._path = folder / "triggers.sqlite"
        self._trigger = trigger
        self._scope = scope
        self._ttl = ttl

    def versions(self) -> dict[str, str]:
        """The last version seen of each object, by address."""
        since = time.time() - self._ttl if self._ttl is not None else float("-inf")
        with self._open() as db:
            sql = "SELECT uri, version FROM seen WHERE scope = ? AND seen_at > ?"
            return dict(db.execute(sql, [self._scope, since]).fetchall())

    def claim(self) -> Claim | None:
        """The claim that is not settled, or None."""
        with self._open() as db:
            sql = "SELECT execution, claim FROM taken WHERE trigger_id = ?"
            row = db.execute(sql, [self._trigger]).fetchone()
        if row is None:
            return None
        bucket, objects, moves = json.loads(row[1])
        return Claim(row[0], bucket, objects, [Move(**move) for move in moves])

    def take(self, claim: Claim, versions: Sequence[tuple[str, str]]) -> None:
        """Record a claim and, in the same transaction, these objects as seen.

        Parameters:
            claim: the claim.
            versions: address and version of each object.
        """
        described = json.dumps([claim.bucket, claim.objects, [asdict(move) for move in claim.moves]])
        with self._open() as db:
            db.execute("INSERT INTO taken VALUES (?, ?, ?)", [self._trigger, claim.execution, described])
            self._note(db, versions)

    def note(self, versions: Sequence[tuple[str, str]]) -> None:
        """Record objects, each by its address and version, as seen."""
        if versions:
            with self._open() as db:
                self._note(db, versions)

    def settle(self) -> None:
        """Forget the claim: its execution exists."""
        with self._open() as db:
            db.execute("DELETE FROM taken WHERE trigger_id = ?", [self._trigger])

    def _note(self, db: sqlite3.Connection, versions: Sequence[tuple[str, str]]) -> None:
        now = time.time()
        rows = [(self._scope, uri, version, now) for uri, version in versions]
        db.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", rows)
        if self._ttl is not None:
            db.execute("DELETE FROM seen WHERE scope = ? AND seen_at <= ?", [self._scope, now - self._ttl])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with _writing, closing(sqlite3.connect(self._path, timeout=_FIND_SECONDS)) as db:
            db.execute("PRAGMA synchronous=FULL")
            db.executescript(_TABLES)
            with db:
                yield db
