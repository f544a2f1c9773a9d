"""Buckets and objects on the disk. An object exists, complete, once its row is committed."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from embedded.object_store.blobs import Blobs, find_with_blob
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.gcs.errors import bucket_exists, bucket_not_empty, no_bucket, no_object, no_upload
from embedded.shared.sqlite import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, project TEXT NOT NULL, metageneration INTEGER NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL, about TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL REFERENCES buckets, key TEXT NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL,
    md5 TEXT, crc32c TEXT NOT NULL, generation INTEGER NOT NULL, metageneration INTEGER NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL, about TEXT NOT NULL, PRIMARY KEY (bucket, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES buckets ON DELETE CASCADE, key TEXT NOT NULL,
    blob TEXT NOT NULL, received INTEGER NOT NULL, conditions TEXT NOT NULL, about TEXT NOT NULL);
"""
_COLUMNS = "key, blob, size, md5, crc32c, generation, metageneration, created, updated, about"

Properties = dict[str, Any]
"""What a client may set, under Google's names."""


@dataclass(frozen=True)
class Bucket:
    """A bucket; times in seconds since 1970."""

    name: str
    project: str
    metageneration: int
    created: float
    updated: float
    properties: Properties


@dataclass(frozen=True)
class Content:
    """Bytes that have arrived.

    Parameters:
        blob: name of the blob.
        size: bytes.
        md5: in base64, or None for what was composed of several objects.
        crc32c: likewise.
    """

    blob: str
    size: int
    md5: str | None
    crc32c: str


@dataclass(frozen=True)
class Object:
    """An object of a bucket; times in seconds since 1970."""

    key: str
    content: Content
    generation: int
    metageneration: int
    created: float
    updated: float
    properties: Properties

    @property
    def blob(self) -> str:
        """The name of the blob of its content."""
        return self.content.blob


@dataclass(frozen=True)
class Upload:
    """A resumable upload in progress; `received` bytes are safe on the disk.

    Parameters:
        id: names the upload.
        bucket: the target's bucket.
        key: the target's key.
        blob: with the bytes received.
        received: number of bytes.
        conditions: preconditions of the target.
        properties: set by the client when it began.
    """

    id: str
    bucket: str
    key: str
    blob: str
    received: int
    conditions: dict[str, str] = field(default_factory=dict)
    properties: Properties = field(default_factory=dict)


Precondition = Callable[[Object | None], None]
"""Raises GoogleError if the current object, or its absence, must not change."""


class Store:
    """All buckets of one folder. Each method may be called from any thread.

    Parameters:
        folder: where they are kept.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.blobs = Blobs(folder / "blobs")
        self._db = Database(folder / "gcs.sqlite", _TABLES)
        known = {name for (name,) in self._db.rows("SELECT blob FROM objects UNION ALL SELECT blob FROM uploads")}
        self.blobs.sweep(known.__contains__)

    def buckets(self, project: str, prefix: str) -> list[Bucket]:
        """A project's buckets whose names have a prefix, in order."""
        sql = "SELECT * FROM buckets WHERE project = ? AND substr(name, 1, ?) = ? ORDER BY name"
        return [_bucket(row) for row in self._db.rows(sql, project, len(prefix), prefix)]

    def bucket(self, name: str) -> Bucket:
        """A bucket.

        Raises:
            GoogleError: it does not exist.
        """
        rows = self._db.rows("SELECT * FROM buckets WHERE name = ?", name)
        if not rows:
            raise no_bucket()
        return _bucket(rows[0])

    def create_bucket(self, name: str, project: str, properties: Properties) -> Bucket:
        """Create a bucket.

        Parameters:
            name: of the bucket.
            project: that it belongs to.
            properties: set by the client.

        Raises:
            GoogleError: the name is taken.
        """
        now = time.time()
        try:
            self._db.rows(
                "INSERT INTO buckets VALUES (?, ?, 1, ?, ?, ?)", name, project, now, now, json.dumps(properties)
            )
        except sqlite3.IntegrityError as error:
            raise bucket_exists() from error
        return self.bucket(name)

    def change_bucket(self, name: str, properties: Properties) -> Bucket:
        """Replace the properties of a bucket."""
        sql = "UPDATE buckets SET metageneration = metageneration + 1, updated = ?, about = ? WHERE name = ?"
        self._db.rows(sql, time.time(), json.dumps(properties), name)
        return self.bucket(name)

    def delete_bucket(self, name: str) -> None:
        """Remove an empty bucket, and its unfinished uploads.

        Raises:
            GoogleError: it does not exist or has objects.
        """
        self.bucket(name)
        with self._db.transaction() as db:
            if db.execute("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", [name]).fetchone():
                raise bucket_not_empty()
            blobs = [blob for (blob,) in db.execute("SELECT blob FROM uploads WHERE bucket = ?", [name])]
            db.execute("DELETE FROM buckets WHERE name = ?", [name])
        self.blobs.remove(blobs)

    def find(self, bucket: str, key: str) -> Object:
        """An object.

        Raises:
            GoogleError: it does not exist.
        """
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        if not rows:
            self.bucket(bucket)
            raise no_object(bucket, key)
        return _object(rows[0])

    def open(self, bucket: str, key: str) -> tuple[Object, BinaryIO]:
        """An object and its bytes, consistent whatever happens meanwhile.

        Raises:
            GoogleError: it does not exist.
        """
        return find_with_blob(lambda: self.find(bucket, key), self.blobs.open)

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """Objects in the order of their keys' bytes.

        Parameters:
            bucket: that they are in.
            low: the first key.
            high: the first key beyond them; None for no bound.
            limit: the largest number of objects.
        """
        bound = "AND key < ?" if high is not None else ""
        values = [bucket, low, *([high] if high is not None else []), limit]
        sql = f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key >= ? {bound} ORDER BY key LIMIT ?"
        return [_object(row) for row in self._db.rows(sql, *values)]

    def put(self, bucket: str, key: str, content: Content, properties: Properties, check: Precondition) -> Object:
        """Create or replace an object.

        Parameters:
            bucket: of the object.
            key: of the object.
            content: its bytes; they are removed if the object cannot be written.
            properties: set by the client.
            check: called with the current object first.

        Raises:
            GoogleError: the bucket does not exist, or from `check`.
        """
        try:
            with self._db.transaction() as db:
                new, old = _replace(db, bucket, key, content, properties, check)
        except BaseException:
            self.blobs.remove([content.blob])
            raise
        self.blobs.remove(old)
        return new

    def change(self, bucket: str, key: str, properties: Properties, check: Precondition) -> Object:
        """Replace the properties of an object.

        Parameters:
            bucket: of the object.
            key: of the object.
            properties: all that a client may set.
            check: called with the current object first.

        Raises:
            GoogleError: the object does not exist, or from `check`.
        """
        with self._db.transaction() as db:
            old = self.find(bucket, key)
            check(old)
            new = replace(old, metageneration=old.metageneration + 1, updated=time.time(), properties=properties)
            _write(db, bucket, new)
        return new

    def delete(self, bucket: str, key: str, check: Precondition) -> None:
        """Delete an object.

        Parameters:
            bucket: of the object.
            key: of the object.
            check: called with the current object first.

        Raises:
            GoogleError: the object does not exist, or from `check`.
        """
        with self._db.transaction() as db:
            old = self.find(bucket, key)
            check(old)
            db.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", [bucket, key])
        self.blobs.remove([old.blob])

    def begin(self, bucket: str, key: str, conditions: dict[str, str], properties: Properties) -> Upload:
        """Begin a resumable upload.

        Parameters:
            bucket: of the object.
            key: of the object.
            conditions: preconditions of the object, checked at the end.
            properties: set by the client.

        Raises:
            GoogleError: the bucket does not exist.
        """
        self.bucket(bucket)
        blob, file = self.blobs.create()
        file.close()
        upload = Upload(uuid.uuid4().hex, bucket, key, blob, 0, conditions, properties)
        values = [upload.id, bucket, key, blob, 0, json.dumps(conditions), json.dumps(properties)]
        self._db.rows("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
        return upload

    def upload(self, upload_id: str) -> Upload:
        """A resumable upload.

        Raises:
            GoogleError: there is none of that id, or it has ended.
        """
        rows = self._db.rows("SELECT * FROM uploads WHERE id = ?", upload_id)
        if not rows:
            raise no_upload()
        _, bucket, key, blob, received, conditions, properties = rows[0]
        return Upload(upload_id, bucket, key, blob, received, json.loads(conditions), json.loads(properties))

    def set_received(self, upload: Upload, size: int) -> None:
        """Record how many bytes of an upload are safe on the disk."""
        self._db.rows("UPDATE uploads SET received = ? WHERE id = ?", size, upload.id)

    def finish(self, upload: Upload, content: Content, properties: Properties, check: Precondition) -> Object:
        """Create or replace an object by an upload, which is removed even if that fails.

        Parameters:
            upload: with the bytes.
            content: their checksums.
            properties: set by the client.
            check: called with the current object first.

        Raises:
            GoogleError: the bucket does not exist, or from `check`.
        """
        try:
            with self._db.transaction() as db:
                new, old = _replace(db, upload.bucket, upload.key, content, properties, check)
                db.execute("DELETE FROM uploads WHERE id = ?", [upload.id])
        except GoogleError:
            self.abandon(upload)
            raise
        self.blobs.remove(old)
        return new

    def abandon(self, upload: Upload) -> None:
        """Remove an upload and what it has received."""
        self._db.rows("DELETE FROM uploads WHERE id = ?", upload.id)
        self.blobs.remove([upload.blob])


def _replace(
    db: sqlite3.Connection, bucket: str, key: str, content: Content, properties: Properties, check: Precondition
) -> tuple[Object, list[str]]:
    """Put an object's row; returns it, and the blobs that are of no use after it."""
    if not db.execute("SELECT 1 FROM buckets WHERE name = ?", [bucket]).fetchone():
        raise no_bucket()
    row = db.execute(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", [bucket, key]).fetchone()
    old = _object(row) if row else None
    check(old)
    now = time.time()
    generation = max(int(now * 1e6), old.generation + 1 if old else 0)
    new = Object(key, content, generation, 1, now, now, properties)
    _write(db, bucket, new)
    return new, [old.blob] if old else []


def _write(db: sqlite3.Connection, bucket: str, item: Object) -> None:
    content = item.content
    values = [bucket, item.key, content.blob, content.size, content.md5, content.crc32c, item.generation]
    values += [item.metageneration, item.created, item.updated, json.dumps(item.properties)]
    db.execute(f"INSERT OR REPLACE INTO objects VALUES ({', '.join('?' * len(values))})", values)


def _bucket(row: tuple[Any, ...]) -> Bucket:
    name, project, metageneration, created, updated, properties = row
    return Bucket(name, project, metageneration, created, updated, json.loads(properties))


def _object(row: tuple[Any, ...]) -> Object:
    key, blob, size, md5, crc32c, generation, metageneration, created, updated, properties = row
    content = Content(blob, size, md5, crc32c)
    return Object(key, content, generation, metageneration, created, updated, json.loads(properties))
