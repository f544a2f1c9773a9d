"""A folder that is an object store: a bucket is a folder in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embedded.object_store.interface import NotFound, ObjectInfo


class Folder:
    """Objects as files."""

    def __init__(self, root: Path) -> None:
        self.root = self.folder = root

    def write(self, bucket: str, key: str, content: bytes | str) -> str:
        """Put an object; returns its address."""
        path = self.root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return f"gs://{bucket}/{key}"

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """As Objects has it."""
        folder = self.root / bucket
        if not folder.exists():
            raise NotFound(bucket)
        for path in sorted(folder.rglob("*")):
            key = path.relative_to(folder).as_posix()
            if path.is_file() and key.startswith(prefix):
                found = path.stat()
                yield ObjectInfo(
                    key, found.st_size, str(found.st_mtime_ns), datetime.fromtimestamp(found.st_mtime, UTC)
                )

    @contextmanager
    def fetch(self, bucket: str, key: str) -> Iterator[Path]:
        """As Objects has it."""
        path = self.root / bucket / key
        if not path.is_file():
            raise NotFound(key)
        yield path
