"""Streams of bytes between Python and Java."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from embedded.services.kestra.java_engine import JavaEngine

PIECE = 2**18
"""Bytes read at a time."""


@contextmanager
def java_input(engine: JavaEngine, file: IO[bytes]) -> Iterator[Any]:
    """A Java `InputStream` of what is left in a Python file, which may be larger than the memory."""
    # By way of a file, since Java would call back into Python for every piece.
    with tempfile.TemporaryDirectory(prefix="upload-") as folder:
        path = Path(folder, "content")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, PIECE)
        stream = engine.java("java.io.FileInputStream")(str(path))
        buffered = engine.java("java.io.BufferedInputStream")(stream)
        try:
            yield buffered
        finally:
            buffered.close()


def pieces(stream: Any) -> Iterator[bytes]:
    """The bytes of a Java `InputStream`, which is closed at the end."""
    try:
        while piece := bytes(stream.readNBytes(PIECE)):
            yield piece
    finally:
        stream.close()
