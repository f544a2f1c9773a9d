"""Buckets and objects on the disk. An object is there, whole, from the moment its row is committed."""

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

About = dict[str, Any]
"""What a client may set, under Google's names."""


@dataclass(frozen=True)
class Bucket:
    """A bucket; times in seconds since 1970."""

    name: str
    project: str
    metageneration: int
    created: float
    updated: float
    about: About


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
    about: About

    @property
    def blob(self) -> str:
        """The name of the blob of its content."""
        return self.content.blob


@dataclass(frozen=True)
class Upload:
    """A resumable upload that has begun; `received` bytes are safe on the disk.

    Parameters:
        about: what the client told when it began.
    """

    id: str
    bucket: str
    key: str
    blob: str
    received: int
    conditions: dict[str, str] = field(default_factory=dict)
    about: About = field(default_factory=dict)


Check = Callable[[Object | None], None]
"""Raises GoogleError if what is there now must stay as it is."""


def no_bucket() -> GoogleError:
    """The error for a bucket that is not there."""
    return GoogleError(404, "notFound", "The specified bucket does not exist.")


def no_object(bucket: str, key: str) -> GoogleError:
    """The error for an object that is not there."""
    return GoogleError(404, "notFound", f"No such object: {bucket}/{key}")


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
        """A project's buckets whose names begin so, in order."""
        sql = "SELECT * FROM buckets WHERE project = ? AND substr(name, 1, ?) = ? ORDER BY name"
        return [_bucket(row) for row in self._db.rows(sql, project, len(prefix), prefix)]

    def bucket(self, name: str) -> Bucket:
        """A bucket.

        Raises:
            GoogleError: it is not there.
        """
        found = self._db.rows("SELECT * FROM buckets WHERE name = ?", name)
        if not found:
            raise no_bucket()
        return _bucket(found[0])

    def create_bucket(self, name: str, project: str, about: About) -> Bucket:
        """Make a bucket.

        Raises:
            GoogleError: there is one of that name.
        """
        now = time.time()
        try:
            self._db.rows("INSERT INTO buckets VALUES (?, ?, 1, ?, ?, ?)", name, project, now, now, json.dumps(about))
        except sqlite3.IntegrityError as error:
            message = "Your previous request to create the named bucket succeeded and you already own it."
            raise GoogleError(409, "conflict", message) from error
        return self.bucket(name)

    def change_bucket(self, name: str, about: About) -> Bucket:
        """Set what a client may set of a bucket, all of it."""
        sql = "UPDATE buckets SET metageneration = metageneration + 1, updated = ?, about = ? WHERE name = ?"
        self._db.rows(sql, time.time(), json.dumps(about), name)
        return self.bucket(name)

    def delete_bucket(self, name: str) -> None:
        """Remove an empty bucket, and its unfinished uploads.

        Raises:
            GoogleError: it is not there, or there are objects in it.
        """
        self.bucket(name)
        with self._db.transaction() as db:
            if db.execute("SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", [name]).fetchone():
                raise GoogleError(409, "conflict", "The bucket you tried to delete is not empty.")
            blobs = [blob for (blob,) in db.execute("SELECT blob FROM uploads WHERE bucket = ?", [name])]
            db.execute("DELETE FROM buckets WHERE name = ?", [name])
        self.blobs.remove(blobs)

    def find(self, bucket: str, key: str) -> Object:
        """An object.

        Raises:
            GoogleError: it is not there.
        """
        found = self._db.rows(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        if not found:
            self.bucket(bucket)
            raise no_object(bucket, key)
        return _object(found[0])

    def open(self, bucket: str, key: str) -> tuple[Object, BinaryIO]:
        """An object and its bytes, which belong together whatever happens meanwhile.

        Raises:
            GoogleError: it is not there.
        """
        return find_with_blob(lambda: self.find(bucket, key), self.blobs.open)

    def keys(self, bucket: str, low: str, high: str | None, limit: int) -> list[Object]:
        """Objects in the order of their keys' bytes, from `low` to before `high`, at most `limit`."""
        bound = "AND key < ?" if high is not None else ""
        values = [bucket, low, *([high] if high is not None else []), limit]
        sql = f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key >= ? {bound} ORDER BY key LIMIT ?"
        return [_object(row) for row in self._db.rows(sql, *values)]

    def put(self, bucket: str, key: str, content: Content, about: About, check: Check) -> Object:
        """Put an object in place of what may be there.

        Parameters:
            bucket: where to.
            key: likewise.
            content: its bytes; they are removed if it cannot be put.
            about: what else the client tells of it.
            check: called with what is there, just before.

        Raises:
            GoogleError: there is no such bucket, or what `check` says.
        """
        try:
            with self._db.transaction() as db:
                new, old = _replace(db, bucket, key, content, about, check)
        except BaseException:
            self.blobs.remove([content.blob])
            raise
        self.blobs.remove(old)
        return new

    def change(self, bucket: str, key: str, about: About, check: Check) -> Object:
        """Set what a client may set of an object, all of it; `check` as for `put`."""
        with self._db.transaction() as db:
            old = self.find(bucket, key)
            check(old)
            new = replace(old, metageneration=old.metageneration + 1, updated=time.time(), about=about)
            _write(db, bucket, new)
        return new

    def delete(self, bucket: str, key: str, check: Check) -> None:
        """Remove an object; `check` as for `put`.

        Raises:
            GoogleError: it is not there.
        """
        with self._db.transaction() as db:
            old = self.find(bucket, key)
            check(old)
            db.execute("DELETE FROM objects WHERE bucket = ? AND key = ?", [bucket, key])
        self.blobs.remove([old.blob])

    def begin(self, bucket: str, key: str, conditions: dict[str, str], about: About) -> Upload:
        """Begin a resumable upload.

        Raises:
            GoogleError: there is no such bucket.
        """
        self.bucket(bucket)
        blob, file = self.blobs.create()
        file.close()
        upload = Upload(uuid.uuid4().hex, bucket, key, blob, 0, conditions, about)
        values = [upload.id, bucket, key, blob, 0, json.dumps(conditions), json.dumps(about)]
        self._db.rows("INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
        return upload

    def upload(self, upload_id: str) -> Upload:
        """A resumable upload.

        Raises:
            GoogleError: there is none of that id, or it has ended.
        """
        found = self._db.rows("SELECT * FROM uploads WHERE id = ?", upload_id)
        if not found:
            raise GoogleError(404, "notFound", "There is no such upload; begin a new one.")
        *head, conditions, about = found[0]
        return Upload(*head, json.loads(conditions), json.loads(about))

    def received(self, upload: Upload, size: int) -> None:
        """Note that so many bytes of an upload are safe on the disk."""
        self._db.rows("UPDATE uploads SET received = ? WHERE id = ?", size, upload.id)

    def finish(self, upload: Upload, content: Content, about: About, check: Check) -> Object:
        """Make an object of an upload; errors as for `put`, and then the upload is no more."""
        try:
            with self._db.transaction() as db:
                new, old = _replace(db, upload.bucket, upload.key, content, about, check)
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
    db: sqlite3.Connection, bucket: str, key: str, content: Content, about: About, check: Check
) -> tuple[Object, list[str]]:
    """Put an object's row; returns it, and the blobs that are of no use after it."""
    if not db.execute("SELECT 1 FROM buckets WHERE name = ?", [bucket]).fetchone():
        raise no_bucket()
    row = db.execute(f"SELECT {_COLUMNS} FROM objects WHERE bucket = ? AND key = ?", [bucket, key]).fetchone()
    old = _object(row) if row else None
    check(old)
    now = time.time()
    generation = max(int(now * 1e6), old.generation + 1 if old else 0)
    new = Object(key, content, generation, 1, now, now, about)
    _write(db, bucket, new)
    return new, [old.blob] if old else []


def _write(db: sqlite3.Connection, bucket: str, item: Object) -> None:
    content = item.content
    values = [bucket, item.key, content.blob, content.size, content.md5, content.crc32c, item.generation]
    values += [item.metageneration, item.created, item.updated, json.dumps(item.about)]
    db.execute(f"INSERT OR REPLACE INTO objects VALUES ({', '.join('?' * len(values))})", values)


def _bucket(row: tuple[Any, ...]) -> Bucket:
    return Bucket(*row[:-1], json.loads(row[-1]))


def _object(row: tuple[Any, ...]) -> Object:
    key, blob, size, md5, crc32c, generation, metageneration, created, updated, about = row
    content = Content(blob, size, md5, crc32c)
    return Object(key, content, generation, metageneration, created, updated, json.loads(about))
