"""Shows log files, and goes on as they grow."""

from __future__ import annotations

import collections
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

_POLL_SECONDS = 0.2


def show_logs(files: dict[str, Path], lines: int, follow: bool, out: TextIO) -> None:
    """Print the ends of logs, each line with its name when there are several.

    Parameters:
        files: logs by name; one may be missing.
        lines: how many of the last lines of each.
        follow: go on until interrupted.
        out: where to print.
    """
    width = max(len(name) for name in files)
    tails = {name: _Tail(path) for name, path in files.items()}

    def show(name: str, added: list[str]) -> None:
        for line in added:
            out.write(f"{name:<{width}} | {line}\n" if len(files) > 1 else f"{line}\n")
        out.flush()

    for name, tail in tails.items():
        show(name, list(collections.deque(tail.new(), lines)))
    while follow:
        time.sleep(_POLL_SECONDS)
        for name, tail in tails.items():
            show(name, list(tail.new()))


class _Tail:
    """Reads what was added to a file since the last time; a replaced file from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._inode = 0

    def new(self) -> Iterator[str]:
        if self._file:
            yield from self._lines(self._file)
        try:
            inode = self._path.stat().st_ino
        except FileNotFoundError:
            return
        if inode != self._inode:
            self._file, self._inode = self._path.open("rb"), inode
            yield from self._lines(self._file)

    @staticmethod
    def _lines(file: BinaryIO) -> Iterator[str]:
        for line in file:
            yield line.decode(errors="replace").rstrip("\n")
