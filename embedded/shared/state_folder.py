"""The state folder: the folder outside git where the stack keeps everything."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embedded.shared.private_files import make_private

MARKER = "kestra-workbook.txt"
_MARKER_TEXT = "State of the embedded stack. `python -m embedded reset` clears this folder.\n"
_LOCK = "supervisor.lock"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL_BYTES = 2_000_000
_KEPT_BY_RESET = {MARKER, _LOCK}


class StateFolderError(RuntimeError):
    """The state folder cannot be used; the message says why and what helps."""


class StateFolder:
    """The state folder of one stack, for its user only (mode 700)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"

    def claim(self) -> None:
        """Create the folder, or recognise it as ours.

        Raises:
            StateFolderError: it holds other things, or cannot be written.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_ours(self.path):
                raise StateFolderError(f"{self.path} holds other files: set EMBEDDED_HOME to an empty or a new folder")
            make_private(self.path)
            mark(self.path)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StateFolderError(explained(error, self.path)) from error

    def check(self) -> None:
        """See that the path can be a folder, whether there is one yet or not.

        Raises:
            StateFolderError: it is a file, or in a file.
        """
        for path in (self.path, *self.path.parents):
            if path.exists() and not path.is_dir():
                raise StateFolderError(f"EMBEDDED_HOME is {self.path}, but {path} is a file: set it to a folder")

    def folder_of(self, service: str) -> Path:
        """A service's own folder, created when it is missing."""
        folder = self.path / service
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def log_of(self, service: str) -> Path:
        """A service's log file."""
        return self.logs / f"{service}.log"

    def read(self, name: str) -> dict[str, Any]:
        """Read one of our JSON files; empty when it is missing or was cut short."""
        with contextlib.suppress(OSError, ValueError):
            value = json.loads((self.path / name).read_text())
            if isinstance(value, dict):
                return value
        return {}

    def forget(self, name: str) -> None:
        """Remove one of our JSON files; a full disk does not hinder that."""
        with contextlib.suppress(OSError):
            (self.path / name).unlink(missing_ok=True)

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Replace one of our JSON files in one step, readable by its user only."""
        temporary = self.path / f".{name}.new"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file, indent=1)
        temporary.replace(self.path / name)

    @contextlib.contextmanager
    def locked(self) -> Iterator[bool]:
        """Hold the lock of the one supervisor. The system frees it with its holder, so it is never stale.

        Yields:
            Whether we have it.
        """
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _try_lock(descriptor)
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """Remove all state; the empty folder stays.

        Raises:
            StateFolderError: the folder is not ours.
        """
        if not (self.path / MARKER).is_file():
            raise StateFolderError(f"{self.path} has no {MARKER}, so it is not ours to clear: check EMBEDDED_HOME")
        remove_content(self.path, _KEPT_BY_RESET)


def full_disk(folder: Path) -> str:
    """Say that the disk of a folder is full; empty if it is not, or cannot be asked."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f"the disk of {folder} is full ({free / 1e6:.1f} MB free)" if free < _FULL_BYTES else ""


def explained(error: OSError, folder: Path) -> str:
    """Say in one line what a failure of the system means for the state folder, and what helps."""
    if error.errno in _FULL:
        return f"the disk of {folder} is full: free some space, or set EMBEDDED_HOME to a folder on another disk"
    where = error.filename or folder
    if error.errno in _FORBIDDEN:
        return f"{where} cannot be written ({error.strerror}): allow it, or set EMBEDDED_HOME to a folder of yours"
    return f"{where} cannot be used ({error.strerror or error}): set EMBEDDED_HOME to a folder of yours"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_ours(folder: Path) -> bool:
    """Tell whether a folder bears our marker or is empty."""
    entries = {entry.name for entry in folder.iterdir()}
    return MARKER in entries or not entries - {".gitkeep"}


def mark(folder: Path) -> None:
    """Mark a folder as ours."""
    marker = folder / MARKER
    if not marker.exists():
        marker.write_text(_MARKER_TEXT)


def remove_content(folder: Path, kept: set[str]) -> None:
    """Empty a folder. A link is removed, never followed.

    Parameters:
        folder: what to empty.
        kept: names in it that stay.
    """
    for entry in folder.iterdir():
        if entry.name in kept:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
