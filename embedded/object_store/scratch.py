"""Temporary files for objects that are being read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath


class Scratch:
    """A folder on the file system of the objects; leftovers of a killed process are removed.

    Parameters:
        folder: deleted and created again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    @contextmanager
    def reserve(self, key: str) -> Iterator[Path]:
        """A path for an object's content, named as the last part of its key; removed when the context ends."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            yield Path(folder, PurePosixPath(key).name or "object")
