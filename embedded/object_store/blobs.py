"""The bytes of objects: each blob is a file that is written once, whole, and never changed."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

CHUNK = 1 << 20


class HasBlob(Protocol):
    """An object whose bytes can be found."""

    @property
    def blob(self) -> str:
        """The name of its blob."""


Entry = TypeVar("Entry", bound=HasBlob)
Result = TypeVar("Result")


class Blobs:
    """A folder of blobs.

    Parameters:
        folder: created if it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def create(self) -> tuple[str, BinaryIO]:
        """Start a blob; returns its name and the file to write. It counts once `seal` was called."""
        name = uuid.uuid4().hex
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        return name, path.open("wb")

    def resume(self, name: str, size: int) -> BinaryIO:
        """Reopen a blob that was not sealed for appending; bytes beyond `size` are cut off."""
        file = self._path(name).open("r+b")
        file.truncate(size)
        file.seek(size)
        return file

    def seal(self, file: BinaryIO) -> None:
        """Flush a blob's file to the disk and close it."""
        file.flush()
        os.fsync(file.fileno())
        file.close()

    def join(self, names: Iterable[str]) -> str:
        """Concatenate blobs into a new one; returns its name."""
        name, target = self.create()
        with target:
            for part in names:
                with self.open(part) as source:
                    shutil.copyfileobj(source, target, CHUNK)
            self.seal(target)
        return name

    def open(self, name: str) -> BinaryIO:
        """Open a blob for reading; the open file stays readable after a removal."""
        return self._path(name).open("rb")

    def link(self, name: str, target: Path) -> None:
        """Hard-link a blob to `target`, which outlives the blob's removal."""
        os.link(self._path(name), target)

    def remove(self, names: Iterable[str]) -> None:
        """Remove blobs; a missing one is no error."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def sweep(self, is_known: Callable[[str], bool]) -> None:
        """Remove unreferenced blobs, such as those of interrupted uploads."""
        for path in self._folder.glob("*/*"):
            if not is_known(path.name):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def find_with_blob(find: Callable[[], Entry], use: Callable[[str], Result]) -> tuple[Entry, Result]:
    """Find an object and open its blob; both belong together even if the object is replaced meanwhile.

    Parameters:
        find: returns the current object.
        use: opens or links the blob of a name.

    Returns:
        The object, and what `use` returned for its blob.

    Raises:
        FileNotFoundError: the blob is lost, not just replaced by another.
    """
    while True:
        entry = find()
        try:
            return entry, use(entry.blob)
        except FileNotFoundError:
            if find().blob == entry.blob:
                raise


def read_range(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    """Yield a part of an open blob in chunks, and close the file.

    Parameters:
        file: the blob.
        start: first byte.
        size: bytes.
    """
    with file:
        file.seek(start)
        while size > 0 and (chunk := file.read(min(CHUNK, size))):
            size -= len(chunk)
            yield chunk
