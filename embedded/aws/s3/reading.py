"""Objects for what runs beside S3: Glue's crawlers and Athena reach the files themselves, not over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded.aws.errors import AwsError
from embedded.aws.s3.store import About, Content, Store
from embedded.objects.interface import NotFound, ObjectInfo
from embedded.objects.listing import page
from embedded.objects.scratch import Scratch

_PAGE = 1000


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
        after, goes_on = "", True
        while goes_on:
            found = page(self._store, bucket, prefix, "", after, _PAGE)
            for item in found.objects:
                yield ObjectInfo(item.key, item.size, item.etag, datetime.fromtimestamp(item.modified, UTC))
            after, goes_on = found.last, found.truncated

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """A local file with the object's content, which stays until the context ends. Raises NotFound."""
        with self._scratch.file(key, lambda path: self._link(bucket, key, path)) as path:
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

    def _link(self, bucket: str, key: str, path: Path) -> None:
        with _as_not_found():
            while True:
                found = self._store.find(bucket, key)
                try:
                    return self._store.blobs.link(found.blob, path)
                except FileNotFoundError:
                    if self._store.find(bucket, key).blob == found.blob:  # not replaced just now, but lost
                        raise


@contextmanager
def _as_not_found() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        raise NotFound(error.message) from error
