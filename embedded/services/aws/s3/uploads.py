"""Multipart uploads: parts that become one object."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.store import About, Check, Content, Object, Store, replace

MIN_PART = 5 << 20
"""Bytes that each part but the last must have."""


@dataclass(frozen=True)
class Part:
    """A part that has arrived; `modified` in seconds since 1970."""

    number: int
    blob: str
    size: int
    etag: str
    modified: float


class Uploads:
    """The unfinished uploads of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def start(self, bucket: str, key: str, about: About) -> str:
        """Start an upload; returns its id."""
        name = uuid.uuid4().hex
        values = (name, bucket, key, time.time(), about.text())
        self._store.rows("INSERT INTO uploads VALUES (?, ?, ?, ?, ?)", *values)
        return name

    def listed(self, bucket: str, prefix: str) -> list[tuple[str, str, float]]:
        """Key, id and start of the unfinished uploads of a bucket."""
        sql = "SELECT key, id, started FROM uploads WHERE bucket = ? AND substr(key, 1, ?) = ? ORDER BY key, started"
        return self._store.rows(sql, bucket, len(prefix), prefix)

    def about(self, upload: str, bucket: str, key: str) -> About:
        """What was told at an upload's start.

        Raises:
            AwsError: there is no such upload.
        """
        sql = "SELECT about FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
        found = self._store.rows(sql, upload, bucket, key)
        if not found:
            raise _no_upload(upload)
        return About(*json.loads(found[0][0]))

    def add(self, upload: str, number: int, content: Content) -> Part:
        """Keep a part, in place of an earlier one of its number.

        Raises:
            AwsError: the upload has ended; the part's bytes are removed.
        """
        part = Part(number, content.blob, content.size, content.etag, time.time())
        try:
            with self._store.transaction() as db:
                if not db.execute("SELECT 1 FROM uploads WHERE id = ?", [upload]).fetchone():
                    raise _no_upload(upload)
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
        """The parts that have arrived, in order."""
        sql = "SELECT number, blob, size, etag, modified FROM parts WHERE upload = ? ORDER BY number"
        return [Part(*row) for row in self._store.rows(sql, upload)]

    def complete(
        self, upload: str, bucket: str, key: str, wanted: list[tuple[int, str]], check: Check | None = None
    ) -> Object:
        """Make the object.

        Parameters:
            upload: the upload's id.
            bucket: where to.
            key: likewise.
            wanted: number and etag of each part.
            check: called with what is there, just before.

        Raises:
            AwsError: a part is missing or too small, or the order is wrong.
        """
        about = self.about(upload, bucket, key)
        parts = self._chosen(upload, wanted)
        blob = self._store.blobs.join(part.blob for part in parts)
        digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts)).hexdigest()
        size = sum(part.size for part in parts)
        new = Object(key, blob, size, f"{digest}-{len(parts)}", time.time(), about)
        try:
            with self._store.transaction() as db:
                useless = replace(db, bucket, new, check) + _end(db, upload)
        except BaseException:
            self._store.blobs.remove([blob])
            raise
        self._store.blobs.remove(useless)
        return new

    def abort(self, upload: str) -> None:
        """Forget an upload and its parts."""
        with self._store.transaction() as db:
            blobs = _end(db, upload)
        self._store.blobs.remove(blobs)

    def _chosen(self, upload: str, wanted: list[tuple[int, str]]) -> list[Part]:
        numbers = [number for number, _ in wanted]
        if not wanted or numbers != sorted(set(numbers)):
            raise AwsError("InvalidPartOrder", "The list of parts was not in ascending order.")
        there = {part.number: part for part in self.parts(upload)}
        for number, etag in wanted:
            if number not in there or there[number].etag != etag.strip('"'):
                message = "One or more of the specified parts could not be found."
                raise AwsError("InvalidPart", message, PartNumber=str(number))
        parts = [there[number] for number in numbers]
        for part in parts[:-1]:
            if part.size < MIN_PART:
                message = "Your proposed upload is smaller than the minimum allowed size"
                raise AwsError("EntityTooSmall", message, PartNumber=str(part.number))
        return parts


def _end(db: Any, upload: str) -> list[str]:
    blobs = [blob for (blob,) in db.execute("SELECT blob FROM parts WHERE upload = ?", [upload])]
    if not db.execute("DELETE FROM uploads WHERE id = ?", [upload]).rowcount:
        raise _no_upload(upload)
    return blobs


def _no_upload(upload: str) -> AwsError:
    message = "The specified multipart upload does not exist. It may have been aborted or completed."
    return AwsError("NoSuchUpload", message, 404, UploadId=upload)
