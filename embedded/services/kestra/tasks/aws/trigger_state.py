"""What S3 triggers remember: which objects they handed out, and which execution each hand-out is for.

Kestra keeps the former in the namespace's key-value store under `stateKey`. That store is written in two steps, between
which a kill loses the value, and then every object would start an execution again. Hence a database of its own, in the
engine's state folder: what is noted together is there together.
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
        execution: its id.
        bucket: where the objects are; another may be watched by the time that they are moved.
        objects: as the trigger's outputs tell them.
        moves: what becomes of them in the bucket.
    """

    execution: str
    bucket: str
    objects: list[dict[str, Any]]
    moves: list[Move]


class Memory:
    """What one trigger remembers.

    Parameters:
        folder: where the database is.
        trigger: whose claims they are.
        scope: namespace and state key; several triggers may share what was seen.
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
        """What was taken and not settled."""
        with self._open() as db:
            sql = "SELECT execution, claim FROM taken WHERE trigger_id = ?"
            row = db.execute(sql, [self._trigger]).fetchone()
        if row is None:
            return None
        bucket, objects, moves = json.loads(row[1])
        return Claim(row[0], bucket, objects, [Move(**move) for move in moves])

    def take(self, claim: Claim, versions: Sequence[tuple[str, str]]) -> None:
        """Note a claim, and in the same step that these objects, by address and version, are not new any more."""
        told = json.dumps([claim.bucket, claim.objects, [asdict(move) for move in claim.moves]])
        with self._open() as db:
            db.execute("INSERT INTO taken VALUES (?, ?, ?)", [self._trigger, claim.execution, told])
            self._note(db, versions)

    def note(self, versions: Sequence[tuple[str, str]]) -> None:
        """Note that these objects, by address and version, are not new any more."""
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
