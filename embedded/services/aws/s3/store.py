"""Buckets and objects on the disk. An object exists, complete, from the commit of its row."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from embedded.object_store.blobs import Blobs, find_with_blob
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.errors import missing_bucket, missing_key
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, created REAL NOT NULL, policy TEXT);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets, key TEXT NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL,
    etag TEXT NOT NULL, modified REAL NOT NULL, about TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS object_blobs ON objects (blob);
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets, key TEXT NOT NULL, started REAL NOT NULL,
    about TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL REFERENCES uploads ON DELETE CASCADE, number INTEGER NOT NULL, blob TEXT NOT NULL,
    size INTEGER NOT NULL, etag TEXT NOT NULL, modified REAL NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
"""
_COLUMNS = "key, blob, size, etag, modified, about"


@dataclass(frozen=True)
class ObjectMetadata:
    """Metadata of an object.

    Parameters:
        headers: Content-Type and the like, by lower-case name.
        user_metadata: the client's own, by name without `x-amz-meta-`.
        checksums: by header, such as `x-amz-checksum-crc32`.
    """

    headers: dict[str, str] = field(default_factory=dict)
    user_metadata: dict[str, str] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Serialize for the database."""
        return json.dumps([self.headers, self.user_metadata, self.checksums])


@dataclass(frozen=True)
class Content:
    """Received bytes.

    Parameters:
        blob: name of the blob.
        size: bytes.
        etag: without quotes.
    """

    blob: str
    size: int
    etag: str


@dataclass(frozen=True)
class Object:
    """An object of a bucket; `modified` in seconds since 1970."""

    key: str
    blob: str
    size: int
    etag: str
    modified: float
    metadata: ObjectMetadata


Check = Callable[[Object | None], None]
"""Gets the current object; raises AwsError if the object must not be replaced or deleted."""


class Store:
    """All buckets of one folder. Each method may be called from any thread.

    Parameters:
        folder: folder of database and blobs.
    """

    def __init__(self, folder: Path) -> None:
        self.blobs = Blobs(folder / "blobs")
        self._db = Database(folder / "s3.sqlite", _TABLES)
        self.rows, self.transaction = self._db.rows, self._db.transaction
        known = {name for (name,) in self.rows("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")}
        self.blobs.sweep(known.__contains__)

    @property
    def is_new(self) -> bool:
        """Whether `mark_seeded` was never called."""
        return self.rows("PRAGMA user_version")[0][0] == 0

    def mark_seeded(self) -> None:
        """Record that the sample objects were created."""
        self.rows("PRAGMA user_version=1")

    def buckets(self) -> list[tuple[str, float]]:
        """Names and times of creation, by name."""
        return self.rows("SELECT name, created FROM buckets ORDER BY name")

    def create_bucket(self, name: str) -> None:
        """Create a bucket; an existing one stays as it is."""
        self.rows("INSERT OR IGNORE INTO buckets VALUES (?, ?, NULL)", name, time.time())

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket, and its unfinished uploads.

        Raises:
            AwsError: the bucket is not empty.
        """
        with self.transaction() as db:
            if db.execute("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", [name]).fetchone():
                raise AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409, BucketName=name)
            sql = "SELECT blob FROM parts JOIN uploads ON id = upload WHERE bucket = ?"
            blobs = [blob for (blob,) in db.execute(sql, [name])]
            db.execute("DELETE FROM uploads WHERE bucket = ?", [name])
            db.execute("DELETE FROM buckets WHERE name = ?", [name])
        self.blobs.remove(blobs)

    def policy(self, bucket: str) -> str | None:
        """A bucket's policy; None if it has none.

        Raises:
            AwsError: there is no such bucket.
        """
        rows = self.rows("SELECT policy FROM buckets WHERE name = ?", bucket)
        if not rows:
            raise missing_bucket(bucket)
        return rows[0][0]

    def set_policy(self, bucket: str, policy: str | None) -> None:
        """Set or remove (None) a bucket's policy."""
        self.rows("UPDATE buckets SET policy = ? WHERE name = ?", policy, bucket)

    def find(self, bucket: str, key: str) -> Object:
        """An object.

        Raises:
            AwsError: the object does not exist.
        """
        rows = self.rows(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        if not rows:
            raise missing_key(key)
        return _object(rows[0])

    def open(self, bucket: str, key: str) -> tuple[Object, BinaryIO]:
        """An object and its open blob, which belong together even if the object is replaced meanwhile.

        Raises:
            AwsError: the object does not exist.
        """
        return find_with_blob(lambda: self.find(bucket, key), self.blobs.open)

    def write(self, chunks: Iterable[bytes]) -> Content:
        """Write bytes to a new blob, for `put`."""
        digest, size = hashlib.md5(usedforsecurity=False), 0
        name, file = self.blobs.create()
        with file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            self.blobs.seal(file)
        return Content(name, size, digest.hexdigest())

    def put(
        self, bucket: str, key: str, content: Content, metadata: ObjectMetadata, check: Check | None = None
    ) -> Object:
        """Create or replace an object.

        Parameters:
            bucket: target bucket.
            key: target key.
            content: bytes of the object; they are removed on an error.
            metadata: metadata of the object.
            check: called with the current object in the same transaction.

        Raises:
            AwsError: there is no such bucket, or `check` raised it.
        """
        new = Object(key, content.blob, content.size, content.etag, time.time(), metadata)
        try:
            with self.transaction() as db:
                old = replace(db, bucket, new, check)
        except BaseException:
            self.blobs.remove([content.blob])
            raise
        self.blobs.remove(old)
        return new

    def delete(self, bucket: str, key: str, check: Check | None = None) -> None:
        """Delete an object; a missing one is no error.

        Parameters:
            bucket: the bucket's name.
            key: the object's key.
            check: as for `put`.
        """
        with self.transaction() as db:
            old = _current(db, bucket, key)
            if check:
                check(old)
            db.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", [bucket, key])
        if old:
            self.blobs.remove([old.blob])

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """Objects in the byte order of their keys.

        Parameters:
            bucket: the bucket's name.
            low: first key, inclusive.
            high: last key, exclusive; None for no bound.
            limit: maximum number of objects.
        """
        bound = "AND key < ?" if high is not None else ""
        values = [bucket, low, *([high] if high is not None else []), limit]
        sql = f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key >= ? {bound} ORDER BY key LIMIT ?"
        return [_object(row) for row in self.rows(sql, *values)]


def replace(db: sqlite3.Connection, bucket: str, new: Object, check: Check | None = None) -> list[str]:
    """Insert or replace an object's row inside a transaction.

    Parameters:
        db: connection with an open transaction.
        bucket: target bucket.
        new: the object.
        check: as for `Store.put`.

    Returns:
        The blobs that are unreferenced afterwards.

    Raises:
        AwsError: as for `Store.put`.
    """
    if not db.execute("SELECT 1 FROM buckets WHERE name = ?", [bucket]).fetchone():
        raise missing_bucket(bucket)
    old = _current(db, bucket, new.key)
    if check:
        check(old)
    values = [bucket, new.key, new.blob, new.size, new.etag, new.modified, new.metadata.to_json()]
    db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    return [old.blob] if old else []


def _current(db: sqlite3.Connection, bucket: str, key: str) -> Object | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", [bucket, key]).fetchone()
    return _object(row) if row else None


def _object(row: tuple[Any, ...]) -> Object:
    key, blob, size, etag, modified, metadata = row
    return Object(key, blob, size, etag, modified, ObjectMetadata(*json.loads(metadata)))
