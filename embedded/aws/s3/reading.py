"""Objects for what runs beside S3: Glue's crawlers and Athena reach the files themselves, not over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded.aws.errors import AwsError
from embedded.aws.s3.store import About, Content, Store
from embedded.objects.blobs import take
from embedded.objects.interface import NotFound, ObjectInfo
from embedded.objects.listing import every
from embedded.objects.scratch import Scratch


class StoredObjects:
    """Reads and writes objects straight on the disk, as `embedded.objects.interface.WritableObjects`.

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
            self._store.policy(bucket)
        for item in every(self._store, bucket, prefix):
            yield ObjectInfo(item.key, item.size, item.etag, datetime.fromtimestamp(item.modified, UTC))

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""
        with self._scratch.place(key) as path:
            with _as_not_found():
                take(lambda: self._store.find(bucket, key), lambda blob: self._store.blobs.link(blob, path))
            yield path

    def put(self, bucket: str, key: str, path: Path, content_type: str) -> None:
        """Store a file. Raises NotFound: no such bucket."""
        digest = hashlib.md5(usedforsecurity=False)
        name, target = self._store.blobs.create()
        with path.open("rb") as source, target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
                digest.update(chunk)
            size = target.tell()
            self._store.blobs.seal(target)
        with _as_not_found():
            content = Content(name, size, digest.hexdigest())
            self._store.put(bucket, key, content, About({"content-type": content_type}))

    def delete(self, bucket: str, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error. Raises NotFound: no such bucket."""
        with _as_not_found():
            self._store.policy(bucket)
            for key in keys:
                self._store.delete(bucket, key)


@contextmanager
def _as_not_found() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        raise NotFound(error.message) from error
