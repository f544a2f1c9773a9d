"""S3's objects for Glue's crawlers, which read them, and for Athena, which also writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from embedded.object_store.blobs import CHUNK
from embedded.object_store.interface import ObjectInfo
from embedded.object_store.reader import ObjectReader
from embedded.services.aws.errors import AwsError
from embedded.services.aws.s3.store import Object, ObjectMetadata, Store


class StoredObjects(ObjectReader[Store, Object]):
    """S3's objects, as `embedded.object_store.interface.WritableObjects`."""

    missing_error = AwsError

    def check(self, bucket: str) -> None:
        """Check that a bucket exists; raises AwsError if not."""
        self._store.policy(bucket)

    def info(self, item: Object) -> ObjectInfo:
        """Describe an object for a listing; its version is its ETag."""
        return ObjectInfo(item.key, item.size, item.etag, datetime.fromtimestamp(item.modified, UTC))

    def put(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        """Store a file as an object.

        Parameters:
            bucket: target bucket.
            key: target key.
            path: the local file.
            content_type: MIME type of the object.

        Raises:
            NotFound: the bucket does not exist.
        """
        with path.open("rb") as source:
            content = self._store.write(iter(lambda: source.read(CHUNK), b""))
        with self.as_not_found():
            self._store.put(bucket, key, content, ObjectMetadata({"content-type": content_type}))

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; a missing one is no error.

        Raises:
            NotFound: the bucket does not exist.
        """
        with self.as_not_found():
            self.check(bucket)
            for key in keys:
                self._store.delete(bucket, key)
