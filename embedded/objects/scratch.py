"""Where objects are files for as long as they are read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


class Scratch:
    """A folder on the file system of the objects, emptied of what a killed process has left.

    Args:
        folder: is made anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    @contextmanager
    def file(self, key: str, link: Callable[[Path], None]) -> Iterator[Path]:
        """A file named as the object, which stays until the context ends.

        Args:
            key: of the object.
            link: puts the object's content at a path.
        """
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder, PurePosixPath(key).name or "object")
            link(path)
            yield path
