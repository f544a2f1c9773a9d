"""The object store as query engines see it: S3 for Athena and Glue, Cloud Storage for BigQuery."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class NotFound(LookupError):
    """The bucket or the object does not exist."""


@dataclass(frozen=True)
class ObjectInfo:
    """An object in a listing.

    Parameters:
        key: its name in the bucket.
        size: in bytes.
        version: changes whenever the content does (an ETag, a generation).
        updated: when it was written.
    """

    key: str
    size: int
    version: str
    updated: datetime


class Objects(Protocol):
    """Reads objects; every method may block."""

    @property
    def folder(self) -> Path:
        """The folder of the files that `fetch` gives."""

    def list(self, bucket: str, prefix: str) -> Iterable[ObjectInfo]:
        """Objects whose keys start with a prefix, in key order.

        Raises:
            NotFound: the bucket does not exist.
        """

    def fetch(self, bucket: str, key: str) -> AbstractContextManager[Path]:
        """A local file with the object's content, which exists until the context ends.

        Raises:
            NotFound: the bucket or the object does not exist.
        """


class WritableObjects(Objects, Protocol):
    """Objects that a query may also write and delete: Athena's results and tables."""

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

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; a missing one is no error.

        Raises:
            NotFound: the bucket does not exist.
        """
