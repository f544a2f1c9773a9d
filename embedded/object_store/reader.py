"""Reads a store's objects from the disk, without HTTP: for query engines and crawlers in the same process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from embedded.object_store.blobs import Blobs, HasBlob, find_with_blob
from embedded.object_store.interface import NotFound, ObjectInfo
from embedded.object_store.listing import HasKey, KeyRange, iterate_objects
from embedded.object_store.scratch import Scratch


class StoredObject(HasKey, HasBlob, Protocol):
    """An object that can be read."""


Entry = TypeVar("Entry", bound=StoredObject)
Entry_co = TypeVar("Entry_co", bound=StoredObject, covariant=True)


class ObjectStore(KeyRange[Entry_co], Protocol[Entry_co]):
    """A store of objects whose bytes are blobs."""

    blobs: Blobs

    def find(self, bucket: str, key: str) -> Entry_co:
        """An object; raises the store's own error if it is missing."""


Store = TypeVar("Store", bound=ObjectStore)


class ObjectReader(ABC, Generic[Store, Entry]):
    """Reads objects straight from the disk, as `embedded.object_store.interface.Objects`.

    Parameters:
        store: the store to read.
        scratch: a folder for temporary files, on the same file system as the store.
    """

    missing_error: type[Exception]
    """The store's exception for a missing bucket or object."""

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self.folder = scratch
        self._scratch = Scratch(scratch)

    @abstractmethod
    def check(self, bucket: str) -> None:
        """Check that a bucket exists; raises `missing_error` if not."""

    @abstractmethod
    def info(self, item: Entry) -> ObjectInfo:
        """Describe an object for a listing."""

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Objects whose keys start with a prefix, in key order.

        Raises:
            NotFound: the bucket does not exist.
        """
        with self.as_not_found():
            self.check(bucket)
        for item in iterate_objects(self._store, bucket, prefix):
            yield self.info(item)

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which exists until the context ends.

        Raises:
            NotFound: the bucket or the object does not exist.
        """
        with self._scratch.reserve(key) as path:
            with self.as_not_found():
                find_with_blob(lambda: self._store.find(bucket, key), lambda blob: self._store.blobs.link(blob, path))
            yield path

    @contextmanager
    def as_not_found(self) -> Iterator[None]:
        """Translate the store's exception to NotFound."""
        try:
            yield
        except self.missing_error as error:
            raise NotFound(str(error)) from error
