"""A store's objects for what runs beside it: query engines and crawlers reach the files themselves, not over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from embedded.object_store.blobs import Blobs, Stored, take
from embedded.object_store.interface import NotFound, ObjectInfo
from embedded.object_store.listing import Keyed, Keys, every
from embedded.object_store.scratch import Scratch


class StoredObject(Keyed, Stored, Protocol):
    """What reading has to know of an object."""


Entry = TypeVar("Entry", bound=StoredObject)


class ObjectStore(Keys[Entry], Protocol[Entry]):
    """What reading needs of a store."""

    blobs: Blobs

    def find(self, bucket: str, key: str) -> Entry:
        """An object. Raises the store's own error."""


Store = TypeVar("Store", bound=ObjectStore)


class Reading(ABC, Generic[Store, Entry]):
    """Reads objects straight from the disk, as `embedded.object_store.interface.Objects`.

    Parameters:
        store: whose.
        scratch: a folder on the same file system, for the time that an object is read.
    """

    refusal: type[Exception]
    """What the store raises for a bucket or an object that is not there."""

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = Scratch(scratch)

    @abstractmethod
    def check(self, bucket: str) -> None:
        """Notice a bucket that is not there. Raises `refusal`."""

    @abstractmethod
    def info(self, item: Entry) -> ObjectInfo:
        """An object as a listing tells it."""

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """The objects whose keys begin with a prefix, in the order of their keys. Raises NotFound: no such bucket."""
        with self.as_not_found():
            self.check(bucket)
        for item in every(self._store, bucket, prefix):
            yield self.info(item)

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""
        with self._scratch.place(key) as path:
            with self.as_not_found():
                take(lambda: self._store.find(bucket, key), lambda blob: self._store.blobs.link(blob, path))
            yield path

    @contextmanager
    def as_not_found(self) -> Iterator[None]:
        """Raise the store's error as NotFound."""
        try:
            yield
        except self.refusal as error:
            raise NotFound(str(error)) from error
