"""The bytes of objects: each blob is a file that is written once, whole, and never changed."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

CHUNK = 1 << 20


class Stored(Protocol):
    """What has to be known of an object to find its bytes."""

    @property
    def blob(self) -> str:
        """The name of its blob."""


Entry = TypeVar("Entry", bound=Stored)
Taken = TypeVar("Taken")


class Blobs:
    """A folder of blobs.

    Parameters:
        folder: made if it is missing.
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
        """Go on with a blob that was not sealed; what is beyond `size` bytes is cut off."""
        file = self._path(name).open("r+b")
        file.truncate(size)
        file.seek(size)
        return file

    def seal(self, file: BinaryIO) -> None:
        """End a blob's file, on the disk itself."""
        file.flush()
        os.fsync(file.fileno())
        file.close()

    def join(self, names: Iterable[str]) -> str:
        """Make one blob of several, in their order; returns its name."""
        name, target = self.create()
        with target:
            for part in names:
                with self.open(part) as source:
                    shutil.copyfileobj(source, target, CHUNK)
            self.seal(target)
        return name

    def open(self, name: str) -> BinaryIO:
        """Open a blob for reading; it stays readable when it is removed meanwhile."""
        return self._path(name).open("rb")

    def link(self, name: str, target: Path) -> None:
        """Give a blob a second name, under which it stays when it is removed here."""
        os.link(self._path(name), target)

    def remove(self, names: Iterable[str]) -> None:
        """Remove blobs, those that are gone already too."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def sweep(self, is_known: Callable[[str], bool]) -> None:
        """Remove what nobody knows: the halves of uploads that were cut off."""
        for path in self._folder.glob("*/*"):
            if not is_known(path.name):
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def take(find: Callable[[], Entry], use: Callable[[str], Taken]) -> tuple[Entry, Taken]:
    """An object and something of its blob, which belong together whatever happens meanwhile.

    Parameters:
        find: the object as it is now.
        use: opens or links the blob of a name.

    Raises:
        FileNotFoundError: the blob is lost, not just replaced by another.
    """
    while True:
        found = find()
        try:
            return found, use(found.blob)
        except FileNotFoundError:
            if find().blob == found.blob:
                raise


def read(file: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    """A part of an open blob, in chunks; closes the file.

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
