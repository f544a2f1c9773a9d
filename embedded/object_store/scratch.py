"""Where objects are files for as long as they are read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


class Scratch:
    """A folder on the file system of the objects, emptied of what a killed process has left.

    Parameters:
        folder: is made anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    @contextmanager
    def place(self, key: str) -> Iterator[Path]:
        """Where to put the content of an object of that key, in a file named as it; gone when the context ends."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder, PurePosixPath(key).name or "object")
