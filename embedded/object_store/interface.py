"""What a front needs of an object store: S3 for Athena, GCS for BigQuery."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


class NotFound(LookupError):
    """The bucket or the object is not there."""


@dataclass(frozen=True)
class ObjectInfo:
    """An object, as a listing tells it.

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
    """Reads objects; all of it may block."""

    def list(self, bucket: str, prefix: str) -> Iterable[ObjectInfo]:
        """The objects whose keys begin with a prefix, in the order of their keys. Raises NotFound: no such bucket."""

    def fetch(self, bucket: str, key: str) -> AbstractContextManager[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""


class WritableObjects(Objects, Protocol):
    """Objects that a query may also write and delete (Athena's results and tables)."""

    def put(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        """Store a file. Raises NotFound: no such bucket."""

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error. Raises NotFound: no such bucket."""
