"""Files for their owner only: what holds secrets, values and results of a learner."""

from __future__ import annotations

import os
import stat
from pathlib import Path

OTHERS = 0o077
"""The permissions of everybody else."""


def keep_private() -> None:
    """Have this process, and those that it starts, make files for their owner only (0600, folders 0700)."""
    os.umask(OTHERS)


def make_private(folder: Path) -> None:
    """Take a folder, and all that it holds, from everybody but its owner.

    What is in it is looked at once: nobody else gets past a folder that is the owner's alone.

    Parameters:
        folder: of this user.

    Raises:
        OSError: it belongs to somebody else, who must hand it over.
    """
    if not folder.stat().st_mode & OTHERS:
        return
    folder.chmod(0o700)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _take(Path(parent, name))


def _take(path: Path) -> None:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    # A link's own permissions count nowhere, and what it leads to may be somebody else's.
    if mode & OTHERS and not stat.S_ISLNK(status.st_mode) and status.st_uid == os.geteuid():
        path.chmod(mode & ~OTHERS)
