"""The objects of S3 as Glue's crawlers and Athena read them, and as Athena writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from embedded.object_store.blobs import CHUNK
from embedded.object_store.interface import ObjectInfo
from embedded.object_store.reader import ObjectReader
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.store import About, Content, Object, Store


class StoredObjects(ObjectReader[Store, Object]):
    """S3's objects, as `embedded.object_store.interface.WritableObjects`."""

    missing_error = AwsError

    def check(self, bucket: str) -> None:
        """Notice a bucket that is not there. Raises AwsError."""
        self._store.policy(bucket)

    def info(self, item: Object) -> ObjectInfo:
        """An object as a listing tells it: its version is its ETag."""
        return ObjectInfo(item.key, item.size, item.etag, datetime.fromtimestamp(item.modified, UTC))

    def put(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        """Store a file. Raises NotFound: no such bucket."""
        digest = hashlib.md5(usedforsecurity=False)
        name, target = self._store.blobs.create()
        with path.open("rb") as source, target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
                digest.update(chunk)
            size = target.tell()
            self._store.blobs.seal(target)
        with self.as_not_found():
            content = Content(name, size, digest.hexdigest())
            self._store.put(bucket, key, content, About({"content-type": content_type}))

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error. Raises NotFound: no such bucket."""
        with self.as_not_found():
            self.check(bucket)
            for key in keys:
                self._store.delete(bucket, key)
