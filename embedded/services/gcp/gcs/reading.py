"""Reads the objects of Cloud Storage, for BigQuery."""

from __future__ import annotations

from datetime import UTC, datetime

from embedded.object_store.interface import ObjectInfo
from embedded.object_store.reader import ObjectReader
from embedded.services.gcp.errors import GoogleError
from embedded.services.gcp.gcs.store import Object, Store


class StoredObjects(ObjectReader[Store, Object]):
    """Cloud Storage's objects."""

    missing_error = GoogleError

    def check(self, bucket: str) -> None:
        """Check that a bucket exists. Raises GoogleError."""
        self._store.bucket(bucket)

    def info(self, item: Object) -> ObjectInfo:
        """An object's metadata; its version is its generation."""
        updated = datetime.fromtimestamp(item.created, UTC)
        return ObjectInfo(item.key, item.content.size, str(item.generation), updated)
