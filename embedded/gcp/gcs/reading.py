"""The objects of Cloud Storage as BigQuery reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded.gcp.errors import GoogleError
from embedded.gcp.gcs.store import Store
from embedded.objects.blobs import take
from embedded.objects.interface import NotFound, ObjectInfo
from embedded.objects.listing import every
from embedded.objects.scratch import Scratch


class StoredObjects:
    """Reads objects straight from the disk.

    Args:
        store: whose.
        scratch: a folder on the same file system, for the time that an object is read.
    """

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = Scratch(scratch)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose keys begin with a prefix, in the order of their keys. Raises NotFound: no such bucket."""
        with _as_not_found():
            self._store.bucket(bucket)
        for item in every(self._store, bucket, prefix):
            updated = datetime.fromtimestamp(item.created, UTC)
            yield ObjectInfo(item.key, item.content.size, str(item.generation), updated)

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""
        with self._scratch.place(key) as path:
            with _as_not_found():
                take(lambda: self._store.find(bucket, key), lambda blob: self._store.blobs.link(blob, path))
            yield path


@contextmanager
def _as_not_found() -> Iterator[None]:
    try:
        yield
    except GoogleError as error:
        raise NotFound(error.message) from error
