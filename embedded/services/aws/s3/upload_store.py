"""Multipart uploads on the disk: parts that become one object."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.errors import missing_upload
from embedded.services.aws.s3.store import Check, Content, Object, ObjectMetadata, Store, replace

MIN_PART = 5 << 20
"""Minimum size in bytes of all parts but the last.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
"""


@dataclass(frozen=True)
class Part:
    """An uploaded part; `modified` in seconds since 1970."""

    number: int
    blob: str
    size: int
    etag: str
    modified: float


class UploadStore:
    """The unfinished uploads of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, bucket: str, key: str, metadata: ObjectMetadata) -> str:
        """Start an upload; returns its id.

        Parameters:
            bucket: target bucket.
            key: target key.
            metadata: metadata of the object to be.
        """
        name = uuid.uuid4().hex
        values = (name, bucket, key, time.time(), metadata.to_json())
        self._store.rows("INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", *values)
        return name

    def list_unfinished(self, bucket: str, prefix: str) -> list[tuple[str, str, float]]:
        """Key, id and start of the unfinished uploads of a bucket."""
        sql = "SELECT key, id, started FROM uploads WHERE bucket = ? AND substr(key, 1, ?) = ? ORDER BY key, started"
        return self._store.rows(sql, bucket, len(prefix), prefix)

    def metadata(self, upload: str, bucket: str, key: str) -> ObjectMetadata:
        """The metadata that an upload was started with.

        Parameters:
            upload: the upload's id.
            bucket: its bucket.
            key: its key.

        Raises:
            AwsError: there is no such upload.
        """
        sql = "SELECT about FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
        rows = self._store.rows(sql, upload, bucket, key)
        if not rows:
            raise missing_upload(upload)
        return ObjectMetadata(*json.loads(rows[0][0]))

    def add(self, upload: str, number: int, content: Content) -> Part:
        """Save a part; it replaces an earlier part of the same number.

        Parameters:
            upload: the upload's id.
            number: number of the part, from 1.
            content: bytes of the part.

        Raises:
            AwsError: the upload has ended; the part's bytes are removed.
        """
        part = Part(number, content.blob, content.size, content.etag, time.time())
        try:
            with self._store.transaction() as db:
                if not db.execute("SELECT 1 FROM uploads WHERE id = ?", [upload]).fetchone():
                    raise missing_upload(upload)
                sql = "SELECT blob FROM parts WHERE upload = ? AND number = ?"
                old = [blob for (blob,) in db.execute(sql, [upload, number])]
                values = [upload, number, part.blob, part.size, part.etag, part.modified]
                db.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?)", values)
        except BaseException:
            self._store.blobs.remove([content.blob])
            raise
        self._store.blobs.remove(old)
        return part

    def parts(self, upload: str) -> list[Part]:
        """The uploaded parts, by number."""
        sql = "SELECT number, blob, size, etag, modified FROM parts WHERE upload = ? ORDER BY number"
        return [Part(*row) for row in self._store.rows(sql, upload)]

    def complete(
        self, upload: str, bucket: str, key: str, wanted: list[tuple[int, str]], check: Check | None = None
    ) -> Object:
        """Join the parts to the object.

        Parameters:
            upload: the upload's id.
            bucket: target bucket.
            key: target key.
            wanted: number and ETag of each part.
            check: called with the current object in the same transaction.

        Raises:
            AwsError: a part is missing or too small, or the order is wrong.
        """
        metadata = self.metadata(upload, bucket, key)
        parts = self._chosen(upload, wanted)
        blob = self._store.blobs.join(part.blob for part in parts)
        digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts)).hexdigest()
        size = sum(part.size for part in parts)
        new = Object(key, blob, size, f"{digest}-{len(parts)}", time.time(), metadata)
        try:
            with self._store.transaction() as db:
                useless = replace(db, bucket, new, check) + _end(db, upload)
        except BaseException:
            self._store.blobs.remove([blob])
            raise
        self._store.blobs.remove(useless)
        return new

    def abort(self, upload: str) -> None:
        """Delete an upload and its parts."""
        with self._store.transaction() as db:
            blobs = _end(db, upload)
        self._store.blobs.remove(blobs)

    def _chosen(self, upload: str, wanted: list[tuple[int, str]]) -> list[Part]:
        numbers = [number for number, _ in wanted]
        if not wanted or numbers != sorted(set(numbers)):
            raise AwsError("InvalidPartOrder", "The list of parts was not in ascending order.")
        uploaded = {part.number: part for part in self.parts(upload)}
        for number, etag in wanted:
            if number not in uploaded or uploaded[number].etag != etag.strip('"'):
                message = "One or more of the specified parts could not be found."
                raise AwsError("InvalidPart", message, PartNumber=str(number))
        parts = [uploaded[number] for number in numbers]
        for part in parts[:-1]:
            if part.size < MIN_PART:
                message = "Your proposed upload is smaller than the minimum allowed size"
                raise AwsError("EntityTooSmall", message, PartNumber=str(part.number))
        return parts


def _end(db: Any, upload: str) -> list[str]:
    blobs = [blob for (blob,) in db.execute("SELECT blob FROM parts WHERE upload = ?", [upload])]
    if not db.execute("DELETE FROM uploads WHERE id = ?", [upload]).rowcount:
        raise missing_upload(upload)
    return blobs
