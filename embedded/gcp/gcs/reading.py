"""The objects of Cloud Storage as BigQuery reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded.gcp.errors import GoogleError
from embedded.gcp.gcs.store import Store
from embedded.objects.interface import NotFound, ObjectInfo
from embedded.objects.listing import page
from embedded.objects.scratch import Scratch

_PAGE = 1000


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
        after, goes_on = "", True
        while goes_on:
            found = page(self._store, bucket, prefix, "", after, _PAGE)
            for item in found.objects:
                updated = datetime.fromtimestamp(item.created, UTC)
                yield ObjectInfo(item.key, item.content.size, str(item.generation), updated)
            after, goes_on = found.last, found.truncated

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""
        with self._scratch.file(key, lambda path: self._link(bucket, key, path)) as path:
            yield path

    def _link(self, bucket: str, key: str, path: Path) -> None:
        with _as_not_found():
            while True:
                found = self._store.find(bucket, key)
                try:
                    return self._store.blobs.link(found.content.blob, path)
                except FileNotFoundError:
                    if self._store.find(bucket, key) == found:  # not replaced just now, but lost
                        raise


@contextmanager
def _as_not_found() -> Iterator[None]:
    try:
        yield
    except GoogleError as error:
        raise NotFound(error.message) from error
