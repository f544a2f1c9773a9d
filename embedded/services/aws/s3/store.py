"""Buckets and objects on the disk. An object is there, whole, from the moment its row is committed."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from embedded.object_store.blobs import Blobs, find_with_blob
from embedded.services.aws.errors import AwsError
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
class About:
    """What a client tells of an object besides its bytes.

    Parameters:
        headers: Content-Type and the like, by lower-case name.
        metadata: the client's own, by name without `x-amz-meta-`.
        checksums: by header, such as `x-amz-checksum-crc32`.
    """

    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    checksums: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As the database keeps it."""
        return json.dumps([self.headers, self.metadata, self.checksums])


@dataclass(frozen=True)
class Content:
    """Bytes that have arrived.

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
    about: About


Check = Callable[[Object | None], None]
"""Raises AwsError if what is there now must stay as it is."""


def no_bucket(bucket: str) -> AwsError:
    """The error for a bucket that is not there."""
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=bucket)


def no_key(key: str) -> AwsError:
    """The error for an object that is not there."""
    return AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)


class Store:
    """All buckets of one folder. Each method may be called from any thread.

    Parameters:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        self.blobs = Blobs(folder / "blobs")
        self._db = Database(folder / "s3.sqlite", _TABLES)
        self.rows, self.transaction = self._db.rows, self._db.transaction
        known = {name for (name,) in self.rows("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")}
        self.blobs.sweep(known.__contains__)

    @property
    def is_new(self) -> bool:
        """Whether there was never a bucket in it; `furnished` says there was."""
        return self.rows("PRAGMA user_version")[0][0] == 0

    def furnished(self) -> None:
        """Note that what belongs into a new store is there."""
        self.rows("PRAGMA user_version=1")

    def buckets(self) -> list[tuple[str, float]]:
        """Names, in order, and when they were made."""
        return self.rows("SELECT name, created FROM buckets ORDER BY name")

    def create_bucket(self, name: str) -> None:
        """Make a bucket; one that is there stays as it is."""
        self.rows("INSERT OR IGNORE INTO buckets VALUES (?, ?, NULL)", name, time.time())

    def delete_bucket(self, name: str) -> None:
        """Remove an empty bucket, and its unfinished uploads.

        Raises:
            AwsError: there are objects in it.
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
        """A bucket's policy, if it has one.

        Raises:
            AwsError: there is no such bucket.
        """
        found = self.rows("SELECT policy FROM buckets WHERE name = ?", bucket)
        if not found:
            raise no_bucket(bucket)
        return found[0][0]

    def set_policy(self, bucket: str, policy: str | None) -> None:
        """Give a bucket a policy, or none."""
        self.rows("UPDATE buckets SET policy = ? WHERE name = ?", policy, bucket)

    def find(self, bucket: str, key: str) -> Object:
        """An object.

        Raises:
            AwsError: it is not there.
        """
        found = self.rows(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        if not found:
            raise no_key(key)
        return _object(found[0])

    def open(self, bucket: str, key: str) -> tuple[Object, BinaryIO]:
        """An object and its bytes, which belong together whatever happens meanwhile.

        Raises:
            AwsError: it is not there.
        """
        return find_with_blob(lambda: self.find(bucket, key), self.blobs.open)

    def put(self, bucket: str, key: str, content: Content, about: About, check: Check | None = None) -> Object:
        """Put an object in place of what may be there.

        Parameters:
            bucket: where to.
            key: likewise.
            content: its bytes; they are removed if it cannot be put.
            about: what else is known of it.
            check: called with what is there, just before.

        Raises:
            AwsError: there is no such bucket, or what `check` says.
        """
        new = Object(key, content.blob, content.size, content.etag, time.time(), about)
        try:
            with self.transaction() as db:
                old = replace(db, bucket, new, check)
        except BaseException:
            self.blobs.remove([content.blob])
            raise
        self.blobs.remove(old)
        return new

    def delete(self, bucket: str, key: str, check: Check | None = None) -> None:
        """Remove an object if it is there; `check` as for `put`."""
        with self.transaction() as db:
            old = _current(db, bucket, key)
            if check:
                check(old)
            db.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", [bucket, key])
        if old:
            self.blobs.remove([old.blob])

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """Objects in the order of their keys' bytes.

        Parameters:
            bucket: whose.
            low: the first key that counts.
            high: the first key that counts no more, if there is one.
            limit: how many at the most.
        """
        bound = "AND key < ?" if high is not None else ""
        values = [bucket, low, *([high] if high is not None else []), limit]
        sql = f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key >= ? {bound} ORDER BY key LIMIT ?"
        return [_object(row) for row in self.rows(sql, *values)]


def replace(db: sqlite3.Connection, bucket: str, new: Object, check: Check | None = None) -> list[str]:
    """Put an object's row, in a transaction; returns the blobs that are of no use after it. Errors as `Store.put`."""
    if not db.execute("SELECT 1 FROM buckets WHERE name = ?", [bucket]).fetchone():
        raise no_bucket(bucket)
    old = _current(db, bucket, new.key)
    if check:
        check(old)
    values = [bucket, new.key, new.blob, new.size, new.etag, new.modified, new.about.text()]
    db.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    return [old.blob] if old else []


def _current(db: sqlite3.Connection, bucket: str, key: str) -> Object | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", [bucket, key]).fetchone()
    return _object(row) if row else None


def _object(row: tuple[Any, ...]) -> Object:
    key, blob, size, etag, modified, about = row
    return Object(key, blob, size, etag, modified, About(*json.loads(about)))
